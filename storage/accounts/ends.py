"""Where the hours of calm registers end, and what is added to them without being made anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from storage.accounts import usage
from storage.columns import Columns, copy_in, copy_out, gathered
from storage.readings.stale import Spans

_ENDS = """
    SELECT channel_id, at, value, measured_ms, known_ms
      FROM usage_end WHERE channel_id = ANY(%(channels)s)
"""

# From the reading at the end on: whether it is still there tells whether more changed. The bounds
# of all of them leave out what no channel asks for before any is looked up.
_SINCE = """
    SELECT s.channel_id, r.at, r.value
      FROM span s
     CROSS JOIN LATERAL (
           SELECT at, value FROM reading
            WHERE channel_id = s.channel_id AND at >= s.first AND at <= s.last
              AND at >= to_timestamp(%(first)s / 1000.0) AND at <= to_timestamp(%(last)s / 1000.0)
              AND value IS NOT NULL OFFSET 0) r
     LIMIT %(most)s
"""

_MAKE_ADDED = """
    CREATE TEMPORARY TABLE IF NOT EXISTS added (
        channel_id integer NOT NULL, hour timestamptz NOT NULL, used bigint NOT NULL,
        measured_s smallint NOT NULL, known_s smallint NOT NULL)
    ON COMMIT DELETE ROWS
"""
_MAKE_ENDING = """
    CREATE TEMPORARY TABLE IF NOT EXISTS ending (
        channel_id integer NOT NULL, at timestamptz NOT NULL, value bigint NOT NULL,
        measured_ms smallint NOT NULL, known_ms smallint NOT NULL)
    ON COMMIT DELETE ROWS
"""

_ADD_HOURS = """
    INSERT INTO usage_hour AS u (channel_id, hour, used, measured_s, known_s)
    SELECT channel_id, hour, used, measured_s, known_s FROM added
    ON CONFLICT (channel_id, hour) DO UPDATE
       SET used = coalesce(u.used, 0) + excluded.used,
           measured_s = u.measured_s + excluded.measured_s, known_s = u.known_s + excluded.known_s
"""
_ADD_DAYS = """
    INSERT INTO usage_day AS u (channel_id, day, used, measured_s, known_s)
    SELECT a.channel_id, (a.hour AT TIME ZONE c.zone)::date, sum(a.used)::bigint,
           sum(a.measured_s), sum(a.known_s)
      FROM added a JOIN channel c ON c.id = a.channel_id
     GROUP BY 1, 2
    ON CONFLICT (channel_id, day) DO UPDATE
       SET used = coalesce(u.used, 0) + excluded.used,
           measured_s = u.measured_s + excluded.measured_s, known_s = u.known_s + excluded.known_s
"""
_ADD_MONTHS = """
    INSERT INTO usage_month AS u (channel_id, month, used, measured_s, known_s)
    SELECT a.channel_id, date_trunc('month', a.hour AT TIME ZONE c.zone)::date,
           sum(a.used)::bigint, sum(a.measured_s), sum(a.known_s)
      FROM added a JOIN channel c ON c.id = a.channel_id
     GROUP BY 1, 2
    ON CONFLICT (channel_id, month) DO UPDATE
       SET used = coalesce(u.used, 0) + excluded.used,
           measured_s = u.measured_s + excluded.measured_s, known_s = u.known_s + excluded.known_s
"""

_KEEP = """
    INSERT INTO usage_end AS e (channel_id, at, value, measured_ms, known_ms)
    SELECT channel_id, at, value, measured_ms, known_ms FROM ending
    ON CONFLICT (channel_id) DO UPDATE
       SET at = excluded.at, value = excluded.value, measured_ms = excluded.measured_ms,
           known_ms = excluded.known_ms
"""
_FORGET = "DELETE FROM usage_end WHERE channel_id = ANY(%s)"

_END: Final = {
    "channel_id": "int4",
    "at": "at",
    "value": "int8",
    "measured_ms": "int2",
    "known_ms": "int2",
}


def prepare(connection: Connection[Any]) -> None:
    """Make the connection ready for what is here."""
    connection.execute(_MAKE_ADDED)
    connection.execute(_MAKE_ENDING)


def ends(connection: Connection[Any], channels: Sequence[int]) -> Columns:
    """Return where calm registers' hours end, those of them that do; sorted by channel."""
    found = copy_out(connection, _ENDS, _END, {"channels": list(channels)})
    order = np.argsort(found["channel_id"])
    return {name: column[order] for name, column in found.items()}


def since(connection: Connection[Any], spans: Spans, *, most: int) -> Columns:
    """Return the effective readings within spans, both ends included, sorted by (channel, at).

    most: at most this many rows come back; as many as that means there may be more.
    """
    usage.use(connection, spans)
    bounds = {"first": int(spans.first.min()), "last": int(spans.last.max())}
    wire = {"channel_id": "int4", "at": "at", "value": "int8"}
    found = gathered(connection, _SINCE, wire, {**bounds, "most": most})
    order = np.lexsort((found["at"], found["channel_id"]))
    return {name: column[order] for name, column in found.items()}


def add(connection: Connection[Any], hours: Columns, above: Spans) -> None:
    """Add to hours, and to the days and months above them; queue their accounts.

    hours: sorted by (channel, hour). above: one span a channel, around its hours.
    """
    with connection.cursor() as cursor:
        copy_in(cursor, "added", usage.HOUR, hours)
        for statement in (_ADD_HOURS, _ADD_DAYS, _ADD_MONTHS):
            cursor.execute(statement)
        usage.tell(connection, above)


def keep(connection: Connection[Any], found: Columns) -> None:
    """Write where hours of registers end now."""
    with connection.cursor() as cursor:
        copy_in(cursor, "ending", _END, found)
        cursor.execute(_KEEP)


def forget(connection: Connection[Any], channels: NDArray[np.int64]) -> None:
    """Forget where the hours of channels end: what comes next is judged by all around it."""
    if len(channels):
        connection.execute(_FORGET, [channels.tolist()])
