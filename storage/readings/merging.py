"""How readings join those that are there: the greatest stands, the others are kept, days wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import Connection, Cursor

from metering.messages import Outdone
from storage.columns import Columns, copy_in
from storage.readings import said
from storage.readings.binding import Bound
from storage.readings.folding import Fold, fold, runs_of_days

_INCOMING: Final = {
    "channel_id": "int4",
    "at": "at",
    "rank": "int2",
    "seq": "int8",
    "value": "int8",
}

_MAKE_INCOMING = """
    CREATE TEMPORARY TABLE IF NOT EXISTS {name} (
        channel_id integer NOT NULL, at timestamptz NOT NULL, rank smallint NOT NULL,
        seq bigint NOT NULL, value bigint) ON COMMIT DELETE ROWS
"""

_INSERT: Final = """
    INSERT INTO reading (channel_id, at, rank, seq, value)
    SELECT channel_id, at, rank, seq, value FROM incoming
    ON CONFLICT DO NOTHING
"""
_INSERT_AND_TELL: Final = _INSERT + " RETURNING channel_id, storage.ms(at)"
_INSERT_OF_FILE: Final = f"""
    WITH new AS ({_INSERT} RETURNING channel_id, at, seq, value), told AS ({said.NOTED})
"""
_COUNT_NEW: Final = _INSERT_OF_FILE + "SELECT count(*) FROM new"  # noqa: S608
_TELL_NEW: Final = _INSERT_OF_FILE + "SELECT channel_id, storage.ms(at) FROM new"  # noqa: S608

# What was said before stands already, and whoever replaces it keeps it: sent again, it waits for
# nobody, however long somebody's file of the same channel takes. What only files said can go again.
_DIFFERS = """
    SELECT DISTINCT i.channel_id
      FROM incoming i
      LEFT JOIN LATERAL (
           SELECT rank, seq, value FROM reading
            WHERE channel_id = i.channel_id AND at = i.at LIMIT 1) r ON true
     WHERE (i.rank, i.seq, i.value) IS DISTINCT FROM (r.rank, r.seq, r.value)
        OR EXISTS (SELECT FROM reading_of_file f
                    WHERE f.channel_id = i.channel_id AND f.at = i.at AND f.seq = i.seq
                      AND f.value = i.value AND f.file_id IS DISTINCT FROM %(file)s)
        OR EXISTS (SELECT FROM run_of_file f
                    WHERE f.channel_id = i.channel_id AND f.file_id IS DISTINCT FROM %(file)s
                      AND tstzrange(f.first, f.last, '[]') @> i.at)
"""

# Only who holds a channel's lock replaces its effective readings. It works on both engines, whereas
# columnstore rows cannot be locked one by one. In order of channel, so that nobody waits in a ring.
_LOCK = "SELECT pg_advisory_xact_lock(%s, channel) FROM unnest(%s::integer[]) AS channel"
_LOCK_CLASS: Final = 2

# A later statement sees what a concurrent writer has committed in the meantime. The limit makes it
# one look-up a reading; a join might read every month, and out of columnstore at that.
_KEEP_LOSERS = """
    INSERT INTO reading_revision (channel_id, at, rank, seq, value)
    SELECT channel_id, at, rank, seq, value FROM outdone
    UNION
    SELECT i.channel_id, i.at, lost.rank, lost.seq, lost.value
      FROM incoming i
     CROSS JOIN LATERAL (
           SELECT rank, seq, value FROM reading
            WHERE channel_id = i.channel_id AND at = i.at LIMIT 1) r
     CROSS JOIN LATERAL (
           SELECT l.* FROM (VALUES (i.rank, i.seq, i.value), (r.rank, r.seq, r.value))
                  AS l (rank, seq, value)
            ORDER BY l.rank, l.seq, l.value NULLS FIRST LIMIT 1) lost
     WHERE i.channel_id = ANY(%(locked)s)
       AND (i.rank, i.seq, i.value) IS DISTINCT FROM (r.rank, r.seq, r.value)
    ON CONFLICT DO NOTHING
"""

# Not an UPDATE: joined to the batch, it would bring whole chunks back out of columnstore, where
# ON CONFLICT brings out what holds these very rows. Where nothing stands any more, a person took
# back what stood a moment ago.
_REPLACE = """
    INSERT INTO reading (channel_id, at, rank, seq, value)
    SELECT i.channel_id, i.at, i.rank, i.seq, i.value
      FROM incoming i
      LEFT JOIN LATERAL (
           SELECT rank, seq, value FROM reading
            WHERE channel_id = i.channel_id AND at = i.at LIMIT 1) r ON true
     WHERE i.channel_id = ANY(%(locked)s)
       AND (r.rank IS NULL
            OR (i.rank, i.seq) > (r.rank, r.seq)
            OR (i.rank, i.seq) = (r.rank, r.seq)
               AND coalesce(i.value, -9223372036854775808)
                   > coalesce(r.value, -9223372036854775808))
    ON CONFLICT (channel_id, at) DO UPDATE
       SET rank = EXCLUDED.rank, seq = EXCLUDED.seq, value = EXCLUDED.value
"""

# One row for each run of days, so that the ends of two years do not queue what lies between.
# Where readings only came, less is judged anew.
_QUEUE = """
    INSERT INTO stale_usage (channel_id, first, last, added)
    SELECT channel, to_timestamp(first / 1000.0), to_timestamp(last / 1000.0), %s
      FROM unnest(%s::integer[], %s::bigint[], %s::bigint[]) AS q (channel, first, last)
"""

_AT_ONCE: Final = 1 << 18  # readings


# What was said, in the batch just merged, and does not stand.
_OUTDONE = """
    SELECT s.channel_id, storage.ms(s.at), s.seq, s.value, r.value, r.rank
      FROM (SELECT * FROM incoming UNION ALL SELECT * FROM outdone) s
     CROSS JOIN LATERAL (
           SELECT rank, value FROM reading
            WHERE channel_id = s.channel_id AND at = s.at LIMIT 1) r
     WHERE s.value IS DISTINCT FROM r.value
"""


class Settled(NamedTuple):
    """How many readings are kept beside others, and how many stand now that did not."""

    revised: int
    replaced: int


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of readings: counts, and which are of instants that had none, where asked."""

    stored: int
    revised: int
    duplicates: int
    new: NDArray[np.bool_]


def prepare(connection: Connection[Any]) -> None:
    """Make what a connection needs to merge on."""
    for table in ("incoming", "outdone"):
        connection.execute(_MAKE_INCOMING.format(name=table).encode())


def merge(
    connection: Connection[Any],
    bound: Bound,
    *,
    tell_new: bool = False,
    file_id: int | None = None,
    lock: Sequence[int] = (),
    hopeful: bool = False,
) -> Merged:
    """Merge readings of gateways and files, whose rank is 0, in the caller's transaction.

    tell_new: whether to say which readings are of instants that had none.
    file_id: of a file that can be taken back: what nobody else has said is noted as its own.
    lock: channels to lock in any case.
    hopeful: whether to try first as if nothing was said before; it costs less, if that is so.
    """
    new = np.zeros(len(bound.at_ms), np.bool_)
    if not len(bound.at_ms):
        return Merged(0, 0, 0, new)
    folded, settled = fold(bound), Settled(0, 0)
    special = file_id is not None or lock or len(folded.outdone)
    if hopeful and not special and _copied(connection, bound, folded.effective):
        new[folded.effective] = True
        connection.execute(_QUEUE, [True, *runs_of_days(bound, folded.effective)])
        return Merged(len(folded.effective), 0, folded.duplicates, new)
    with connection.cursor() as cursor:
        _copy(cursor, "incoming", bound, folded.effective)
        stored = _insert(cursor, tell_new=tell_new, file_id=file_id)
        if tell_new:
            new[folded.effective] = _among(bound, folded.effective, cursor.fetchall())
        if stored < len(folded.effective) or len(folded.outdone) or lock:
            settled = _revise(cursor, bound, folded, file_id, lock)
        if stored or any(settled):
            cursor.execute(_QUEUE, [not any(settled), *runs_of_days(bound, folded.effective)])
    revised = settled.revised
    return Merged(stored, revised, len(bound.at_ms) - stored - revised, new)


def _copied(connection: Connection[Any], bound: Bound, places: NDArray[np.intp]) -> bool:
    """Copy readings to where they stand; False, and nothing, where one of them has company there.

    COPY costs half of INSERT with ON CONFLICT, and knows no other answer to a conflict.
    """
    try:
        with connection.transaction(), connection.cursor() as cursor:
            _copy(cursor, "reading", bound, places)
    except psycopg.errors.UniqueViolation:
        return False
    return True


def _insert(cursor: Cursor[Any], *, tell_new: bool, file_id: int | None) -> int:
    if file_id is not None and tell_new:
        return cursor.execute(_TELL_NEW.encode(), {"file": file_id}).rowcount
    if file_id is not None:
        counted = cursor.execute(_COUNT_NEW.encode(), {"file": file_id}).fetchone()
        return int(counted[0]) if counted else 0
    return cursor.execute(_INSERT_AND_TELL if tell_new else _INSERT).rowcount


def _revise(
    cursor: Cursor[Any], bound: Bound, folded: Fold, file_id: int | None, lock: Sequence[int]
) -> Settled:
    """Let the greatest stand where something else was said before."""
    differ = {channel for (channel,) in cursor.execute(_DIFFERS, {"file": file_id})}
    differ.update(bound.channel_id[folded.outdone].tolist(), lock)
    if not differ:
        return Settled(0, 0)
    _copy(cursor, "outdone", bound, folded.outdone)
    return settle(cursor.connection, sorted(differ), file_id)


def lock(connection: Connection[Any], channels: list[int]) -> None:
    """Wait until nobody else replaces readings of these channels, in order of id, and hold them."""
    connection.execute(_LOCK, [_LOCK_CLASS, channels])


def settle(connection: Connection[Any], channels: list[int], file_id: int | None = None) -> Settled:
    """Let the greatest stand and keep the others, all being inserted.

    channels: in order of id, all of which `incoming` and `outdone` hold what differs.
    """
    lock(connection, channels)
    said.note_readings(connection, channels, file_id)
    revised = connection.execute(_KEEP_LOSERS, {"locked": channels}).rowcount
    return Settled(revised, connection.execute(_REPLACE, {"locked": channels}).rowcount)


def _among(
    bound: Bound, places: NDArray[np.intp], keys: list[tuple[int, int]]
) -> NDArray[np.bool_]:
    """Return which readings have one of these channels and instants."""
    known = set(keys)
    pairs = zip(bound.channel_id[places].tolist(), bound.at_ms[places].tolist(), strict=True)
    return np.fromiter((pair in known for pair in pairs), np.bool_, len(places))


def outdone(connection: Connection[Any], bound: Bound) -> list[Outdone]:
    """Return which of the readings just merged do not stand, in order of their places."""
    rows = connection.execute(_OUTDONE).fetchall()
    if not rows:
        return []
    wanted = {tuple(row[:4]): (row[4], row[5]) for row in rows}
    near = np.flatnonzero(np.isin(bound.at_ms, [row[1] for row in rows]))
    columns = (bound.channel_id, bound.at_ms, bound.seq, bound.value)
    keys = zip(*(column[near].tolist() for column in columns), strict=True)
    found: dict[tuple[Any, ...], Outdone] = {}  # what a file says twice is told once
    for place, key in zip(near.tolist(), keys, strict=True):
        if key in wanted:
            found.setdefault(key, Outdone(int(bound.place[place]), *wanted[key]))
    return list(found.values())


def _copy(cursor: Cursor[Any], table: str, bound: Bound, places: NDArray[np.intp]) -> None:
    """Copy readings in, some at a time."""
    for first in range(0, len(places), _AT_ONCE):
        copy_in(cursor, table, _INCOMING, _rows(bound, places[first : first + _AT_ONCE]))


def _rows(bound: Bound, places: NDArray[np.intp]) -> Columns:
    return {
        "channel_id": bound.channel_id[places],
        "at": bound.at_ms[places],
        "rank": np.zeros(len(places), np.int16),
        "seq": bound.seq[places],
        "value": bound.value[places],
    }
