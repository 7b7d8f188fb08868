"""How much of what main meters measure their sub-meters measure; dated rows."""

from datetime import date
from typing import Any, Final

from psycopg import Connection

from storage.dated import Dated, supersede

_TABLE: Final = Dated("metered_extent", ("channel_id",), ("extent",))
_KNOWN: Final = """
    SELECT extent FROM metered_extent
     WHERE channel_id = %(channel)s AND known_until IS NULL
       AND valid_from <= %(day)s AND (valid_to IS NULL OR %(day)s < valid_to)
"""


def of(connection: Connection[Any], channel: int, day: date) -> str | None:
    """Return what is stated of a main meter on a day, None where nothing is."""
    row = connection.execute(_KNOWN, {"channel": channel, "day": day}).fetchone()
    return None if row is None else str(row[0])


def state(
    connection: Connection[Any], channel: int, extent: str, valid_from: date, source: str, by: str
) -> bool:
    """Let it hold from a day on, until the next word known; return whether that is new."""
    return bool(supersede(connection, _TABLE, [(channel, extent, valid_from, source)], by))
