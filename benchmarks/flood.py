"""Gateways without a spool that send as fast as they may."""

import itertools
import threading
import time
from multiprocessing.synchronize import Event
from typing import Final

from paho.mqtt.client import Client, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from collector.codecs import native
from collector.connection import parsed

_UNDER_WAY: Final = 1_000  # messages that the broker has not acknowledged
_TURN_S: Final = 0.01
_PER_WH: Final = 100  # readings until a register has counted one more
BATCH: Final = 50
PERIOD_S: Final = 15


def flood(
    broker_url: str, version: int, meters: list[tuple[str, str, int]], rate: float, stop: Event
) -> None:
    """Send until told to stop, at most `rate` messages a second.

    meters: gateway, key and first instant of each; a reading comes every 15 s of the meters' time.
    """
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5 if version == 5 else MQTTv311)
    client.max_inflight_messages_set(_UNDER_WAY)
    room = threading.Semaphore(_UNDER_WAY)
    client.on_publish = lambda *_: room.release()
    address = parsed(broker_url)
    client.connect(address.host, address.port)
    client.loop_start()
    began, sent = time.monotonic(), 0
    for turn in itertools.count():
        for gateway, key, first_ms in meters:
            while sent > (time.monotonic() - began) * rate and not stop.is_set():
                time.sleep(_TURN_S)
            if stop.is_set():
                client.disconnect()
                client.loop_stop()
                return
            room.acquire()
            places = range(turn * BATCH, (turn + 1) * BATCH)
            at = [first_ms + 1000 * PERIOD_S * place for place in places]
            value = [place // _PER_WH / 1000 for place in places]
            payload = native.encode_columns(turn + 1, key, at, value)
            client.publish(f"cw/v1/{gateway}/data", payload, qos=1)
            sent += 1
