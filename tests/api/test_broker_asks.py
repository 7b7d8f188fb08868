"""EMQX and RabbitMQ ask in their forms, and are told what each gateway may, of others nothing."""

from urllib.parse import urlencode

import pytest

from actions.readings.broker_asks import Asks
from actions.routes import OURS
from collector.routing import NATIVE, Route, Routing

DATA = "cw/v1/demo-a/g1/data"
RECEIPT = "cw/v1/demo-a/g1/receipt"


@pytest.fixture(scope="module")
def key(window) -> str:
    client = window.client("planner of all")
    return client.post(window.key_url(), json={"reason": "new"}).json()["key"]


def emqx(window, what: str, **fields: str) -> str:
    """Ask as EMQX does: its default template as JSON, fields beside those that count."""
    answer = window.client().post(
        f"/api/v1/broker/emqx/{what}", json={"clientid": "c1", "peerhost": "192.0.2.1", **fields}
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json().get("is_superuser", False) is False
    return answer.json()["result"]


def rabbitmq(window, what: str, **fields: str) -> str:
    """Ask as RabbitMQ's backend does with http_method post: a form, answered by a bare word."""
    answer = window.client().post(
        f"/api/v1/broker/rabbitmq/{what}",
        content=urlencode({"vhost": "/", **fields}),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return answer.text


def test_emqx_lets_in_who_has_the_key_and_nobody_else(window, key):
    assert emqx(window, "user", username="demo-a/g1", password=key) == "allow"
    for name, said in (("demo-a/g1", "x"), ("demo-a/g2", key), ("nobody/x", key), ("", ""),
                       ("demo-a/g1", ""), ("demo-a/g1\0", key)):  # fmt: skip
        assert emqx(window, "user", username=name, password=said) == "deny", name


def test_rabbitmq_lets_in_who_has_the_key_and_nobody_else(window, key):
    assert rabbitmq(window, "user", username="demo-a/g1", password=key, client_id="c") == "allow"
    assert rabbitmq(window, "vhost", username="demo-a/g1", ip="192.0.2.1") == "allow"
    for name, said in (("demo-a/g1", "x"), ("demo-a/g2", key), ("nobody/x", key)):
        assert rabbitmq(window, "user", username=name, password=said) == "deny"
    for name in ("demo-a/g2", "nobody/x"):  # neither has a key
        assert rabbitmq(window, "vhost", username=name, ip="192.0.2.1") == "deny"
        assert emqx(window, "topic", username=name, action="publish", topic=DATA) == "deny"


@pytest.mark.parametrize(
    ("topic", "action", "result"),
    [
        (DATA, "publish", "allow"),
        (DATA, "subscribe", "deny"),
        (RECEIPT, "subscribe", "allow"),
        (RECEIPT, "publish", "deny"),
        ("cw/v1/demo-a/g2/data", "publish", "deny"),
        ("cw/v1/+/+/receipt", "subscribe", "deny"),
        ("#", "subscribe", "deny"),
        ("$share/g/#", "subscribe", "deny"),
        ("cw/v1/collector/main/status", "publish", "deny"),
        (DATA, "all", "deny"),
        ("", "publish", "deny"),
    ],
)
def test_emqx_keeps_a_gateway_to_its_topics(window, key, topic, action, result):
    assert emqx(window, "topic", username="demo-a/g1", topic=topic, action=action) == result


@pytest.mark.parametrize(
    ("routing_key", "permission", "word"),
    [
        ("cw.v1.demo-a.g1.data", "write", "allow"),
        ("cw.v1.demo-a.g1.data", "read", "deny"),
        ("cw.v1.demo-a.g1.receipt", "read", "allow"),
        ("cw.v1.demo-a.*.receipt", "read", "deny"),
        ("cw.v1.demo-a.g2.data", "write", "deny"),
        ("#", "read", "deny"),
        ("cw.v1.demo-a.g1.data", "configure", "deny"),
    ],
)
def test_rabbitmq_keeps_a_gateway_to_its_topics(window, key, routing_key, permission, word):
    asked = {"username": "demo-a/g1", "resource": "topic", "name": "amq.topic"}
    told = {"permission": permission, "routing_key": routing_key}
    assert rabbitmq(window, "topic", **asked, **told) == word
    assert rabbitmq(window, "topic", **(asked | {"name": "amq.direct"}), **told) == "deny"


@pytest.mark.parametrize(
    ("resource", "name", "permission", "word"),
    [
        ("exchange", "amq.topic", "write", "allow"),
        ("exchange", "amq.topic", "read", "allow"),
        ("exchange", "amq.topic", "configure", "deny"),
        ("exchange", "amq.direct", "write", "deny"),
        ("queue", "mqtt-subscription-c1qos1", "configure", "allow"),
        ("queue", "orders", "read", "deny"),
        ("topic", "amq.topic", "write", "deny"),
    ],
)
def test_rabbitmq_opens_what_mqtt_uses_and_no_more(window, key, resource, name, permission, word):
    asked = {"username": "demo-a/g1", "resource": resource, "name": name, "permission": permission}
    assert rabbitmq(window, "resource", **asked) == word
    assert rabbitmq(window, "resource", **(asked | {"username": "demo-a/g2"})) == "deny"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"\xff", b'{"username": 5}', b"[" * 5_000, b'{"username": "\\ud800"}']
)
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "a/b"])
def test_what_cannot_be_understood_is_denied(window, body, kind):
    for path in ("emqx/user", "emqx/topic", "rabbitmq/user", "rabbitmq/topic"):
        answer = window.client().post(
            f"/api/v1/broker/{path}", content=body, headers={"Content-Type": kind}
        )
        assert answer.status_code == 200
        assert "deny" in answer.text


def test_a_revoked_gateway_is_denied_at_once_though_it_came_in_before(front):
    client = front.client("planner of all")
    made = client.post(front.key_url(), json={"reason": "new"}).json()
    said = {"username": "demo-a/g1", "password": made["key"]}
    publish = {"username": "demo-a/g1", "topic": DATA, "action": "publish"}
    assert emqx(front, "user", **said) == emqx(front, "topic", **publish) == "allow"

    address = front.key_url().removesuffix("/key") + "/revoke"
    assert client.post(address, json={"reason": "lost"}).status_code == 201

    assert emqx(front, "user", **said) == emqx(front, "topic", **publish) == "deny"
    assert rabbitmq(front, "vhost", username="demo-a/g1") == "deny"


def test_topics_of_routes_are_their_gateways(window, key):
    asks = Asks(window.world.pool, Routing((Route("dsmr/+/raw", "dsmr", "demo-a/{1}"), NATIVE)))
    assert asks.allows("demo-a/g1", "dsmr/g1/raw", publishes=True)
    assert not asks.allows("demo-a/g1", "dsmr/g2/raw", publishes=True)
    assert not asks.allows("demo-a/g1", "dsmr/+/raw", publishes=False)


def test_strangers_are_bound_and_who_came_in_before_is_not(window, key):
    now = [0.0]
    asks = Asks(window.world.pool, OURS, clock=lambda: now[0])
    assert asks.lets_in("demo-a/g1", key)
    for one in range(300):
        assert not asks.lets_in("demo-a/g1", f"guess {one}")
    assert asks.lets_in("demo-a/g1", key)  # nobody's guesses keep it out
    fresh = Asks(window.world.pool, OURS, clock=lambda: now[0])
    for one in range(300):
        fresh.lets_in(f"nobody/{one}", "x")
    assert not fresh.lets_in("demo-a/g1", key)  # a stranger yet, and all turns are taken
    now[0] += 1
    assert fresh.lets_in("demo-a/g1", key)


def test_a_name_that_nobody_has_is_compared_with_a_hash_too(window):
    """So that it takes as long: the hash of what was said is made whether the name is there."""
    ask = "SELECT prosrc FROM pg_proc WHERE oid = 'access.opens_gateway'::regproc"
    [(source,)] = window.world.admin(ask)
    assert source.index("coalesce") < source.index("= sha256(key)")
    assert "key_sha256 =" not in source
