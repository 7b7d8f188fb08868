"""Where readings go: bind, quantize, merge, queue, commit; a second writing changes nothing."""

import threading
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import Connection

from metering.channels import Kind
from metering.clocks import AHEAD_MS
from metering.errors import ConflictError, UnavailableError
from metering.messages import AuditNote, Message, Readings, Rejection, Stored
from storage import connections
from storage.connections import WRITING, Bounds
from storage.readings import (
    clocks,
    corrections,
    elsewhere,
    file_clocks,
    marks,
    merging,
    rejects,
    starts,
    unbound,
)
from storage.readings.binding import Bound, bind
from storage.readings.fitting import fitting
from storage.readings.merging import Merged, merge, outdone
from storage.readings.outcomes import seqs_of, stored_of
from storage.readings.rejects import Rejected

_TALLY = """
    INSERT INTO intake_tally AS t (collector, messages, stored, revised, duplicates, last_at)
    VALUES (%(name)s, %(messages)s, %(stored)s, %(revised)s, %(duplicates)s, now())
    ON CONFLICT (collector) DO UPDATE SET messages = t.messages + EXCLUDED.messages,
        stored = t.stored + EXCLUDED.stored, revised = t.revised + EXCLUDED.revised,
        duplicates = t.duplicates + EXCLUDED.duplicates, last_at = now()
"""

_MONTHS = "SELECT storage.ensure_months(%s, %s)"


_TOLD: Final = 20  # of what is outdone; the rest is counted


class Store:
    """The collector's sink: one connection, one transaction a batch.

    name: whose deliveries are counted together.
    ahead_ms: how far a reading may be ahead of its arrival.
    """

    def __init__(
        self, url: str, name: str, *, ahead_ms: int = AHEAD_MS, bounds: Bounds = WRITING
    ) -> None:
        self._url = url
        self._name = name
        self._bounds = bounds
        self.ahead_ms = ahead_ms
        self._connection: Connection[Any] | None = None
        self._months: set[int] = set()
        self._one_writer = threading.Lock()

    def write(
        self,
        batch: Sequence[Message],
        readings: Readings,
        rejected: Sequence[Rejection],
        *,
        noted: Container[int] = (),
    ) -> Stored:
        """Commit what a batch says; after this returns it may be receipted.

        noted: places of messages that waited for a key, which is counted already.
        """
        with self._one_writer, self._connected() as connection:
            self._ensure_months(connection, batch, readings.at_ms)
            with connection.transaction():
                return self._take(connection, batch, readings, rejected, noted)

    def try_out(
        self, batch: Sequence[Message], readings: Readings, rejected: Sequence[Rejection]
    ) -> Stored:
        """Return what writing a batch would come to; nothing is kept."""
        with self._one_writer, self._connected() as connection:
            self._ensure_months(connection, batch, readings.at_ms)
            with connection.transaction(force_rollback=True):
                return self._take(connection, batch, readings, rejected)

    def write_again(
        self,
        batch: Sequence[Message],
        readings: Readings,
        refusals: Sequence[Rejected],
        *,
        audit: Callable[[Stored], AuditNote],
        rejected: Sequence[Rejection] = (),
        dry_run: bool = False,
    ) -> Stored:
        """Commit what of refused messages can be taken by now; a dry run keeps nothing.

        refusals: message by message the one that it comes from; it is settled unless it is
        refused for the same reason again. rejected: what the format refuses of them.
        """
        with self._one_writer, self._connected() as connection:
            self._ensure_months(connection, batch, readings.at_ms)
            with connection.transaction(force_rollback=dry_run):
                noted = unbound.noted(refusals)
                stored = self._take(connection, batch, readings, rejected, noted)
                still = {rejects.identity_in(batch, one) for one in stored.rejected}
                gone = [one.id for one in refusals if rejects.identity_of(one) not in still]
                rejects.resolve(connection, gone)
                corrections.write_down(connection, audit(stored))
        return stored

    def _take(
        self,
        connection: Connection[Any],
        batch: Sequence[Message],
        readings: Readings,
        rejected: Sequence[Rejection],
        noted: Container[int] = (),
    ) -> Stored:
        """Bind, judge clocks, merge, and keep what is refused."""
        bound, refused = bind(connection, batch, readings, self.ahead_ms)
        refused = elsewhere.told(connection, batch, readings, refused)
        judged = clocks.judge(connection, batch, readings, bound, refused)
        refusals = [*rejected, *refused, *judged.refused]
        merged = self._merge(connection, len(batch), judged.bound, judged.marked)
        new = rejects.keep(connection, batch, refusals)
        unbound.note(connection, batch, readings, [one for one in new if one.message not in noted])
        clocks.keep(connection, judged.moved)
        return stored_of(seqs_of(batch, readings, refusals), refusals, judged.bound, merged)

    def write_whole(
        self,
        batch: Sequence[Message],
        readings: Readings,
        *,
        audit: Callable[[Stored], AuditNote] | None = None,
        dry_run: bool = False,
    ) -> Stored:
        """Commit a batch if all of it can be taken, and else nothing; a dry run keeps nothing.

        What a clock that fell back has stamped is left out: whoever brings the file is told.

        audit: says what is written down of it, in the same transaction.
        """
        with self._one_writer, self._connected() as connection:
            self._ensure_months(connection, batch, readings.at_ms)
            with connection.transaction(force_rollback=dry_run):
                bound, refused = bind(connection, batch, readings, self.ahead_ms)
                if refused:
                    return Stored((), refused)
                late = file_clocks.behind(connection, bound)
                behind = bound.place[late].tolist()
                bound = bound.only(~late) if behind else bound
                none = np.zeros(len(bound.at_ms), np.bool_)
                merged = self._merge(connection, len(batch), bound, none)
                starts.keep(connection, bound, readings.from_ms)
                lost = [] if merged.stored == len(bound.at_ms) else outdone(connection, bound)
                stored = replace(
                    stored_of([], refused, bound, merged),
                    outdone=lost[:_TOLD],
                    outdone_count=len(lost),
                    behind=behind,
                )
                if audit is not None:
                    corrections.write_down(connection, audit(stored))
        return stored

    def write_shifted(
        self,
        batch: Sequence[Message],
        readings: Readings,
        ids: Sequence[int],
        shift_ms: int,
        *,
        audit: Callable[[Stored], AuditNote],
        dry_run: bool = False,
    ) -> Stored:
        """Commit what was set aside for its clock, its times shifted; a dry run keeps nothing.

        A message of which a reading is still refused waits on as a whole.

        ids: of the refusals that the messages come from.
        """
        with self._one_writer, self._connected() as connection:
            self._ensure_months(connection, batch, readings.at_ms)
            with connection.transaction(force_rollback=dry_run):
                bound, refused = bind(connection, batch, readings, self.ahead_ms)
                still = {one.message for one in refused}
                bound = bound.only(~np.isin(readings.message[bound.place], list(still)))
                misfits = np.flatnonzero(~fitting(connection, bound, bound.kind == Kind.REGISTER))
                none = np.zeros(len(bound.at_ms), np.bool_)
                merged = self._merge(connection, len(batch) - len(still), bound, none)
                taken = [one for place, one in enumerate(ids) if place not in still]
                if not rejects.resolve_shifted(connection, taken, shift_ms):
                    raise _taken_meanwhile()
                stored = replace(
                    stored_of(seqs_of(batch, readings, refused), refused, bound, merged),
                    misfits=bound.place[misfits].tolist(),
                )
                corrections.write_down(connection, audit(stored))
        return stored

    def _merge(
        self,
        connection: Connection[Any],
        messages: int,
        bound: Bound,
        marked: NDArray[np.bool_],
    ) -> Merged:
        """Merge, mark and count."""
        tell_new = bool(marked.any() or bound.rounded.any())
        merged = merge(connection, bound, tell_new=tell_new)
        marks.add(connection, marks.CLOCK, bound, marked & merged.new)
        marks.add(connection, marks.ROUNDED, bound, bound.rounded & merged.new)
        counts = {name: getattr(merged, name) for name in ("revised", "duplicates")}
        tally(connection, self._name, messages, {"inserted": merged.stored, **counts})
        return merged

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
                self._connection = connect(self._url, "commonwatt collector", self._bounds)
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
        latest_ms = max(message.received_ms for message in batch) + self.ahead_ms
        may_stand = at_ms[(at_ms >= 0) & (at_ms <= latest_ms)]
        months = may_stand.astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64)
        for month in sorted(set(np.unique(months).tolist()) - self._months):
            first = np.datetime64(int(month), "M").astype("datetime64[s]").astype(datetime)
            at = first.replace(tzinfo=UTC)
            connection.execute(_MONTHS, [at, at])
            connection.commit()
            self._months.add(int(month))


def connect(url: str, name: str, bounds: Bounds = WRITING) -> Connection[Any]:
    """Open a connection on which readings can be merged."""
    connection = connections.writer(url, name, bounds)
    merging.prepare(connection)
    return connection


def tally(connection: Connection[Any], name: str, messages: int, counts: Mapping[str, int]) -> None:
    """Count what was delivered; counts: inserted, revised and duplicates."""
    told = {"stored": counts["inserted"], **{of: counts[of] for of in ("revised", "duplicates")}}
    connection.execute(_TALLY, {"name": name, "messages": messages, **told})


def _taken_meanwhile() -> ConflictError:
    return ConflictError(
        "rejects.taken_meanwhile",
        zh="部分拒收报文刚被他人处理。",
        en="Some of these messages were just taken by somebody else.",
        next_zh="请重新预览。",
        next_en="Look at the preview again.",
    )
