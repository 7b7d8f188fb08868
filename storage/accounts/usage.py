"""What usage is made of, and the hours, days and months that come of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from psycopg import Connection

from storage import connections
from storage.columns import Columns, copy_in, copy_out, gathered
from storage.connections import WRITING, Bounds
from storage.readings.stale import Spans

_CHANNELS = """
    SELECT id, kind, zone FROM channel WHERE id = ANY(%s) ORDER BY id
"""

_SETTINGS = """
    SELECT channel_id, storage.ms(valid_from) AS valid_from, factor, under, period_s,
           coalesce(max_per_hour, 0) AS max_per_hour, coalesce(wraps_at, 0) AS wraps_at
      FROM channel_setting
     WHERE channel_id = ANY(%(channels)s::bigint[]) AND known_until IS NULL
     ORDER BY channel_id, valid_from
"""

_EXCHANGES = """
    SELECT channel_id, storage.ms(at) AS at, coalesce(final, 0) AS final,
           final IS NOT NULL AS final_known, initial
      FROM exchange
     WHERE channel_id = ANY(%(channels)s) AND known_until IS NULL
     ORDER BY channel_id, at
"""

_VERDICTS = """
    SELECT channel_id, storage.ms(at) AS at, wrap
      FROM verdict
     WHERE channel_id = ANY(%(channels)s) AND known_until IS NULL
     ORDER BY channel_id, at
"""

# Of several that were told of one end, the greatest stands, as of readings.
_STARTS = """
    SELECT DISTINCT ON (channel_id, at) channel_id, storage.ms(at) AS at,
           storage.ms(from_at) AS from_ms
      FROM reading_start WHERE channel_id = ANY(%(channels)s)
     ORDER BY channel_id, at, rank DESC, seq DESC, from_at DESC
"""

_MAKE_SPAN = """
    CREATE TEMPORARY TABLE IF NOT EXISTS span (
        place integer NOT NULL, channel_id integer NOT NULL,
        first timestamptz NOT NULL, last timestamptz NOT NULL)
    ON COMMIT DELETE ROWS
"""

# The effective readings of spans, and so many before and after each. The offset keeps the middle a
# look-up a span, which reads the chunks of that span and no others.
_AROUND = """
    SELECT s.place, r.at, r.value
      FROM span s
     CROSS JOIN LATERAL (
           (SELECT at, value FROM reading
             WHERE channel_id = s.channel_id AND at < s.first AND value IS NOT NULL
             ORDER BY at DESC LIMIT {rows})
            UNION ALL
           (SELECT at, value FROM reading
             WHERE channel_id = s.channel_id AND at >= s.first AND at <= s.last
               AND value IS NOT NULL OFFSET 0)
            UNION ALL
           (SELECT at, value FROM reading
             WHERE channel_id = s.channel_id AND at > s.last AND value IS NOT NULL
             ORDER BY at LIMIT {rows})) r
     LIMIT {most}
"""

_HOURS = """
    SELECT s.channel_id, u.hour, u.used, u.measured_s, u.known_s
      FROM span s
     CROSS JOIN LATERAL (
           SELECT hour, coalesce(used, %(unknown)s) AS used, measured_s, known_s FROM usage_hour
            WHERE channel_id = s.channel_id AND hour >= s.first AND hour < s.last OFFSET 0) u
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
# Findings of so long ago are looked for no more by themselves: such a channel is looked at anew.
_LOOK_ANEW = """
    DELETE FROM finding_looked l USING span s, channel c
     WHERE l.channel_id = s.channel_id AND c.id = s.channel_id
       AND (s.first AT TIME ZONE c.zone)::date < l.until - 28
"""
# A look-up a span, whatever is known of the tables: an offset is not joined in another order, and
# a bigint is looked up in a B-tree.
_QUEUE_ACCOUNTS = """
    INSERT INTO stale_account (institution_id, first, last)
    SELECT t.institution_id, min((s.first AT TIME ZONE c.zone)::date),
           max((s.last AT TIME ZONE c.zone)::date)
      FROM span s JOIN channel c ON c.id = s.channel_id
     CROSS JOIN LATERAL (SELECT institution_id FROM account_term
                          WHERE channel_id = s.channel_id::bigint AND known_until IS NULL
                         OFFSET 0) t
     GROUP BY t.institution_id ORDER BY t.institution_id
"""
# Virtual channels that are made of these; with none there is nothing to look for.
_QUEUE_FORMULAS = """
    INSERT INTO stale_formula (channel_id, first, last)
    SELECT f.channel_id, min(s.first), max(s.last)
      FROM span s
      JOIN formula f ON f.known_until IS NULL AND f.inputs @> ARRAY[s.channel_id]
     GROUP BY f.channel_id ORDER BY f.channel_id
"""

_ENSURE_MONTHS = """
    SELECT storage.ensure_months(to_timestamp(%s / 1000.0), to_timestamp(%s / 1000.0))
"""

_SPAN: Final = {"place": "int4", "channel_id": "int4", "first": "at", "last": "at"}
UNKNOWN: Final = -(2**63)  # the use of an hour of which nothing is known, where hours are columns
HOUR: Final = {
    "channel_id": "int4",
    "hour": "at",
    "used": "int8",
    "measured_s": "int2",
    "known_s": "int2",
}


def connect(url: str, bounds: Bounds = WRITING) -> Connection[Any]:
    """Open a connection on which usage can be recomputed."""
    connection = connections.writer(url, "commonwatt worker", bounds)
    # Some hundred rows at most, and never analysed: a hash over all partitions would be the guess.
    connection.execute("SET enable_hashjoin = off")
    connection.execute("SET enable_mergejoin = off")
    connection.execute(_MAKE_SPAN)
    return connection


def ensure_months(connection: Connection[Any], first_ms: int, last_ms: int) -> None:
    """Have the partitions from one instant to another, in a transaction of their own."""
    connection.execute(_ENSURE_MONTHS, [first_ms, last_ms])


def channels(connection: Connection[Any], ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    """Return kind and zone of channels."""
    return {row[0]: (row[1], row[2]) for row in connection.execute(_CHANNELS, [list(ids)])}


def settings(connection: Connection[Any], ids: Sequence[int]) -> Columns:
    """Return the settings of channels, sorted by (channel, valid_from); 0 is unknown."""
    types = dict.fromkeys(
        ("valid_from", "factor", "under", "period_s", "max_per_hour", "wraps_at"), "int8"
    )
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


def verdicts(connection: Connection[Any], ids: Sequence[int]) -> Columns:
    """Return what people said of readings of channels, sorted by (channel, at)."""
    wire = {"channel_id": "int4", "at": "int8", "wrap": "bool"}
    return copy_out(connection, _VERDICTS, wire, {"channels": list(ids)})


def starts(connection: Connection[Any], ids: Sequence[int]) -> Columns:
    """Return when intervals of channels began, where that is told, sorted by (channel, at)."""
    wire = {"channel_id": "int4", "at": "int8", "from_ms": "int8"}
    found = copy_out(connection, _STARTS, wire, {"channels": list(ids)})
    order = np.lexsort((found["at"], found["channel_id"]))
    return {name: column[order] for name, column in found.items()}


def around(connection: Connection[Any], spans: Spans, *, rows: int, most: int) -> Columns:
    """Return the effective readings within spans, and so many before and after each.

    most: at most this many rows come back; as many as that means there may be more.
    returns: place (of the span), at, value; sorted by (place, at).
    """
    use(connection, spans)
    wire = {"place": "int4", "at": "at", "value": "int8"}
    found = gathered(connection, _AROUND.format(rows=rows, most=most), wire)
    order = np.lexsort((found["at"], found["place"]))
    return {name: column[order] for name, column in found.items()}


def hours(connection: Connection[Any], spans: Spans) -> Columns:
    """Return the stored hours of spans, the last not included, sorted by (channel, hour)."""
    use(connection, spans)
    found = copy_out(connection, _HOURS, HOUR, {"unknown": UNKNOWN})
    order = np.lexsort((found["hour"], found["channel_id"]))
    return {name: column[order] for name, column in found.items()}


def replace(connection: Connection[Any], spans: Spans, above: Spans, hours: Columns) -> None:
    """Replace the hours of spans, and the days and months above them; queue their accounts.

    spans: whole hours, the last not included.
    above: spans around them whose days and months are summed again; those of one channel more
        than 62 days apart.
    hours: use is `UNKNOWN` where nothing is known.
    """
    with connection.cursor() as cursor:
        columns = (spans.channel_id, spans.first, spans.last)
        cursor.executemany(_CLEAR_HOURS, zip(*(c.tolist() for c in columns), strict=True))
        copy_in(cursor, "usage_hour", HOUR, hours, null=("used", hours["used"] == UNKNOWN))
        use(connection, above)
        for statement in (_CLEAR_DAYS, _MAKE_DAYS, _CLEAR_MONTHS, _MAKE_MONTHS):
            cursor.execute(statement)
    _tell(connection)


def tell(connection: Connection[Any], spans: Spans) -> None:
    """Queue the accounts above spans whose hours changed; past findings are looked for anew."""
    use(connection, spans)
    _tell(connection)


def _tell(connection: Connection[Any]) -> None:
    connection.execute(_LOOK_ANEW)
    connection.execute(_QUEUE_ACCOUNTS)
    connection.execute(_QUEUE_FORMULAS)


def use(connection: Connection[Any], spans: Spans) -> None:
    """Put spans into the temporary table that statements of this connection join."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM span")
        columns = {
            "place": np.arange(len(spans.channel_id)),
            "channel_id": spans.channel_id,
            "first": spans.first,
            "last": spans.last,
        }
        copy_in(cursor, "span", _SPAN, columns)
