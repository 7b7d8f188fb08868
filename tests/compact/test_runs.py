"""Laws of runs: levels add, months add, rules keep their bounds, snapshots recompute."""

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from compact.allocations import BEFORE, Problem, allocated
from compact.holders import Holder, Holders
from compact.methods import Method
from compact.quotas import Allocation, Node, Quota
from compact.ruling import Reach
from compact.runs import again, run
from compact.targets import Base, Curve, Indicator, Target, first_whole_year
from metering.errors import InputError, InsufficientDataError
from tests.compact.drawn import MEMBERS, PARENTS, PROFILE, holders, problems, target


def tried(problem: Problem) -> Allocation | InputError:
    """Return what a problem comes to, or why its target cannot be met."""
    try:
        return allocated(problem)
    except InputError as error:
        return error


def solvable(problem: Problem) -> Allocation:
    found = tried(problem)
    assume(isinstance(found, Allocation))
    return found


def chain(found: Allocation, quota: Quota) -> list[Node]:
    """Return the nodes above a quota, the year first."""
    above, place = [], quota.node
    while place >= 0:
        above.append(found.nodes[place])
        place = above[-1].parent
    return above[::-1]


@given(problem=problems())
def test_every_level_sums_to_the_one_above_to_the_last_gram(problem):
    found = solvable(problem)

    below = [0] * len(found.nodes)
    for node in found.nodes:
        if node.parent >= 0:
            below[node.parent] += node.amount_g
    for quota in found.quotas:
        below[quota.node] += quota.amount_g
    assert below == [node.amount_g for node in found.nodes]
    for node in found.nodes:
        if node.parent < 0 and problem.method.by.reach is Reach.UNION:
            assert node.amount_g == problem.target.cap_g(node.base_g, int(node.key))
    assert sum(quota.amount_g for quota in found.quotas) == found.total_g


@given(problem=problems())
def test_months_sum_to_the_quota_and_a_month_without_base_has_none(problem):
    for quota, holder in zip(solvable(problem).quotas, problem.holders, strict=True):
        assert sum(one for one in quota.months_g if one is not None) == quota.amount_g
        for month, base in zip(quota.months_g, holder.base.months_g, strict=True):
            assert (month is None) == (base is None)  # a quota of 0 is for a base of 0
            assert base or not month
            assert month is None or month >= 0


@given(problem=problems())
def test_a_snapshot_recomputes_to_the_same_bytes(problem):
    solvable(problem)
    made = run(problem)

    assert again(made.snapshot).snapshot == made.snapshot
    assert again(made.snapshot).sha256 == made.sha256
    assert ": " not in made.snapshot.replace('": "', "")
    json.loads(made.snapshot, parse_float=lambda text: pytest.fail(f"a float: {text}"))


@given(problem=problems())
def test_a_snapshot_of_the_form_before_still_recomputes(problem):
    problem = replace(problem, form=BEFORE)  # it was lenient, so bounds may differ
    solvable(problem)
    made = run(problem)

    assert again(made.snapshot).snapshot == made.snapshot
    content = json.loads(made.snapshot)
    assert content["form"] == "commonwatt.run/1"
    assert "states" not in content["inputs"]["holders"][0]
    assert all(
        month is not None for one in content["result"]["quotas"] for month in one["months_g"]
    )


@given(problem=problems())
def test_who_comes_first_in_the_list_does_not_matter(problem):
    found = solvable(problem)
    backwards = np.arange(len(problem.holders))[::-1]
    turned = allocated(replace(problem, holders=problem.holders.at(backwards)))

    assert {one.institution: one.months_g for one in turned.quotas} == {
        one.institution: one.months_g for one in found.quotas
    }


@given(problem=problems("A"))
def test_a_proportional_quota_is_base_times_lambda_within_two_grams(problem):
    found = allocated(problem)
    for quota in found.quotas:
        whole = chain(found, quota)[0]
        assert whole.multiplier is not None
        assert abs(quota.weight_g * whole.multiplier - quota.amount_g) < 2 + len(found.nodes) / 1e6
        assert abs(quota.weight_g * found.nodes[quota.node].multiplier - quota.amount_g) < 1


@given(problem=problems("B"))
def test_who_is_better_than_the_leading_value_is_asked_for_nothing(problem):
    for quota, holder in zip(solvable(problem).quotas, problem.holders, strict=True):
        value = problem.method.by.leading.get(holder.class_code or "")
        if value is None or holder.area_m2 is None:
            continue
        months = sum(one is not None for one in holder.base.months_g)
        leading = Fraction(value) * Fraction(holder.area_m2) * 1000 * months / 12
        if holder.base.total_g <= leading:
            assert quota.amount_g == holder.base.total_g
        assert quota.amount_g >= min(holder.base.total_g, int(leading)) - 1


@given(problem=problems("C"), least=st.integers(0, 300_000))
def test_nobody_is_asked_for_more_than_can_be_saved(problem, least):
    method = problem.method.but(most_saved=least)
    found = tried(replace(problem, method=method))
    if isinstance(found, InputError):
        assert found.where["feasible_fall_millionths"] < problem.target.fall_millionths
        return
    for quota in found.quotas:
        assert quota.base_g - quota.amount_g <= quota.base_g * least // 1_000_000


@given(some=holders().filter(bool), floor=st.integers(900_000, 1_000_000))
def test_an_infeasible_target_names_the_smallest_change_and_that_is_feasible(some, floor):
    method = Method("A", floor=floor)
    problem = Problem(1, target(200_000), method, MEMBERS, PARENTS, Holders.of(some))
    for _ in range(5):  # once a year at most
        found = tried(problem)
        if isinstance(found, InputError):
            assert found.code == "target.infeasible"
            fall = found.where["feasible_fall_millionths"]
            assert 0 <= fall < problem.target.fall_millionths
            assert f"{fall / 10_000:g}" in found.next_en
            problem = replace(problem, target=target(fall))
            continue
        assert all(quota.amount_g >= 0.9 * quota.base_g for quota in found.quotas)
        return
    pytest.fail("the smallest change was none")


def three() -> Problem:
    """Return three institutions of two members with bases of 100, 200 and 33 g."""

    def holder(institution: int, region: int, grams: int) -> Holder:
        return Holder(institution, region, "education", 2017, Base(2016, (grams,) + (0,) * 11))

    some = (holder(1, 10, 100), holder(2, 11, 200), holder(3, 20, 33))
    return Problem(1, target(30_000), Method("A"), MEMBERS, PARENTS, Holders.of(some))


def test_an_official_can_check_three_quotas_by_hand():
    found = allocated(three())

    # 333 × 0.97 = 323.01; member 10: 300 × 323/333 = 290.99, member 20: 32.01
    assert found.total_g == 323
    assert {one.key: one.amount_g for one in found.nodes} == {
        "2017": 323,
        "2017/region:10": 291,
        "2017/own:10": 97,
        "2017/own:10/line:education": 97,
        "2017/region:11": 194,
        "2017/own:11": 194,
        "2017/own:11/line:education": 194,
        "2017/region:20": 32,
        "2017/own:20": 32,
        "2017/own:20/line:education": 32,
    }
    assert [one.amount_g for one in found.quotas] == [97, 194, 32]
    assert [one.key for one in chain(found, found.quotas[1])] == [
        "2017", "2017/region:10", "2017/region:11", "2017/own:11", "2017/own:11/line:education",
    ]  # fmt: skip


def test_a_base_is_the_first_whole_year_else_the_first_with_anything():
    whole = {(2017, month): 1 for month in range(1, 13)}

    assert first_whole_year({(2016, 12): 5, **whole, (2018, 1): 1}) == 2017
    assert first_whole_year({(2016, 12): 5, (2017, 1): 1}) == 2016
    assert first_whole_year({}) is None
    assert target(0).base_of({(2016, 4): 7}) == Base(2016, (None,) * 3 + (7,) + (None,) * 8)
    fixed = Target(Indicator.TOTAL_KGCE, PROFILE, 30_000, 2015, 2016)
    assert fixed.base_of({(2016, 4): 7}) is None


def test_a_path_of_years_ends_at_the_target():
    five = Target(Indicator.TOTAL_KGCE, PROFILE, 150_000, 2020, 2025)
    linear = replace(five, curve=Curve.LINEAR)

    assert [five.cap_g(10**6, year) for year in five.years()] == [
        968019, 937060, 907092, 878082, 850000,
    ]  # fmt: skip
    assert [linear.cap_g(10**6, year) for year in linear.years()] == [
        970000, 940000, 910000, 880000, 850000,
    ]  # fmt: skip
    base = Base(2020, (1,) * 12)
    assert five.year_after(base, None) == 2025
    for year in (2020, 2026):
        with pytest.raises(InputError, match=str(year)):
            five.year_after(base, year)


@pytest.mark.parametrize(
    ("field", "value"),
    [("fall_millionths", -1_000_001), ("fall_millionths", 1_000_000), ("base_year", 2020)],
)
def test_targets_that_make_no_sense_are_refused(field, value):
    with pytest.raises(InputError) as refused:
        replace(target(0), **{field: value})
    assert refused.value.next_zh
    assert refused.value.next_en


def test_methods_that_make_no_sense_are_refused():
    for wrong in (
        {"rule": "B"},
        {"rule": "A", "floor": 2_000_000, "ceiling": 1_000_000},
        {"rule": "C", "weights": {10: -1}},
        {"rule": "B", "leading": {"GOV": Decimal(0)}},
    ):
        with pytest.raises(InputError):
            Method(**wrong)


def test_nobody_with_a_base_is_said_so():
    with pytest.raises(InsufficientDataError):
        allocated(Problem(1, target(0), Method("A"), MEMBERS, PARENTS, Holders.of(())))


def test_a_snapshot_of_another_form_is_refused():
    for text in ("{}", "[]", "not JSON", '{"form":"x","algorithm":"y"}'):
        with pytest.raises(InputError):
            again(text)
