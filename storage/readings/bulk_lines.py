"""Lines of readings and usage, made by the database itself.

A line is put together where the row lies, and the lines of a channel come as one value, as many as
a piece of an export has: so neither server nor client handles a row of its own on the way.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from psycopg import Connection, sql

Rows = Literal["reading", "hour", "day", "month"]

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
# When the use of an interval began; asked of each only where any of the channels was told one.
_STARTS: Final = """
    SELECT EXISTS (SELECT FROM reading_start
                    WHERE channel_id = ANY(%s) AND at >= to_timestamp(%s / 1000.0)
                      AND at < to_timestamp(%s / 1000.0))
"""
_NEVER: Final = "NULL::timestamptz"
_BEGUN: Final = """(SELECT b.from_at FROM reading_start b
                     WHERE b.channel_id = q.channel_id AND b.at = q.at
                     ORDER BY b.rank DESC, b.seq DESC, b.from_at DESC LIMIT 1)"""
_OF: Final[dict[Rows, tuple[str, str]]] = {
    "reading": (
        """SELECT channel_id, at, value, seq, {begun} AS begun FROM report.reading q
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
# Stands at the end of a line of use, beyond what is the same for all lines of a channel.
_USED: Final = "(r.measured_s || ',' || r.known_s)"
_TIMES: Final = "r.at >= s.first AND r.at < s.until"
# Signs that no line holds: so COPY passes on what it is given.
_AS_IT_IS: Final = "(FORMAT csv, DELIMITER E'\\x02', QUOTE E'\\x01')"

_LONG = """
    COPY (SELECT string_agg(s.before || {at} || ',' || coalesce(({number})::text, '') || s.after
                            || {tail} || E'\\n', '' ORDER BY r.at)
            FROM ({rows}) r JOIN {parts} ON s.channel_id = r.channel_id AND {times}
           GROUP BY r.channel_id ORDER BY r.channel_id)
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


def places_of(per_unit: int) -> int:
    """Return how many decimals name every quantum: exactly so many where it is a power of ten."""
    digits = len(str(per_unit))
    return digits - 1 if per_unit == 10 ** (digits - 1) else digits


def any_rows(
    connection: Connection[Any], rows: Rows, ids: Sequence[int], span: tuple[int, int]
) -> bool:
    """Return whether some channels have any row in a span of time, in ms."""
    asked = {"ids": list(ids), "first": span[0], "until": span[1]}
    query = f"SELECT EXISTS ({_OF[rows][0].format(begun=_NEVER)})"
    row = connection.execute(query.encode(), asked).fetchone()
    return bool(row and row[0])


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
    parameters = _parameters(stretches) | {"first": span[0], "until": span[1]}
    begun = _NEVER
    if rows == "reading":
        row = connection.execute(_STARTS, [parameters["ids"], *span]).fetchone()
        begun = _BEGUN if row and row[0] else _NEVER
    statement = query.format(
        rows=of.format(begun=begun), at=at, number=_NUMBER, parts=_PARTS, times=_TIMES,
        as_it_is=_AS_IT_IS, tail=_tail(rows, tail=tail, begun=begun is not _NEVER),
    )  # fmt: skip
    with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL(statement), parameters) as copy,
    ):
        while data := copy.read():
            yield bytes(data)


def _tail(rows: Rows, *, tail: bool, begun: bool) -> str:
    """Return what ends a line. tail: whether a reading's number of its message is told.

    begun: whether any of them has a beginning.
    """
    if rows != "reading":
        return _USED
    start = f"coalesce({_INSTANT.format('r.begun')}, '')" if begun else "''"
    return f"r.seq || ',' || {start}" if tail else start


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
