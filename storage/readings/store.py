"""Where readings go: bind, quantize, merge, queue, commit; a second writing changes nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import Connection

from metering.channels import Kind
from metering.clocks import AHEAD_MS
from metering.errors import UnavailableError
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
    minutes,
    rejects,
    said,
    starts,
    unbound,
)
from storage.readings.binding import Bound, bind
from storage.readings.fitting import fitting
from storage.readings.gates import turned_away
from storage.readings.merging import Merged, merge, outdone
from storage.readings.months import Months
from storage.readings.outcomes import seqs_of, stored_of
from storage.readings.rejects import Rejected
from storage.readings.sightings import Sightings

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
        self._months = Months(ahead_ms)
        self._one_writer = threading.Lock()
        self._stopwatch = minutes.Stopwatch()
        self._sightings = Sightings()
        self._alone = False  # whether all of the last batch was of instants that had no reading

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
            self._months.ensure(connection, batch, readings.at_ms)
            with self._stopwatch, connection.transaction():
                stored = self._take(connection, batch, readings, rejected, noted)
                minutes.count(connection, self._name, batch, stored, self._stopwatch)
                committed = self._sightings.note(connection, batch, readings, stored)
            committed()
        return stored

    def try_out(
        self, batch: Sequence[Message], readings: Readings, rejected: Sequence[Rejection]
    ) -> Stored:
        """Return what writing a batch would come to; nothing is kept."""
        with self._one_writer, self._connected() as connection:
            self._months.ensure(connection, batch, readings.at_ms)
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
            self._months.ensure(connection, batch, readings.at_ms)
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
        """Turn away, bind, judge clocks, merge, and keep what is refused."""
        readings, rejected = turned_away(connection, batch, readings, rejected)
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

        audit: says what is written down of it, in the same transaction; then the file can be taken
        back.
        """
        with self._one_writer, self._connected() as connection:
            self._months.ensure(connection, batch, readings.at_ms)
            with connection.transaction(force_rollback=dry_run):
                bound, refused = bind(connection, batch, readings, self.ahead_ms)
                if refused:
                    return Stored((), refused)
                late = file_clocks.behind(connection, bound)
                behind = bound.place[late].tolist()
                bound = bound.only(~late) if behind else bound
                file_id = None if audit is None or dry_run else said.begin(connection)
                stored = self._whole(connection, batch, readings, bound, file_id)
                stored = replace(stored, behind=behind)
                if audit is not None:
                    note = audit(stored)
                    corrections.write_down(connection, note)
                    if stored.file_id is not None:
                        said.end(connection, channels_of(bound), stored.file_id, note)
        return stored

    def _whole(
        self,
        connection: Connection[Any],
        batch: Sequence[Message],
        readings: Readings,
        bound: Bound,
        file_id: int | None,
    ) -> Stored:
        """Merge a file that can be taken as a whole, and say what does not count of it."""
        none, begun = np.zeros(len(bound.at_ms), np.bool_), readings.from_ms is not None
        lock = channels_of(bound) if begun else ()
        merged = self._merge(connection, len(batch), bound, none, file_id, lock)
        starts.keep(connection, bound, readings.from_ms, file_id)
        lost = [] if merged.stored == len(bound.at_ms) else outdone(connection, bound)
        new = file_id is not None and said.anything(connection, channels_of(bound), file_id)
        return replace(
            stored_of([], (), bound, merged),
            outdone=lost[:_TOLD],
            outdone_count=len(lost),
            file_id=file_id if new else None,
        )

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
            self._months.ensure(connection, batch, readings.at_ms)
            with connection.transaction(force_rollback=dry_run):
                bound, refused = bind(connection, batch, readings, self.ahead_ms)
                still = {one.message for one in refused}
                bound = bound.only(~np.isin(readings.message[bound.place], list(still)))
                misfits = np.flatnonzero(~fitting(connection, bound, bound.kind == Kind.REGISTER))
                none = np.zeros(len(bound.at_ms), np.bool_)
                merged = self._merge(connection, len(batch) - len(still), bound, none)
                taken = [one for place, one in enumerate(ids) if place not in still]
                rejects.resolve_shifted(connection, taken, shift_ms)
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
        file_id: int | None = None,
        lock: Sequence[int] = (),
    ) -> Merged:
        """Merge, mark and count."""
        tell_new = bool(marked.any() or bound.rounded.any())
        merged = merge(
            connection,
            bound,
            tell_new=tell_new,
            file_id=file_id,
            lock=lock,
            hopeful=self._alone,
        )
        if len(bound.at_ms):  # who says something again mostly says more of it
            self._alone = merged.stored == len(bound.at_ms)
        marks.add(connection, marks.CLOCK, bound, marked & merged.new)
        marks.add(connection, marks.ROUNDED, bound, bound.rounded & merged.new)
        counts = {name: getattr(merged, name) for name in ("revised", "duplicates")}
        minutes.tally(connection, self._name, messages, {"inserted": merged.stored, **counts})
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
                self._alone = False  # a lost connection has others send again
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


def channels_of(bound: Bound) -> list[int]:
    """Return the channels of readings, in order of id."""
    found: list[int] = np.unique(bound.channel_id).tolist()
    return found


def connect(url: str, name: str, bounds: Bounds = WRITING) -> Connection[Any]:
    """Open a connection on which readings can be merged."""
    connection = connections.writer(url, name, bounds)
    merging.prepare(connection)
    return connection
