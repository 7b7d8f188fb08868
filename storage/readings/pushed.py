"""What is pushed over HTTP: stored, and under a key of its sender's stored and answered once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from metering.messages import Message, Readings, Rejection, Stored
from storage import answered
from storage.answered import Answered
from storage.readings import minutes
from storage.readings.store import Store


@dataclass(frozen=True, slots=True)
class Claim:
    """A key under which a sender asks: the same key and digest are done once, and answered alike.

    answer: what is answered, as JSON, made of what was stored.
    """

    actor: str
    act: str
    key: str
    digest: bytes
    answer: Callable[[Stored], str]


class PushStore(Store):
    """The sink of what is pushed."""

    def write_once(
        self,
        batch: Sequence[Message],
        readings: Readings,
        rejected: Sequence[Rejection],
        claim: Claim,
    ) -> Stored | Answered:
        """Commit a batch with what is answered, or return what was answered to this key before."""
        with self._one_writer, self._connected() as connection:
            self._months.ensure(connection, batch, readings.at_ms)
            with self._stopwatch, connection.transaction():
                before = answered.claim(connection, claim.actor, claim.act, claim.key, claim.digest)
                if before is not None:
                    return before
                stored = self._take(connection, batch, readings, rejected)
                minutes.count(connection, self._name, batch, stored, self._stopwatch)
                answer = claim.answer(stored)
                answered.keep(connection, claim.actor, claim.act, claim.key, answer)
                committed = self._sightings.note(connection, batch, readings, stored)
            committed()
        return stored
