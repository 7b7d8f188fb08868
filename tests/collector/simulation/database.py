"""A database of a few lines: transactions that last, fail, or are committed without an answer."""

from collections.abc import Callable

from collector.intake import Portion
from metering.errors import UnavailableError
from metering.messages import Stored
from tests.collector.simulation.clock import Clock
from tests.collector.simulation.gateways import POISON, Ledger

Answer = Callable[[Stored | Exception], None]


class Database:
    """Rows by (gateway, channel, instant); what it is given again changes nothing.

    takes_s: of a transaction, at most. away, full: nothing is committed meanwhile.
    fails_after: commits until one fails; None for never.
    """

    def __init__(self, clock: Clock, takes_s: float) -> None:
        self.away = False
        self.takes_s = takes_s
        self.fails_after: int | None = None
        self.answers_lost = 0.0
        self.rows: dict[tuple[str, str, int], float] = {}
        self.refused: dict[tuple[str, int], str] = {}
        self.set_aside: set[tuple[str, int]] = set()  # whole, for they were too many
        self.committed: set[tuple[str, int]] = set()
        self.ledger = Ledger()
        self._clock = clock

    def write(self, portion: Portion, answer: Answer) -> None:
        """Begin a transaction; the answer comes when it has ended."""
        takes_s = self.takes_s * self._clock.chance.random()
        self._clock.after(takes_s, self._end, portion, answer)

    def _end(self, portion: Portion, answer: Answer) -> None:
        clock = self._clock
        if self.away or self._fails():
            answer(UnavailableError("database.unavailable", zh="", en="Away."))
        elif POISON in portion.readings.channel_key:
            answer(ValueError("cannot be written"))
        else:
            stored = self._commit(portion)
            if clock.chance.random() < self.answers_lost:
                answer(UnavailableError("database.unavailable", zh="", en="No answer."))
            else:
                answer(stored)

    def _fails(self) -> bool:
        if self.fails_after is None:
            return False
        self.fails_after -= 1
        if self.fails_after > 0:
            return False
        self.fails_after = None
        return True

    def _commit(self, portion: Portion) -> Stored:
        """Keep all of a portion, and hold it against what was said."""
        batch, readings = portion.batch, portion.readings
        seqs: list[int | None] = [None] * len(batch)
        told: dict[int, list[tuple[str, int, float]]] = {}
        columns = (readings.message.tolist(), readings.channel_key, readings.at_ms.tolist())
        for place, key, at, value in zip(*columns, readings.value.tolist(), strict=True):
            told.setdefault(place, []).append((key, at, value))
        for place, seq in zip(columns[0], readings.seq.tolist(), strict=True):
            seqs[place] = seq
        hold = self._clock.hold
        for place, rows in told.items():
            gateway, seq = batch[place].gateway, seqs[place]
            assert seq is not None
            hold(self.ledger.rows.get((gateway, seq)) == rows, "altered", gateway, seq, rows)
            for key, at, value in rows:
                self.rows[gateway, key, at] = value
            self.committed.add((gateway, seq))
        for one in portion.rejected:
            assert one.seq is not None
            seqs[one.message] = one.seq
            identity = (batch[one.message].gateway, one.seq)
            self.committed.add(identity)
            if one.reason.code == "gateway.too_fast":
                self.set_aside.add(identity)
                continue
            hold(self.ledger.refused.get(identity) == one.reason.code, "refused", *identity)
            self.refused[identity] = one.reason.code
        hold(None not in seqs, "a message of a portion is in none of its columns")
        return Stored(seqs, portion.rejected, len(readings))
