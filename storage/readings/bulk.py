"""Readings and usage of many channels as lines of text, made by the database itself.

A line is put together where the row lies, and the lines of a channel's day come as one value: so
neither server nor client handles a row of its own on the way.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from psycopg import Connection, sql
from psycopg.rows import class_row

Rows = Literal["reading", "hour", "day", "month"]

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

# Instants as ISO 8601 in the transaction's zone; a power of ten fixes the decimals of a number.
_INSTANT: Final = "btrim(to_json({})::text, '\"')"
_NUMBER: Final = """CASE WHEN s.factor IS NULL THEN round(r.value::numeric / s.per_unit, s.places)
                         ELSE r.value * s.factor END"""
_PARTS = """
    unnest(%(ids)s::integer[], %(firsts)s::timestamptz[], %(untils)s::timestamptz[],
           %(befores)s::text[], %(afters)s::text[], %(per_units)s::bigint[],
           %(factors)s::numeric[], %(places)s::integer[])
        AS s (channel_id, first, until, before, after, per_unit, factor, places)
"""
_OF: Final[dict[Rows, tuple[str, str]]] = {
    "reading": (
        """SELECT channel_id, at, value, seq FROM report.reading
            WHERE channel_id = ANY(%(ids)s) AND value IS NOT NULL
              AND at >= to_timestamp(%(first)s / 1000.0)
              AND at < to_timestamp(%(until)s / 1000.0)""",
        _INSTANT.format("r.at"),
    ),
    "hour": (
        """SELECT channel_id, hour AS at, used AS value, measured_s, known_s
             FROM report.usage_hour
            WHERE channel_id = ANY(%(ids)s) AND hour >= to_timestamp(%(first)s / 1000.0)
              AND hour < to_timestamp(%(until)s / 1000.0)""",
        _INSTANT.format("r.at"),
    ),
    "day": (
        """SELECT channel_id, day::timestamp AT TIME ZONE 'UTC' AS at, used AS value, measured_s,
                  known_s
             FROM report.usage_day
            WHERE channel_id = ANY(%(ids)s)
              AND day >= (to_timestamp(%(first)s / 1000.0) AT TIME ZONE 'UTC')::date
              AND day::timestamp < to_timestamp(%(until)s / 1000.0) AT TIME ZONE 'UTC'""",
        "to_char(r.at AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
    ),
    "month": (
        """SELECT channel_id, month::timestamp AT TIME ZONE 'UTC' AS at, used AS value, measured_s,
                  known_s
             FROM report.usage_month
            WHERE channel_id = ANY(%(ids)s)
              AND month >= (to_timestamp(%(first)s / 1000.0) AT TIME ZONE 'UTC')::date
              AND month::timestamp < to_timestamp(%(until)s / 1000.0) AT TIME ZONE 'UTC'""",
        "to_char(r.at AT TIME ZONE 'UTC', 'YYYY-MM')",
    ),
}
# What stands at the end of a line, beyond what is the same for all lines of a channel.
_USED: Final = "r.measured_s || ',' || r.known_s"
_TAILS: Final[dict[Rows, str]] = {"reading": "r.seq", "hour": _USED, "day": _USED, "month": _USED}
_TIMES: Final = "r.at >= s.first AND r.at < s.until"
# Signs that no line holds: so COPY passes on what it is given.
_AS_IT_IS: Final = "(FORMAT csv, DELIMITER E'\\x02', QUOTE E'\\x01')"

_LONG = """
    COPY (SELECT string_agg(s.before || {at} || ',' || coalesce(({number})::text, '') || s.after
                            || {tail} || E'\\n', '' ORDER BY r.at)
            FROM ({rows}) r JOIN {parts} ON s.channel_id = r.channel_id AND {times}
           GROUP BY r.channel_id, date_bin('1 day', r.at, 'epoch')
           ORDER BY r.channel_id, date_bin('1 day', r.at, 'epoch'))
      TO STDOUT {as_it_is}
"""
_WIDE = """
    COPY (SELECT string_agg(s.channel_id || ',' || coalesce(({number})::text, ''), ' '
                            ORDER BY s.channel_id) || ' ' || {at}
            FROM ({rows}) r JOIN {parts} ON s.channel_id = r.channel_id AND {times}
           GROUP BY r.at ORDER BY r.at)
      TO STDOUT {as_it_is}
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
class Stretch:
    """Rows of a channel in a span of time whose lines begin and go on alike.

    before, after: the text around instant and number, as CSV has it. per_unit: quanta in one unit.
    """

    channel_id: int
    first_ms: int
    until_ms: int
    before: str
    after: str
    per_unit: int


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
    asked = {"channels": wanted.channels, "among": wanted.among, "carrier": wanted.carrier}
    return [row[0] for row in connection.execute(_CHOSEN, asked)]


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


def places_of(per_unit: int) -> int:
    """Return how many decimals name every quantum: exactly so many where it is a power of ten."""
    digits = len(str(per_unit))
    return digits - 1 if per_unit == 10 ** (digits - 1) else digits


def lines(
    connection: Connection[Any],
    rows: Rows,
    stretches: Sequence[Stretch],
    span: tuple[int, int],
    *,
    tail: bool = True,
) -> Iterator[bytes]:
    """Return lines in order of channel and time, many at once.

    span: of all stretches, in ms. tail: also what is told of a row beside its number.
    """
    for text in _copied(connection, _LONG, rows, stretches, span, tail=tail):
        yield text[1:-2]  # between its quotes, before the end of COPY's own line


def instants(
    connection: Connection[Any], rows: Rows, stretches: Sequence[Stretch], span: tuple[int, int]
) -> Iterator[tuple[str, dict[int, str]]]:
    """Return each instant of some channels with the numbers that they have there."""
    for text in _copied(connection, _WIDE, rows, stretches, span):
        *cells, at = text[:-1].decode().split(" ")
        pairs = (cell.partition(",") for cell in cells)
        yield at, {int(channel): number for channel, _, number in pairs}


def _copied(
    connection: Connection[Any],
    query: str,
    rows: Rows,
    stretches: Sequence[Stretch],
    span: tuple[int, int],
    *,
    tail: bool = True,
) -> Iterator[bytes]:
    of, at = _OF[rows]
    statement = query.format(
        rows=of, at=at, number=_NUMBER, parts=_PARTS, times=_TIMES, as_it_is=_AS_IT_IS,
        tail=f"({_TAILS[rows]})" if tail else "''",
    )  # fmt: skip
    parameters = _parameters(stretches) | {"first": span[0], "until": span[1]}
    with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL(statement), parameters) as copy,
    ):
        while data := copy.read():
            yield bytes(data)


def _parameters(stretches: Sequence[Stretch]) -> dict[str, list[Any]]:
    per_units = [one.per_unit for one in stretches]
    places = [places_of(one) for one in per_units]
    exact = zip(per_units, places, strict=True)
    return {
        "ids": [one.channel_id for one in stretches],
        "firsts": [_instant(one.first_ms) for one in stretches],
        "untils": [_instant(one.until_ms) for one in stretches],
        "befores": [one.before for one in stretches],
        "afters": [one.after for one in stretches],
        "per_units": per_units,
        "factors": [_factor(place) if one == 10**place else None for one, place in exact],
        "places": places,
    }


def _instant(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def _factor(places: int) -> str:
    """Return one quantum as a number with so many decimals."""
    return f"0.{'1':0>{places}}" if places else "1"
