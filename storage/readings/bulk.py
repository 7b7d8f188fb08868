"""Which channels a bulk export is of, and what its lines say of them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from storage.readings.bulk_lines import places_of

_CHOSEN = """
    SELECT c.id
      FROM channel c LEFT JOIN meter m ON m.id = c.meter_id
     WHERE (%(channels)s::integer[] IS NULL OR c.id = ANY(%(channels)s))
       AND (%(carrier)s::text IS NULL OR c.carrier = %(carrier)s)
       AND (%(among)s::integer[] IS NULL OR m.institution_id = ANY(%(among)s)
            OR c.id IN (SELECT t.channel_id FROM account_term t
                         WHERE t.known_until IS NULL AND t.institution_id = ANY(%(among)s)))
     ORDER BY c.id
"""
_SINCE = "SELECT storage.ms(min(since)) FROM channel WHERE id = ANY(%s)"
_PER_UNITS = """
    SELECT DISTINCT CASE WHEN %s THEN c.per_unit ELSE k.per_unit END
      FROM channel c JOIN carrier k ON k.code = c.carrier WHERE c.id = ANY(%s)
"""
_AS_OF = "SELECT storage.ms(date_trunc('second', now()))"

_CHANNELS = """
    SELECT c.id AS channel_id, c.code, c.carrier, c.unit, c.per_unit, k.unit AS carrier_unit,
           k.per_unit AS carrier_per_unit, m.institution_id, m.code AS meter,
           m.name_zh AS meter_zh, m.name_en AS meter_en, i.name_zh AS owner_zh,
           i.name_en AS owner_en, storage.ms(c.since) AS since_ms,
           coalesce((SELECT min(s.period_s) FROM channel_setting s
                      WHERE s.channel_id = c.id AND s.known_until IS NULL), 3600) AS period_s
      FROM channel c JOIN carrier k ON k.code = c.carrier
      LEFT JOIN meter m ON m.id = c.meter_id
      LEFT JOIN report.institution i ON i.institution_id = m.institution_id
     WHERE c.id = ANY(%s) ORDER BY c.id
"""

_BINDINGS = """
    SELECT b.channel_id, g.name, b.key, storage.ms(b.valid_from),
           storage.ms(coalesce(b.valid_to, 'infinity'))
      FROM binding b JOIN gateway g ON g.id = b.gateway_id
     WHERE b.channel_id = ANY(%s) AND b.known_until IS NULL
     ORDER BY b.channel_id, b.valid_from, b.id
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which channels: these, those of some institutions, or of a carrier; None is all."""

    channels: list[int] | None = None
    among: list[int] | None = None
    carrier: str | None = None


@dataclass(frozen=True, slots=True)
class BulkChannel:
    """What the lines of a channel need of it; names are None where the reader sees no owner."""

    channel_id: int
    code: str
    carrier: str
    unit: str
    per_unit: int
    carrier_unit: str
    carrier_per_unit: int
    institution_id: int | None
    meter: str | None
    meter_zh: str | None
    meter_en: str | None
    owner_zh: str | None
    owner_en: str | None
    since_ms: int
    period_s: int


@dataclass(frozen=True, slots=True)
class Bound:
    """Under which key of which gateway a channel was read, and when."""

    channel_id: int
    gateway: str
    key: str
    first_ms: int
    until_ms: int


def chosen(connection: Connection[Any], wanted: Wanted) -> list[int]:
    """Return the ids of the channels that are wanted and that the viewer sees."""
    return [row[0] for row in connection.execute(_CHOSEN, asdict(wanted))]


def since_ms(connection: Connection[Any], ids: Sequence[int]) -> int:
    """Return when the first of some channels begins: nothing is stored before that."""
    row = connection.execute(_SINCE, [list(ids)]).fetchone()
    return int(row[0]) if row and row[0] is not None else 0


def most_places(connection: Connection[Any], ids: Sequence[int], *, readings: bool) -> int:
    """Return the most decimals that readings, or use, of some channels have."""
    found = connection.execute(_PER_UNITS, [readings, list(ids)])
    return max((places_of(row[0]) for row in found), default=0)


def as_of_ms(connection: Connection[Any]) -> int:
    """Return the moment of this transaction, in whole seconds."""
    row = connection.execute(_AS_OF).fetchone()
    assert row is not None
    return int(row[0])


def channels(connection: Connection[Any], ids: Sequence[int]) -> list[BulkChannel]:
    """Return those of some channels that the viewer sees, in order of id."""
    with connection.cursor(row_factory=class_row(BulkChannel)) as cursor:
        return cursor.execute(_CHANNELS, [list(ids)]).fetchall()


def bindings(connection: Connection[Any], ids: Sequence[int]) -> list[Bound]:
    """Return by which names channels were known, in order of channel and time."""
    return [Bound(*row) for row in connection.execute(_BINDINGS, [list(ids)])]
