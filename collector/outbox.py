"""From what is committed to what the broker may forget: first the receipts, then the PUBACKs."""

from collections import deque
from dataclasses import dataclass

from paho.mqtt.client import Client
from paho.mqtt.enums import MQTTErrorCode

from collector.tally import Tally
from collector.writer import Settled


@dataclass(slots=True)
class _Waiting:
    """Messages to acknowledge as soon as the broker has their last receipt."""

    mids: list[int]
    receipts_under_way: int = 0


class Outbox:
    """Receipts under way, and the messages that wait for them."""

    def __init__(self, client: Client, tally: Tally) -> None:
        self._client = client
        self._tally = tally
        self._waiting: deque[_Waiting] = deque()
        self._receipt_of: dict[int, _Waiting] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def send(self, settled: Settled, *, current: bool) -> None:
        """Publish receipts; one that cannot be queued is made up for when the gateway repeats.

        current: whether the messages' numbers are of this connection. On another one, somebody
            else's message may have them.
        """
        one = _Waiting([mid for mid in settled.mids if mid] if current else [])
        for gateway, payload in settled.receipts:
            info = self._client.publish(f"cw/v1/{gateway}/receipt", payload, qos=1)
            if info.rc == MQTTErrorCode.MQTT_ERR_QUEUE_SIZE:
                self._tally.receipts_dropped += 1
                continue
            self._tally.receipts += 1
            one.receipts_under_way += 1
            self._receipt_of[info.mid] = one
        if current:
            self._waiting.append(one)

    def published(self, mid: int) -> None:
        """Note that the broker has a receipt."""
        waiting = self._receipt_of.pop(mid, None)
        if waiting is not None:
            waiting.receipts_under_way -= 1

    def acknowledge(self) -> None:
        """Acknowledge, in order, what is committed and receipted."""
        while self._waiting and not self._waiting[0].receipts_under_way:
            mids = self._waiting.popleft().mids
            for mid in mids:
                self._client.ack(mid, 1)
            self._tally.unacknowledged -= len(mids)

    def disown(self) -> None:
        """Forget what was to be acknowledged on a connection that has ended."""
        self._waiting.clear()
        self._tally.unacknowledged = 0
