"""The one thread that writes: it does what `collector.delivery.writing` says, and reports."""

import threading
import time
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue

from collector.delivery.effects import (
    Batch,
    Committed,
    Failed,
    FromWriter,
    Outcome,
    Step,
    Taken,
    Wait,
    Waited,
    Write,
)
from collector.delivery.writing import Writing
from collector.intake import Portion, ReadingSink
from collector.settings import CollectorSettings
from collector.tally import Tally
from metering.errors import UnavailableError
from metering.messages import Stored


class Writer:
    """Writes batches in the order they come, and waits with them while the sink is away.

    told: what it says to the network's thread, in order.
    """

    def __init__(
        self,
        settings: CollectorSettings,
        sink: ReadingSink,
        tally: Tally,
        wake: Callable[[], None],
    ) -> None:
        self.told: deque[FromWriter] = deque()
        self._decisions = Writing(settings)
        self._sink = sink
        self._tally = tally
        self._wake = wake
        self._offered: SimpleQueue[Batch | None] = SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._ended_by: BaseException | None = None

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
        self._offered.put(batch)

    def finish(self) -> None:
        """Let it end after what it has at hand, without waiting for a sink that is away."""
        self._stopping.set()
        self._offered.put(None)

    def _run(self) -> None:
        try:
            while (batch := self._offered.get()) is not None:
                self._write(batch)
                self._say(Taken())
        except BaseException as error:  # the network thread raises it where it is seen
            self._ended_by = error
        finally:
            self._wake()

    def _write(self, batch: Batch) -> None:
        steps = self._decisions.batch(batch, time.monotonic())
        outcome: Outcome = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration:
                return
            outcome = self._done(step)

    def _done(self, step: Step) -> Outcome:
        """Do one step, and return what came of it."""
        match step:
            case Write(portion):
                return self._tried(portion)
            case Wait(wait_s):
                return Waited(stopping=self._stopping.wait(wait_s))
            case _:
                self._say(step)
                return None

    def _tried(self, portion: Portion) -> Committed | Failed:
        started = time.monotonic()
        try:
            stored = self._sink.write(portion.batch, portion.readings, portion.rejected)
        except Exception as error:
            self._tally.retries += isinstance(error, UnavailableError)
            return Failed(error, time.monotonic())
        ended = time.monotonic()
        self._count(portion, stored, (ended - started) * 1000)
        return Committed(stored, ended)

    def _say(self, one: FromWriter) -> None:
        self.told.append(one)
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
