"""What went wrong, as a stable code and a line: kept beside whatever was set aside for it."""

from typing import Final

import psycopg

from metering.errors import EnergyError

_MOST_SAID: Final = 500  # characters of an error: enough to know it by


def reason_of(error: Exception) -> str:
    """Return the stable code of what went wrong."""
    if isinstance(error, EnergyError):
        return error.code
    if isinstance(error, psycopg.errors.NumericValueOutOfRange | OverflowError):
        return "computed.out_of_range"
    if isinstance(error, psycopg.errors.QueryCanceled | MemoryError):
        return "computed.too_much"
    return "computed.failed"


def text_of(error: Exception) -> str:
    """Return what the program or the database said, in one line."""
    message = error.diag.message_primary if isinstance(error, psycopg.Error) else None
    return f"{type(error).__name__}: {message or error}"[:_MOST_SAID].replace("\0", "�")
