"""A collector's process: the product's own machine and writing, with this world for a shell."""

from collections import deque
from collections.abc import Callable, Generator

from collector import notices
from collector.delivery import effects as do
from collector.delivery.machine import Machine
from collector.delivery.offers import Offer
from collector.delivery.writing import Writing
from collector.routing import Routing
from collector.settings import CollectorSettings
from collector.tally import Tally
from metering.messages import Stored
from tests.collector.simulation.broker import Broker, Sent, Wire
from tests.collector.simulation.clock import Clock
from tests.collector.simulation.database import Database

_TURN_S = 0.1
_PROMPT_S = 0.0005  # from a ring of the bell to the turn


class Process:
    """Network thread and writer thread of one collector, from its start to its end."""

    def __init__(
        self,
        clock: Clock,
        settings: CollectorSettings,
        broker: Broker,
        database: Database,
        over: Callable[["Process"], object],
    ) -> None:
        self.name = settings.name
        self.alive = True
        self.dies_after: int | None = None  # effects of its next turn
        self.tally = Tally()
        self.machine = Machine(settings, Routing(), self.tally)
        self._clock, self._settings = clock, settings
        self._broker, self._database, self._over = broker, database, over
        self._wire: Wire | None = None
        self._numbers: dict[int, do.Publish] = {}  # receipts without an answer, by packet
        self._last_mid = 0
        self._woken = False
        self._timer = 0
        self._writing = Writing(settings)
        self._offered: deque[do.Batch] = deque()
        self._told: deque[do.FromWriter] = deque()
        self._steps: Generator[do.Step, do.Outcome, None] | None = None
        self._waits = 0
        self._waiting = False
        self._writer_stops = False
        self._writer_ended = False
        self._wake()

    def kill(self) -> None:
        """End it as kill -9 does: what is on the wire goes on, what it knew is gone."""
        self._clock.note("killed", self.name)
        self._end()

    def stop(self) -> None:
        """End it as a service manager does."""
        if self.alive and not self.machine.stopping:
            self._clock.note("stopped", self.name)
            self.machine.stop(self._clock.now_s)
            self._writer_stops = True
            if self._steps is None:
                self._next_batch()
            elif self._waiting:
                self._slept(self._waits)
            self._wake()

    # What reaches it.

    def opened(self, wire: Wire, known: bool) -> None:
        """The broker has let it in; what had no answer is sent again."""
        if wire is self._wire and self.alive:
            for mid, one in self._numbers.items():
                self._send_receipt(wire, mid, one)
            self.machine.opened(self._clock.now_s, Offer(known, self._broker.takes + 1))
            self._wake()

    def arrived(self, wire: Wire, mid: int, sent: Sent) -> None:
        """A message is there."""
        if wire is self._wire and self.alive:
            now_s = self._clock.now_s
            topic = f"cw/v1/{sent.gateway}/data"
            overflowed = self.tally.overflowed
            self.machine.arrived(mid, 1, topic, sent.payload, now_s, int(now_s * 1000))
            if self.tally.overflowed > overflowed:
                del wire.delivered[mid]  # it was not kept, so it must not be acknowledged
            inbox, settings = self.machine.inbox, self._settings
            hold = self._clock.hold
            hold(inbox.held_bytes <= settings.held_bytes + 400, "too many bytes", inbox.held_bytes)
            most = 2 * settings.receive_maximum if settings.version == 5 else 1 << 40
            hold(len(inbox) <= most, "too many messages", len(inbox))
            self._wake()

    def published(self, wire: Wire, mid: int) -> None:
        """A receipt is with the broker."""
        if wire is self._wire and self.alive:
            one = self._numbers.pop(mid, None)
            if one is not None:
                self.machine.published(one.number)
                self._wake()

    def noticed(self, wire: Wire) -> None:
        """The connection is gone, and it sees that."""
        if wire is self._wire and self.alive:
            self._wire = None
            lost = notices.connection_lost("broker", "cut")
            self.machine.lost(self._clock.now_s, lost)
            self._wake()

    # The thread of the network.

    def _wake(self) -> None:
        if not self._woken:
            self._woken = True
            self._clock.after(_PROMPT_S, self._turn)

    def _timed(self, timer: int) -> None:
        if timer == self._timer and not self._woken:
            self._turn()

    def _turn(self) -> None:
        self._woken = False
        if not self.alive:
            return
        now_s = self._clock.now_s
        while self._told:
            self.machine.heard(self._told.popleft())
        if self._writer_ended:
            self.machine.writer_ended()
        for place, effect in enumerate(self.machine.decide(now_s)):
            if self.dies_after is not None and place >= self.dies_after:
                self.kill()
                return
            self._do(effect)
        if self.machine.over(now_s):
            self._end()
            return
        self._timer += 1
        due_s = min(self.machine.due_in_s(now_s), _TURN_S)
        self._clock.after(due_s, self._timed, self._timer)

    def _do(self, effect: do.Effect) -> None:
        match effect:
            case do.Give(batch):
                self._offered.append(batch)
                if self._steps is None:
                    self._next_batch()
            case do.Acknowledge(mids):
                self._acknowledge(mids)
            case do.Publish(_, _, number) if number:
                self._publish(effect)
            case do.Connect():
                self._connect()
            case do.Subscribe() if self._wire is not None:
                self._wire.send(0, self._broker.subscribed)
            case do.Disconnect() if self._wire is not None:
                wire, self._wire = self._wire, None
                wire.send(0, self._broker.left)  # behind what was sent before
                self.machine.lost(self._clock.now_s, None)
            case do.Log(_, event) | do.State(event):
                self._clock.note(event)

    def _acknowledge(self, mids) -> None:
        hold, wire = self._clock.hold, self._wire
        if wire is None:
            return
        for mid in mids:
            delivered = wire.delivered.pop(mid, None)
            hold(delivered is not None, "acknowledged a number of another connection", mid)
            assert delivered is not None
            place, sent = delivered
            hold(place > wire.acknowledged, "acknowledged out of order", mid)  # [MQTT-4.6.0-2]
            wire.acknowledged = place
            key = (sent.gateway, sent.seq)
            hold(key in self._database.committed, "acknowledged before its commit", *key)
            hold(key in self._broker.receipted, "acknowledged before its receipt", *key)
            wire.send(0, self._broker.acknowledged, mid)

    def _publish(self, one: do.Publish) -> None:
        gateway = "/".join(one.topic.split("/")[2:4])
        for seq in self._broker.gateways.numbers_of(one.payload):
            committed = (gateway, seq) in self._database.committed
            self._clock.hold(committed, "receipted before its commit", gateway, seq)
        self._last_mid = self._last_mid % 65_535 + 1
        self._numbers[self._last_mid] = one
        window = self._broker.takes
        self._clock.hold(len(self._numbers) <= max(window, 20), "more receipts than it takes")
        if self._wire is not None:
            self._send_receipt(self._wire, self._last_mid, one)

    def _send_receipt(self, wire: Wire, mid: int, one: do.Publish) -> None:
        gateway = "/".join(one.topic.split("/")[2:4])
        wire.send(0, self._broker.receipt, mid, gateway, one.payload)

    def _connect(self) -> None:
        if not self._broker.up:
            self.machine.unreachable(notices.broker_away("broker", "down"))
            return
        self._wire = Wire(self._clock, self, self._clock.chance.choice([0.001, 0.01]))
        self._broker.connect(self._wire)

    def _end(self) -> None:
        if not self.alive:
            return
        self.alive = False
        self._over(self)
        if self._wire is not None:
            self._broker.cut(self._wire)

    # The thread of the writer.

    def _next_batch(self) -> None:
        if self._offered:
            self._steps = self._writing.batch(self._offered.popleft(), self._clock.now_s)
            self._step(None)
        elif self._writer_stops:
            self._writer_ended = True
            self._wake()

    def _step(self, outcome: do.Outcome) -> None:
        assert self._steps is not None
        while True:
            try:
                step = self._steps.send(outcome)
            except StopIteration:
                self._steps = None
                self._say(do.Taken())
                self._next_batch()
                return
            outcome = None
            match step:
                case do.Write(portion):
                    self._database.write(portion, self._answered)
                    return
                case do.Wait(wait_s):
                    self._wait(wait_s)
                    return
                case _:
                    self._say(step)

    def _answered(self, answer: Stored | Exception) -> None:
        if self.alive:
            now_s = self._clock.now_s
            failed = isinstance(answer, Exception)
            self._step(do.Failed(answer, now_s) if failed else do.Committed(answer, now_s))

    def _wait(self, wait_s: float) -> None:
        self._waits += 1
        self._waiting = True
        self._clock.after(0.0 if self._writer_stops else wait_s, self._slept, self._waits)

    def _slept(self, which: int) -> None:
        if self.alive and self._waiting and which == self._waits:
            self._waiting = False
            self._step(do.Waited(stopping=self._writer_stops))

    def _say(self, one: do.FromWriter) -> None:
        self._told.append(one)
        self._wake()
