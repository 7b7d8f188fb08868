"""The queue of virtual channels whose inputs changed, and what their use is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final

from psycopg import Connection

from storage.accounts.usage import HOUR, UNKNOWN
from storage.columns import Columns, copy_out

__all__ = ["UNKNOWN", "Made", "Size", "hours", "made_of", "sizes", "take", "waiting"]
_CANDIDATES: Final = """
    SELECT f.channel_id FROM stale_formula f
     WHERE NOT EXISTS (SELECT FROM set_aside a WHERE a.stage = 'usage'
                          AND a.channel_id = f.channel_id AND a.retry_at > now())
     GROUP BY f.channel_id ORDER BY min(f.id) LIMIT %s
"""
# A statement of its own, as for usage: what is read after it cannot be older than the lock.
_LOCK: Final = """
    SELECT id FROM channel WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
"""
_TAKE: Final = """
    WITH taken AS (DELETE FROM stale_formula WHERE channel_id = ANY(%s)
                   RETURNING channel_id, first, last)
    SELECT channel_id, storage.ms(date_trunc('hour', min(first))),
           storage.ms(date_trunc('hour', max(last)) + interval '1 hour')
      FROM taken GROUP BY channel_id ORDER BY channel_id
"""
_FORMULAS: Final = """
    SELECT f.channel_id, m.institution_id, c.zone, f.inputs, f.signs, f.by, f.members,
           f.valid_from, f.valid_to
      FROM formula f JOIN channel c ON c.id = f.channel_id JOIN meter m ON m.id = c.meter_id
     WHERE f.channel_id = ANY(%s) AND f.known_until IS NULL
     ORDER BY f.channel_id, f.valid_from
"""
_SIZES: Final = """
    SELECT institution_id, number, valid_from, valid_to FROM institution_fact
     WHERE institution_id = ANY(%(members)s) AND attribute = %(by)s AND known_until IS NULL
"""

_HOURS: Final = """
    SELECT channel_id, hour, coalesce(used, %(unknown)s) AS used, measured_s, known_s
      FROM report.usage_hour
     WHERE channel_id = ANY(%(channels)s) AND hour >= to_timestamp(%(first)s / 1000.0)
       AND hour < to_timestamp(%(until)s / 1000.0)
     ORDER BY channel_id, hour
"""


@dataclass(frozen=True, slots=True)
class Made:
    """What a virtual channel is from a day on; institution: of which it is the part, if it is."""

    channel: int
    institution: int
    zone: str
    inputs: list[int]
    signs: list[int]
    by: str | None
    members: list[int] | None
    first: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Size:
    """How large an institution is from a day on."""

    institution: int
    number: Fraction
    first: date
    until: date | None


def waiting(connection: Connection[Any], most: int) -> list[int]:
    """Return virtual channels that wait, the oldest first; none that failed and rests."""
    return [row[0] for row in connection.execute(_CANDIDATES, [most])]


def take(connection: Connection[Any], channel: int) -> tuple[int, int] | None:
    """Lock a virtual channel, off the queue; return (first ms, until ms), None if it is taken."""
    locked = [row[0] for row in connection.execute(_LOCK, [[channel]])]
    row = connection.execute(_TAKE, [locked]).fetchone()
    return None if row is None else (row[1], row[2])


def made_of(connection: Connection[Any], channels: Sequence[int]) -> list[Made]:
    """Return what virtual channels are made of, in order of channel and day."""
    return [Made(*row) for row in connection.execute(_FORMULAS, [list(channels)])]


def sizes(connection: Connection[Any], members: Sequence[int], by: str) -> list[Size]:
    """Return the sizes of institutions, of all days."""
    rows = connection.execute(_SIZES, {"members": list(members), "by": by})
    return [Size(one, Fraction(number), first, until) for one, number, first, until in rows]


def hours(
    connection: Connection[Any], channels: Sequence[int], first_ms: int, until_ms: int
) -> Columns:
    """Return stored hours of channels that the viewer sees, sorted by (channel, hour)."""
    asked = {"channels": list(channels), "first": first_ms, "until": until_ms, "unknown": UNKNOWN}
    return copy_out(connection, _HOURS, HOUR, asked)
