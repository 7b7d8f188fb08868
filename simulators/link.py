"""A gateway's connection to the broker: it publishes, hears receipts, and comes back when cut."""

import contextlib
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec
from paho.mqtt.client import Client, MQTTMessage, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

_FIRST_WAIT_S: Final = 0.5
_LONGEST_WAIT_S: Final = 10.0
_TIMEOUT_S: Final = 5.0
_KEEPALIVE_S: Final = 60
_READS: Final = 100
_NOBODY_LISTENS: Final = 0x10  # of MQTT 5: the broker has acknowledged, and kept nothing


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the gateways go, and as whom."""

    host: str
    port: int
    version: Literal[4, 5] = 5
    tls: bool = False
    user: str | None = None
    password: str | None = None


class Refused(msgspec.Struct):
    """Readings that were not taken, by their places; the whole message where there is no place."""

    seq: int
    i: tuple[int, ...]
    reason: str


class Receipt(msgspec.Struct):
    """What the collector says after its commit."""

    stored: list[tuple[int, int]]
    rejected: list[Refused] = []


_RECEIPT: Final = msgspec.json.Decoder(Receipt)


class Link:
    """One gateway's connection; each time it is made anew, for the spool knows what is to send."""

    def __init__(
        self,
        gateway: str,
        broker: Broker,
        selector: selectors.BaseSelector,
        heard: Callable[[str, Receipt], None],
        up: Callable[[str], None],
        unheard: Callable[[str, int], None],
    ) -> None:
        self.gateway = gateway
        self.up = False
        self.cuts = 0
        self._broker = broker
        self._selector = selector
        self._heard = heard
        self._came_up = up
        self._unheard = unheard
        self._under_way: dict[int, int] = {}
        self._client: Client | None = None
        self._try_at_s = 0.0
        self._wait_s = _FIRST_WAIT_S

    def socket(self) -> socket.socket | None:
        """Return what to wait on, None while there is no connection."""
        sock: Any = self._client.socket() if self._client is not None else None
        return sock  # type: ignore[no-any-return]

    def keep_up(self) -> None:
        """Connect where there is no connection and the wait is over."""
        now = time.monotonic()
        if self.socket() is not None or now < self._try_at_s:
            return
        self.up = False
        self._under_way.clear()
        self._try_at_s = now + self._wait_s
        self._wait_s = min(2 * self._wait_s, _LONGEST_WAIT_S)
        self._client = self._made()
        with contextlib.suppress(OSError):
            self._client.connect(self._broker.host, self._broker.port, _KEEPALIVE_S)

    def publish(self, seq: int, payload: bytes) -> None:
        """Hand a message to the connection; what it loses, the spool still has."""
        assert self._client is not None
        info = self._client.publish(f"cw/v1/{self.gateway}/data", payload, qos=1)
        self._under_way[info.mid] = seq

    def read(self) -> None:
        """Take what has arrived."""
        if self._client is not None:
            self._client.loop_read(_READS)

    def write(self) -> None:
        """Send what waits."""
        if self._client is not None:
            self._client.loop_write()

    def tidy(self) -> None:
        """Keep the connection alive, and notice when it is not."""
        if self._client is not None:
            self._client.loop_misc()

    def cut(self) -> None:
        """Break the connection without a word, as a cable does."""
        sock = self.socket()
        if sock is not None:
            self.cuts += 1
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def leave(self) -> None:
        """Say goodbye."""
        if self._client is not None and self.socket() is not None:
            self._client.disconnect()
            self._client.loop_write()
        self._client, self.up = None, False

    def _made(self) -> Client:
        version = self._broker.version
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"cw-gateway-{self.gateway.replace('/', '-')}",
            protocol=MQTTv5 if version == 5 else MQTTv311,
            clean_session=None if version == 5 else True,
            reconnect_on_failure=False,
        )
        client.connect_timeout = _TIMEOUT_S
        if self._broker.user is not None:
            client.username_pw_set(self._broker.user, self._broker.password)
        if self._broker.tls:
            client.tls_set()
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_socket_open = self._on_socket_open
        client.on_socket_close = self._on_socket_close
        client.on_socket_register_write = self._on_more_to_write
        client.on_socket_unregister_write = self._on_all_written
        return client

    def _on_connect(self, client: Client, _data: Any, _flags: Any, reason: Any, _more: Any) -> None:
        if not reason.is_failure:
            client.subscribe(f"cw/v1/{self.gateway}/receipt", qos=1)

    def _on_subscribe(self, *_: Any) -> None:
        """Only now is a receipt sure to come back."""
        self.up = True
        self._wait_s = _FIRST_WAIT_S
        self._came_up(self.gateway)

    def _on_disconnect(self, *_: Any) -> None:
        self.up = False
        self._try_at_s = max(self._try_at_s, time.monotonic() + _FIRST_WAIT_S)

    def _on_publish(self, _client: Client, _data: Any, mid: int, reason: Any, _more: Any) -> None:
        seq = self._under_way.pop(mid, None)
        if seq is not None and reason.value == _NOBODY_LISTENS:
            self._unheard(self.gateway, seq)

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        with contextlib.suppress(msgspec.MsgspecError):  # no receipt: the message is sent again
            self._heard(self.gateway, _RECEIPT.decode(message.payload))

    def _on_socket_open(self, _client: Client, _data: Any, sock: Any) -> None:
        self._selector.register(sock, selectors.EVENT_READ, self)

    def _on_socket_close(self, _client: Client, _data: Any, sock: Any) -> None:
        self._selector.unregister(sock)

    def _on_more_to_write(self, _client: Client, _data: Any, sock: Any) -> None:
        self._selector.modify(sock, selectors.EVENT_READ | selectors.EVENT_WRITE, self)

    def _on_all_written(self, _client: Client, _data: Any, sock: Any) -> None:
        self._selector.modify(sock, selectors.EVENT_READ, self)
