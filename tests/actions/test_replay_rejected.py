"""What was refused is fed in again: taken where it can be, and never forgotten where it cannot."""

import pytest

from actions.readings.push import push
from actions.readings.replay_rejected import Again, replay_rejected
from collector.codecs import native
from collector.intake import take_in
from collector.routing import NATIVE, PUSHED, Routing
from metering.messages import Message
from storage.readings.store import Store
from tests.actions.settling import issue_key
from tests.actions.world import GATEWAY, HOUR_MS, START_MS

NOW_MS = START_MS + 40 * 24 * HOUR_MS
WAITING = "SELECT reason FROM rejected_message WHERE resolved_at IS NULL ORDER BY id"
UNBIND = "UPDATE binding SET known_until = now() WHERE key = %s AND known_until IS NULL"
BIND = """
    INSERT INTO binding (gateway_id, key, channel_id, valid_from, source, known_by)
    SELECT id, %s, %s, '-infinity', 'test', 'test' FROM gateway WHERE name = %s
"""


@pytest.fixture
def store(world):
    made = Store(world.database.url("collector"), "test")
    yield made
    made.close()


def send(store, *readings: tuple[str, int, float], topic: str = "cw/v1") -> None:
    payload = native.encode_many(7, [(key, START_MS + h * HOUR_MS, v) for key, h, v in readings])
    message = Message(f"{topic}/{GATEWAY}/data", GATEWAY, payload, NOW_MS)
    take_in([message], native.decode, store)


def again(world, **how) -> Again:
    routes = Routing((NATIVE, PUSHED))
    return replay_rejected(world.database.url("collector"), how.pop("routes", routes), **how)


def bind(world, key: str) -> None:
    world.admin(BIND, key, world.channel["office e"], GATEWAY)


@pytest.mark.parametrize("topic", ["cw/v1", "http/v1"])
def test_what_was_refused_is_stored_once_its_key_is_bound(world, store, topic):
    send(store, ("late", 1, 5.0), topic=topic)
    assert again(world) == Again(0, 1, {"reading.unknown_key": 1})
    bind(world, "late")

    assert again(world, dry_run=True) == Again(1, 0, {})
    assert again(world) == Again(1, 0, {})
    assert world.admin("SELECT value FROM reading") == [(5_000,)]
    assert world.admin(WAITING) == []
    assert again(world) == Again(0, 0, {})


def test_a_push_that_was_refused_can_be_fed_in_again(world, store):
    key = issue_key(world.actor("system"), GATEWAY)
    payload = native.encode_one(9, "late", START_MS, 5.0)
    push(world.pool, store, GATEWAY, key, payload, NOW_MS)
    bind(world, "late")

    assert again(world) == Again(1, 0, {})
    assert world.admin("SELECT value FROM reading") == [(5_000,)]


def test_a_refusal_for_another_reason_is_no_success(world, store):
    send(store, ("late", 1, -5.0))
    bind(world, "late")

    assert again(world, dry_run=True) == Again(0, 1, {"reading.impossible_value": 1})
    assert again(world) == Again(0, 1, {"reading.impossible_value": 1})
    assert world.admin(WAITING) == [("reading.impossible_value",)]


def test_of_a_message_only_what_can_be_is_taken(world, store):
    send(store, ("late", 1, 5.0), ("office e", 2, -1.0), ("office e", 3, 6.0))
    bind(world, "late")

    assert again(world) == Again(1, 1, {"reading.impossible_value": 1})
    assert world.admin("SELECT value FROM reading ORDER BY at") == [(5_000,), (6_000,)]
    assert world.admin(WAITING) == [("reading.impossible_value",)]


def test_what_is_refused_once_more_waits_once_more(world, store):
    send(store, ("late", 1, 5.0))
    bind(world, "late")
    again(world)
    world.admin(UNBIND, "late")
    send(store, ("late", 1, 5.0))

    assert world.admin(WAITING) == [("reading.unknown_key",)]
