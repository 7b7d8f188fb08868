"""Gateways with a ledger: what they said, what was receipted and when; the rest is said again."""

import threading
import time
from dataclasses import dataclass, field

import msgspec
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from collector.codecs import native
from collector.connection import parsed
from tests.storage.world import GATEWAY, START_MS

KEYS = 4
READINGS = 3  # of a message
_STEP_MS = 60_000
AGAIN_S = 3.0  # at first; twice as long each time, so that nobody is flooded
_AGAIN_MOST = 10  # so many times as long at most
_TURN_S = 0.05


class _Receipt(msgspec.Struct):
    stored: list[tuple[int, int]]
    rejected: list[dict]


_RECEIPT = msgspec.json.Decoder(_Receipt)


@dataclass
class Ledger:
    """Readings by (key, instant), and the numbers of messages by what became of them.

    number_of: the message of a reading. waiting: what has no receipt: when it was said last, when
    it is to be said again, and its bytes.
    """

    rows: dict[tuple[str, int], int] = field(default_factory=dict)
    number_of: dict[tuple[str, int], int] = field(default_factory=dict)
    waiting: dict[int, tuple[float, float, bytes]] = field(default_factory=dict)
    receipted: set[int] = field(default_factory=set)
    rejected: list[dict] = field(default_factory=list)
    newest_s: float = 0.0  # of what has its receipt, when it was said
    said_again: int = 0


class Gateways(threading.Thread):
    """Measures, publishes and hears until told to stop measuring, and then to end.

    again_s: after so long without a receipt a message is said again, for the first time.
    """

    def __init__(self, broker_url: str, per_s: float, again_s: float = AGAIN_S) -> None:
        super().__init__(daemon=True)
        self.ledger = Ledger()
        self.measuring = True
        self._ending = threading.Event()
        self._per_s = per_s
        self._again_s = again_s
        self._turn = threading.Lock()
        address = parsed(broker_url)
        self._client = client = Client(
            CallbackAPIVersion.VERSION2, client_id="chaos-gateway", protocol=MQTTv5
        )
        client.username_pw_set(address.user, address.password)
        client.reconnect_delay_set(1, 1)
        client.on_connect = lambda *_: client.subscribe(f"cw/v1/{GATEWAY}/receipt", qos=1)
        client.on_message = self._heard
        client.connect_async(address.host, address.port, keepalive=10)
        client.loop_start()

    def end(self) -> None:
        """Leave."""
        self._ending.set()
        self.join(10)
        self._client.disconnect()
        self._client.loop_stop()

    def run(self) -> None:
        """Measure at a pace, and say again what has had no receipt for too long."""
        began, seq = time.monotonic(), 0
        most_s = _AGAIN_MOST * self._again_s
        while not self._ending.wait(_TURN_S):
            now = time.monotonic()
            due = int((now - began) * self._per_s) if self.measuring else seq
            for number in range(seq + 1, due + 1):
                self._publish(number, self._said(number), now, self._again_s)
            seq = max(seq, due)
            with self._turn:
                late = [
                    (number, min(2 * (again_s - said_s), most_s), payload)
                    for number, (said_s, again_s, payload) in self.ledger.waiting.items()
                    if now > again_s
                ]
            for number, wait_s, payload in late:
                self.ledger.said_again += 1
                self._publish(number, payload, now, wait_s)

    def _said(self, seq: int) -> bytes:
        """Return a message of a register that rises with every reading, and enter it."""
        turn, place = divmod(seq, KEYS)
        places = range(turn * READINGS, (turn + 1) * READINGS)
        at_ms = [START_MS + one * _STEP_MS for one in places]
        for one, at in zip(places, at_ms, strict=True):
            self.ledger.rows[f"k{place}", at] = one
            self.ledger.number_of[f"k{place}", at] = seq
        return native.encode_columns(seq, f"k{place}", at_ms, [float(one) for one in places])

    def _publish(self, seq: int, payload: bytes, now_s: float, wait_s: float) -> None:
        with self._turn:
            if seq in self.ledger.receipted:
                return
            self.ledger.waiting[seq] = (now_s, now_s + wait_s, payload)
        if self._client.is_connected():
            self._client.publish(f"cw/v1/{GATEWAY}/data", payload, qos=1)

    def _heard(self, client, userdata, message) -> None:
        receipt = _RECEIPT.decode(message.payload)
        with self._turn:
            ledger = self.ledger
            ledger.rejected += receipt.rejected
            for first, last in receipt.stored:
                for seq in range(first, last + 1):
                    ledger.receipted.add(seq)
                    said_s, *_ = ledger.waiting.pop(seq, (0.0, 0.0, b""))
                    ledger.newest_s = max(ledger.newest_s, said_s)
