"""A broker of a few lines: sessions with a queue and a window, which fails as brokers do."""

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from tests.collector.simulation.clock import Clock

if TYPE_CHECKING:
    from tests.collector.simulation.gateways import Gateways
    from tests.collector.simulation.process import Process

_LAST_MID = 65_535


class Sent(NamedTuple):
    """A message on its way."""

    gateway: str
    seq: int
    payload: bytes


class Stranger:
    """Who connects under the name of a collector, and does nothing."""

    def __init__(self, name: str) -> None:
        self.name = name

    def opened(self, wire: "Wire", known: bool) -> None:
        """Listen."""

    def arrived(self, wire: "Wire", mid: int, sent: Sent) -> None:
        """Forget it."""

    def published(self, wire: "Wire", mid: int) -> None:
        """Nothing was."""

    def noticed(self, wire: "Wire") -> None:
        """Go."""


class Wire:
    """A connection: packets keep their order, and those under way are lost with it."""

    def __init__(self, clock: Clock, process: "Process | Stranger", latency_s: float) -> None:
        self.open = True
        self.process = process
        # By number, and not yet acknowledged: which one it is, and the message.
        self.delivered: dict[int, tuple[int, Sent]] = {}
        self.acknowledged = 0  # the last one that was
        self._arrived = 0
        self._clock = clock
        self._latency_s = latency_s
        self._there_s = [0.0, 0.0]

    def send(self, way: int, what, *given) -> None:
        """Have a packet arrive later, if the connection still stands then; way: 0 is up."""
        clock = self._clock
        there_s = clock.now_s + self._latency_s * (0.5 + clock.chance.random())
        self._there_s[way] = there_s = max(there_s, self._there_s[way])
        clock.after(there_s - clock.now_s, self._arrive, what, given)

    def _arrive(self, what, given) -> None:
        if self.open:
            what(self, *given)

    def opened(self, known: bool) -> None:
        """The broker lets the collector in."""
        self.process.opened(self, known)

    def arrived(self, mid: int, sent: Sent) -> None:
        """A message reaches the collector."""
        self._arrived += 1
        self.delivered[mid] = (self._arrived, sent)
        self.process.arrived(self, mid, sent)

    def published(self, mid: int) -> None:
        """The collector hears that a receipt is with the broker."""
        self.process.published(self, mid)


@dataclass(slots=True)
class Session:
    """What a broker keeps of one collector."""

    queue: deque[Sent] = field(default_factory=deque)
    in_flight: dict[int, Sent] = field(default_factory=dict)
    last_mid: int = 0
    listens: bool = False
    wire: Wire | None = None

    def copied(self) -> "Session":
        """Return it as a disk has it."""
        return Session(deque(self.queue), dict(self.in_flight), self.last_mid, self.listens)


class Broker:
    """Takes from gateways, hands to collectors what they have room for, keeps what is not acked.

    window: of messages in flight to one collector; None for one that knows none.
    """

    def __init__(self, clock: Clock, window: int | None, takes: int) -> None:
        self.clock = clock
        self.up = True
        self.takes = takes
        self.sessions: dict[str, Session] = {}
        self.receipted: set[tuple[str, int]] = set()
        self.gateways: Gateways | None = None
        self._window = window
        self._saved: dict[str, Session] = {}
        self._turn = 0
        self._under_way = 0

    def idle(self) -> bool:
        """Return whether everything was acknowledged."""
        return not any(one.queue or one.in_flight for one in self.sessions.values())

    # Of gateways.

    def publish(self, sent: Sent) -> None:
        """Take a message for one of those who listen; a group shares them out in turn."""
        listening = [one for one in self.sessions.values() if one.listens]
        if not self.up or not listening:
            return
        self._turn += 1
        session = listening[self._turn % len(listening)]
        session.queue.append(sent)
        self._deliver(session)

    # Of collectors.

    def connect(self, wire: Wire) -> None:
        """Let a collector in, under its name; a connection of that name before it ends."""
        name = wire.process.name
        known = name in self.sessions
        session = self.sessions.setdefault(name, Session())
        if session.wire is not None:
            self.cut(session.wire)
        session.wire = wire
        wire.send(1, Wire.opened, known)
        for mid, sent in session.in_flight.items():
            self._hand(wire, mid, sent)
        self._deliver(session)

    def subscribed(self, wire: Wire) -> None:
        """Have messages come."""
        self.sessions[wire.process.name].listens = True

    def acknowledged(self, wire: Wire, mid: int) -> None:
        """Forget a message: nobody else has it now."""
        session = self.sessions[wire.process.name]
        self.clock.hold(mid in session.in_flight, "acknowledged what is not in flight", mid)
        del session.in_flight[mid]
        self._deliver(session)

    def receipt(self, wire: Wire, mid: int, gateway: str, payload: bytes) -> None:
        """Pass a receipt on, as gateways listen, and say that it is here."""
        self.receipted.update((gateway, seq) for seq in self.gateways.numbers_of(payload))
        self.gateways.receipt(gateway, payload)
        wire.send(1, Wire.published, mid)

    def left(self, wire: Wire) -> None:
        """A collector has gone; its session stays."""
        self.cut(wire)

    # What befalls it.

    def cut(self, wire: Wire) -> None:
        """End a connection; the collector notices later."""
        if wire.open:
            wire.open = False
            session = self.sessions.get(wire.process.name)
            if session is not None and session.wire is wire:
                session.wire = None
            self.clock.after(self.clock.chance.random() * 0.5, wire.process.noticed, wire)

    def taken_over(self, name: str) -> None:
        """Let a stranger in under a collector's name, who hears everything and lets go of nothing.

        He stays until whose name it is comes back.
        """
        self.connect(Wire(self.clock, Stranger(name), 0.01))

    def save(self) -> None:
        """Write the sessions to disk, as it does now and then."""
        self._saved = {name: one.copied() for name, one in self.sessions.items()}

    def restart(self, away_s: float, disk: str) -> None:
        """Be killed and come back; disk: "all" of its sessions are kept, "some", or "none"."""
        self.up = False
        for session in list(self.sessions.values()):
            if session.wire is not None:
                self.cut(session.wire)
        if disk == "some":
            self.sessions = {name: one.copied() for name, one in self._saved.items()}
        elif disk == "none":
            self.sessions = {}
            self._saved = {}
        self.clock.after(away_s, self._back)

    def _back(self) -> None:
        self.up = True

    def _deliver(self, session: Session) -> None:
        wire = session.wire
        if wire is None:
            return
        most = self._window if self._window is not None else 1 << 40
        while session.queue and len(session.in_flight) < most:
            mid = session.last_mid % _LAST_MID + 1
            while mid in session.in_flight:
                mid = mid % _LAST_MID + 1
            session.last_mid = mid
            session.in_flight[mid] = sent = session.queue.popleft()
            self._hand(wire, mid, sent)

    def _hand(self, wire: Wire, mid: int, sent: Sent) -> None:
        wire.send(1, Wire.arrived, mid, sent)
