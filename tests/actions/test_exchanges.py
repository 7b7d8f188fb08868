"""Exchanges of meters: a fall becomes use once somebody says what stood on either meter."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from pydantic import ValidationError

from actions.actor import DeniedError
from actions.readings.exchanges import list_exchanges
from metering.errors import EnergyError, InputError
from tests.actions.correcting import record_exchange
from tests.actions.world import HOUR_MS, START_MS

AT = datetime.fromtimestamp(START_MS / 1000, UTC) + timedelta(hours=2, minutes=30)


def fallen(world) -> int:
    """Send a register that falls between its second and third hour, and return its channel."""
    fields = [(START_MS + hour * HOUR_MS, kwh) for hour, kwh in enumerate([90.0, 95, 99, 2, 7])]
    world.say("office e", fields)
    world.work()
    return world.channel["office e"]


def total(world, channel: int) -> int | None:
    return world.admin("SELECT sum(used)::bigint FROM usage_day WHERE channel_id = %s", channel)[0][
        0
    ]


def record(world, channel: int, who: str = "system", at: datetime = AT, final="101.5", initial="0"):
    return record_exchange(
        world.actor(who),
        channel,
        at,
        final=None if final is None else Decimal(final),
        initial=Decimal(initial),
        source="form 12",
    )


def test_a_recorded_exchange_makes_the_fall_known_and_can_be_corrected(world):
    channel = fallen(world)
    before = total(world, channel)

    record(world, channel)
    world.work()
    recorded = total(world, channel)
    record(world, channel, final="102.5")
    world.work()
    corrected = total(world, channel)
    record(world, channel, final=None)
    world.work()

    assert before == 5_000 + 4_000 + 5_000  # the fall itself is unknown
    assert recorded == before + 2_500 + 2_000
    assert corrected == recorded + 1_000
    assert total(world, channel) == before + 2_000  # nobody read the old meter
    _, known = list_exchanges(world.actor(), channel)
    assert [(one.final, one.initial, one.source) for one in known] == [(None, 0, "form 12")]
    kept = world.admin("SELECT count(*) FROM exchange WHERE channel_id = %s", channel)
    assert kept == [(3,)]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("final", {"final": "-1"}),
        ("initial", {"initial": "NaN"}),
        ("initial", {"initial": "1e30"}),
        ("at", {"at": AT.replace(tzinfo=None)}),
        ("at", {"at": AT + timedelta(microseconds=1)}),
        ("at", {"at": datetime(1999, 1, 1, tzinfo=UTC)}),
        ("at", {"at": datetime.now(timezone(timedelta(hours=8))) + timedelta(days=3)}),
    ],
)
def test_what_no_meter_can_show_is_refused_by_field(world, field, wrong):
    with pytest.raises((InputError, ValidationError)) as caught:
        record(world, world.channel["office e"], **wrong)

    error = caught.value
    told = error.where["field"] if isinstance(error, InputError) else error.errors()[0]["loc"][0]
    assert told == field
    assert world.admin("SELECT count(*) FROM exchange") == [(0,)]


def test_only_registers_are_exchanged(world):
    with pytest.raises(InputError):
        record(world, world.channel["office gas"])


@pytest.mark.parametrize("who", ["city reader", "of the school", "outsider"])
def test_who_may_only_read_or_not_even_that_records_nothing(world, who):
    with pytest.raises(EnergyError) as caught:
        record(world, world.channel["office e"], who)

    assert caught.value.code in {"access.denied", "not_found"}
    assert world.admin("SELECT count(*) FROM exchange") == [(0,)]


def test_an_officer_of_one_institution_writes_for_no_other_that_it_may_read(world):
    world.admin(
        """INSERT INTO access_grant (viewer, role, scope, institution_id, valid_from)
           VALUES (%s, 'officer', 'institution', %s, '2015-01-01')""",
        f"user:{world.user['city reader']}", world.institution["school"],
    )  # fmt: skip

    with pytest.raises(DeniedError):
        record(world, world.channel["office e"], "city reader")
    record(world, world.channel["shared e"], "city reader")

    assert world.admin("SELECT channel_id FROM exchange") == [(world.channel["shared e"],)]
