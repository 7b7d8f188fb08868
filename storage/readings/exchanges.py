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

_OF_INSTITUTION = """
    SELECT e.channel_id, m.code AS meter, c.code AS channel, c.unit, c.per_unit, c.zone, e.at,
           e.final, e.initial, e.source, e.known_by
      FROM exchange e
      JOIN channel c ON c.id = e.channel_id
      JOIN meter m ON m.id = c.meter_id
     WHERE m.institution_id = %s AND e.known_until IS NULL
     ORDER BY m.code, c.code, e.at
"""

_RETIRE = """
    UPDATE exchange SET known_until = now()
     WHERE channel_id = %s AND at = %s AND known_until IS NULL RETURNING id
"""

_RECORD = """
    INSERT INTO exchange (channel_id, at, final, initial, source, known_by)
    VALUES (%s, %s, %s, %s, %s, %s)
"""

_RESTORE = """
    INSERT INTO exchange (channel_id, at, final, initial, source, known_by)
    SELECT channel_id, at, final, initial, source, known_by FROM exchange WHERE id = %s
"""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange; final: of the old meter, None where nobody read it. [quanta of the channel]"""

    at: datetime
    final: int | None
    initial: int
    source: str
    known_by: str


@dataclass(frozen=True, slots=True)
class OfChannel:
    """An exchange with the channel that it is of; final, initial: in quanta of the channel."""

    channel_id: int
    meter: str
    channel: str
    unit: str
    per_unit: int
    zone: str
    at: datetime
    final: int | None
    initial: int
    source: str
    known_by: str


def of_institution(connection: Connection[Any], institution_id: int) -> list[OfChannel]:
    """Return the exchanges of an institution's meters as they are known now, by channel."""
    with connection.cursor(row_factory=class_row(OfChannel)) as cursor:
        return cursor.execute(_OF_INSTITUTION, [institution_id]).fetchall()


def known(connection: Connection[Any], channel_id: int) -> list[Exchange]:
    """Return a channel's exchanges as they are known now, in order of time."""
    with connection.cursor(row_factory=class_row(Exchange)) as cursor:
        return cursor.execute(_KNOWN, [channel_id]).fetchall()


def record(connection: Connection[Any], channel_id: int, exchange: Exchange) -> int | None:
    """Write an exchange down in place of what was known of its instant; return the row of that."""
    replaced = retire(connection, channel_id, exchange.at)
    facts = (exchange.final, exchange.initial, exchange.source, exchange.known_by)
    connection.execute(_RECORD, [channel_id, exchange.at, *facts])
    return replaced


def retire(connection: Connection[Any], channel_id: int, at: datetime) -> int | None:
    """End what is known of an exchange at an instant; return its row."""
    row = connection.execute(_RETIRE, [channel_id, at]).fetchone()
    return row[0] if row else None


def restore(connection: Connection[Any], exchange_id: int) -> None:
    """Let an exchange that was replaced or withdrawn hold again."""
    connection.execute(_RESTORE, [exchange_id])
