"""Messages between the broker and the writer: no more than memory has been promised for."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from paho.mqtt.client import MQTTMessage

from collector.codecs.payload import MAX_PAYLOAD_BYTES
from collector.routing import Routing
from collector.settings import CollectorSettings
from collector.writer import Batch
from metering.messages import Message

_OVERHEAD_BYTES: Final = 300  # of a message beside its payload, measured: 262


@dataclass(slots=True)
class Inbox:
    """What has arrived and not been handed over, in order of arrival.

    overflowed: whether messages were left with the broker, because it knows no window.
    """

    settings: CollectorSettings
    routing: Routing
    overflowed: bool = False
    held_bytes: int = 0
    _mids: list[int] = field(default_factory=list)
    _messages: list[Message] = field(default_factory=list)
    _first_s: float = 0.0

    def __len__(self) -> int:
        return len(self._messages)

    def take_in(self, message: MQTTMessage) -> bool:
        """Keep of a message what a batch needs, for all of it costs 8 kB; False where full."""
        payload = bytes(message.payload[: MAX_PAYLOAD_BYTES + 1])  # longer ones are refused anyway
        if self.held_bytes + len(payload) > self.settings.held_bytes:
            self.overflowed = True
            return False
        self.held_bytes += len(payload) + _OVERHEAD_BYTES
        if not self._messages:
            self._first_s = time.monotonic()
        topic, now_ms = _topic(message), time.time_ns() // 1_000_000
        self._mids.append(message.mid)
        self._messages.append(
            Message(topic, self.routing.gateway_of(topic, now_ms), payload, now_ms)
        )
        return True

    def reroute(self, routing: Routing) -> None:
        """Take messages by another table from now on, those that are here already too."""
        self.routing = routing
        self._messages = [
            replace(message, gateway=routing.gateway_of(message.topic, message.received_ms))
            for message in self._messages
        ]

    def due_in_s(self) -> float:
        """Return when the next batch should be handed over, 0 where one is full or old enough."""
        if not self._messages:
            return float("inf")
        if len(self._messages) >= self.settings.batch_messages:
            return 0.0
        return max(0.0, self._first_s + self.settings.batch_ms / 1000 - time.monotonic())

    def next_batch(self, connection: int) -> Batch:
        """Give away the oldest messages, a batch of them."""
        most = self.settings.batch_messages
        batch = Batch(connection, self._mids[:most], self._messages[:most], self.routing.decode)
        del self._mids[:most], self._messages[:most]
        self.held_bytes -= _size_bytes(batch.messages)
        return batch

    def disown(self) -> None:
        """Forget under which numbers the broker awaits an end: they went with the connection."""
        self._mids = [0] * len(self._mids)

    def make_room(self) -> None:
        """Keep at most one window of an old connection, for a new one is about to come.

        The broker delivers again what is dropped here, and mostly what is kept too.
        """
        most = self.settings.receive_maximum
        self.held_bytes -= _size_bytes(self._messages[most:])
        del self._mids[most:], self._messages[most:]


def _size_bytes(messages: Sequence[Message]) -> int:
    return sum(len(message.payload) + _OVERHEAD_BYTES for message in messages)


def _topic(message: MQTTMessage) -> str:
    """Return a topic that can be stored; brokers that check it let no other pass."""
    try:
        return message.topic.replace("\0", "�")
    except UnicodeDecodeError:
        return "�"
