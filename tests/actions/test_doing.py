"""Carrying actions out: once under a key, as foreseen, one at a time, in one audit entry."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count

import psycopg
import pytest

from actions.doing import Done, Repeat, carry_out, foresee
from actions.readings.record_exchange import RecordExchange
from actions.refusals import ChangedError
from metering.errors import EnergyError, InputError
from storage import answered
from tests.actions.world import START_MS, World, make_world

AT = datetime.fromtimestamp(START_MS / 1000, UTC)
_HOURS = count(1)


@pytest.fixture(scope="module")
def world(database_of_module) -> Iterator[World]:
    """One world for all of these tests: each exchange is of an hour of its own."""
    made = make_world(database_of_module)
    yield made
    made.close()


def exchange(initial: str = "0", at: datetime | None = None) -> RecordExchange:
    at = at or AT + timedelta(hours=next(_HOURS))
    return RecordExchange(at=at, initial=initial, source="form 12", final=None)


def known(world: World, action: RecordExchange) -> list[int]:
    rows = world.admin("SELECT initial FROM exchange WHERE at = %s ORDER BY id", action.at)
    return [row[0] for row in rows]


def entries(world: World) -> int:
    return world.admin("SELECT count(*) FROM audit_entry WHERE act = 'exchange.record'")[0][0]


def test_what_is_foreseen_is_not_kept_and_what_is_done_has_one_entry(world):
    action, channel, before = exchange("7"), world.channel["office e"], entries(world)

    effects = foresee(world.actor("of the office"), action, channel).effects
    assert [one.after.en for one in effects if one.code == "exchange"] == ["? → 7.000 kWh"]
    assert (known(world, action), entries(world)) == ([], before)

    done = carry_out(world.actor("of the office"), action, channel)
    assert isinstance(done, Done)
    assert (known(world, action), entries(world)) == ([7000], before + 1)
    ((subject, detail),) = world.admin(
        "SELECT subject, detail FROM audit_entry ORDER BY id DESC LIMIT 1"
    )
    assert subject == str(channel)
    assert detail["correction"] == done.result.correction
    assert detail["source"] == "form 12"


def test_the_same_under_the_same_key_is_done_once_and_answered_alike(world):
    action, channel, actor = exchange(), world.channel["office e"], world.actor("of the office")

    first = carry_out(actor, action, channel, key="k1")
    again = carry_out(actor, action, channel, key="k1")
    assert isinstance(first, Done)
    assert isinstance(again, Repeat)
    assert again.result == first.result.model_dump(mode="json")
    assert again.to == first.to
    assert known(world, action) == [0]


def test_a_key_is_bound_to_the_fields_and_belongs_to_its_actor(world):
    action, channel = exchange(), world.channel["office e"]
    carry_out(world.actor("of the office"), action, channel, key="k2")

    with pytest.raises(InputError) as caught:
        carry_out(world.actor("of the office"), exchange("9"), channel, key="k2")
    assert caught.value.code == "idempotency.other_request"
    assert isinstance(carry_out(world.actor(), action, channel, key="k2"), Done)


def test_what_failed_under_a_key_can_be_tried_again_under_it(world):
    actor, channel = world.actor("of the office"), world.channel["office e"]
    with pytest.raises(EnergyError):
        carry_out(actor, exchange("200000"), channel, key="k3")

    assert isinstance(carry_out(actor, exchange(), channel, key="k3"), Done)


def test_a_confirmation_holds_only_while_what_was_foreseen_does(world):
    action, channel, actor = exchange("1"), world.channel["office e"], world.actor("of the office")
    seen = foresee(actor, action, channel).seen
    carry_out(actor, exchange("2", action.at), channel)

    with pytest.raises(ChangedError):
        carry_out(actor, action, channel, seen=seen)
    carry_out(actor, action, channel, seen=foresee(actor, action, channel).seen)
    assert known(world, action) == [2000, 1000]


def test_of_two_confirmations_at_once_of_one_preview_only_one_passes(world):
    channel, actor = world.channel["shared e"], world.actor()
    with ThreadPoolExecutor(2) as both:
        for _ in range(10):
            action = exchange("1")
            others = [action.model_copy(update={"source": name}) for name in ("one", "two")]
            seen = [foresee(actor, one, channel).seen for one in others]

            def confirm(place: int, others=others, seen=seen) -> bool:
                try:
                    carry_out(actor, others[place], channel, seen=seen[place])
                except ChangedError:
                    return False
                return True

            assert sorted(both.map(confirm, (0, 1))) == [False, True]
            assert known(world, action) == [1000]


def test_answers_are_forgotten_after_a_week_and_not_before(world):
    carry_out(world.actor(), exchange(), world.channel["office e"], key="old")
    carry_out(world.actor(), exchange(), world.channel["office e"], key="young")
    for key, days in (("old", 8), ("young", 6)):
        world.admin(
            "UPDATE answered SET at = now() - make_interval(days => %s) WHERE key = %s", days, key
        )
    with psycopg.connect(world.database.url("worker")) as connection:
        assert answered.forget(connection, 100) == 1
    keys = {row[0] for row in world.admin("SELECT key FROM answered")}
    assert "young" in keys
    assert "old" not in keys
