"""Messages between the broker and the writer: no more than memory has been promised for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from collector.codecs import Decode
from collector.delivery.effects import Batch
from collector.delivery.shares import Shares, TooFast, sparing
from collector.routing import Routing
from collector.settings import CollectorSettings
from metering.messages import Message

_OVERHEAD_BYTES: Final = 300  # of a message beside its payload, measured: 262
_CROWDED_S: Final = 10.0  # for which gateways are held to their shares after messages piled up


@dataclass(slots=True)
class Inbox:
    """What has arrived and not been handed over, in order of arrival.

    overflowed: whether messages were left with the broker, because it knows no window.
    too_fast: gateways that said more than their share since the last look, while others waited.
    """

    settings: CollectorSettings
    routing: Routing
    overflowed: bool = False
    held_bytes: int = 0
    too_fast: set[str] = field(default_factory=set)
    _shares: Shares = field(init=False)
    _set_aside: int = 0  # messages here that are to be
    _crowded_until_s: float = float("-inf")
    _mids: list[int] = field(default_factory=list)
    _messages: list[Message] = field(default_factory=list)
    _first_s: float = 0.0

    def __post_init__(self) -> None:
        settings = self.settings
        self._shares = Shares(settings.gateway_bytes_per_s, settings.gateway_burst_bytes)

    def __len__(self) -> int:
        return len(self._messages)

    def take_in(
        self, mid: int, topic: str, payload: bytes | bytearray, now_s: float, now_ms: int
    ) -> bool:
        """Keep of a message what a batch needs, for all of it costs 8 kB; False where full.

        now_s: of a clock that only goes on. now_ms: since 1970, UTC.
        """
        kept = bytes(
            payload[: self.settings.bounds.most_bytes + 1]
        )  # longer ones are refused anyway
        if self.held_bytes + len(kept) > self.settings.held_bytes:
            self.overflowed = True
            return False
        self.held_bytes += len(kept) + _OVERHEAD_BYTES
        if not self._messages:
            self._first_s = now_s
        message = Message(topic, self.routing.gateway_of(topic, now_ms), kept, now_ms)
        if self._piles_up():
            self._crowded_until_s = now_s + _CROWDED_S
        if now_s < self._crowded_until_s and self._shares.too_fast(
            message.gateway, len(kept), now_s
        ):
            message = TooFast(topic, message.gateway, kept, now_ms)
            self.too_fast.add(message.gateway)
            self._set_aside += 1
        self._mids.append(mid)
        self._messages.append(message)
        return True

    def reroute(self, routing: Routing) -> None:
        """Take messages by another table from now on, those that are here already too."""
        self.routing = routing
        self._messages = [
            message._replace(gateway=routing.gateway_of(message.topic, message.received_ms))
            for message in self._messages
        ]

    def due_in_s(self, now_s: float) -> float:
        """Return when the next batch should be handed over, 0 where one is full or old enough."""
        if not self._messages:
            return float("inf")
        settings = self.settings
        if (
            len(self._messages) >= settings.batch_messages
            or self.held_bytes >= settings.batch_bytes
        ):
            return 0.0
        return max(0.0, self._first_s + settings.batch_ms / 1000 - now_s)

    def next_batch(self, connection: int) -> Batch:
        """Give away the oldest messages, a batch of them."""
        most = self._most()
        messages = self._messages[:most]
        decode: Decode = self.routing.decode
        if self._set_aside:
            self._set_aside -= sum(isinstance(one, TooFast) for one in messages)
            decode = sparing(decode)
        batch = Batch(connection, self._mids[:most], messages, decode)
        del self._mids[:most], self._messages[:most]
        self.held_bytes -= _size_bytes(messages)
        return batch

    def disown(self) -> None:
        """Forget under which numbers the broker awaits an end: they went with the connection."""
        self._mids = [0] * len(self._mids)

    def make_room(self) -> None:
        """Keep at most one window of an old connection, for a new one is about to come.

        The broker delivers again what is dropped here, and mostly what is kept too.
        """
        most = self.settings.receive_maximum
        gone = self._messages[most:]
        self.held_bytes -= _size_bytes(gone)
        self._set_aside -= sum(isinstance(one, TooFast) for one in gone)
        del self._mids[most:], self._messages[most:]

    def _piles_up(self) -> bool:
        """Return whether more is here than the next batch takes: the writer does not keep up."""
        settings = self.settings
        return (
            self.held_bytes > settings.batch_bytes or len(self._messages) > settings.batch_messages
        )

    def _most(self) -> int:
        """Return how many messages a batch takes: one at least, neither too many nor too big."""
        most, left_bytes = self.settings.batch_messages, self.settings.batch_bytes
        if self.held_bytes <= left_bytes:
            return most
        for place, message in enumerate(self._messages[:most]):
            left_bytes -= len(message.payload) + _OVERHEAD_BYTES
            if left_bytes <= 0:
                return place + 1
        return most


def _size_bytes(messages: Sequence[Message]) -> int:
    return sum(len(message.payload) + _OVERHEAD_BYTES for message in messages)
