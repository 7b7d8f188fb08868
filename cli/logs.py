"""What services say while they run: lines of JSON, or plain lines for a person at a terminal."""

import logging
import sys
from collections.abc import Callable
from typing import Any

import structlog


def begin(service: str) -> Callable[..., None]:
    """Set up logging on stderr, and return the function that says one event."""
    human = sys.stderr.isatty()
    shape: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    drawn: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer()
        if human
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[*shape, drawn],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logger: Any = structlog.get_logger().bind(service=service)

    def say(event: str, **values: Any) -> None:
        logger.info(event, **values)

    return say


def begin_levelled(service: str) -> Callable[..., None]:
    """Set up logging as `begin` does, for parts that say how grave an event is."""
    begin(service)
    logger: Any = structlog.get_logger().bind(service=service)

    def say(level: int, event: str, /, **values: Any) -> None:
        logger.log(level, event, **values)

    return say
