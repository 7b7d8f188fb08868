"""What services say while they run: lines of JSON, or plain lines for a person at a terminal."""

import logging
import sys
from collections.abc import Callable
from typing import Any

import structlog
from structlog.types import EventDict, Processor


def begin(service: str) -> Callable[..., None]:
    """Set up logging on stderr, and return the function that says one event.

    What libraries warn of (a pool without its database, a failed request) is said the same way.
    """
    human = sys.stderr.isatty()
    shape: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    drawn: Processor = (
        structlog.dev.ConsoleRenderer()
        if human
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[*shape, drawn],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.lastResort = _of_libraries(service, shape, drawn)
    logger: Any = structlog.get_logger().bind(service=service)

    def say(event: str, **values: Any) -> None:
        logger.info(event, **values)

    return say


def _of_libraries(service: str, shape: list[Processor], drawn: Processor) -> logging.Handler:
    """Return the handler of what no handler of its own takes, from warnings on."""

    def named(_logger: Any, _method: str, event: EventDict) -> EventDict:
        return {"service": service} | dict(event)

    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[named, *shape],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, drawn],
        )
    )
    return handler


def begin_levelled(service: str) -> Callable[..., None]:
    """Set up logging as `begin` does, for parts that say how grave an event is."""
    begin(service)
    logger: Any = structlog.get_logger().bind(service=service)

    def say(level: int, event: str, /, **values: Any) -> None:
        logger.log(level, event, **values)

    return say
