"""A broker that says itself that it would lose data is refused with the reason."""

import socket

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from collector.connection import offered
from collector.delivery.effects import Connect, Disconnect, Subscribe, Tell
from collector.delivery.machine import Machine
from collector.delivery.offers import Offer, refusal
from collector.routing import Routing
from collector.settings import CollectorSettings
from collector.tally import Tally
from metering.errors import ConflictError
from tests.collector.rig import MemorySink, Mosquitto, running, until

ALONE = CollectorSettings("mqtt://broker")
SHARING = CollectorSettings("mqtt://broker", share="all")


@pytest.mark.parametrize(("decoded", "window"), [(None, 1_000), (20, 19), (1, 1), (65_535, 1_000)])
def test_the_window_of_receipts_is_the_brokers_but_for_one_place(decoded, window):
    properties = Properties(PacketTypes.CONNACK)
    if decoded is not None:
        properties.ReceiveMaximum = decoded

    assert offered(properties, session_present=True).receipts == window
    assert offered(None, session_present=True) == Offer()


@pytest.mark.parametrize(
    ("offer", "field"),
    [
        (Offer(qos=0), "Maximum QoS"),
        (Offer(session_expiry_s=86_400), "Session Expiry Interval"),
        (Offer(packet_bytes=65_536), "Maximum Packet Size"),
        (Offer(retains=False), "Retain Available"),
        (Offer(wildcards=False), "Wildcard Subscription Available"),
        (Offer(shares=False), "Shared Subscription Available"),
    ],
)
def test_each_limit_that_loses_data_is_named(offer, field):
    unfit = refusal(offer, SHARING)

    assert unfit is not None
    assert unfit.where is not None
    assert unfit.where["field"] == field
    assert field in unfit.zh
    assert field in unfit.en


@pytest.mark.parametrize(
    "offer",
    [
        Offer(),
        Offer(qos=1),
        Offer(session_expiry_s=14 * 86_400),
        Offer(packet_bytes=70_000),
        Offer(shares=False),
        Offer(receive_maximum=1),
    ],
)
def test_a_limit_that_loses_nothing_is_none(offer):
    assert refusal(offer, ALONE) is None


def test_a_broker_that_turns_unfit_later_is_left_and_tried_again():
    machine = Machine(ALONE, Routing(), Tally())
    assert machine.decide(0.0) == [Connect()]
    machine.opened(0.1, Offer())
    assert Subscribe() in machine.decide(0.1)
    machine.lost(20.0, None)
    assert machine.decide(20.0) == [Connect()]
    machine.opened(20.1, Offer(qos=0))

    tells, leaves = machine.decide(20.1)

    assert isinstance(tells, Tell)
    assert isinstance(leaves, Disconnect)
    assert machine.refuses is None
    machine.lost(20.2, None)
    assert machine.decide(20.2) == []
    assert machine.decide(22.0) == [Connect()]


def test_mosquitto_that_takes_small_packets_only_is_refused_at_the_start(mosquitto, tmp_path):
    broker = Mosquitto(mosquitto, tmp_path, "max_packet_size 20000")
    broker.start()
    with running(MemorySink(), broker.url) as one:
        until(lambda: one.failed_by is not None)
    broker.end()

    assert isinstance(one.failed_by, ConflictError)
    assert one.failed_by.code == "broker.unfit"
    assert "max_packet_size" in one.failed_by.next_en


def test_a_broker_that_keeps_sessions_for_a_day_is_refused_at_the_start():
    peer = socket.create_server(("127.0.0.1", 0))
    with running(MemorySink(), f"mqtt://127.0.0.1:{peer.getsockname()[1]}") as one:
        link, _ = peer.accept()
        link.recv(4096)
        link.sendall(bytes.fromhex("200800000511" + f"{86_400:08x}"))  # CONNACK
        until(lambda: one.failed_by is not None)
        peer.close()
        link.close()

    assert "1209600" in one.failed_by.en
    assert "COMMONWATT_SESSION_EXPIRY_S" in one.failed_by.next_en
