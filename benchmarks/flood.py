"""Gateways without a spool: as fast as they may, or each meter once in its period."""

import itertools
import threading
import time
from collections.abc import MutableSequence, Sequence
from multiprocessing.synchronize import Event
from typing import Final

from paho.mqtt.client import Client, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from collector.codecs import native
from collector.connection import parsed

_UNDER_WAY: Final = 1_000  # messages that the broker has not acknowledged
_TURN_S: Final = 0.01
_LAST_S: Final = 5.0  # for the broker to take what is under way at the end
_PER_WH: Final = 100  # readings until a register has counted one more
BATCH: Final = 50
PERIOD_S: Final = 15


def flood(
    broker_url: str, version: int, meters: list[tuple[str, str, int]], rate: float, stop: Event
) -> None:
    """Send until told to stop, at most `rate` messages a second.

    meters: gateway, key and first instant of each; a reading comes every 15 s of the meters' time.
    """
    client, room = _connected(broker_url, version)
    began, sent = time.monotonic(), 0
    for turn in itertools.count():
        for gateway, key, first_ms in meters:
            if not _turn_comes(began + sent / rate, stop):
                _ended(client)
                return
            room.acquire()
            places = range(turn * BATCH, (turn + 1) * BATCH)
            at = [first_ms + 1000 * PERIOD_S * place for place in places]
            value = [place // _PER_WH / 1000 for place in places]
            payload = native.encode_columns(turn + 1, key, at, value)
            client.publish(f"cw/v1/{gateway}/data", payload, qos=1)
            sent += 1


def steady(
    broker_url: str,
    version: int,
    meters: Sequence[tuple[str, str]],
    counted: Sequence[float],
    rate: float,
    sent_s: MutableSequence[float],
    stop: Event,
) -> None:
    """Send a reading of now a message until told to stop, so many messages a second.

    meters: gateway and key of each; they take turns. counted: what a register shows at each turn.
    sent_s: is told when each message was sent, on the clock `time.monotonic`; as long as it is.
    """
    client, room = _connected(broker_url, version)
    began = time.monotonic()
    for number in range(len(sent_s)):
        if not _turn_comes(began + number / rate, stop):
            break
        room.acquire()
        turn, place = divmod(number, len(meters))
        gateway, key = meters[place]
        payload = native.encode_one(number + 1, key, time.time_ns() // 1_000_000, counted[turn])
        client.publish(f"cw/v1/{gateway}/data", payload, qos=1)
        sent_s[number] = time.monotonic()
    _all_there(client, room)


def chorus(
    broker_url: str,
    version: int,
    gateways: Sequence[tuple[str, Sequence[str]]],
    counted: Sequence[float],
    rate: float,
    sent_s: MutableSequence[float],
    stop: Event,
) -> None:
    """Let gateways in turn send a reading of now of all their meters, so many messages a second.

    gateways: each with its keys. counted, sent_s: as of `steady`.
    """
    client, room = _connected(broker_url, version)
    began = time.monotonic()
    for number in range(len(sent_s)):
        if not _turn_comes(began + number / rate, stop):
            break
        room.acquire()
        turn, place = divmod(number, len(gateways))
        gateway, keys = gateways[place]
        now_ms = time.time_ns() // 1_000_000
        payload = native.encode_many(turn + 1, [(key, now_ms, counted[turn]) for key in keys])
        client.publish(f"cw/v1/{gateway}/data", payload, qos=1)
        sent_s[number] = time.monotonic()
    _all_there(client, room)


def publish(broker_url: str, version: int, said: Sequence[tuple[str, bytes]]) -> None:
    """Publish topics and payloads as fast as the broker acknowledges them; all are there then."""
    client, room = _connected(broker_url, version)
    for topic, payload in said:
        room.acquire()
        client.publish(topic, payload, qos=1)
    _all_there(client, room)


def _connected(broker_url: str, version: int) -> tuple[Client, threading.Semaphore]:
    """Connect, and count how much more may be under way."""
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5 if version == 5 else MQTTv311)
    client.max_inflight_messages_set(_UNDER_WAY)
    room = threading.Semaphore(_UNDER_WAY)
    client.on_publish = lambda *_: room.release()
    address = parsed(broker_url)
    if address.user is not None:
        client.username_pw_set(address.user, address.password)
    client.connect(address.host, address.port)
    client.loop_start()
    return client, room


def _turn_comes(at_s: float, stop: Event) -> bool:
    """Wait for a moment; return whether to go on."""
    while time.monotonic() < at_s and not stop.is_set():
        time.sleep(_TURN_S)
    return not stop.is_set()


def _ended(client: Client) -> None:
    client.disconnect()
    client.loop_stop()


def _all_there(client: Client, room: threading.Semaphore) -> None:
    """Leave once the broker has all of it, or does not take it."""
    for _ in range(_UNDER_WAY):
        room.acquire(timeout=_LAST_S)
    _ended(client)
