"""When meters were exchanged, and what stood on the old one and the new one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

_KNOWN = """
    SELECT at, final, initial, source, known_by FROM exchange
     WHERE channel_id = %s AND known_until IS NULL ORDER BY at
"""

_RETIRE = """
    UPDATE exchange SET known_until = now()
     WHERE channel_id = %s AND at = %s AND known_until IS NULL
"""

_RECORD = """
    INSERT INTO exchange (channel_id, at, final, initial, source, known_by)
    VALUES (%s, %s, %s, %s, %s, %s)
"""

_QUEUE = "INSERT INTO stale_usage (channel_id, first, last) VALUES (%(channel)s, %(at)s, %(at)s)"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange; final: of the old meter, None where nobody read it. [quanta of the channel]"""

    at: datetime
    final: int | None
    initial: int
    source: str
    known_by: str


def known(connection: Connection[Any], channel_id: int) -> list[Exchange]:
    """Return a channel's exchanges as they are known now, in order of time."""
    with connection.cursor(row_factory=class_row(Exchange)) as cursor:
        return cursor.execute(_KNOWN, [channel_id]).fetchall()


def record(connection: Connection[Any], channel_id: int, exchange: Exchange) -> None:
    """Write an exchange down in place of what was known of its instant, and queue its span."""
    connection.execute(_RETIRE, [channel_id, exchange.at])
    connection.execute(
        _RECORD,
        [
            channel_id,
            exchange.at,
            exchange.final,
            exchange.initial,
            exchange.source,
            exchange.known_by,
        ],
    )
    connection.execute(_QUEUE, {"channel": channel_id, "at": exchange.at})
