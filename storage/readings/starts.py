"""When intervals began, where a file tells it: kept beside the readings, and held apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from metering.channels import Kind
from storage.readings import said
from storage.readings.binding import Bound

# 0 for a channel that had several: then every beginning is kept.
_PERIODS = """
    SELECT channel_id,
           CASE WHEN min(period_s) = max(period_s) THEN min(period_s) ELSE 0 END * 1000::bigint
      FROM channel_setting WHERE channel_id = ANY(%s) AND known_until IS NULL
     GROUP BY channel_id
"""

_KEEP: Final = f"""
    INSERT INTO reading_start (channel_id, at, from_at, rank, seq)
    SELECT channel_id, at, from_at, 0, seq FROM ({said.STARTS}) s
        ON CONFLICT DO NOTHING
    RETURNING channel_id, least(storage.ms(from_at), (
                  SELECT min(storage.ms(o.from_at)) FROM reading_start o
                   WHERE o.channel_id = reading_start.channel_id AND o.at = reading_start.at)),
              storage.ms(at)
"""  # noqa: S608 - only our own text

_QUEUE = """
    INSERT INTO stale_usage (channel_id, first, last)
    SELECT channel, to_timestamp(first / 1000.0), to_timestamp(last / 1000.0)
      FROM unnest(%s::integer[], %s::bigint[], %s::bigint[]) AS q (channel, first, last)
"""

_SINCE = """
    SELECT min(storage.ms(from_at)) FROM reading_start
     WHERE channel_id = %s AND at >= to_timestamp(%s / 1000.0) AND at <= to_timestamp(%s / 1000.0)
"""

# Those whose reading is no void; the last word on each end.
_TOLD = """
    SELECT s.channel_id, storage.ms(s.from_at), storage.ms(s.at)
      FROM (SELECT DISTINCT ON (channel_id, at) channel_id, at, from_at FROM reading_start
             WHERE channel_id = ANY(%(channels)s) AND at >= to_timestamp(%(first)s / 1000.0)
             ORDER BY channel_id, at, rank DESC, seq DESC, from_at DESC) s
     CROSS JOIN LATERAL (
           SELECT value FROM report.reading
            WHERE channel_id = s.channel_id AND at = s.at LIMIT 1) r
     WHERE r.value IS NOT NULL AND s.from_at < to_timestamp(%(last)s / 1000.0)
"""

_INSIDE = """
    SELECT s.place - 1, storage.ms(r.at)
      FROM unnest(%s::integer[], %s::bigint[], %s::bigint[])
           WITH ORDINALITY AS s (channel, from_ms, at_ms, place)
     CROSS JOIN LATERAL (
           SELECT at FROM report.reading
            WHERE channel_id = s.channel AND value IS NOT NULL
              AND at > to_timestamp(s.from_ms / 1000.0) AND at < to_timestamp(s.at_ms / 1000.0)
            ORDER BY at LIMIT 1) r
"""

_OPENS = """
    SELECT id, storage.ms(greatest(since, sealed_before)) FROM channel WHERE id = ANY(%s)
"""

_DAY_MS: Final = 86_400_000
_AT_ONCE: Final = 20_000


class Clash(NamedTuple):
    """A row of bound readings whose use overlaps another's: whence and until when that counts.

    other: the row that it overlaps, -1 where that is stored. from_ms: -1 where nobody told.
    """

    row: int
    other: int
    from_ms: int
    at_ms: int


def kept(
    connection: Connection[Any], bound: Bound, from_ms: NDArray[np.int64] | None
) -> NDArray[np.intp]:
    """Return the rows whose beginning says more than their channel's period does.

    A day or more is always kept, for a period of months is a guess of whoever registered it.
    from_ms: of all readings of the file, by place.
    """
    if from_ms is None:
        return np.empty(0, np.intp)
    begins = from_ms[bound.place]
    rows = np.flatnonzero((bound.kind == Kind.INTERVAL) & (begins >= 0))
    ids = np.unique(bound.channel_id[rows])
    periods = np.zeros(len(ids), np.int64)
    for channel, period_ms in connection.execute(_PERIODS, [ids.tolist()]).fetchall():
        periods[np.searchsorted(ids, channel)] = period_ms
    lasts = bound.at_ms[rows] - begins[rows]
    period = periods[np.searchsorted(ids, bound.channel_id[rows])]
    said: NDArray[np.intp] = rows[(lasts != period) | (lasts >= _DAY_MS)]
    return said


def keep(
    connection: Connection[Any],
    bound: Bound,
    from_ms: NDArray[np.int64] | None,
    file_id: int | None = None,
) -> None:
    """Write down when intervals began, and have what is new of it computed.

    file_id: of a file that can be taken back; the caller holds the channels' locks.
    """
    rows = kept(connection, bound, from_ms)
    if from_ms is None or not len(rows):
        return
    columns = {
        "channels": bound.channel_id, "ats": bound.at_ms, "froms": from_ms[bound.place],
        "seqs": bound.seq,
    }  # fmt: skip
    new: list[tuple[int, int, int]] = []
    for some in _in_parts(rows):
        asked: dict[str, Any] = {name: column[some].tolist() for name, column in columns.items()}
        asked["file"] = file_id
        said.note_starts(connection, asked)
        new += connection.execute(_KEEP.encode(), asked).fetchall()
    _queue(connection, new)


def _queue(connection: Connection[Any], new: list[tuple[int, int, int]]) -> None:
    """Have the use of intervals computed; new: channel, beginning and end of each."""
    runs: list[list[int]] = []
    for channel, first, last in sorted(new):
        if runs and runs[-1][0] == channel and first <= runs[-1][2]:
            runs[-1][2] = max(last, runs[-1][2])
        else:
            runs.append([channel, first, last])
    if runs:
        connection.execute(_QUEUE, list(map(list, zip(*runs, strict=True))))


def since(connection: Connection[Any], channel_id: int, first_ms: int, last_ms: int) -> int:
    """Return where the first of the uses begins that end within a span, at most the span's own."""
    row = connection.execute(_SINCE, [channel_id, first_ms, last_ms]).fetchone()
    return first_ms if row is None or row[0] is None else min(first_ms, int(row[0]))


def differ(
    connection: Connection[Any],
    bound: Bound,
    from_ms: NDArray[np.int64],
    rows: NDArray[np.intp],
) -> bool:
    """Return whether another beginning than a row's is stored of its end, or none."""
    if not len(rows):
        return False
    span = {"first": int(bound.at_ms[rows].min()), "last": int(bound.at_ms[rows].max())}
    ids = np.unique(bound.channel_id[rows]).tolist()
    told = set(connection.execute(_TOLD, {"channels": ids, **span}).fetchall())
    columns = (bound.channel_id, from_ms[bound.place], bound.at_ms)
    return not told.issuperset(zip(*(c[rows].tolist() for c in columns), strict=True))


def clashes(
    connection: Connection[Any], bound: Bound, from_ms: NDArray[np.int64], *, corrects: bool
) -> Iterator[Clash]:
    """Find rows whose use would count for time that another counts for.

    corrects: whether a beginning that is told otherwise of the same end counts instead.
    """
    rows = np.flatnonzero(bound.kind == Kind.INTERVAL)
    if not len(rows):
        return
    begins = from_ms[bound.place]
    rows = rows[np.lexsort((begins[rows], bound.at_ms[rows], bound.channel_id[rows]))]
    rows = rows[~_said_again(bound, begins, rows)]
    yield from _among(bound, begins, rows)
    yield from _with_told(connection, bound, begins, rows, corrects=corrects)
    for mine in _in_parts(kept(connection, bound, from_ms)):
        asked = [column[mine].tolist() for column in (bound.channel_id, begins, bound.at_ms)]
        for place, at_ms in connection.execute(_INSIDE, asked).fetchall():
            yield Clash(int(mine[place]), -1, -1, at_ms)


def _in_parts(rows: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    """Return rows some at a time: as lists they take many times the memory."""
    for first in range(0, len(rows), _AT_ONCE):
        yield rows[first : first + _AT_ONCE]


def _said_again(
    bound: Bound, begins: NDArray[np.int64], rows: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Return which rows say nothing of a beginning that the row after says of the same end."""
    one, after = rows[:-1], rows[1:]
    again = (bound.channel_id[one] == bound.channel_id[after]) & (begins[one] < 0)
    again &= (bound.at_ms[one] == bound.at_ms[after]) & (begins[after] >= 0)
    return np.append(again, False)


def _among(bound: Bound, begins: NDArray[np.int64], rows: NDArray[np.intp]) -> Iterator[Clash]:
    """Find rows of one file that overlap; rows: sorted by (channel, end, beginning)."""
    one, other = rows[1:], rows[:-1]
    same = bound.channel_id[one] == bound.channel_id[other]
    end, before = bound.at_ms[one], bound.at_ms[other]
    begin = begins[one]
    twice = (end == before) & (begins[other] >= 0) & (begin != begins[other])
    for n in np.flatnonzero(same & (begin >= 0) & ((end > before) & (begin < before) | twice)):
        row, like = int(one[n]), int(other[n])
        yield Clash(row, like, int(begins[like]), int(bound.at_ms[like]))


def _with_told(
    connection: Connection[Any],
    bound: Bound,
    begins: NDArray[np.int64],
    rows: NDArray[np.intp],
    *,
    corrects: bool,
) -> Iterator[Clash]:
    """Find rows that end within a stored interval, or that count from elsewhere to its end."""
    ids = np.unique(bound.channel_id[rows]).tolist()
    span = {"first": int(bound.at_ms[rows].min()), "last": int(bound.at_ms[rows].max())}
    for channel, first, last in connection.execute(_TOLD, {"channels": ids, **span}).fetchall():
        own = rows[bound.channel_id[rows] == channel]
        end, begin = bound.at_ms[own], begins[own]
        inside = (end > first) & (end < last)
        other = (end == last) & (begin >= 0) & (begin != first) & (not corrects)
        for row in own[inside | other][:1].tolist():
            yield Clash(row, -1, first, last)


def early(
    connection: Connection[Any], bound: Bound, from_ms: NDArray[np.int64]
) -> NDArray[np.intp]:
    """Return the rows whose use begins before their channel does, or in time that is sealed."""
    rows = kept(connection, bound, from_ms)
    ids = np.unique(bound.channel_id[rows])
    opens = np.zeros(len(ids), np.int64)
    for channel, ms in connection.execute(_OPENS, [ids.tolist()]).fetchall():
        opens[np.searchsorted(ids, channel)] = ms
    begins = from_ms[bound.place[rows]]
    return rows[begins < opens[np.searchsorted(ids, bound.channel_id[rows])]]
