"""What services say while they run: lines of JSON, or plain lines for a person at a terminal.

No logging package: each loads what draws colours and tables at a terminal, megabytes of a service.
"""

import json
import logging
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any


def begin(service: str) -> Callable[..., None]:
    """Return the function that says one event on stderr, with its values by name."""
    levelled = begin_levelled(service)

    def say(event: str, **values: Any) -> None:
        levelled(logging.INFO, event, **values)

    return say


def begin_levelled(service: str) -> Callable[..., None]:
    """Return the same for parts that say how grave an event is; what is less than INFO is left."""
    written = _plain if sys.stderr.isatty() else _json

    def say(level: int, event: str, /, **values: Any) -> None:
        if level < logging.INFO:
            return
        at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        told = {"event": event, "level": logging.getLevelName(level).lower(), "timestamp": at}
        sys.stderr.write(written({"service": service} | values | told) + "\n")  # one write a line
        sys.stderr.flush()

    return say


def _json(said: Mapping[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, default=repr)


def _plain(said: Mapping[str, Any]) -> str:
    """Return time, level and event, and the values after them."""
    first = ("timestamp", "level", "event")
    values = (f"{name}={value}" for name, value in said.items() if name not in first)
    return " ".join((said["timestamp"], f"[{said['level']}]", said["event"], *values))
