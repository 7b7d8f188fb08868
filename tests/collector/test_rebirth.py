"""A Sparkplug node that was born before the collector came is asked for its births, and heard."""

import threading

import pytest
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from collector.codecs.sparkplug_b import Codec, rebirth_request
from collector.routes_file import RoutesFile
from collector.routing import NATIVE
from tests.collector.rig import MemorySink, running, until

ROUTES = """
[[route]]
topic = "spBv1.0/+/+/+/#"
codec = "sparkplug_b"
gateway = "demo-a/{3}"
"""
AT_MS = 1_700_000_000_000


class Node:
    """An edge node with one device, whose data go by alias; it is born again when it is asked."""

    def __init__(self, port: int) -> None:
        self.requests: list[bytes] = []
        self._seq = 17
        self._turn = threading.RLock()  # numbers are published in their order
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="node", protocol=MQTTv5)
        self._client.on_message = self._on_message
        ready = threading.Event()
        self._client.on_subscribe = lambda *_: ready.set()
        self._client.connect("127.0.0.1", port)
        self._client.subscribe("spBv1.0/plant/NCMD/n1")
        self._client.loop_start()
        assert ready.wait(10)

    def say(self, kind: str, device: str, metrics: list[tuple[str | int, float]]) -> None:
        """Publish a message; a birth of the node begins its numbers anew."""
        with self._turn:
            self._seq = 0 if kind == "NBIRTH" else (self._seq + 1) % 256
            birth = kind.endswith("BIRTH")
            payload = Codec().encode(metrics, AT_MS + self._seq, self._seq, birth)
            self._client.publish(f"spBv1.0/plant/{kind}/n1{device}", payload, qos=0)

    def close(self) -> None:
        """Leave."""
        self._client.disconnect()
        self._client.loop_stop()

    def _on_message(self, client, userdata, message) -> None:
        self.requests.append(message.payload)
        with self._turn:
            self.say("NBIRTH", "", [("bdSeq", 1)])
            self.say("DBIRTH", "/m1", [("energy_kwh", 5.0)])


@pytest.fixture
def node(broker):
    """A node at that broker."""
    made = Node(broker.port)
    yield made
    made.close()


def test_a_node_that_was_born_before_is_asked_once_and_then_understood(broker, node, tmp_path):
    routes, sink = tmp_path / "routes.toml", MemorySink()
    routes.write_text(ROUTES, encoding="utf-8")
    with running(sink, broker.url, RoutesFile(routes)) as one:
        until(lambda: one.tally.connected)
        until(lambda: node.say("DDATA", "/m1", [(0, 4.0)]) or sink.rejected)
        until(lambda: sink.rows)
        until(lambda: node.say("DDATA", "/m1", [(0, 6.0)]) or 6.0 in values(sink))

    assert node.requests == [rebirth_request("spBv1.0/plant/NDATA/n1")[1]]
    assert {code for _, code in sink.rejected} == {"payload.no_birth"}
    assert {row[:1] + row[2:3] for row in sink.rows} == {("demo-a/n1", "m1/energy_kwh")}
    assert 5.0 in values(sink)


def test_a_group_of_collectors_is_told_that_it_cannot_have_a_node(broker, tmp_path):
    routes = tmp_path / "routes.toml"
    routes.write_text(ROUTES, encoding="utf-8")
    table = RoutesFile(routes)
    known = {"routes": (*table.routes(), NATIVE)}
    with running(MemorySink(), broker.url, table, share="all", **known) as one:
        until(lambda: "collector.share_splits" in one.log.codes)
    with running(MemorySink(), broker.url, table, name="alone", **known) as one:
        until(lambda: one.tally.connected)

    assert "collector.share_splits" not in one.log.codes


def values(sink: MemorySink) -> set[float]:
    """Return what is committed."""
    return {row[4] for row in sink.rows}
