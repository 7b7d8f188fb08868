"""What was used for what: by month, mapped between code sets, apart, and what is for nothing."""

import pytest

from actions.accounts.end_uses_table import END_USE_MONTHS, WhichMonths
from actions.tables import rows_of
from metering.errors import InputError
from tests.actions.examples_of_end_uses import state
from tests.actions.examples_of_submeters import submeter
from tests.actions.test_submeters import counts, put
from tests.actions.world import HOUR_MS, START_MS, make_world

DAY = 24  # hours of each meter; the 1 March 2016


@pytest.fixture(scope="module")
def office(database_of_module):
    """The office used 100 kWh: a floor's lighting of 60 with lifts of 20, charging of 10."""
    world = make_world(database_of_module)
    used = {"whole": 100, "floor": 60, "lifts": 20, "charging": 10}
    for seq, (name, kwh) in enumerate(used.items(), 21):
        submeter(world, name)
        world.say(name, [(START_MS + hour * HOUR_MS, kwh / DAY) for hour in range(1, 3)], seq)
        world.say(name, [(START_MS + DAY * HOUR_MS, kwh - 2 * kwh / DAY)], seq + 100)
    world.admin("UPDATE account_term SET known_until = now() WHERE known_until IS NULL")
    counts(world, world.channel["whole"])
    world.work()
    for name, main in (("floor", "whole"), ("lifts", "floor"), ("charging", "whole")):
        put(world, world.channel[name], world.channel[main])
    for name, use in (("floor", "LOCAL-1:01A40"), ("lifts", "MOHURD:01C10"),
                      ("charging", "COMMONWATT:CHARGING")):  # fmt: skip
        state(world, world.channel[name], use)
    yield world
    world.close()


def months(world, who="system", **asked):
    of = world.institution["office"]
    wanted = WhichMonths.model_validate({"institution_id": of, "year": 2016, **asked})
    rows = rows_of(world.actor(who), END_USE_MONTHS, wanted, None, 100).rows
    return {
        row.key: (row.quanta, row.item and row.item.apart) for row in rows if row.month.month == 3
    }


def kwh(world):
    """Return what a meter is known to have used, for what hours hold is all that counts."""
    rows = world.admin("SELECT channel_id, sum(used) FROM usage_day GROUP BY 1")
    by = {channel: int(used) for channel, used in rows}
    return {name: by[world.channel[name]] for name in ("whole", "floor", "lifts", "charging")}


def test_each_quantum_is_for_one_use_and_all_add_up_to_the_account(office):
    used, found = kwh(office), months(office)
    assert found == {
        "LOCAL-1:01A40": (used["floor"] - used["lifts"], None),
        "MOHURD:01C10": (used["lifts"], None),
        "COMMONWATT:CHARGING": (used["charging"], "vehicles"),
        "": (used["whole"] - used["floor"] - used["charging"], None),
    }
    assert sum(quanta for quanta, _ in found.values()) == used["whole"]


def test_mapped_to_the_ministrys_codes_charging_is_special(office):
    used, found = kwh(office), months(office, code_set="MOHURD")
    assert found["MOHURD:01A10"] == (used["floor"] - used["lifts"], None)
    assert found["MOHURD:01D60"] == (used["charging"], "special")


def test_from_the_day_on_which_it_is_for_something_else_it_is(office):
    state(office, office.channel["charging"], "MOHURD:01D30", since="2016-03-02")
    assert "MOHURD:01D30" in months(office)
    assert months(office)["COMMONWATT:CHARGING"] == (kwh(office)["charging"], "vehicles")


def test_an_item_of_another_carrier_is_refused_with_both(office):
    with pytest.raises(InputError) as refused:
        state(office, office.channel["office gas"], "MOHURD:01A10")
    assert refused.value.code == "end_use.other_carrier"
    assert all(one in refused.value.en for one in ("natural_gas", "01A10"))
    state(office, office.channel["office gas"], "MOHURD:03A00")


def test_who_does_not_see_the_institution_finds_nothing(office):
    assert months(office, "of the school") == {}
