"""Factors that people state: accounts follow, upgrades leave them, withdrawing gives back."""

import psycopg
import pytest

from actions.doing import carry_out, foresee
from actions.registry.state_factors import StateCo2Factor, StateCoefficient, StateGridFactor
from actions.registry.withdraw_factor import WithdrawFactor
from metering.errors import ConflictError, InputError
from storage import seeds
from tests.actions.compact_world import use

WHERE = {"document": "沪发改〔2026〕7 号", "source": "archive 2026-88"}
KNOWN = """
    SELECT profile, carrier, kgce_per_unit, valid_from::text, valid_to::text, made_by
      FROM coefficient WHERE known_until IS NULL ORDER BY 1, 2, 4
"""
FIGURES = """
    SELECT f.kgce_g[p.place]::bigint, f.co2_g FROM account_figure f, profile p
     WHERE f.institution_id = %s AND f.carrier = %s AND f.month = '2016-03-01'
       AND p.code = 'GB2589-2020'
"""


@pytest.fixture
def used(world):
    use(world, "office", 2016, 3, 1000)
    use(world, "office", 2016, 3, 100, carrier="natural_gas")
    return world


def figures(world, carrier="electricity"):
    return world.admin(FIGURES, world.institution["office"], carrier)[0]


def coefficient(**said):
    fields = {
        "profile": "GB2589-2020", "carrier": "electricity", "value": "0.2", "unit": "kWh",
        "valid_from": "2016-01-01", "valid_to": "2017-01-01", **WHERE,
    }  # fmt: skip
    return StateCoefficient.model_validate(fields | said)


def migrated(world):
    with psycopg.connect(world.database.admin_url) as connection:
        seeds.load_factors(connection)


def test_accounts_follow_what_is_stated_and_what_came_with_the_program_holds_again(used):
    before, known = figures(used), used.admin(KNOWN)
    done = carry_out(used.actor(), coefficient(valid_to="2022-01-01"), None)
    stated = used.admin(KNOWN)
    assert figures(used)[0] == 200_000
    assert len(stated) == len(known) + 1  # what came with the program begins after it

    migrated(used)
    assert (figures(used)[0], used.admin(KNOWN)) == (200_000, stated)

    withdrawal = WithdrawFactor(factor=done.result.factor, reason="typed wrongly")
    carry_out(used.actor(), withdrawal, None)
    assert figures(used) == before
    assert used.admin(KNOWN) == known


def test_a_grid_of_a_year_and_a_fuel_have_their_co2(used):
    grid = {"place": "310000", "year": 2016, "value": "0.7", **WHERE}
    used.admin("UPDATE grid_factor SET known_until = now() WHERE code = '310000'")
    fuel = {"carrier": "natural_gas", "value": "2", "unit": "立方米", "valid_from": "2016-01-01"}
    carry_out(used.actor(), StateCo2Factor.model_validate(fuel | WHERE), None)
    assert figures(used, "natural_gas")[1] == 100 * 2_000
    carry_out(used.actor(), StateGridFactor.model_validate(grid), None)
    assert used.admin(
        "SELECT scope, kgco2_per_kwh::text, made_by FROM grid_factor"
        " WHERE known_until IS NULL AND code = '310000' AND year = 2016"
    ) == [("province", "0.7", "user:1")]


def test_what_contradicts_is_refused_with_both_sides_named(used):
    carry_out(used.actor(), coefficient(), None)
    with pytest.raises(ConflictError) as overlaps:
        carry_out(used.actor(), coefficient(valid_from="2016-12-31", value="0.3"), None)
    assert (overlaps.value.code, "0.2 " in str(overlaps.value)) == ("factor.stated", True)
    carry_out(used.actor(), coefficient(valid_from="2017-01-01", valid_to=None), None)
    for wrong, code in (
        ({"unit": "m3"}, "factor.unit"),
        ({"valid_to": "2015-01-01"}, "factor.no_day"),
        ({"evidence": "yes"}, "factor.evidence"),  # no clause is told
    ):
        with pytest.raises(InputError) as refused:
            carry_out(used.actor(), coefficient(valid_from="2015-06-01", **wrong), None)
        assert refused.value.code == code


def test_it_is_told_before_how_much_follows_and_what_is_hard_to_believe(used):
    value, reach = foresee(used.actor(), coefficient(value="1.229"), None).effects
    assert (value.after.en, value.warns) == ("1.229", True)
    assert reach.where["accounts"] == 1
