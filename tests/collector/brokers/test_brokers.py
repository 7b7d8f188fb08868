"""The collector on brokers that few machines have; `TEST_BROKERS=1` runs what is found.

RabbitMQ comes from Debian (rabbitmq-server), nats-server and mochi out of the module proxy of Go;
they are looked for on the PATH.
"""

import os
import signal
from collections.abc import Iterator

import pytest

from tests.collector.brokers.rig import Broker, Mochi, Nats, RabbitMq
from tests.collector.rig import Gateways, MemorySink, running, until

G1 = "demo-a/g1"
BROKERS = (RabbitMq, Nats, Mochi)


@pytest.fixture(scope="module", params=BROKERS, ids=lambda one: one.name)
def broker(request, tmp_path_factory) -> Iterator[Broker]:
    kind: type[Broker] = request.param
    if os.environ.get("TEST_BROKERS") is None:
        pytest.skip(f"{kind.name}: TEST_BROKERS is not set")
    if kind.found() is None:
        pytest.skip(f"{kind.name}: no {kind.program} on the PATH")
    made = kind(tmp_path_factory.mktemp(kind.name))
    made.start()
    yield made
    made.end(signal.SIGKILL)


@pytest.fixture
def gateways(broker) -> Iterator[Gateways]:
    made = Gateways(broker.port, broker.version)
    yield made
    made.close()


def collects(sink: MemorySink, broker: Broker, **settings):
    return running(sink, broker.url, version=broker.version, **settings)


def test_every_message_is_committed_and_receipted(broker, gateways):
    sink = MemorySink()
    with collects(sink, broker) as one:
        until(lambda: gateways.states[-1:] == ["up"])
        gateways.say_many(G1, range(1, 301))
        until(lambda: gateways.has_receipts(G1, range(1, 301)), 60)
        until(lambda: one.tally.unacknowledged == 0)
    assert sink.seqs(G1) == set(range(1, 301))
    until(lambda: gateways.states[-1] == "stopped")


def test_what_comes_while_no_collector_is_there_waits_for_it(broker, gateways):
    sink = MemorySink()
    gateways.say_many(G1, range(301, 401))
    with collects(sink, broker):
        until(lambda: gateways.has_receipts(G1, range(301, 401)), 60)
    assert sink.seqs(G1) >= set(range(301, 401))


def test_while_the_database_is_away_nothing_is_acknowledged(broker, gateways):
    sink = MemorySink()
    sink.away.set()
    with collects(sink, broker, keepalive_s=2) as one:
        until(lambda: gateways.states[-1:] == ["up"])
        gateways.say_many(G1, range(401, 501))
        until(lambda: one.tally.unacknowledged)
        until(lambda: one.tally.retries > 15)
        assert not gateways.receipted
        sink.away.clear()
        until(lambda: gateways.has_receipts(G1, range(401, 501)), 60)


def test_a_broker_that_is_killed_loses_what_we_say_it_does(broker, gateways):
    """Said, acknowledged by the broker, and waiting for a collector as it is killed."""
    gateways.say_many(G1, range(501, 601))
    broker.end(signal.SIGKILL)
    broker.start()
    until(gateways.connected, 60)
    sink = MemorySink()
    with collects(sink, broker) as one:
        until(lambda: one.tally.connected)
        if broker.keeps:
            until(lambda: sink.seqs(G1) >= set(range(501, 601)), 60)
        gateways.say_many(G1, range(501, 602))  # as a gateway does with what has no receipt
        until(lambda: gateways.has_receipts(G1, range(501, 602)), 60)
    assert sink.seqs(G1) >= set(range(501, 602))
