"""PV electricity: self-use counts as a carrier of its own, feed-in in no account."""

from datetime import date

import pytest

from actions.accounts.explanations import explain_account
from actions.accounts.pv_table import PV_MONTHS, WhichPv, verdict
from actions.tables import rows_of
from metering.errors import EnergyError
from tests.actions.examples_of_pv import state
from tests.actions.examples_of_submeters import submeter
from tests.actions.test_submeters import counts
from tests.actions.world import HOUR_MS, START_MS, make_world

HOURS = 48


@pytest.fixture(scope="module")
def roof(database_of_module):
    """The office takes 3 kWh an hour from the grid, generates 5, and feeds in 1 of them."""
    world = make_world(database_of_module)
    for seq, (name, kwh) in enumerate({"grid": 3, "roof": 5, "out": 1}.items(), 71):
        submeter(world, name)
        hours = range(1, HOURS + 1)
        world.say(name, [(START_MS + hour * HOUR_MS, kwh) for hour in hours], seq)
    world.admin("UPDATE account_term SET known_until = now() WHERE known_until IS NULL")
    counts(world, world.channel["grid"])
    state(world, "roof", "out")
    world.work()
    yield world
    world.close()


def accounts(world):
    return dict(
        world.admin(
            """SELECT carrier, quanta FROM account
                WHERE institution_id = %s AND month = '2016-03-01' AND source = 'meter'""",
            world.institution["office"],
        )
    )


def months(world, who="system"):
    asked = WhichPv(institution=world.institution["office"], year=2016)
    return rows_of(world.actor(who), PV_MONTHS, asked, None, 20).rows


def test_self_use_counts_beside_the_grid_and_feed_in_in_no_account(roof):
    assert accounts(roof) == {
        "electricity": HOURS * 3_000,
        "electricity_pv_self": HOURS * (5_000 - 1_000),
    }


def test_a_month_says_what_became_of_it(roof):
    (one,) = months(roof)
    assert (one.generated, one.fed_in, one.self_used) == (
        HOURS * 5_000, HOURS * 1_000, HOURS * 4_000,
    )  # fmt: skip
    assert (one.days, one.of_days, one.delivered) == (2, 2, HOURS * 3_000)
    assert verdict(one) == "fits"
    assert months(roof, "of the school") == []


def test_the_account_explains_itself_down_to_the_meters(roof):
    of = roof.institution["office"]
    found = explain_account(roof.actor(), of, "electricity_pv_self", date(2016, 3, 1))
    (term,) = found.terms
    assert found.agrees
    assert (term.evidence, term.derived.whole) == (None, True)
    assert term.derived.used == term.quanta == HOURS * 4_000
    said = [(one.name, one.sign, one.used) for one in term.derived.inputs]
    assert said == [("roof · e", 1, HOURS * 5_000), ("out · e", -1, HOURS * 1_000)]
    roof.admin("UPDATE usage_hour SET used = used + 1 WHERE channel_id = %s AND hour ="
               " (SELECT min(hour) FROM usage_hour WHERE channel_id = %s)",
               *[roof.channel["roof"]] * 2)  # fmt: skip
    assert not explain_account(roof.actor(), of, "electricity_pv_self", date(2016, 3, 1)).agrees
    roof.admin("UPDATE usage_hour SET used = used - 1 WHERE channel_id = %s AND hour ="
               " (SELECT min(hour) FROM usage_hour WHERE channel_id = %s)",
               *[roof.channel["roof"]] * 2)  # fmt: skip


def test_feed_in_that_the_account_takes_off_already_is_refused_with_both(roof):
    counts(roof, roof.channel["out"], share=-1_000_000)
    with pytest.raises(EnergyError) as refused:
        state(roof, "roof", "out", since="2016-03-02")
    assert refused.value.code == "pv.taken_off_twice"
    roof.admin("UPDATE account_term SET known_until = now() WHERE share < 0")

    roof.admin("UPDATE channel SET net = true WHERE id = %s", roof.channel["grid"])
    with pytest.raises(EnergyError) as refused:
        state(roof, "roof", "out", since="2016-03-02")
    assert refused.value.code == "pv.taken_off_twice"
    assert "grid · e" in refused.value.en
    state(roof, "roof", since="2016-03-02")
    roof.work()
    assert accounts(roof)["electricity_pv_self"] == 24 * 4_000 + 24 * 5_000


def test_generation_that_counts_by_itself_is_refused(roof):
    submeter(roof, "other roof")
    counts(roof, roof.channel["other roof"])
    with pytest.raises(EnergyError) as refused:
        state(roof, "other roof", since="2016-03-03")
    assert refused.value.code == "formula.counts_twice"
