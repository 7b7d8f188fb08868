"""Routes are set, changed and ended for what arrives from an instant on; what waits is fed in."""

from datetime import UTC, datetime

import pytest

from actions.actor import DeniedError
from actions.doing import carry_out, foresee
from actions.filled import filled
from actions.readings.end_route import EndRoute
from actions.readings.routes_now import kept
from actions.readings.set_route import SetRoute
from collector.codecs import native
from collector.codecs.dsmr import Codec, Register
from collector.intake import take_in
from collector.routing import NATIVE, Routing
from metering.errors import ConflictError, InputError
from metering.messages import Message
from tests.actions.examples_of_readings import bind
from tests.actions.world import GATEWAY, HOUR_MS, START_MS

TOPIC = "meters/g1/raw"
WAITING = "SELECT gateway, reason FROM rejected_message WHERE resolved_at IS NULL ORDER BY id"
VALUES = "SELECT value FROM reading ORDER BY at"
T0 = START_MS + 60 * 24 * HOUR_MS


def at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def native_route(**more) -> SetRoute:
    fields = {"topic": "meters/+/raw", "codec": "native", "gateway": "demo-a/{1}", "source": "x"}
    return SetRoute.model_validate(fields | more)


def table(world) -> Routing:
    with world.actor().look() as connection:
        return Routing((NATIVE,)).after(kept(connection))


def come(world, payload: bytes, received_ms: int, topic: str = TOPIC) -> None:
    """Let a message come by the routes as they are known now."""
    routing = table(world)
    message = Message(topic, routing.gateway_of(topic, received_ms), payload, received_ms)
    take_in([message], routing.decode, world.sink)


def one(hour: int, value: float = 7.0, key: str = "office e") -> bytes:
    return native.encode_one(hour, key, T0 + hour * HOUR_MS, value)


def said(effects) -> dict[str, str]:
    return {one.code: one.after.en for one in effects if one.after is not None}


def test_a_route_takes_what_waited_and_says_so_before(world):
    come(world, one(1), T0 + 2 * HOUR_MS)
    come(world, one(2, key="nobody's"), T0 + 3 * HOUR_MS)
    foreseen = foresee(world.actor(), native_route())

    told = said(foreseen.effects)
    assert (told["kept"], told["taken"], told["inserted"], told["waits_on"]) == ("2", "1", "1", "1")
    assert told["route"] == "native → demo-a/{1}"
    assert world.admin(VALUES) == []
    assert table(world).gateway_of(TOPIC) == TOPIC  # nothing was kept

    done = carry_out(world.actor(), native_route(), seen=foreseen.seen, key="k")

    assert world.admin(VALUES) == [(7_000,)]
    assert world.admin(WAITING) == [(GATEWAY, "reading.unknown_key")]
    assert (done.result.fed_in.taken, done.result.fed_in.inserted) == (1, 1)
    again = carry_out(world.actor(), native_route(), key="k")
    assert again.result["fed_in"]["inserted"] == 1  # the same answer, with what followed
    acts = world.admin("SELECT act, detail -> 'replayed' ->> 'taken' FROM audit_entry ORDER BY id")
    assert acts == [("route.set", None), ("route.set", "1")]


def test_messages_are_read_by_what_held_as_they_arrived(world):
    """A gateway of P1 telegrams is replaced at noon; what it buffered comes later."""
    bind(world, GATEWAY, "1-0:1.8.1", world.channel["office e"])
    noon = T0 + 12 * HOUR_MS
    telegram = Codec().encode(T0 + HOUR_MS, [Register("1-0:1.8.1", 12.5, "kWh")])
    carry_out(world.actor(), native_route(codec="dsmr"))
    carry_out(world.actor(), native_route(since=at(noon)))

    come(world, one(13, 14.0, "1-0:1.8.1"), noon + 2 * HOUR_MS)
    come(world, telegram, noon - HOUR_MS)  # kept since before noon
    assert world.admin(VALUES) == [(12_500,), (14_000,)]
    come(world, telegram, noon + HOUR_MS)  # the wrong format by then
    assert world.admin(WAITING) == [(GATEWAY, "payload.malformed")]
    spans = world.admin(
        "SELECT codec, valid_from > '-infinity', valid_to IS NULL FROM route "
        "WHERE known_until IS NULL ORDER BY valid_from"
    )
    assert spans == [("dsmr", False, False), ("native", True, True)]


def test_a_wrong_format_is_mended_for_what_came_meanwhile(world):
    """The kept bytes are read whole by the right route, though the wrong one took them apart."""
    carry_out(world.actor(), native_route(gateway="demo-b/{1}"))
    come(world, one(1), T0 + 2 * HOUR_MS)
    assert world.admin(WAITING) == [("demo-b/g1", "reading.bound_elsewhere")]

    carry_out(world.actor(), native_route())

    assert world.admin(VALUES) == [(7_000,)]
    assert world.admin(WAITING) == []


@pytest.mark.parametrize("earlier", [False, True])
def test_what_was_set_can_be_taken_back(world, earlier):
    if earlier:
        carry_out(world.actor(), native_route(gateway="demo-b/{1}"))
    before = table(world).routes
    done = carry_out(world.actor(), native_route(since=at(T0)))
    assert table(world).gateway_of(TOPIC, T0) == GATEWAY

    opposite = native_route(since=at(T0)).opposite(None, done.result)
    carry_out(world.actor(), opposite.action, opposite.on)

    now = table(world)
    for at_ms in (T0 - 1, T0, T0 + 1):
        assert now.gateway_of(TOPIC, at_ms) == Routing(before).gateway_of(TOPIC, at_ms)


def test_a_route_that_is_ended_reads_nothing_more_and_can_be_had_again(world):
    carry_out(world.actor(), native_route(only="office e"))
    end = EndRoute(topic="meters/+/raw", since=at(T0), source="x")
    ended = carry_out(world.actor(), end)

    assert table(world).gateway_of(TOPIC, T0 - 1) == GATEWAY
    assert table(world).gateway_of(TOPIC, T0) == TOPIC
    with pytest.raises(InputError, match="no route"):
        carry_out(world.actor(), end)
    carry_out(world.actor(), end.opposite(None, ended.result).action)
    assert table(world).gateway_of(TOPIC, T0) == GATEWAY
    assert table(world).routes[0].only == {"office e"}


def test_the_more_exact_of_two_filters_counts(world):
    carry_out(world.actor(), native_route(topic="meters/#", gateway="demo-b/rest"))
    carry_out(world.actor(), native_route(topic="meters/g1/+", gateway="demo-b/g1"))
    carry_out(world.actor(), native_route())

    assert [table(world).gateway_of(one) for one in (TOPIC, "meters/g2/raw", "meters/g2/x")] == [
        "demo-b/g1", "demo-a/g2", "demo-b/rest",
    ]  # fmt: skip


WRONG = (
    ({"topic": "a/#/b"}, "topic"),
    ({"topic": "#", "gateway": "a/b"}, "topic"),  # the collector would hear its own receipts
    ({"topic": "cw/v1/+/g1/+"}, "topic"),
    ({"codec": "dsmrr"}, "codec"),
    ({"gateway": "demo-a/{2}"}, "gateway"),
    ({"gateway": "demo-a"}, "gateway"),
    ({"channel_key": "{4}"}, "channel_key"),
    ({"settings": "zone = "}, "settings"),
    ({"settings": "zone = 1979-05-27"}, "settings"),
    ({"settings": "colour = 'red'"}, "settings"),
)


def test_a_wrong_one_is_refused_with_what_is_wrong_before_it_is_kept(world):
    for wrong, field in WRONG:
        for do in (foresee, carry_out):
            with pytest.raises(InputError) as caught:
                do(world.actor(), native_route(**wrong))
            assert caught.value.where["field"] == field, wrong
            assert caught.value.next_zh
            assert caught.value.next_en
    assert world.admin("SELECT count(*) FROM route") == [(0,)]


def test_only_administrators_keep_routes_and_all_readings_are_read_by_them(world):
    with pytest.raises(DeniedError):
        carry_out(world.actor("province officer"), native_route())
    carry_out(world.actor(), native_route())
    with world.actor("province officer").look() as connection:
        assert [one.gateway for one in kept(connection)] == ["demo-a/{1}"]
        assert connection.execute("SELECT count(*) FROM route").fetchone() == (0,)


def test_the_same_again_is_told_and_a_row_of_a_file_does_what_a_form_does(world):
    carry_out(world.actor(), native_route())
    with pytest.raises((InputError, ConflictError)) as caught:
        carry_out(world.actor(), native_route())
    assert caught.value.code == "route.the_same"
    assert filled([("topic", "a/b"), ("only", "")], SetRoute) == {"topic": "a/b"}
