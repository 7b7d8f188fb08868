"""How far targets are reached: by hand, of what both years measured, by rights and age."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from actions.compact.reached import reached_of
from actions.compact.runs import Method, Rule
from actions.compact.target_fields import Stated
from actions.compact.targets import Indicator, SetTarget, Target
from actions.doing import carry_out
from compact.reaching import Doubt, Verdict
from metering.errors import ConflictError, InputError
from tests.actions.acts import set_target
from tests.actions.compact_world import make_union_world, record_progress, run_target, use
from tests.actions.world import TODAY, make_world
from worker.loop import Worker, WorkSettings

DAY = date(2016, 2, 29)
OF = Target(Indicator.TOTAL_KGCE, "GB2589-2020", 100_000, 2015, 2017)
USED = {"office": (900, 950), "school": (700, 700), "clinic": (480, 0), "academy": (8000, 8100)}


@pytest.fixture(scope="module")
def union(database_of_module):
    world = make_world(database_of_module)
    made = make_union_world(world)
    for name, months in USED.items():
        for month, kwh in enumerate(months, 1):
            use(made.world, name, 2016, month, kwh)
    for month in (1, 2):
        use(made.world, "school", 2014, month, 800)
    yield made
    world.close()


def stood(union, target: Target, day: date = DAY, today: date | None = TODAY, who="planner of all"):
    """Set a target, work out its progress, and return it by member."""
    world = union.world
    made = set_target(world.actor("planner of all"), union.union, target, "test")
    record_progress(world.actor("planner of all"), union.union, day)
    found = reached_of(world.actor(who, today), target_id=made)
    return {one.row.member_id: one for one in found}


def city(union, number: int) -> int:
    return union.world.region[f"city {number}"]


def test_a_total_is_compared_over_what_both_years_measured(union):
    # School: 2 × 777 → 1400 kWh; office: 1000 + 1010 → 1850. The police has 2016 unmeasured.
    found = stood(union, OF)[city(union, 1)]

    assert (found.row.due, found.row.months) == (6, 4)
    assert found.said.compared == Fraction(2, 3)
    assert (found.said.doubt, found.said.verdict, found.said.fall) == (
        Doubt.TOO_LITTLE, Verdict.UNKNOWN, None,
    )  # fmt: skip
    cumulative = found.row.sums.cumulative
    assert float(cumulative.fall) == pytest.approx(1 - (1400 + 1850) / (1554 + 2010), abs=1e-5)
    assert found.said.asked == pytest.approx(1 - 0.9**0.5)
    assert found.said.age_days == 40  # 29 February to 9 April


def test_an_intensity_is_use_over_area_of_who_has_one(union):
    world = union.world
    found = stood(union, replace(OF, indicator=Indicator.KGCE_PER_M2))[city(union, 1)]

    pair = found.row.sums.cumulative
    assert pair.months == 2  # only the office has an area
    assert pair.before_size == pair.now_size == 2 * Fraction("1234.5")
    assert float(pair.fall) == pytest.approx(1 - 1850 / 2010, abs=1e-5)
    with pytest.raises(ConflictError) as refused:
        run_target(world.actor("planner of all"), found.kept.target_id, Method(Rule.PROPORTIONAL))
    assert refused.value.code == "target.not_shared"


def test_enough_measured_gives_verdicts_and_old_data_none(union):
    world = union.world
    world.admin(
        """INSERT INTO union_enough (union_id, permille, reason, made_by)
           VALUES (%s, 600, 'test', 'user:1')""",
        union.union,
    )
    lower = replace(OF, fall_millionths=60_000, incentive_millionths=170_000, base_year=2014)
    found = stood(union, lower)
    first = found[city(union, 1)]
    assert first.said.doubt is Doubt.TOO_LITTLE  # of 2014 only the school is known
    found = stood(union, replace(OF, incentive_millionths=150_000))
    by = {who: one.said.verdict for who, one in found.items()}
    # −8.8 % and −5.1 % were asked by the compound path; the incentive asks 7.8 %
    assert by[city(union, 1)] is Verdict.INCENTIVE
    old = reached_of(world.actor("planner of all", date(2016, 8, 1)),
                     target_id=found[city(union, 1)].kept.target_id)  # fmt: skip
    assert {one.said.doubt for one in old if one.row.months} == {Doubt.TOO_OLD}
    assert all(one.said.fall is None and one.said.age_days == 153 for one in old if one.row.months)
    world.admin(
        """INSERT INTO union_enough (union_id, permille, reason, made_by)
           VALUES (%s, 900, 'test', 'user:1')""",
        union.union,
    )


def test_what_would_tell_of_a_restricted_institution_is_not_there(union):
    shown = stood(union, OF, who="union reader")
    assert set(shown) == {city(union, 2)}  # neither the police's city nor the sum above it
    assert {None, city(union, 1), city(union, 2)} == set(stood(union, OF))
    assert stood(union, OF, who="outsider") == {}


def test_the_worker_keeps_it_every_night_from_the_day_it_is_set(union):
    world = union.world
    made = set_target(world.actor("planner of all"), union.union, OF, "test")
    Worker(world.database.url("worker"), WorkSettings(), lambda *_, **__: None).drain()
    [(rows,)] = world.admin("SELECT count(*) FROM target_progress WHERE target_id = %s", made)
    assert rows == 3


def test_amounts_in_two_units_are_refused_with_what_they_come_to(union):
    actor = union.world.actor("planner of all")

    def stating(**amounts):
        return SetTarget(
            stated=Stated.AMOUNTS, profile="GB2589-2020", base_year=2015, target_year=2017,
            source="test", **amounts,
        )  # fmt: skip

    mixed = {"base_amount": Decimal(164), "base_unit": "Mtce"}
    wrong = stating(**mixed, cap_amount=Decimal(158_000), cap_unit="ktce")
    with pytest.raises(InputError) as refused:
        carry_out(actor, wrong, union.union)
    assert refused.value.code == "target.units_differ"
    right = stating(**mixed, cap_amount=Decimal("155.8"), cap_unit="Mtce")
    made = carry_out(actor, right, union.union).result.id
    [(fall,)] = union.world.admin("SELECT fall_millionths FROM target WHERE id = %s", made)
    assert fall == 50_000
