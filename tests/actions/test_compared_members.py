"""Members are compared under one agreed profile beside their own: the order may turn round."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from actions.accounts.bills import EnterBill
from actions.compact.compared_members_table import COMPARED, WhichMembers
from actions.doing import carry_out
from actions.registry.state_profile import StateRegionProfile
from actions.tables import rows_of
from compact.targets import Indicator, Target
from metering.errors import EnergyError
from tests.actions.acts import give, make_union, set_target
from tests.actions.examples_of_bills import account
from tests.actions.tables import indicators_of
from tests.actions.world import World, _institution, make_world

MONTH = date(2015, 1, 1), date(2015, 2, 1)
NATION, SHANDONG = "GB2589-2020", "DB37-2019"
# As if the members had signed a clause on it.
_CLAUSE = """
    UPDATE agreement SET text = t.text, sha256 = encode(sha256(convert_to(t.text, 'UTF8')), 'hex')
      FROM (SELECT jsonb_set(text::jsonb, '{clauses}', %s::jsonb)::text AS text, id
              FROM agreement WHERE union_id = %s AND state = 'in_force') t
     WHERE t.id = agreement.id
"""


@pytest.fixture(scope="module")
def world(peopled, database_of_module) -> Iterator[World]:
    """Two cities with an institution each, of which a month's bills are known."""
    made = make_world(database_of_module)
    _billed(made, "hall", "city 1", {"electricity": "10000"})
    _billed(made, "ward", "city 2", {"electricity": "4000", "natural_gas": "800"})
    planner = made.actor("planner of all")
    cities = [made.region["city 1"], made.region["city 2"]]
    made.union["cities"] = make_union(planner, "双城", "Two cities", cities)
    yield made
    made.close()


def _billed(world: World, name: str, region: str, used: dict[str, str]) -> None:
    _institution(world, name, region, "city", "government")
    for attribute, number in (("area_m2", 100), ("persons", 50)):
        world.admin(
            """INSERT INTO institution_fact (institution_id, attribute, number, valid_from, source,
                   known_by) VALUES (%s, %s, %s, '2015-01-01', 'test', 'user:1')""",
            world.institution[name], attribute, number,
        )  # fmt: skip
    for carrier, quantity in used.items():
        bill = {"first": "2015-01-01", "last": "2015-01-31", "quantity": quantity}
        on = account(world, name, carrier=carrier)
        carry_out(world.actor(), EnterBill.model_validate(bill), on, again=True)


def rows(world, who="planner of all"):
    asked = WhichMembers.model_validate(
        {"union": world.union["cities"], "from_": "2015-01", "to": "2015-01"}
    )
    return rows_of(world.actor(who), COMPARED, asked, None, 50).rows


def own(world, region, profile, who="planner of all"):
    action = StateRegionProfile.model_validate({
        "region": world.region[region], "profile": profile, "valid_from": "2015-01-01",
        "source": "DB37/T 2672-2019"})  # fmt: skip
    return carry_out(world.actor(who), action, None, again=True)


def test_the_order_of_own_figures_turns_round_under_the_agreed_profile(world):
    own(world, "city 1", SHANDONG)
    one, two = rows(world)

    assert (one.one.own, one.one.agreed) == (SHANDONG, NATION)
    assert (two.one.own, two.one.agreed) == (NATION, NATION)
    # 10,000 kWh × 0.31 and × 0.1229; 4,000 kWh × 0.1229 + 800 m³ × 1.33: kgce
    assert (one.one.own_g, one.one.agreed_g) == (3_100_000, 1_229_000)
    assert two.one.own_g == two.one.agreed_g == 491_600 + 1_064_000
    assert (one.own_per_m2, one.agreed_per_m2) == (31, Decimal("12.29"))
    assert two.agreed_per_person == Decimal("31.112")
    assert [(each.own_place, each.agreed_place) for each in (one, two)] == [(2, 1), (1, 2)]
    assert (one.one.enough, two.one.enough) == (1, 1)  # of the others nothing is known
    assert one.one.institutions > 1

    # beside the default, the own profile stands in the indicators, too
    hall = world.institution["hall"]
    told = indicators_of(world.actor(), *MONTH, institution_id=hall).rows
    assert {each.profile: each.kgce_g for each in told} == {
        NATION: 1_229_000, SHANDONG: 3_100_000}  # fmt: skip


def test_what_is_agreed_is_said_by_the_agreement_else_by_the_newest_target(world):
    planner = world.actor("planner of all")
    set_target(planner, world.union["cities"],
               Target(Indicator.TOTAL_KGCE, SHANDONG, 30_000), "test")  # fmt: skip
    assert {each.one.agreed for each in rows(world)} == {SHANDONG}
    clauses = [{"kind": "indicators", "terms": {"profile": "DB31-783-2026"}}]
    world.admin("ALTER TABLE agreement DISABLE TRIGGER USER")
    world.admin(_CLAUSE, json.dumps(clauses), world.union["cities"])
    one, _ = rows(world)
    assert one.one.agreed == "DB31-783-2026"
    assert one.one.agreed_g == 2_807_800  # 10,000 kWh × 0.28078


def test_only_who_plans_for_a_region_states_its_profile(world):
    carry_out(world.actor(), give("planner", "region", world.region["city 1"]),
              world.user["outsider"], again=True)  # fmt: skip
    own(world, "city 1", SHANDONG, "outsider")
    with pytest.raises(EnergyError) as caught:
        own(world, "city 2", SHANDONG, "outsider")
    assert caught.value.code == "access.denied"
    with pytest.raises(EnergyError):
        own(world, "city 1", SHANDONG, "province officer")
    assert rows(world, "city reader") != []  # of its own city alone institutions are in it
    assert [each.one.enough for each in rows(world, "city reader")] == [1, 0]
