"""Both brokers carry what was published, and mosquitto holds it through a restart."""

import threading
from collections.abc import Iterator

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from cli import services
from tests.cli.services.world import gone, killed, until

DATABASE = "postgresql://127.0.0.1:1/none"  # somebody else's: these tests are about the broker


@pytest.fixture
def amqtt(open_state) -> Iterator[services.Services]:
    with services.up(open_state, database_url=DATABASE, broker_kind="amqtt") as running:
        yield running


def test_where_mosquitto_is_missing_amqtt_carries_messages(amqtt):
    assert amqtt.running.broker.startswith("amqtt ")
    assert amqtt.running.mqtt_version == 4
    assert heard_what_was_said(amqtt.running)


@pytest.mark.crash
def test_a_killed_amqtt_comes_back_at_its_port(amqtt):
    before = killed(amqtt.running.broker_pid)

    until(lambda: amqtt.running.broker_pid not in (before, None))

    assert heard_what_was_said(amqtt.running)


@pytest.mark.crash
def test_amqtt_ends_with_its_owner(owner):
    started = owner("amqtt")

    killed(started.process.pid)

    assert until(lambda: gone(started.pids)) < 5


def test_mosquitto_keeps_a_session_through_a_restart_and_has_no_small_queue(mosquitto, open_state):
    with services.up(open_state, database_url=DATABASE, broker_kind="mosquitto") as first:
        assert first.running.mqtt_version == 5
        listener = client(first.running, "listener", keep=True)
        listener.subscribe("cw/#", 1)
        listener.disconnect()
        said = [publish(first.running, 3_000)]  # three times mosquitto's usual limit

    with services.up(open_state, database_url=DATABASE, broker_kind="mosquitto") as second:
        assert second.running.broker_url == first.running.broker_url
        heard: list[bytes] = []
        listener = client(second.running, "listener", keep=True, heard=heard)
        until(lambda: len(heard) >= said[0])
        listener.disconnect()


def client(
    running: services.Running, name: str, *, keep: bool = False, heard: list[bytes] | None = None
) -> mqtt.Client:
    """Return a connected client of the newest protocol that the broker speaks."""
    made = mqtt.Client(
        CallbackAPIVersion.VERSION2,
        client_id=name,
        protocol=mqtt.MQTTProtocolVersion(running.mqtt_version),
    )
    connected = threading.Event()
    made.on_connect = lambda *_: connected.set()
    if heard is not None:
        made.on_message = lambda client, data, message: heard.append(message.payload)
    options = {}
    if running.mqtt_version == 5:
        options["properties"] = Properties(PacketTypes.CONNECT)
        options["properties"].SessionExpiryInterval = 3_600 if keep else 0
        options["properties"].ReceiveMaximum = 4_000
        options["clean_start"] = not keep
    made.connect("127.0.0.1", int(running.broker_url.rpartition(":")[2]), **options)
    made.loop_start()
    assert connected.wait(5)
    return made


def publish(running: services.Running, count: int) -> int:
    """Publish messages, and return how many were acknowledged."""
    speaker = client(running, "speaker")
    sent = [speaker.publish("cw/v1/demo/g1/data", b"%d" % n, 1) for n in range(count)]
    for one in sent:
        one.wait_for_publish(10)
    speaker.disconnect()
    return sum(one.is_published() for one in sent)


def heard_what_was_said(running: services.Running) -> bool:
    heard: list[bytes] = []
    listener = client(running, "listener", heard=heard)
    listener.subscribe("cw/#", 1)
    until(lambda: publish(running, 5) == 5 and len(heard) >= 5)
    listener.disconnect()
    return True
