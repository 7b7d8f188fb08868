"""Why quotas and use changed: effects that add to the change, to the gram."""

from math import log

import pytest

from actions.accounts.decomposition import explain_quota_change, explain_use_change
from actions.compact.runs import Method, Rule
from actions.compact.targets import Indicator, Target
from metering.errors import InsufficientDataError, NotFoundError
from tests.actions.acts import set_target
from tests.actions.compact_world import issue_run, make_union_world, run_target, use
from tests.actions.tables import list_quotas
from tests.actions.world import counts_since, measure


@pytest.fixture
def union(world):
    return make_union_world(world)


def effects_of(change):
    return {one.factor: one.effect_g for one in change.effects}


def issue(union, year, factors):
    """Issue quotas of one year below 2015, with corrections of the office's base."""
    actor = union.world.actor("planner of all")
    target = Target(Indicator.TOTAL_KGCE, "GB2589-2020", 100_000, base_year=2015, target_year=2017)
    target_id = set_target(actor, union.union, target, f"test {year}")
    method = Method(Rule.PROPORTIONAL, factors={union.world.institution["office"]: factors})
    union.answered(target_id)
    issue_run(actor, run_target(actor, target_id, method, year).run.run_id)


def test_a_quota_changes_by_its_factors_and_by_what_rule_and_cap_made_of_them(union):
    world, office = union.world, union.world.institution["office"]
    issue(union, 2016, {})
    issue(union, 2017, {"climate": 1_040_000})

    change = explain_quota_change(world.actor("of the office"), office, 2017, 2016)

    held = {
        one.year: one.amount_g for one in list_quotas(world.actor(), union=union.union).rows
        if one.institution_id == office
    }  # fmt: skip
    effects = effects_of(change)
    assert (change.before_g, change.after_g) == (held[2016], held[2017])
    assert sum(effects.values()) == held[2017] - held[2016]
    assert effects["base"] == 0
    mean = (held[2017] - held[2016]) / log(held[2017] / held[2016])
    assert effects["climate"] == pytest.approx(mean * log(1.04), abs=1)


def test_use_changes_by_area_and_intensity_over_days_that_both_years_measured(world):
    office = world.institution["office"]
    counts_since(world, "office", "2015-01-01")
    measure(world, "office", "2015-01-01", 365, 30_000)
    measure(world, "office", "2016-01-01", 50, 27_000)  # to 19 February; the rest is missing
    world.admin("UPDATE institution_fact SET known_until = now() WHERE number IS NOT NULL")
    fact = """INSERT INTO institution_fact
                 (institution_id, attribute, number, valid_from, valid_to, source, known_by)
              VALUES (%s, %s, %s, %s, %s, 'test', 'test')"""
    world.admin(fact, office, "area_m2", 2000, "2010-01-01", "2016-01-01")
    world.admin(fact, office, "area_m2", 2200, "2016-01-01", None)

    change = explain_use_change(world.actor("of the office"), office, 2016, 2015)

    was, now = 50 * 30 * 122_900 // 1000, 50 * 27 * 122_900 // 1000
    assert (change.before_g, change.after_g, change.months) == (was, now, 2)
    assert change.share == 0.5494  # 50 of the 91 days of the months that are over
    effects = effects_of(change)
    assert sum(effects.values()) == now - was
    mean = (now - was) / log(now / was)
    assert effects["area"] == pytest.approx(mean * log(1.1), abs=1)

    for year, persons in ((2015, 40), (2016, 50)):
        world.admin(
            fact, office, "persons", persons, f"{year}-01-01", f"{year + 1}-01-01"
        )  # fmt: skip
    more = effects_of(explain_use_change(world.actor(), office, 2016, 2015))
    assert list(more) == ["persons", "area_per_person", "intensity"]
    assert more["persons"] == pytest.approx(mean * log(50 / 40), abs=1)
    assert more["intensity"] == pytest.approx(effects["intensity"], abs=1)
    assert sum(more.values()) == now - was


def test_what_is_missing_is_named(union):
    world, office = union.world, union.world.institution["office"]
    use(world, "office", 2016, 1, 700)  # not one day of it was measured
    with pytest.raises(InsufficientDataError, match="No day of a carrier was measured both"):
        explain_use_change(world.actor(), office, 2016, 2015)
    with pytest.raises(NotFoundError):
        explain_use_change(world.actor("of the office"), world.institution["school"], 2016, 2015)
    with pytest.raises(NotFoundError):
        explain_quota_change(world.actor(), office, 2017, 2016)
    counts_since(world, "office", "2015-01-01")
    for year in (2015, 2016):
        measure(world, "office", f"{year}-01-01", 31, 10_000)
    world.admin("UPDATE institution_fact SET known_until = now() WHERE attribute = 'area_m2'")
    with pytest.raises(InsufficientDataError, match="floor area"):
        explain_use_change(world.actor(), office, 2016, 2015)
