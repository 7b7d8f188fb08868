"""RabbitMQ asks the real addresses over HTTP: who comes in, and what a gateway may say and hear."""

import os
import threading
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
import uvicorn
from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from actions.actor import open_pool
from api import create_app
from storage.readings import gateways
from tests.collector.brokers.rig import RabbitMq
from tests.collector.rig import Gateways, MemorySink, free_port, payload_of, running, until

pytestmark = pytest.mark.skipif(
    os.environ.get("TEST_BROKERS") is None or RabbitMq.found() is None,
    reason="RabbitMQ: TEST_BROKERS is not set, or it is not on the PATH",
)
KEY = "k" * 43
ASKS = "\n".join(
    (
        "auth_backends.1 = internal",
        "auth_backends.2 = http",
        "auth_http.http_method = post",
        *(
            f"auth_http.{what}_path = http://127.0.0.1:{{port}}/api/v1/broker/rabbitmq/{what}"
            for what in ("user", "vhost", "resource", "topic")
        ),
    )
)


@pytest.fixture(scope="module")
def port(database_of_module) -> Iterator[int]:
    """Where the API answers; it knows two gateways, of which one has a key."""
    with psycopg.connect(database_of_module.admin_url, autocommit=True) as connection:
        for name in ("demo-a/g1", "demo-a/g2"):
            gateways.make(connection, name)
        gateways.set_key(connection, "demo-a/g1", KEY)
    with closing(open_pool(database_of_module.url("api"), max_size=4)) as pool:
        told = uvicorn.Config(create_app(pool), port=free_port(), log_level="error")
        server = uvicorn.Server(told)
        thread = threading.Thread(target=server.run)
        thread.start()
        until(lambda: server.started)
        yield told.port
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def broker(port, tmp_path_factory) -> Iterator[RabbitMq]:
    made = RabbitMq(tmp_path_factory.mktemp("asks"), ASKS.format(port=port))
    made.start()
    yield made
    made.end()


def client_of(broker: RabbitMq, name: str, key: str) -> tuple[Client, list[bool]]:
    """Return a client that asks to come in, and a list of what it was answered."""
    answers: list[bool] = []
    client = Client(CallbackAPIVersion.VERSION2, client_id=f"c-{name[-2:]}", protocol=MQTTv311)
    client.username_pw_set(name, key)
    client.on_connect = lambda *said: answers.append(not said[3].is_failure)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    until(lambda: answers)
    return client, answers


def test_only_who_has_its_key_comes_in(broker):
    for name, key, good in (("demo-a/g1", KEY, True), ("demo-a/g1", "x", False),
                            ("demo-a/g2", KEY, False), ("nobody/x", KEY, False)):  # fmt: skip
        client, answers = client_of(broker, name, key)
        client.loop_stop()
        client.disconnect()
        assert answers[0] == good, name


def test_a_gateway_says_its_own_and_hears_its_receipts_and_nothing_else(broker):
    sink = MemorySink()
    gateway, _ = client_of(broker, "demo-a/g1", KEY)
    heard: list[str] = []
    gateway.on_message = lambda _client, _data, message: heard.append(message.topic)
    gateway.subscribe("cw/v1/demo-a/g1/receipt", 1)
    with running(sink, broker.url, version=4):
        gateway.publish("cw/v1/demo-a/g1/data", payload_of(1), 1).wait_for_publish(10)
        until(lambda: heard == ["cw/v1/demo-a/g1/receipt"])
        gateway.publish("cw/v1/demo-a/g2/data", payload_of(2), 1)
        until(lambda: not gateway.is_connected())  # RabbitMQ ends who oversteps
    gateway.loop_stop()
    gateway.disconnect()
    assert {name for name, *_ in sink.rows} == {"demo-a/g1"}


def test_nobody_hears_the_receipts_of_another(broker):
    gateway, _ = client_of(broker, "demo-a/g1", KEY)
    granted: list[bool] = []
    gateway.on_subscribe = lambda *said: granted.append(not said[3][0].is_failure)
    gateway.subscribe("cw/v1/+/+/receipt", 1)
    until(lambda: granted == [False] or not gateway.is_connected())
    gateway.loop_stop()
    gateway.disconnect()


def test_one_that_was_revoked_does_not_come_in_again(broker, database_of_module):
    with psycopg.connect(database_of_module.admin_url, autocommit=True) as connection:
        ((number,),) = connection.execute("SELECT id FROM gateway WHERE name = 'demo-a/g1'")
        gateways.revoke(connection, number)
    client, answers = client_of(broker, "demo-a/g1", KEY)
    client.loop_stop()
    client.disconnect()
    assert answers == [False]


def test_the_collector_is_a_user_of_the_broker_itself(broker):
    made = Gateways(broker.port, 4)
    made.close()
