"""The one thread that writes: whole batches in, receipts and what may be acknowledged out."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Final

from collector.codecs import Decode
from collector.intake import Portion, ReadingSink, asked, joined, joint, portions, receipts
from collector.notices import UNSTORABLE, Log, tell, unstorable
from collector.settings import CollectorSettings
from collector.tally import Tally
from metering.errors import UnavailableError
from metering.messages import Message, Rejection, Stored

_BATCHES_AT_HAND: Final = 2  # one is being written, one lies ready


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages of one connection, with the numbers under which the broker awaits their end.

    connection: counts connections; a number means nothing on another one.
    mids: 0 where the broker awaits nothing.
    decode: by the routes under which the messages were taken.
    """

    connection: int
    mids: Sequence[int]
    messages: Sequence[Message]
    decode: Decode


@dataclass(frozen=True, slots=True)
class Settled:
    """What is committed: whom to send a receipt, and what to acknowledge after that.

    asks: topics and payloads that ask senders for what they left out.
    """

    connection: int
    mids: Sequence[int]
    receipts: Sequence[tuple[str, bytes]]
    asks: Sequence[tuple[str, bytes]] = ()


class Writer:
    """Writes batches in the order they come, and waits with them while the sink is away."""

    def __init__(
        self,
        settings: CollectorSettings,
        sink: ReadingSink,
        tally: Tally,
        log: Log,
        wake: Callable[[], None],
    ) -> None:
        self.settled: deque[Settled] = deque()
        self._settings = settings
        self._sink = sink
        self._tally = tally
        self._log = log
        self._wake = wake
        self._offered: SimpleQueue[Batch | None] = SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._ended_by: BaseException | None = None
        self._taken = 0
        self._given = 0

    @property
    def at_hand(self) -> int:
        """Batches that are being written or lie ready."""
        return self._given - self._taken

    @property
    def has_room(self) -> bool:
        """Whether another batch may be given."""
        return self.at_hand < _BATCHES_AT_HAND

    @property
    def alive(self) -> bool:
        """Whether it still works; what ended it against its will is raised here."""
        if self._ended_by is not None:
            raise self._ended_by
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def give(self, batch: Batch) -> None:
        """Hand over a batch; it is the writer's from now on."""
        self._given += 1
        self._offered.put(batch)

    def finish(self) -> None:
        """Let it end after what it has at hand, without waiting for a sink that is away."""
        self._stopping.set()
        self._offered.put(None)

    def _run(self) -> None:
        try:
            while (batch := self._offered.get()) is not None:
                self._write(batch)
                self._taken += 1
                self._wake()
        except BaseException as error:  # the network thread raises it where it is seen
            self._ended_by = error
        finally:
            self._wake()

    def _write(self, batch: Batch) -> None:
        """Write a batch in portions, and settle what is committed at least every `receipt_ms`."""
        parts: list[tuple[Sequence[Message], Stored]] = []
        asks: list[tuple[str, bytes]] = []
        settled, since = 0, time.monotonic()
        for portion in portions(batch.messages, batch.decode, self._settings.write_readings):
            stored = self._commit(portion, batch.decode)
            if stored is None:
                break
            parts.append((portion.batch, stored))
            asks += asked(portion.rejected)
            if (time.monotonic() - since) * 1000 >= self._settings.receipt_ms:
                settled = self._settle(batch, settled, parts, asks)
                since, parts, asks = time.monotonic(), [], []
        if parts:
            self._settle(batch, settled, parts, asks)

    def _settle(
        self,
        batch: Batch,
        first: int,
        parts: list[tuple[Sequence[Message], Stored]],
        asks: Sequence[tuple[str, bytes]],
    ) -> int:
        messages, stored = joint(parts)
        last = first + len(messages)
        self.settled.append(
            Settled(batch.connection, batch.mids[first:last], receipts(messages, stored), asks)
        )
        self._wake()
        return last

    def _commit(self, portion: Portion, decode: Decode) -> Stored | None:
        """Write until it is committed; None where the collector stops before that."""
        wait_s = self._settings.retry_first_s
        while True:
            started = time.monotonic()
            try:
                stored = self._sink.write(portion.batch, portion.readings, portion.rejected)
            except UnavailableError as away:
                self._say_away(away)
                if self._stopping.wait(wait_s):
                    return None
                wait_s = min(2 * wait_s, self._settings.retry_most_s)
            except Exception as error:  # a message that the sink chokes on must not stop the rest
                return self._isolate(portion, decode, error)
            else:
                self._count(portion, stored, (time.monotonic() - started) * 1000)
                return stored

    def _isolate(self, portion: Portion, decode: Decode, error: Exception) -> Stored | None:
        """Halve a portion until the message that cannot be written stands alone, and refuse it."""
        batch = portion.batch
        if len(batch) > 1:
            halves = (batch[: len(batch) // 2], batch[len(batch) // 2 :])
            parts = []
            for half in halves:
                (smaller,) = portions(half, decode)
                stored = self._commit(smaller, decode)
                if stored is None:
                    return None
                parts.append((half, stored))
            return joint(parts)[1]
        if portion.rejected and portion.rejected[0].reason.code == UNSTORABLE:
            raise error  # not even its refusal can be written: the sink itself is broken
        self._log(logging.ERROR, f"a message cannot be stored: {error!r}", topic=batch[0].topic)
        numbers = portion.readings.seq.tolist() or [one.seq for one in portion.rejected] or [None]
        refusal = Rejection(0, numbers[0] or None, unstorable(error))
        return self._commit(Portion(batch, joined(batch, ()), [refusal]), decode)

    def _say_away(self, away: UnavailableError) -> None:
        self._tally.retries += 1
        if not self._tally.sink_away:
            self._tally.sink_away = True
            tell(self._log, logging.WARNING, away)
            self._wake()

    def _count(self, portion: Portion, stored: Stored, commit_ms: float) -> None:
        tally = self._tally
        tally.last_commit_ms = commit_ms
        tally.committed(portion.batch, portion.readings, commit_ms)
        tally.batches += 1
        tally.readings += len(portion.readings)
        tally.inserted += stored.inserted
        tally.revised += stored.revised
        tally.duplicates += stored.duplicates
        for rejection in stored.rejected:
            tally.rejected[rejection.reason.code] += 1
        if tally.sink_away:
            tally.sink_away = False
            self._log(logging.INFO, "the database is back")
            self._wake()
