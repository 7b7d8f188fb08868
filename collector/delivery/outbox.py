"""From what is committed to what the broker may forget: first the receipts, then the PUBACKs."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from collector.delivery.effects import Acknowledge, Publish, Settled
from collector.tally import Tally

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
    window: receipts that the broker may have without having said so. What a client keeps beyond
        such a window takes ten times the memory.
    """

    def __init__(self, tally: Tally, most: int) -> None:
        self.window = _FIRST_WINDOW
        self._tally = tally
        self._most = most
        self._last_number = 0
        self._waiting: deque[_Waiting] = deque()
        self._queued: deque[tuple[str, bytes, _Waiting]] = deque()
        self._receipt_of: dict[int, _Waiting] = {}
        self._asks: list[tuple[str, bytes]] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def send(self, settled: Settled, *, current: bool) -> None:
        """Take receipts, and what may be acknowledged after them.

        current: whether the messages' numbers are of this connection. On another one, somebody
            else's message may have them.
        """
        if current:
            self._asks += settled.asks  # one that is lost is asked again
        one = _Waiting([mid for mid in settled.mids if mid] if current else [])
        for gateway, payload in settled.receipts:
            if len(self._queued) >= self._most:
                self._tally.receipts_dropped += 1
                continue
            self._queued.append((gateway, payload, one))
            one.receipts_under_way += 1
        if current:
            self._waiting.append(one)

    def published(self, number: int) -> None:
        """Note that the broker has a receipt."""
        waiting = self._receipt_of.pop(number, None)
        if waiting is not None:
            waiting.receipts_under_way -= 1

    def flush(self) -> Iterator[Publish | Acknowledge]:
        """Yield receipts to publish, and, in order, what is committed and receipted."""
        asks, self._asks = self._asks, []
        for topic, payload in asks:
            yield Publish(topic, payload)
        while self._queued and len(self._receipt_of) < self.window:
            gateway, payload, one = self._queued.popleft()
            self._last_number += 1
            self._receipt_of[self._last_number] = one
            self._tally.receipts += 1
            yield Publish(f"cw/v1/{gateway}/receipt", payload, self._last_number)
        while self._waiting and not self._waiting[0].receipts_under_way:
            mids = self._waiting.popleft().mids
            self._tally.unacknowledged -= len(mids)
            self._tally.let_go(len(mids))
            if mids:
                yield Acknowledge(mids)

    def disown(self) -> None:
        """Forget what was to be acknowledged on a connection that has ended."""
        self._waiting.clear()
        self._asks.clear()
        self._tally.unacknowledged = 0
        self._tally.arrived.clear()
