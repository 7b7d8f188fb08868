"""Messages of another format, taken in by a route: bad values wait on whoever feeds them in."""

import pytest

from actions.doing import carry_out
from actions.readings.replay_rejected import Again, replay_rejected
from actions.readings.settle_rejected import ReplayRejected
from collector.codecs.neuron import Codec
from collector.intake import take_in
from collector.routing import PUSHED, Route, Routing
from metering.messages import Message
from storage.readings.store import Store
from tests.actions.settling import id_of
from tests.actions.world import GATEWAY, HOUR_MS, START_MS

ROUTES = Routing((PUSHED, Route("neuron/+/up", "neuron", "demo-a/{1}", key="{key}")))
TOPIC = "neuron/g1/up"
NOW_MS = START_MS + 40 * 24 * HOUR_MS
WAITING = """
    SELECT reason, i, message_en FROM rejected_message WHERE resolved_at IS NULL ORDER BY id
"""
BIND = """
    INSERT INTO binding (gateway_id, key, channel_id, valid_from, source, known_by)
    SELECT id, %s, %s, '-infinity', 'test', 'test' FROM gateway WHERE name = %s
"""


@pytest.fixture
def store(world):
    made = Store(world.database.url("collector"), "test")
    yield made
    made.close()


def upload(store, values: dict[str, float], errors: dict[str, int]) -> None:
    payload = Codec().encode("plc", "main", START_MS + HOUR_MS, values, errors)
    message = Message(TOPIC, ROUTES.gateway_of(TOPIC), payload, NOW_MS)
    take_in([message], ROUTES.decode, store)


def test_a_value_that_its_gateway_calls_bad_is_set_aside_and_the_others_count(world, store):
    world.admin(BIND, "plc/main/e1", world.channel["office e"], GATEWAY)
    world.admin(BIND, "plc/main/e2", world.channel["shared e"], GATEWAY)

    upload(store, {"e1": 5.0}, {"e2": 2014})

    assert world.admin("SELECT channel_id, value FROM reading") == [
        (world.channel["office e"], 5_000)
    ]
    [(reason, places, told)] = world.admin(WAITING)
    assert (reason, places) == ("reading.bad_quality", [1])
    assert "plc/main/e2" in told
    assert "neuron.2014" in told


def test_feeding_it_in_again_takes_no_bad_value_and_forgets_none(world, store):
    upload(store, {"e1": 5.0}, {"e2": 2014})
    world.admin(BIND, "plc/main/e1", world.channel["office e"], GATEWAY)
    world.admin(BIND, "plc/main/e2", world.channel["shared e"], GATEWAY)
    actor = world.actor("system")
    actor.sink, actor.routes = store, ROUTES

    done = carry_out(actor, ReplayRejected(reason="bound"), id_of(actor, GATEWAY)).result
    assert (done.taken, done.reasons) == (1, {"reading.bad_quality": 1})
    assert world.admin("SELECT value FROM reading") == [(5_000,)]
    assert [row[:2] for row in world.admin(WAITING)] == [("reading.bad_quality", [1])]

    url = world.database.url("collector")
    assert replay_rejected(url, ROUTES) == Again(0, 1, {"reading.bad_quality": 1})
    assert world.admin("SELECT count(*) FROM reading") == [(1,)]
    assert [row[:2] for row in world.admin(WAITING)] == [("reading.bad_quality", [1])]
