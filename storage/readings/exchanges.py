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

_LISTED = """
    SELECT e.channel_id, m.code AS meter, c.meter_id, c.code AS channel, c.unit, c.per_unit, c.zone,
           e.at, e.final, e.initial, e.source, e.known_by,
           coalesce((SELECT p.name FROM access.called(ARRAY[e.known_by]) p), e.known_by) AS by,
           e.channel_id IN (SELECT * FROM access.covers_channels('correct_readings')) AS may
      FROM exchange e
      JOIN channel c ON c.id = e.channel_id
      LEFT JOIN meter m ON m.id = c.meter_id
     WHERE (%(channel)s::integer IS NULL OR e.channel_id = %(channel)s)
       AND (%(institution)s::integer IS NULL OR m.institution_id = %(institution)s)
       AND e.known_until IS NULL
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
    """An exchange with the channel that it is of; final, initial: in quanta of the channel.

    meter: its code, None where the meter is somebody else's. may: whether the viewer may correct
    the channel's readings. by: what people call who recorded it.
    """

    channel_id: int
    meter: str | None
    meter_id: int
    channel: str
    unit: str
    per_unit: int
    zone: str
    at: datetime
    final: int | None
    initial: int
    source: str
    known_by: str
    by: str
    may: bool


def listed(
    connection: Connection[Any], *, channel_id: int | None = None, institution_id: int | None = None
) -> list[OfChannel]:
    """Return the exchanges of a channel, or of an institution's meters, as they are known now."""
    asked = {"channel": channel_id, "institution": institution_id}
    with connection.cursor(row_factory=class_row(OfChannel)) as cursor:
        return cursor.execute(_LISTED, asked).fetchall()


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
