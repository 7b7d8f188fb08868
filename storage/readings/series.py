"""Readings and usage of one channel as columns, in order of time, a page at a time."""

from dataclasses import dataclass
from typing import Any, Final, Literal

from psycopg import Connection

from storage.days import in_zone

Grain = Literal["hour", "day", "month"]

_FAR_MS: Final = 4_102_444_800_000  # 2100; nothing is stored beyond it

_READINGS = """
    SELECT storage.ms(at), value, rank, seq,
           CASE WHEN %(intervals)s THEN (
               SELECT storage.ms(s.from_at) FROM reading_start s
                WHERE s.channel_id = r.channel_id AND s.at = r.at
                ORDER BY s.rank DESC, s.seq DESC, s.from_at DESC LIMIT 1) END
      FROM report.reading r
     WHERE channel_id = %(channel)s AND at > to_timestamp(%(after)s / 1000.0)
       AND at >= to_timestamp(%(first)s / 1000.0) AND at < to_timestamp(%(until)s / 1000.0)
     ORDER BY at LIMIT %(most)s
"""

# A void has no value: below every value that a channel can have.
_REVISIONS = """
    SELECT storage.ms(at), value, rank, seq, NULL FROM report.reading_revision
     WHERE channel_id = %(channel)s
       AND (at, rank, seq, coalesce(value, -9223372036854775807))
           > (to_timestamp(%(at)s / 1000.0), %(rank)s, %(seq)s, %(value)s)
       AND at >= to_timestamp(%(first)s / 1000.0) AND at < to_timestamp(%(until)s / 1000.0)
     ORDER BY at, rank, seq, coalesce(value, -9223372036854775807) LIMIT %(most)s
"""

_HOURS = """
    SELECT storage.ms(hour), to_char(hour AT TIME ZONE %(zone)s, 'YYYY-MM-DD"T"HH24:MI:SS'),
           extract(epoch FROM (hour AT TIME ZONE %(zone)s) - (hour AT TIME ZONE 'UTC'))::integer,
           used, measured_s::integer, known_s::integer,
           CASE WHEN hour < report.today_began(c.zone) THEN 3600 ELSE known_s END::integer
      FROM report.usage_hour u JOIN channel c ON c.id = u.channel_id
     WHERE channel_id = %(channel)s AND hour > to_timestamp(%(after)s / 1000.0)
       AND hour >= to_timestamp(%(first)s / 1000.0) AND hour < to_timestamp(%(until)s / 1000.0)
     ORDER BY hour LIMIT %(most)s
"""

# Civil days have 23 to 25 hours; months are expected from the channel's first day on. Today and
# what is to come are never missing: they are expected to hold what they do.
_DAYS = """
    SELECT storage.ms(day::timestamp AT TIME ZONE %(zone)s), day::text, 0, used, measured_s,
           known_s, CASE WHEN day < storage.today(%(zone)s)
                         THEN report.expected_s(NULL, NULL, %(zone)s, day, day + 1)
                         ELSE known_s END::integer
      FROM report.usage_day
     WHERE channel_id = %(channel)s
       AND day > (to_timestamp(%(after)s / 1000.0) AT TIME ZONE %(zone)s)::date
       AND day >= (to_timestamp(%(first)s / 1000.0) AT TIME ZONE %(zone)s)::date
       AND day::timestamp < to_timestamp(%(until)s / 1000.0) AT TIME ZONE %(zone)s
     ORDER BY day LIMIT %(most)s
"""
_MONTHS = """
    SELECT storage.ms(u.month::timestamp AT TIME ZONE c.zone), to_char(u.month, 'YYYY-MM'), 0,
           u.used, u.measured_s, u.known_s,
           report.expected_s((c.since AT TIME ZONE c.zone)::date, NULL, c.zone, u.month,
                             (u.month + interval '1 month')::date)::integer
           + (SELECT coalesce(sum(d.known_s), 0)::integer FROM report.usage_day d
               WHERE d.channel_id = u.channel_id AND d.day >= storage.today(c.zone)
                 AND d.day >= u.month AND d.day < u.month + interval '1 month')
      FROM report.usage_month u JOIN channel c ON c.id = u.channel_id
     WHERE u.channel_id = %(channel)s
       AND u.month > (to_timestamp(%(after)s / 1000.0) AT TIME ZONE c.zone)::date
       AND u.month >= (to_timestamp(%(first)s / 1000.0) AT TIME ZONE c.zone)::date
       AND u.month::timestamp < to_timestamp(%(until)s / 1000.0) AT TIME ZONE c.zone
     ORDER BY u.month LIMIT %(most)s
"""
_OF_GRAIN: Final[dict[Grain, str]] = {"hour": _HOURS, "day": _DAYS, "month": _MONTHS}

_MIDNIGHT = "SELECT storage.ms(%s::date::timestamp AT TIME ZONE %s)"


@dataclass(frozen=True, slots=True)
class Span:
    """From one instant to before another, in ms since 1970; after: where the page before ended."""

    first_ms: int = 0
    until_ms: int = _FAR_MS
    after_ms: int = -1


@dataclass(frozen=True, slots=True)
class ReadingColumns:
    """Readings in order of time; columns of equal length.

    value: channel quanta, None is a void. from_ms: when the use of an interval began, None where
    nobody told.
    """

    at_ms: list[int]
    value: list[int | None]
    rank: list[int]
    seq: list[int]
    from_ms: list[int | None]


@dataclass(frozen=True, slots=True)
class UsageColumns:
    """Use in order of time; columns of equal length.

    t: as people write it: an hour with its offset, a day, a month. start_ms: its beginning.
    used: carrier quanta, None where nothing of it is known.
    measured_s: of which the shape is known, known_s: the total; expected_s: what a complete one
    would hold, as far as days are over.
    """

    t: list[str]
    start_ms: list[int]
    used: list[int | None]
    measured_s: list[int]
    known_s: list[int]
    expected_s: list[int]


def midnight(connection: Connection[Any], day: Any, zone: str) -> int:
    """Return the instant at which a civil day begins in a zone."""
    row = in_zone(lambda: connection.execute(_MIDNIGHT, [day, zone]).fetchone(), zone)
    return int(row[0])


def readings(
    connection: Connection[Any], channel: int, span: Span, most: int, *, intervals: bool = False
) -> ReadingColumns:
    """Return effective readings, voids included. intervals: whether the channel's use may begin."""
    parameters = _parameters(channel, span, most) | {"intervals": intervals}
    return ReadingColumns(*_columns(connection.execute(_READINGS, parameters).fetchall(), 5))


def revisions(
    connection: Connection[Any],
    channel: int,
    span: Span,
    after: tuple[int, int, int, int],
    most: int,
) -> ReadingColumns:
    """Return what was also said, and does not stand; after: (at_ms, rank, seq, value)."""
    at, rank, seq, value = after
    parameters = _parameters(channel, span, most)
    parameters |= {"at": at, "rank": rank, "seq": seq, "value": value}
    return ReadingColumns(*_columns(connection.execute(_REVISIONS, parameters).fetchall(), 5))


def usage(
    connection: Connection[Any], channel: int, grain: Grain, zone: str, span: Span, most: int
) -> UsageColumns:
    """Return the use of a channel; zone: in which hours are written, and days begin."""
    parameters = _parameters(channel, span, most) | {"zone": zone}
    rows = in_zone(lambda: connection.execute(_OF_GRAIN[grain], parameters).fetchall(), zone)
    return usage_columns(rows, grain)


def usage_columns(rows: list[Any], grain: Grain) -> UsageColumns:
    """Return rows (start, text, offset, used, measured, known, expected) as columns."""
    start, text, offset, used, measured, known, expected = _columns(rows, 7)
    t = [one + _offset(s) for one, s in zip(text, offset, strict=True)] if grain == "hour" else text
    whole = [None if one is None else int(one) for one in used]  # sums are numeric
    return UsageColumns(t, start, whole, measured, known, expected)


def _parameters(channel: int, span: Span, most: int) -> dict[str, Any]:
    return {
        "channel": channel,
        "first": span.first_ms,
        "until": span.until_ms,
        "after": span.after_ms,
        "most": most,
    }


def _columns(rows: list[Any], width: int) -> list[Any]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


def _offset(seconds: int) -> str:
    """Return a zone's distance from UTC as ISO 8601 writes it."""
    minutes = abs(seconds) // 60
    return f"{'-' if seconds < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"
