"""What services say while they run: lines of JSON, or plain lines for a person at a terminal.

The standard library's own logging: whatever else is for it loads what draws colours and tables at
a terminal, megabytes of each service.
"""

import json
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

_LOGGER: Final = "commonwatt"
_FIRST: Final = ("timestamp", "level", "event", "exception")


def begin(service: str) -> Callable[..., None]:
    """Return the function that says one event on stderr, with its values by name.

    What libraries warn of (a pool without its database, a failed request) is said the same way.
    """
    levelled = begin_levelled(service)

    def say(event: str, **values: Any) -> None:
        levelled(logging.INFO, event, **values)

    return say


def begin_levelled(service: str) -> Callable[..., None]:
    """Return the same for parts that say how grave an event is; what is less than INFO is left."""
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(_Lines(service, plain=sys.stderr.isatty()))
    logger = logging.getLogger(_LOGGER)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.handlers = [lines]
    rest = logging.StreamHandler(sys.stderr)  # of what no handler of its own takes
    rest.setLevel(logging.WARNING)
    rest.setFormatter(lines.formatter)
    logging.lastResort = rest

    def say(level: int, event: str, /, **values: Any) -> None:
        logger.log(level, event, extra={"values": values})

    return say


class _Lines(logging.Formatter):
    """A line for each record: who says it, what, how grave it is, when, and its values."""

    def __init__(self, service: str, *, plain: bool) -> None:
        super().__init__()
        self._service, self._plain = service, plain

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")
        told: dict[str, Any] = {
            "service": self._service,
            **getattr(record, "values", {}),
            "event": record.getMessage(),
            "level": record.levelname.lower(),
            "timestamp": at,
        }
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return _plain(told) if self._plain else json.dumps(told, ensure_ascii=False, default=repr)


def _plain(told: dict[str, Any]) -> str:
    """Return time, level and event, the values after them, and what went wrong below."""
    values = (f"{name}={value}" for name, value in told.items() if name not in _FIRST)
    line = " ".join((told["timestamp"], f"[{told['level']}]", told["event"], *values))
    return f"{line}\n{told['exception']}" if "exception" in told else line
