"""A gateway at work: what it has to send, what has no receipt yet, and when that is sent again."""

from collections.abc import Set
from dataclasses import dataclass, field
from typing import Final

from simulators.link import Link
from simulators.spool import Spool

_NOBODY_S: Final = 2.0
_AGAIN_FIRST_S: Final = 60.0
_AGAIN_MOST_S: Final = 600.0


@dataclass(slots=True)
class Sent:
    """A message without a receipt: when it was sent first and is to be sent again."""

    again_s: float = float("inf")
    wait_s: float = _AGAIN_FIRST_S


@dataclass(slots=True)
class Sender:
    """One gateway: its connection, its messages by number; the spool has those without payload."""

    link: Link
    to_send: list[tuple[int, bytes | None]] = field(default_factory=list)
    waiting: dict[int, Sent] = field(default_factory=dict)

    def expect(self, seq: int) -> None:
        """Wait for the receipt of a message, from when it is sent."""
        self.waiting[seq] = Sent()

    def send(self, now_s: float, spool: Spool) -> None:
        """Send what is to be sent, where the connection is up."""
        if self.to_send and self.link.up:
            messages, self.to_send = self.to_send, []
            for seq, payload in messages:
                if payload is None:
                    payload = spool.payload(self.link.gateway, seq)
                if payload is not None:  # else its receipt came first
                    self._send_one(seq, payload, now_s)

    def _send_one(self, seq: int, payload: bytes, now_s: float) -> None:
        sent = self.waiting.get(seq)
        self.link.publish(seq, payload)
        if sent is not None:
            sent.again_s = now_s + sent.wait_s

    def tidy(self, now_s: float) -> None:
        """Come back where cut off, and send again what has had no receipt for long."""
        self.link.keep_up()
        self.link.tidy()
        for seq, sent in self.waiting.items():
            if sent.again_s <= now_s:
                sent.wait_s = min(2 * sent.wait_s, _AGAIN_MOST_S)
                sent.again_s = float("inf")
                self.to_send.append((seq, None))

    def begin_again(self, late: Set[int]) -> None:
        """Send what was under way when the connection ended: nobody knows how far it came.

        late: messages that are held back, to come later.
        """
        queued = {seq for seq, _ in self.to_send}
        self.to_send += [(seq, None) for seq in self.waiting if seq not in queued | late]

    def try_soon(self, seq: int, now_s: float) -> None:
        """Try again soon where the broker says that nobody listens yet."""
        sent = self.waiting.get(seq)
        if sent is not None:
            sent.again_s = now_s + _NOBODY_S
