"""From what is committed to what the broker may forget: first the receipts, then the PUBACKs."""

from collections import deque
from dataclasses import dataclass
from typing import Final

from paho.mqtt.client import Client

from collector.tally import Tally
from collector.writer import Settled

_FIRST_WINDOW: Final = 20  # until the broker has said more


@dataclass(slots=True)
class _Waiting:
    """Messages to acknowledge as soon as the broker has their last receipt.

    receipts_under_way: those that still wait to be sent too.
    """

    mids: list[int]
    receipts_under_way: int = 0


class Outbox:
    """Receipts under way, as many as the broker takes at once, and the messages that wait for them.

    most: receipts that may wait here; one beyond is made up for when the gateway repeats.
    window: receipts that the broker may have without having said so. paho knows no such window,
        and what waits in paho takes ten times the memory.
    """

    def __init__(self, client: Client, tally: Tally, most: int) -> None:
        self.window = _FIRST_WINDOW
        self._client = client
        self._tally = tally
        self._most = most
        self._waiting: deque[_Waiting] = deque()
        self._queued: deque[tuple[str, bytes, _Waiting]] = deque()
        self._receipt_of: dict[int, _Waiting] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def send(self, settled: Settled, *, current: bool) -> None:
        """Take receipts, and what may be acknowledged after them.

        current: whether the messages' numbers are of this connection. On another one, somebody
            else's message may have them.
        """
        if current:
            for topic, payload in settled.asks:  # one that is lost is asked again
                self._client.publish(topic, payload, qos=0)
        one = _Waiting([mid for mid in settled.mids if mid] if current else [])
        for gateway, payload in settled.receipts:
            if len(self._queued) >= self._most:
                self._tally.receipts_dropped += 1
                continue
            self._queued.append((gateway, payload, one))
            one.receipts_under_way += 1
        if current:
            self._waiting.append(one)

    def published(self, mid: int) -> None:
        """Note that the broker has a receipt."""
        waiting = self._receipt_of.pop(mid, None)
        if waiting is not None:
            waiting.receipts_under_way -= 1

    def flush(self) -> None:
        """Publish receipts, and acknowledge, in order, what is committed and receipted."""
        while self._queued and len(self._receipt_of) < self.window:
            gateway, payload, one = self._queued.popleft()
            info = self._client.publish(f"cw/v1/{gateway}/receipt", payload, qos=1)
            self._receipt_of[info.mid] = one
            self._tally.receipts += 1
        while self._waiting and not self._waiting[0].receipts_under_way:
            mids = self._waiting.popleft().mids
            for mid in mids:
                self._client.ack(mid, 1)
            self._tally.unacknowledged -= len(mids)
            self._tally.let_go(len(mids))

    def disown(self) -> None:
        """Forget what was to be acknowledged on a connection that has ended."""
        self._waiting.clear()
        self._tally.unacknowledged = 0
        self._tally.arrived.clear()
