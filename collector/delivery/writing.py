"""How a batch is written: cut, tried until it is durable, halved where the sink chokes, settled.

A generator: it yields what is to be done and is sent what came of it.
"""

import logging
from collections.abc import Generator, Sequence

from collector.codecs import Decode
from collector.delivery.effects import (
    Batch,
    Committed,
    Failed,
    Log,
    Outcome,
    Settled,
    Sink,
    Step,
    Tell,
    Wait,
    Waited,
    Write,
)
from collector.intake import Portion, asked, joined, joint, portions, receipts
from collector.notices import UNSTORABLE, unstorable
from collector.settings import CollectorSettings
from metering.errors import UnavailableError
from metering.messages import Message, Rejection, Stored


class Writing:
    """The writer's decisions; it remembers between batches whether the sink is away."""

    def __init__(self, settings: CollectorSettings) -> None:
        self._settings = settings
        self._away = False
        self._now_s = 0.0

    def batch(self, batch: Batch, now_s: float) -> Generator[Step, Outcome, None]:
        """Write a batch in portions, and settle what is committed at least every `receipt_ms`.

        Where the collector stops before all of it is, the rest is neither settled nor lost.
        """
        self._now_s = now_s
        parts: list[tuple[Sequence[Message], Stored]] = []
        asks: list[tuple[str, bytes]] = []
        first, since_s = 0, now_s
        for portion in portions(batch.messages, batch.decode, self._settings.write_readings):
            stored = yield from self._commit(portion, batch.decode)
            if stored is None:
                break
            parts.append((portion.batch, stored))
            asks += asked(portion.rejected)
            if (self._now_s - since_s) * 1000 >= self._settings.receipt_ms:
                settled = _settled(batch, first, parts, asks)
                yield settled
                first, since_s, parts, asks = first + len(settled.mids), self._now_s, [], []
        if parts:
            yield _settled(batch, first, parts, asks)

    def _commit(self, portion: Portion, decode: Decode) -> Generator[Step, Outcome, Stored | None]:
        """Write until it is committed; None where the collector stops before that."""
        wait_s = self._settings.retry_first_s
        while True:
            outcome = yield Write(portion)
            if isinstance(outcome, Committed):
                self._now_s = outcome.now_s
                yield from self._back()
                return outcome.stored
            assert isinstance(outcome, Failed)
            self._now_s = outcome.now_s
            if not isinstance(outcome.error, UnavailableError):
                # A message that the sink chokes on must not stop the rest.
                return (yield from self._isolate(portion, decode, outcome.error))
            yield from self._gone(outcome.error)
            waited = yield Wait(wait_s)
            if isinstance(waited, Waited) and waited.stopping:
                return None
            wait_s = min(2 * wait_s, self._settings.retry_most_s)

    def _isolate(
        self, portion: Portion, decode: Decode, error: Exception
    ) -> Generator[Step, Outcome, Stored | None]:
        """Halve a portion until the message that cannot be written stands alone, and refuse it."""
        batch = portion.batch
        if len(batch) > 1:
            halves = (batch[: len(batch) // 2], batch[len(batch) // 2 :])
            parts = []
            for half in halves:
                (smaller,) = portions(half, decode)
                stored = yield from self._commit(smaller, decode)
                if stored is None:
                    return None
                parts.append((half, stored))
            return joint(parts)[1]
        if portion.rejected and portion.rejected[0].reason.code == UNSTORABLE:
            raise error  # not even its refusal can be written: the sink itself is broken
        event = f"a message cannot be stored: {error!r}"
        yield Log(logging.ERROR, event, {"topic": batch[0].topic})
        numbers = portion.readings.seq.tolist() or [one.seq for one in portion.rejected] or [None]
        refusal = Rejection(0, numbers[0] or None, unstorable(error))
        return (yield from self._commit(Portion(batch, joined(batch, ()), [refusal]), decode))

    def _gone(self, away: UnavailableError) -> Generator[Step, Outcome, None]:
        if not self._away:
            self._away = True
            yield Sink(away=True)
            yield Tell(logging.WARNING, away)

    def _back(self) -> Generator[Step, Outcome, None]:
        if self._away:
            self._away = False
            yield Sink(away=False)
            yield Log(logging.INFO, "the database is back")


def _settled(
    batch: Batch,
    first: int,
    parts: Sequence[tuple[Sequence[Message], Stored]],
    asks: Sequence[tuple[str, bytes]],
) -> Settled:
    messages, stored = joint(parts)
    mids = batch.mids[first : first + len(messages)]
    return Settled(batch.connection, mids, receipts(messages, stored), asks)
