"""Where readings go: bind, quantize, merge, queue, commit; a second writing changes nothing."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import Connection

from metering.errors import UnavailableError
from metering.messages import Message, Readings, Rejection, Stored
from storage import connections, rejects
from storage.binding import AHEAD_MS, Bound, bind
from storage.columns import copy_in

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

_INSERT = """
    INSERT INTO reading (channel_id, at, rank, seq, value)
    SELECT channel_id, at, rank, seq, value FROM incoming
    ON CONFLICT DO NOTHING
"""

# Only who holds a channel's lock replaces its standing readings. It works on both engines, whereas
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
     WHERE (i.rank, i.seq, i.value) IS DISTINCT FROM (r.rank, r.seq, r.value)
    ON CONFLICT DO NOTHING
"""

# Not an UPDATE: joined to the batch, it would bring whole chunks back out of columnstore, where
# ON CONFLICT brings out what holds these very rows.
_REPLACE = """
    INSERT INTO reading (channel_id, at, rank, seq, value)
    SELECT i.channel_id, i.at, i.rank, i.seq, i.value
      FROM incoming i
     CROSS JOIN LATERAL (
           SELECT rank, seq, value FROM reading
            WHERE channel_id = i.channel_id AND at = i.at LIMIT 1) r
     WHERE (i.rank, i.seq) > (r.rank, r.seq)
        OR (i.rank, i.seq) = (r.rank, r.seq)
           AND coalesce(i.value, -9223372036854775808)
               > coalesce(r.value, -9223372036854775808)
    ON CONFLICT (channel_id, at) DO UPDATE
       SET rank = EXCLUDED.rank, seq = EXCLUDED.seq, value = EXCLUDED.value
"""

# One row for each run of days, so that the ends of two years do not queue what lies between.
_QUEUE = """
    INSERT INTO stale_usage (channel_id, first, last)
    SELECT channel, to_timestamp(first / 1000.0), to_timestamp(last / 1000.0)
      FROM unnest(%s::integer[], %s::bigint[], %s::bigint[]) AS q (channel, first, last)
"""

_TALLY = """
    INSERT INTO intake_tally AS t (collector, messages, stored, revised, duplicates, last_at)
    VALUES (%(name)s, %(messages)s, %(stored)s, %(revised)s, %(duplicates)s, now())
    ON CONFLICT (collector) DO UPDATE SET messages = t.messages + EXCLUDED.messages,
        stored = t.stored + EXCLUDED.stored, revised = t.revised + EXCLUDED.revised,
        duplicates = t.duplicates + EXCLUDED.duplicates, last_at = now()
"""

_DAY_MS: Final = 86_400_000

_MONTHS = "SELECT storage.ensure_months(%s, %s)"


@dataclass(frozen=True, slots=True)
class Fold:
    """A batch folded by (channel, at): who stands in it, and what else was said.

    standing, outdone: places in the bound columns, sorted by (channel, at).
    duplicates: readings that the batch says more than once.
    """

    standing: NDArray[np.intp]
    outdone: NDArray[np.intp]
    duplicates: int


def fold(bound: Bound) -> Fold:
    """Return the greatest (rank, seq, value) of each (channel, at), and the different others."""
    order = np.lexsort((bound.value, bound.seq, bound.at_ms, bound.channel_id))
    channel, at = bound.channel_id[order], bound.at_ms[order]
    seq, value = bound.seq[order], bound.value[order]
    same_key = (channel[1:] == channel[:-1]) & (at[1:] == at[:-1])
    same = same_key & (seq[1:] == seq[:-1]) & (value[1:] == value[:-1])
    last = np.append(~same_key, True)[: len(order)]
    repeated = np.append(same, False)[: len(order)]
    return Fold(order[last], order[~last & ~repeated], int(repeated.sum()))


def runs_of_days(bound: Bound, places: NDArray[np.intp]) -> list[list[int]]:
    """Return channels, first and last instants of the runs of days that readings touch.

    places: of the readings, sorted by (channel, at).
    """
    channel, at = bound.channel_id[places], bound.at_ms[places]
    apart = (channel[1:] != channel[:-1]) | (np.diff(at // _DAY_MS) > 1)
    starts = np.flatnonzero(np.append(True, apart))
    ends = np.append(starts[1:], len(places)) - 1
    return [channel[starts].tolist(), at[starts].tolist(), at[ends].tolist()]


class Store:
    """The collector's sink: one connection, one transaction a batch.

    name: whose deliveries are counted together.
    """

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self._name = name
        self._connection: Connection[Any] | None = None
        self._months: set[int] = set()
        self._one_writer = threading.Lock()

    def write(
        self, batch: Sequence[Message], readings: Readings, rejected: Sequence[Rejection]
    ) -> Stored:
        """Commit what a batch says; after this returns it may be receipted."""
        with self._one_writer, self._connected() as connection:
            self._ensure_months(connection, batch, readings.at_ms)
            with connection.transaction():
                bound, refused = bind(connection, batch, readings)
                refusals = [*rejected, *refused]
                counts = merge(connection, bound)
                rejects.keep(connection, batch, refusals)
                self._count(connection, len(batch), *counts)
        return Stored(_seqs(batch, readings, refusals), refusals, *counts)

    def write_whole(
        self, batch: Sequence[Message], readings: Readings, *, dry_run: bool = False
    ) -> Stored:
        """Commit a batch if all of it can be taken, and else nothing; a dry run keeps nothing."""
        counts = 0, 0, 0
        with self._one_writer, self._connected() as connection:
            self._ensure_months(connection, batch, readings.at_ms)
            with connection.transaction(force_rollback=dry_run):
                bound, refused = bind(connection, batch, readings)
                if not refused:
                    counts = merge(connection, bound)
                    self._count(connection, len(batch), *counts)
        return Stored(_seqs(batch, readings, refused), refused, *counts)

    def _count(
        self,
        connection: Connection[Any],
        messages: int,
        stored: int,
        revised: int,
        duplicates: int,
    ) -> None:
        counts = {"stored": stored, "revised": revised, "duplicates": duplicates}
        connection.execute(_TALLY, {"name": self._name, "messages": messages, **counts})

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _connected(self) -> Iterator[Connection[Any]]:
        """Lend the connection, made anew where it is lost; driver errors become ours here."""
        try:
            if self._connection is None or self._connection.closed:
                self._connection = connect(self._url, "commonwatt collector")
            yield self._connection
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            self.close()
            raise UnavailableError(
                "database.unavailable",
                zh=f"数据库暂不可用:{error}",
                en=f"The database is not available: {error}",
                next_zh="未经确认的数据请在恢复后重发,重复发送不会重复计数。",
                next_en="Send what was not confirmed again once it is back; twice counts once.",
            ) from error

    def _ensure_months(
        self, connection: Connection[Any], batch: Sequence[Message], at_ms: NDArray[np.int64]
    ) -> None:
        """Have the partitions that a batch needs, in a transaction of their own.

        What binding refuses as being before 1970 or in the future makes none.
        """
        if not len(at_ms):
            return
        latest_ms = max(message.received_ms for message in batch) + AHEAD_MS
        may_stand = at_ms[(at_ms >= 0) & (at_ms <= latest_ms)]
        months = may_stand.astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64)
        for month in sorted(set(np.unique(months).tolist()) - self._months):
            first = np.datetime64(int(month), "M").astype("datetime64[s]").astype(datetime)
            at = first.replace(tzinfo=UTC)
            connection.execute(_MONTHS, [at, at])
            connection.commit()
            self._months.add(int(month))


def connect(url: str, name: str) -> Connection[Any]:
    """Open a connection on which readings can be merged."""
    connection = connections.writer(url, name)
    for table in ("incoming", "outdone"):
        connection.execute(_MAKE_INCOMING.format(name=table).encode())
    return connection


def merge(
    connection: Connection[Any],
    bound: Bound,
) -> tuple[int, int, int]:
    """Merge readings in the caller's transaction; return stored, revised and duplicate counts."""
    if not len(bound.at_ms):
        return 0, 0, 0
    folded = fold(bound)
    with connection.cursor() as cursor:
        copy_in(cursor, "incoming", _INCOMING, *_rows(bound, folded.standing))
        stored = cursor.execute(_INSERT).rowcount
        revised = 0
        if stored < len(folded.standing) or len(folded.outdone):
            channels = np.unique(bound.channel_id[folded.standing]).tolist()
            cursor.execute(_LOCK, [_LOCK_CLASS, channels])
            copy_in(cursor, "outdone", _INCOMING, *_rows(bound, folded.outdone))
            revised = cursor.execute(_KEEP_LOSERS).rowcount
            cursor.execute(_REPLACE)
        if stored or revised:
            cursor.execute(_QUEUE, runs_of_days(bound, folded.standing))
    return stored, revised, len(bound.at_ms) - stored - revised


def _rows(bound: Bound, places: NDArray[np.intp]) -> tuple[dict[str, NDArray[Any]]]:
    return (
        {
            "channel_id": bound.channel_id[places],
            "at": bound.at_ms[places],
            "rank": np.zeros(len(places), np.int16),
            "seq": bound.seq[places],
            "value": bound.value[places],
        },
    )


def _seqs(
    batch: Sequence[Message], readings: Readings, refusals: Sequence[Rejection]
) -> list[int | None]:
    """Return the sequence number of each message, known from its readings or its refusal."""
    seqs: list[int | None] = [None] * len(batch)
    if len(readings):
        firsts = np.flatnonzero(np.append(True, readings.message[1:] != readings.message[:-1]))
        places, numbers = readings.message[firsts].tolist(), readings.seq[firsts].tolist()
        for place, seq in zip(places, numbers, strict=True):
            seqs[place] = seq or None
    for refusal in refusals:
        if refusal.seq:
            seqs[refusal.message] = refusal.seq
    return seqs
