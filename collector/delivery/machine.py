"""The collector as a machine of states: events change it, and it says what is to be done.

An event is a method and is told when it happens; `decide` returns the effects, to be carried out in
their order. Messages come by the ten thousand a second: theirs is the one event that makes no
value of its own. Instants (`now_s`) are of a clock that only goes on.
"""

import logging
from typing import Final

from collector import notices
from collector.delivery.effects import (
    Acknowledge,
    Connect,
    Disconnect,
    Effect,
    FromWriter,
    Give,
    Log,
    Settled,
    Sink,
    State,
    Subscribe,
    Taken,
    Tell,
)
from collector.delivery.inbox import Inbox
from collector.delivery.link import Link
from collector.delivery.offers import Offer, refusal
from collector.delivery.outbox import Outbox
from collector.routing import Routing
from collector.settings import CollectorSettings
from collector.tally import Tally
from metering.errors import ConflictError, EnergyError

_BATCHES_AT_HAND: Final = 2  # one is being written, one lies ready
_MOVES_S: Final = 1.0  # since the last batch was handed over: the writer works
_NARROW: Final = (10, 20)  # the windows of brokers that were told nothing else
_NARROW_AFTER: Final = 1_000  # messages


class Machine:
    """Takes messages, hands over batches, and lets go of nothing before it is committed.

    refuses: why nothing is begun with this broker; one that turned so later is waited for.
    """

    def __init__(self, settings: CollectorSettings, routing: Routing, tally: Tally) -> None:
        self.inbox = Inbox(settings, routing)
        self.outbox = Outbox(tally, settings.queued_receipts)
        self.refuses: ConflictError | None = None
        self._settings = settings
        self._tally = tally
        self._link = Link(settings.reconnect_first_s, settings.reconnect_most_s)
        self._pending: list[Effect] = []
        self._too_fast: set[str] = set()  # of whom it was told
        self._at_hand = 0
        self._said = ""
        self._warned = False
        self._dropped: int | None = None
        self._handed_over_s = float("-inf")
        self._stops_by_s: float | None = None
        self._writer_ended = False
        self._left = False

    @property
    def at_hand(self) -> int:
        """Batches that the writer has: one that it writes, one that lies ready."""
        return self._at_hand

    @property
    def stopping(self) -> bool:
        """Whether nothing more is taken."""
        return self._stops_by_s is not None

    def over(self, now_s: float) -> bool:
        """Return whether a stop has come to its end."""
        if self._stops_by_s is None:
            return False
        return now_s >= self._stops_by_s or (self._left and not self._link.asked)

    # What the network says.

    def opened(self, now_s: float, offer: Offer) -> None:
        """The broker has let us in; one that would lose data is left again."""
        self._link.opened(now_s)
        unfit = refusal(offer, self._settings)
        if unfit is not None:
            self.refuses = None if self._tally.connects else unfit
            self._pending += [Tell(logging.ERROR, unfit), Disconnect()]
            return
        self.outbox.window = offer.receipts
        self._tally.connects += 1
        self._tally.connected = True
        self._said = ""
        self.inbox.make_room()
        if not offer.session_present and self._tally.connects > 1:
            self._pending.append(Tell(logging.WARNING, notices.session_forgotten()))
        self._pending.append(Subscribe())

    def unreachable(self, notice: EnergyError, level: int = logging.WARNING) -> None:
        """A connection did not come about."""
        self._link.failed()
        self._pending.append(Tell(level, notice))

    def lost(self, now_s: float, notice: EnergyError | None, level: int = logging.WARNING) -> None:
        """A connection has ended, or never began; notice: None where we left, or told why."""
        if not self._tally.connected:
            if self._link.asked and notice is not None:
                self._pending.append(Tell(level, notice))
            self._link.failed()
            return
        self._tally.connected = False
        self.inbox.disown()
        self.outbox.disown()
        self._pending = [one for one in self._pending if isinstance(one, Tell | Log)]
        self._link.lost(now_s)
        if notice is not None:
            self._pending.append(Tell(level, notice))

    def arrived(
        self,
        mid: int,
        qos: int,
        topic: str,
        payload: bytes | bytearray,
        now_s: float,
        now_ms: int,
        retained: bool = False,
    ) -> None:
        """A message has come; retained: out of the broker's store, so it is not fresh."""
        tally = self._tally
        tally.messages += 1
        if self._stops_by_s is not None:
            return
        if retained:
            tally.retained += 1
            if qos:
                self._pending.append(Acknowledge([mid]))
            return
        if not self.inbox.take_in(mid if qos else 0, topic, payload, now_s, now_ms):
            tally.overflowed += 1
            if tally.overflowed == 1:
                self._pending.append(Tell(logging.WARNING, notices.overflowed(len(self.inbox))))
            return
        if qos:
            tally.unacknowledged += 1
            tally.came(now_s)
            if tally.unacknowledged > tally.most_unacknowledged:
                tally.most_unacknowledged = tally.unacknowledged
            if not self._warned:
                self._judge_window()

    def published(self, number: int) -> None:
        """The broker has what was published under this number."""
        self.outbox.published(number)

    def dropped(self, count: int) -> None:
        """The broker says how many messages it has thrown away since it runs."""
        before, self._dropped = self._dropped, count
        if before is not None and count > before:
            self._tally.broker_dropped += count - before
            self._pending.append(Tell(logging.ERROR, notices.dropped(count - before)))

    # What the writer says.

    def heard(self, one: FromWriter) -> None:
        """Take what the writer says, in the order in which it says it."""
        match one:
            case Settled():
                current = self._tally.connected and one.connection == self._tally.connects
                self.outbox.send(one, current=current)
            case Taken():
                self._at_hand -= 1
            case Sink(away):
                self._tally.sink_away = away
            case Tell() | Log():
                self._pending.append(one)

    def writer_ended(self) -> None:
        """The writer will say nothing more."""
        self._writer_ended = True

    # What the operator says.

    def rerouted(self, routing: Routing) -> None:
        """Messages go by another table from now on."""
        self.inbox.reroute(routing)

    def stop(self, now_s: float) -> None:
        """Finish what the writer has at hand; all else stays with the broker, in the session."""
        self._stops_by_s = now_s + self._settings.stop_s

    # What is to be done.

    def due_in_s(self, now_s: float) -> float:
        """Return after how long something is due if nothing happens; it may be infinite."""
        if self.stopping or self._at_hand >= _BATCHES_AT_HAND:
            return float("inf")
        return self.inbox.due_in_s(now_s)

    def sated(self, now_s: float) -> bool:
        """Return whether to leave what has arrived unread, for more than a window of it waits here.

        Some brokers send on beyond the window, faster than anybody writes; what had no room here
        would be sent again. A writer that stands still is no reason: somebody must hear the broker.
        """
        waits = len(self.inbox) > self._settings.receive_maximum
        return waits and now_s < self._handed_over_s + _MOVES_S

    def decide(self, now_s: float) -> list[Effect]:
        """Return what is to be done now."""
        effects, self._pending = self._pending, []
        if not self.stopping and self._link.due(now_s):
            self._link.tried(now_s)
            effects.append(Connect())
        if self._tally.connected:
            if not self.stopping:
                self._say("database_away" if self._tally.sink_away else "up", effects)
            effects += self.outbox.flush()
        if self.inbox.too_fast:
            self._blame(effects)
        if self.stopping:
            self._leave(effects)
        else:
            self._hand_over(now_s, effects)
        return effects

    def _blame(self, effects: list[Effect]) -> None:
        """Tell once of each gateway that was too fast."""
        fresh = sorted(self.inbox.too_fast - self._too_fast)
        effects += [Tell(logging.WARNING, notices.too_fast(gateway)) for gateway in fresh]
        self._too_fast |= self.inbox.too_fast
        self.inbox.too_fast.clear()

    def _hand_over(self, now_s: float, effects: list[Effect]) -> None:
        """Give the writer a batch that is due, and fetch what overflowed once all is done."""
        if self._at_hand < _BATCHES_AT_HAND and not self.inbox.due_in_s(now_s):
            self._at_hand += 1
            self._handed_over_s = now_s
            effects.append(Give(self.inbox.next_batch(self._tally.connects)))
        elif self.inbox.overflowed and not (self.inbox or self._at_hand or self.outbox):
            self.inbox.overflowed = False
            self._link.hurry()
            effects.append(Disconnect())  # under the same session it will be delivered again

    def _leave(self, effects: list[Effect]) -> None:
        """Say goodbye once the writer has ended and what it committed is acknowledged."""
        if self._left or not self._writer_ended:
            return
        if self._tally.connected and self.outbox:
            return
        self._left = True
        if self._tally.connected:
            self._say("stopped", effects)
            effects.append(Disconnect())

    def _say(self, state: str, effects: list[Effect]) -> None:
        """Have the state published where it changed; the broker keeps it for whoever asks."""
        if state != self._said:
            self._said = state
            effects.append(State(state))

    def _judge_window(self) -> None:
        """Warn once where the broker's window, which 3.1.1 cannot set, holds the flow back."""
        tally = self._tally
        if (
            self._settings.version == 4
            and tally.most_unacknowledged in _NARROW
            and tally.messages >= _NARROW_AFTER
        ):
            self._warned = True
            self._pending.append(
                Tell(logging.WARNING, notices.narrow_window(tally.most_unacknowledged))
            )
