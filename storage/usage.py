"""The queue of what is to be recomputed, and the hours, days and months that come of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from storage import connections
from storage.columns import Columns, copy_in, copy_out

# How many readings wait is guessed from the period; the oldest wait in front.
_CANDIDATES = """
    SELECT q.channel_id,
           (extract(epoch FROM q.last - q.first) / (SELECT min(period_s) FROM channel_setting s
             WHERE s.channel_id = q.channel_id AND s.known_until IS NULL))::bigint + 2
      FROM (SELECT channel_id, min(id) AS oldest, min(first) AS first, max(last) AS last
              FROM stale_usage WHERE NOT channel_id = ANY(%(without)s)
             GROUP BY channel_id) q
     ORDER BY q.oldest LIMIT %(most)s
"""

# A statement of its own: what is read after it cannot be older than the lock. Plain FOR UPDATE
# would block the collector's foreign keys.
_LOCK = """
    SELECT c.id FROM unnest(%s::integer[]) WITH ORDINALITY AS w (id, place)
      JOIN channel c ON c.id = w.id
     ORDER BY w.place FOR NO KEY UPDATE OF c SKIP LOCKED LIMIT %s
"""

_QUEUED = """
    SELECT id, channel_id, storage.ms(first) AS first, storage.ms(last) AS last
      FROM stale_usage WHERE channel_id = ANY(%(channels)s)
"""

_FORGET = "DELETE FROM stale_usage WHERE id = ANY(%s)"

_QUEUE = """
    INSERT INTO stale_usage (channel_id, first, last)
    SELECT channel, to_timestamp(first / 1000.0), to_timestamp(last / 1000.0)
      FROM unnest(%s::integer[], %s::bigint[], %s::bigint[]) AS q (channel, first, last)
"""

_CHANNELS = """
    SELECT id, kind, zone FROM channel WHERE id = ANY(%s) ORDER BY id
"""

_SETTINGS = """
    SELECT channel_id, storage.ms(valid_from) AS valid_from, factor, period_s,
           coalesce(max_per_hour, 0) AS max_per_hour, coalesce(wraps_at, 0) AS wraps_at
      FROM channel_setting
     WHERE channel_id = ANY(%(channels)s) AND known_until IS NULL
     ORDER BY channel_id, valid_from
"""

_EXCHANGES = """
    SELECT channel_id, storage.ms(at) AS at, coalesce(final, 0) AS final,
           final IS NOT NULL AS final_known, initial
      FROM exchange
     WHERE channel_id = ANY(%(channels)s) AND known_until IS NULL
     ORDER BY channel_id, at
"""

_MAKE_SPAN = """
    CREATE TEMPORARY TABLE IF NOT EXISTS span (
        channel_id integer NOT NULL, first timestamptz NOT NULL, last timestamptz NOT NULL)
    ON COMMIT DELETE ROWS
"""

# The standing reading or exchange before an instant, and the one after.
_NEIGHBOURS = """
    SELECT s.channel_id, storage.ms(s.first) AS first, storage.ms(s.last) AS last,
           storage.ms(coalesce(greatest(before.at, old.at), '-infinity')) AS before,
           storage.ms(coalesce(least(after.at, new.at), 'infinity')) AS after
      FROM span s
      LEFT JOIN LATERAL (SELECT r.at FROM reading r
           WHERE r.channel_id = s.channel_id AND r.at {under} s.first AND r.value IS NOT NULL
           ORDER BY r.at DESC LIMIT 1) before ON true
      LEFT JOIN LATERAL (SELECT r.at FROM reading r
           WHERE r.channel_id = s.channel_id AND r.at {over} s.last AND r.value IS NOT NULL
           ORDER BY r.at LIMIT 1) after ON true
      LEFT JOIN LATERAL (SELECT e.at FROM exchange e WHERE e.known_until IS NULL
           AND e.channel_id = s.channel_id AND e.at {under} s.first
           ORDER BY e.at DESC LIMIT 1) old ON true
      LEFT JOIN LATERAL (SELECT e.at FROM exchange e WHERE e.known_until IS NULL
           AND e.channel_id = s.channel_id AND e.at {over} s.last
           ORDER BY e.at LIMIT 1) new ON true
     ORDER BY 1, 2
"""
_OUTSIDE: Final = _NEIGHBOURS.format(under="<", over=">")
_AT_OR_OUTSIDE: Final = _NEIGHBOURS.format(under="<=", over=">=")

# The offset keeps it a look-up a span, which reads the chunks of that span and no others.
_STANDING = """
    SELECT s.channel_id, r.at, r.value
      FROM span s
     CROSS JOIN LATERAL (
           SELECT at, value FROM reading
            WHERE channel_id = s.channel_id AND at >= s.first AND at <= s.last
              AND value IS NOT NULL OFFSET 0) r
     LIMIT {most}
"""

# One span a statement: joined to them, it would bring whole chunks back out of columnstore.
_CLEAR_HOURS = """
    DELETE FROM usage_hour
     WHERE channel_id = %s
       AND hour >= to_timestamp(%s / 1000.0) AND hour < to_timestamp(%s / 1000.0)
"""

# Spans of one channel lie more than two months apart, so no day or month is made twice.
_CLEAR_DAYS = """
    DELETE FROM usage_day d USING span s, channel c
     WHERE c.id = s.channel_id AND d.channel_id = s.channel_id
       AND d.day >= (s.first AT TIME ZONE c.zone)::date
       AND d.day <= ((s.last - interval '1 hour') AT TIME ZONE c.zone)::date
"""
_MAKE_DAYS = """
    INSERT INTO usage_day (channel_id, day, used, measured_s, known_s)
    SELECT w.channel_id, (date_trunc('day', u.hour, w.zone) AT TIME ZONE w.zone)::date,
           sum(u.used)::bigint, sum(u.measured_s), sum(u.known_s)
      FROM (SELECT s.channel_id, c.zone, date_trunc('day', s.first, c.zone) AS since,
                   (date_trunc('day', (s.last - interval '1 hour') AT TIME ZONE c.zone)
                        + interval '1 day') AT TIME ZONE c.zone AS until
              FROM span s JOIN channel c ON c.id = s.channel_id) w
     CROSS JOIN LATERAL (
           SELECT hour, used, measured_s, known_s FROM usage_hour
            WHERE channel_id = w.channel_id AND hour >= w.since AND hour < w.until OFFSET 0) u
     GROUP BY 1, 2
"""
_CLEAR_MONTHS = """
    DELETE FROM usage_month m USING span s, channel c
     WHERE c.id = s.channel_id AND m.channel_id = s.channel_id
       AND m.month >= date_trunc('month', s.first AT TIME ZONE c.zone)
       AND m.month <= date_trunc('month', (s.last - interval '1 hour') AT TIME ZONE c.zone)
"""
_MAKE_MONTHS = """
    INSERT INTO usage_month (channel_id, month, used, measured_s, known_s)
    SELECT d.channel_id, date_trunc('month', d.day::timestamp)::date, sum(d.used)::bigint,
           sum(d.measured_s), sum(d.known_s)
      FROM span s JOIN channel c ON c.id = s.channel_id
      JOIN usage_day d ON d.channel_id = s.channel_id
       AND d.day >= date_trunc('month', s.first AT TIME ZONE c.zone)::date
       AND d.day < (date_trunc('month', (s.last - interval '1 hour') AT TIME ZONE c.zone)
                    + interval '1 month')::date
     GROUP BY 1, 2
"""
_QUEUE_ACCOUNTS = """
    INSERT INTO stale_account (institution_id, first, last)
    SELECT t.institution_id, min((s.first AT TIME ZONE c.zone)::date),
           max((s.last AT TIME ZONE c.zone)::date)
      FROM span s JOIN channel c ON c.id = s.channel_id
      JOIN account_term t ON t.channel_id = s.channel_id AND t.known_until IS NULL
     GROUP BY t.institution_id ORDER BY t.institution_id
"""

_ENSURE_MONTHS = """
    SELECT storage.ensure_months(to_timestamp(%s / 1000.0), to_timestamp(%s / 1000.0))
"""

_SPAN: Final = {"channel_id": "int4", "first": "at", "last": "at"}
_HOUR: Final = {
    "channel_id": "int4",
    "hour": "at",
    "used": "int8",
    "measured_s": "int2",
    "known_s": "int2",
}


@dataclass(frozen=True, slots=True)
class Spans:
    """Stretches of channels' time, sorted by (channel, first); columns of equal length, in ms."""

    channel_id: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]


def connect(url: str) -> Connection[Any]:
    """Open a connection on which usage can be recomputed."""
    connection = connections.writer(url, "commonwatt worker")
    # Some hundred rows at most, and never analysed: a hash over all partitions would be the guess.
    connection.execute("SET enable_hashjoin = off")
    connection.execute("SET enable_mergejoin = off")
    connection.execute(_MAKE_SPAN)
    return connection


def ensure_months(connection: Connection[Any], first_ms: int, last_ms: int) -> None:
    """Have the partitions from one instant to another, in a transaction of their own."""
    connection.execute(_ENSURE_MONTHS, [first_ms, last_ms])


def take(
    connection: Connection[Any], *, channels: int, readings: int, without: Sequence[int] = ()
) -> tuple[list[int], Columns]:
    """Lock channels that wait, oldest first; return them and their queue rows (id, span in ms).

    channels, readings: about as many of both as are wanted; at least one channel where one is free.
    """
    waiting = connection.execute(
        _CANDIDATES, {"most": 4 * channels, "without": list(without)}
    ).fetchall()
    if not waiting:
        return [], {}
    guesses = [min(int(row[1] or 2), readings) for row in waiting]
    room = max(1, min(channels, readings * len(guesses) // sum(guesses)))
    locked = [row[0] for row in connection.execute(_LOCK, [[row[0] for row in waiting], room])]
    if not locked:
        return [], {}
    queued = copy_out(
        connection,
        _QUEUED,
        {"id": "int8", "channel_id": "int4", "first": "int8", "last": "int8"},
        {"channels": locked},
    )
    return locked, queued


def finish(connection: Connection[Any], ids: Sequence[int], rest: Spans | None) -> None:
    """Forget queue rows that were read, and queue what did not fit."""
    connection.execute(_FORGET, [list(ids)])
    if rest is not None and len(rest.channel_id):
        connection.execute(
            _QUEUE, [rest.channel_id.tolist(), rest.first.tolist(), rest.last.tolist()]
        )


def channels(connection: Connection[Any], ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    """Return kind and zone of channels."""
    return {row[0]: (row[1], row[2]) for row in connection.execute(_CHANNELS, [list(ids)])}


def settings(connection: Connection[Any], ids: Sequence[int]) -> Columns:
    """Return the settings of channels, sorted by (channel, valid_from); 0 is unknown."""
    types = dict.fromkeys(("valid_from", "factor", "period_s", "max_per_hour", "wraps_at"), "int8")
    wire = {"channel_id": "int4", **types, "period_s": "int4"}
    return copy_out(connection, _SETTINGS, wire, {"channels": list(ids)})


def exchanges(connection: Connection[Any], ids: Sequence[int]) -> Columns:
    """Return the exchanges of channels, sorted by (channel, at)."""
    wire = {
        "channel_id": "int4",
        "at": "int8",
        "final": "int8",
        "final_known": "bool",
        "initial": "int8",
    }
    return copy_out(connection, _EXCHANGES, wire, {"channels": list(ids)})


def neighbours(connection: Connection[Any], spans: Spans, *, touching: bool) -> Columns:
    """Return the standing reading before and after each span (±9e15 where there is none).

    touching: whether a reading on the span's very edge counts.
    """
    _use(connection, spans)
    wire = {"channel_id": "int4", **dict.fromkeys(("first", "last", "before", "after"), "int8")}
    return copy_out(connection, _AT_OR_OUTSIDE if touching else _OUTSIDE, wire)


def standing(connection: Connection[Any], spans: Spans, *, most: int) -> Columns:
    """Return the standing readings within spans, both ends included, sorted by (channel, at).

    most: at most this many rows come back; as many as that means there may be more.
    """
    _use(connection, spans)
    wire = {"channel_id": "int4", "at": "at", "value": "int8"}
    found = copy_out(connection, _STANDING.format(most=most), wire)
    order = np.lexsort((found["at"], found["channel_id"]))
    return {name: column[order] for name, column in found.items()}


def replace(
    connection: Connection[Any], spans: Spans, hours: Columns, unknown: NDArray[np.bool_]
) -> None:
    """Replace the hours of spans, and the days and months above them; queue their accounts.

    spans: whole hours, the last not included; those of one channel more than 62 days apart.
    unknown: where `used` is null.
    """
    _use(connection, spans)
    with connection.cursor() as cursor:
        columns = (spans.channel_id, spans.first, spans.last)
        cursor.executemany(_CLEAR_HOURS, zip(*(c.tolist() for c in columns), strict=True))
        copy_in(cursor, "usage_hour", _HOUR, hours, null=("used", unknown))
        for statement in (_CLEAR_DAYS, _MAKE_DAYS, _CLEAR_MONTHS, _MAKE_MONTHS, _QUEUE_ACCOUNTS):
            cursor.execute(statement)


def _use(connection: Connection[Any], spans: Spans) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM span")
        columns = {"channel_id": spans.channel_id, "first": spans.first, "last": spans.last}
        copy_in(cursor, "span", _SPAN, columns)
