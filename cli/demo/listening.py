"""Whether a collector listens: its state is retained at the broker, for whoever asks."""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from paho.mqtt.client import Client, MQTTMessage, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from collector.connection import parsed

_STATES: Final = "cw/v1/collector/+/status"


@contextlib.contextmanager
def collector_up(broker_url: str, version: int) -> Iterator[threading.Event]:
    """Lend an event that is set once a collector says that it is up."""
    up = threading.Event()
    address = parsed(broker_url)
    client = Client(
        CallbackAPIVersion.VERSION2,
        protocol=MQTTv5 if version == 5 else MQTTv311,
    )
    if address.user is not None:
        client.username_pw_set(address.user, address.password)
    if address.tls:
        client.tls_set()

    def connected(client: Client, *_: Any) -> None:
        client.subscribe(_STATES, qos=1)

    def told(_client: Client, _data: Any, message: MQTTMessage) -> None:
        with contextlib.suppress(msgspec.MsgspecError, KeyError, TypeError):
            if msgspec.json.decode(message.payload)["state"] == "up":
                up.set()

    client.on_connect, client.on_message = connected, told
    client.connect_async(address.host, address.port)
    client.loop_start()
    try:
        yield up
    finally:
        client.disconnect()
        client.loop_stop()
