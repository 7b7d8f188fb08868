"""Both brokers carry what was published, and mosquitto holds it through a restart."""

import threading
from collections.abc import Iterator

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from cli import services
from collector.connection import parsed
from collector.settings import CollectorSettings
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
        listener.subscribe("cw/v1/+/+/data", 1)
        listener.disconnect()
        published = [publish(first.running, 3_000)]  # three times mosquitto's usual limit

    with services.up(open_state, database_url=DATABASE, broker_kind="mosquitto") as second:
        assert second.running.broker_url == first.running.broker_url
        heard: list[bytes] = []
        listener = client(second.running, "listener", keep=True, heard=heard)
        until(lambda: len(heard) >= published[0])
        listener.disconnect()


@pytest.mark.parametrize("kind", ["mosquitto", "amqtt"])
def test_nobody_enters_without_a_password_and_gateways_keep_to_their_topics(kind, request):
    if kind == "mosquitto":
        request.getfixturevalue("mosquitto")
    state = request.getfixturevalue("open_state")
    with services.up(state, database_url=DATABASE, broker_kind=kind) as up:
        address = parsed(up.running.broker_url)
        for user, password in ((None, None), ("collector", "wrong"), ("gateways", None)):
            assert refused(up.running, user, password), user
        heard: list[bytes] = []
        listener = client(up.running, "listener", heard=heard)
        listener.subscribe([("cw/v1/+/+/data", 1), ("cw/v1/collector/+/status", 1)])
        gateway = client(up.running, "speaker")
        for topic in ("cw/v1/collector/main/status", "cw/v1/a/b/receipt", "cw/v1/a/b/command"):
            gateway.publish(topic, b"forged", 1)
        until(lambda: publish(up.running, 1) == 1 and b"0" in heard)
        assert b"forged" not in heard
        assert address.password not in up.running.gateway_url
        for one in (listener, gateway):
            one.disconnect()


@pytest.mark.parametrize("kind", ["mosquitto", "amqtt"])
def test_nobodys_will_is_published_where_the_login_may_not_publish(kind, request):
    if kind == "mosquitto":
        request.getfixturevalue("mosquitto")
    state = request.getfixturevalue("open_state")
    with services.up(state, database_url=DATABASE, broker_kind=kind) as up:
        heard: list[bytes] = []
        listener = client(up.running, "listener", heard=heard)
        listener.subscribe([("cw/v1/+/+/data", 1), ("cw/v1/collector/+/status", 1)])
        for topic in ("cw/v1/collector/main/status", "cw/v1/a/b/command", "cw/v1/a/b/data"):
            die_with_will(up.running, topic)
        until(lambda: b"cw/v1/a/b/data" in heard)
        later = client(up.running, "later", heard=heard)  # of what was retained
        later.subscribe([("cw/v1/collector/+/status", 1), ("cw/v1/+/+/data", 1)])
        until(lambda: publish(up.running, 1) == 1 and b"0" in heard)
        assert {one for one in heard if one.startswith(b"cw/")} == {b"cw/v1/a/b/data"}
        for one in (listener, later):
            one.disconnect()


def die_with_will(running: services.Running, topic: str) -> None:
    """Enter as a gateway whose will is its topic's name, if the broker lets it, and break off."""
    made = mqtt.Client(
        CallbackAPIVersion.VERSION2,
        client_id=f"dies of {topic[-6:]}",
        protocol=mqtt.MQTTProtocolVersion(running.mqtt_version),
    )
    address = parsed(running.gateway_url)
    made.username_pw_set(address.user, address.password)
    made.will_set(topic, topic.encode(), 1, retain=True)
    answered = threading.Event()
    made.on_connect = lambda *_: answered.set()
    made.on_disconnect = lambda *_: answered.set()
    made.connect(address.host, address.port)
    made.loop_start()
    assert answered.wait(5)
    made.loop_stop()
    sock = made.socket()
    if sock is not None:
        sock.close()  # without the packet that says good-bye


def test_who_does_not_know_the_collectors_password_does_not_know_its_client_id():
    ids = {
        CollectorSettings(broker_url=url, name=name).client_id
        for url in ("mqtt://collector:one@b", "mqtt://collector:two@b", "mqtt://b")
        for name in ("main", "other")
    }
    assert len(ids) == 6
    again = CollectorSettings(broker_url="mqtt://collector:one@elsewhere", name="main").client_id
    assert again in ids


def refused(running: services.Running, user: str | None, password: str | None) -> bool:
    """Whether the broker turns somebody away."""
    made = mqtt.Client(
        CallbackAPIVersion.VERSION2,
        client_id="stranger",
        protocol=mqtt.MQTTProtocolVersion(running.mqtt_version),
    )
    if user is not None:
        made.username_pw_set(user, password)
    published: list[bool] = []
    made.on_connect = lambda _client, _data, _flags, reason, _more: published.append(
        reason.is_failure
    )
    address = parsed(running.broker_url)
    made.connect(address.host, address.port)
    made.loop_start()
    until(lambda: published)
    made.loop_stop()
    return published[0]


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
    address = parsed(running.gateway_url if name == "speaker" else running.broker_url)
    made.username_pw_set(address.user, address.password)
    made.connect(address.host, address.port, **options)
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
    listener.subscribe("cw/v1/+/+/data", 1)
    until(lambda: publish(running, 5) == 5 and len(heard) >= 5)
    listener.disconnect()
    return True
