"""Balances of main and sub-meters: named, over the days that all know, unknown where too few."""

import pytest

from actions.accounts.balances_table import BALANCES, WhichBalances, rest_percent
from actions.doing import carry_out
from actions.registry.state_extent import StateExtent
from actions.tables import rows_of
from tests.actions.examples_of_submeters import submeter
from tests.actions.test_submeters import put
from tests.actions.world import HOUR_MS, START_MS, make_world

DAYS = 31  # of March 2016, in which London's clocks go forward once
HOURS = DAYS * 24 - 1


def say(world, name, kwh, seq, hours=range(1, HOURS + 1)):
    """Let a meter use so much each hour."""
    world.say(name, [(START_MS + hour * HOUR_MS, kwh) for hour in hours], seq=seq)


def balance(world, who="system", **asked):
    wanted = WhichBalances.model_validate({"month": "2016-03", **asked})
    return rows_of(world.actor(who), BALANCES, wanted, None, 10).rows


@pytest.fixture(scope="module")
def measured(database_of_module):
    """A main meter of 10 kWh an hour, and two behind it of 6 and 3, of one month."""
    made = make_world(database_of_module)
    for name in ("main", "left", "right"):
        submeter(made, name)
    for seq, (name, kwh) in enumerate({"main": 10, "left": 6, "right": 3}.items(), 11):
        say(made, name, kwh, seq)
    made.work()
    for name in ("left", "right"):
        put(made, made.channel[name], made.channel["main"])
    yield made
    made.close()


def state(world, extent, since="2016-03-01"):
    said = {"extent": extent, "valid_from": since, "source": "图 7"}
    carry_out(world.actor(), StateExtent.model_validate(said), world.channel["main"])


def test_a_tenth_that_nobody_measured_is_named(measured):
    (one,) = balance(measured)
    assert (one.name_en, one.channel, one.subs) == ("main", "e", 2)
    assert one.main_quanta == HOURS * 10_000
    assert one.sub_quanta == HOURS * 9_000
    assert one.rest_quanta == HOURS * 1_000
    assert rest_percent(one) == "10.00"
    assert (one.days, one.of_days, one.verdict) == (DAYS, DAYS, "exceeded")
    assert (one.extent, one.tolerance) == ("usual", 50_000)
    assert balance(measured, verdict="agrees") == []


def test_where_only_part_has_sub_meters_the_rest_is_no_fault(measured):
    state(measured, "part")
    assert balance(measured)[0].verdict == "agrees"
    state(measured, "all")
    (one,) = balance(measured)
    assert (one.verdict, one.tolerance) == ("exceeded", 20_000)
    state(measured, "usual")


def test_who_does_not_see_a_sub_meter_is_told_nothing_of_its_main(measured):
    assert [one.channel_id for one in balance(measured, "of the office")] == [
        measured.channel["main"]
    ]
    assert balance(measured, "of the school") == []


def test_a_day_that_one_sub_meter_misses_is_compared_in_none(measured):
    """Four days of a third one are not nine tenths of a month: nothing is said."""
    late = submeter(measured, "late")
    hours = [hour for hour in range(1, HOURS + 1) if not 24 * 4 < hour <= 24 * 8]
    say(measured, "late", 1, 14, hours)
    measured.work()
    put(measured, late, measured.channel["main"])
    (one,) = balance(measured)
    assert (one.subs, one.days, one.of_days) == (3, 27, 31)
    assert one.verdict == "unknown"
    assert one.rest_quanta == 0
