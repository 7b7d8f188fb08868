"""Gateways with a spool: they measure, send, send again what has no receipt, and keep a ledger."""

from dataclasses import dataclass, field

import msgspec

from collector.codecs import native
from tests.collector.simulation.broker import Broker, Sent
from tests.collector.simulation.clock import Clock

_FIRST_MS = 1_700_000_000_000
_FIRST_WAIT_S = 4.0
_LONGEST_WAIT_S = 16.0
_NOT_READ = b'{"seq":%d,"channel":"e1","value":'
POISON = "poison"  # what a database chokes on


class _Receipt(msgspec.Struct):
    stored: list[tuple[int, int]]
    rejected: list[dict]


_RECEIPT = msgspec.json.Decoder(_Receipt)


@dataclass
class Ledger:
    """All that was ever said, and what is to become of it: rows, or the reason of a refusal."""

    rows: dict[tuple[str, int], list[tuple[str, int, float]]] = field(default_factory=dict)
    refused: dict[tuple[str, int], str] = field(default_factory=dict)


@dataclass
class Gateway:
    """One of them; spool: what has no receipt, with how often it was sent."""

    name: str
    pace_s: float
    last_seq: int = 0
    up: bool = True
    spool: dict[int, bytes] = field(default_factory=dict)


class Gateways:
    """All of them, whose clocks and cables are one."""

    def __init__(self, clock: Clock, broker: Broker, count: int, pace_s: float) -> None:
        self.ledger = Ledger()
        self.measuring = True
        self._clock, self._broker = clock, broker
        self._all = {
            f"p/g{place}": Gateway(f"p/g{place}", pace_s * (place + 1)) for place in range(count)
        }
        for one in self._all.values():
            clock.after(clock.chance.random() * one.pace_s, self._measure, one)

    def idle(self) -> bool:
        """Return whether every message has its receipt."""
        return not any(one.spool for one in self._all.values())

    def waiting(self) -> list[tuple[str, int]]:
        """Return what has no receipt."""
        return [(one.name, seq) for one in self._all.values() for seq in one.spool]

    def numbers_of(self, payload: bytes) -> list[int]:
        """Return what a receipt names."""
        return [
            seq for first, last in _RECEIPT.decode(payload).stored for seq in range(first, last + 1)
        ]

    def receipt(self, gateway: str, payload: bytes) -> None:
        """Send a receipt on its way to a gateway that may not hear it."""
        self._clock.after(0.01, self._heard, self._all[gateway], payload)

    def cut(self, for_s: float) -> None:
        """Let one of them be without a broker for a while."""
        one = self._clock.chance.choice(list(self._all.values()))
        one.up = False
        self._clock.after(for_s, self._reach, one)

    def burst(self, most: int) -> None:
        """Let one of them measure a lot at once."""
        one = self._clock.chance.choice(list(self._all.values()))
        for _ in range(self._clock.chance.randint(1, most)):
            self._say_more(one)

    def repeat(self) -> None:
        """Let one of them send again all it has, in another order."""
        one = self._clock.chance.choice(list(self._all.values()))
        seqs = list(one.spool)
        self._clock.chance.shuffle(seqs)
        for seq in seqs:
            self._send(one, seq)

    def _measure(self, one: Gateway) -> None:
        if self.measuring:
            self._say_more(one)
            self._clock.after(one.pace_s * (0.5 + self._clock.chance.random()), self._measure, one)

    def _say_more(self, one: Gateway) -> None:
        chance = self._clock.chance
        one.last_seq += 1
        seq = one.last_seq
        one.spool[seq] = self._said(one.name, seq, chance.random(), chance.randint(1, 3))
        self._try(one, seq, _FIRST_WAIT_S)

    def _said(self, name: str, seq: int, kind: float, readings: int) -> bytes:
        """Return a message, most of them good ones, and enter it."""
        key = (name, seq)
        if kind < 0.01:
            self.ledger.refused[key] = "payload.malformed"
            return _NOT_READ % seq
        channel = "e1"
        if kind < 0.015:
            channel = POISON
            self.ledger.refused[key] = "message.unstorable"
        at_ms = [_FIRST_MS + 10 * seq + place for place in range(readings)]
        value = [float(seq * 10 + place) for place in range(readings)]
        if channel != POISON:
            self.ledger.rows[key] = [
                (channel, at, one) for at, one in zip(at_ms, value, strict=True)
            ]
        return native.encode_columns(seq, channel, at_ms, value)

    def _try(self, one: Gateway, seq: int, wait_s: float) -> None:
        """Send what has no receipt, and again after a time that grows."""
        if seq in one.spool:
            self._send(one, seq)
            longer_s = min(2 * wait_s, _LONGEST_WAIT_S)
            self._clock.after(wait_s, self._try, one, seq, longer_s)

    def _send(self, one: Gateway, seq: int) -> None:
        if one.up:
            latency_s = self._clock.chance.random() * 0.02
            self._clock.after(latency_s, self._broker.publish, Sent(one.name, seq, one.spool[seq]))

    def _heard(self, one: Gateway, payload: bytes) -> None:
        if not one.up:
            return
        for seq in self.numbers_of(payload):
            self._clock.hold(0 < seq <= one.last_seq, "a receipt of what was never sent", one.name)
            one.spool.pop(seq, None)

    def _reach(self, one: Gateway) -> None:
        one.up = True
