"""Whole shares of many totals at once: the laws, and the same as fractions say of each group."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analytics import allocation
from analytics.allocation import Holders, allocate, solve
from analytics.bounds import BoundsError, InfeasibleError
from analytics.division import share
from analytics.rounding import topped_up
from metering.errors import InputError
from tests.analytics.paper import Problem, divided, problems

GROUPS = st.lists(problems(most_holders=4), min_size=1, max_size=3)


def columns(groups: list[Problem]) -> tuple[np.ndarray, Holders, np.ndarray]:
    rows = [(g, *one) for g, problem in enumerate(groups) for one in problem.holders]
    group, slope, start, floor, ceiling = np.array(rows, np.int64).T
    holders = Holders.of(slope, start=start, floor=floor, ceiling=ceiling)
    return np.array([problem.total for problem in groups], np.int64), holders, group


@given(GROUPS)
def test_whole_shares_are_the_real_ones_topped_up_by_largest_fraction(groups):
    totals, holders, group = columns(groups)

    shares = allocate(totals, holders, group)

    for g, problem in enumerate(groups):
        assert shares[group == g].tolist() == topped_up(problem.total, divided(problem))


@given(GROUPS)
def test_every_group_has_the_multiplier_that_fractions_give(groups):
    totals, holders, group = columns(groups)

    solved = solve(totals, holders, group)

    for g, problem in enumerate(groups):
        by = problem.columns
        assert solved.multiplier(g) == share(problem.total, by.pop("slope"), **by).multiplier


@given(GROUPS)
def test_shares_add_to_their_totals_between_their_bounds(groups):
    totals, holders, group = columns(groups)

    shares = allocate(totals, holders, group)

    np.testing.assert_array_equal(
        [sum(shares[group == g].tolist()) for g in range(len(totals))], totals
    )
    assert ((holders.floor <= shares) & (shares <= holders.ceiling)).all()


@given(GROUPS, st.data())
def test_guesses_however_wrong_change_nothing(groups, data):
    totals, holders, group = columns(groups)
    wrong = st.floats(-1e30, 1e30)
    guess = np.array(data.draw(st.lists(wrong, min_size=len(groups), max_size=len(groups))))

    guessed = solve(totals, holders, group, guess)

    alone = solve(totals, holders, group)
    for g in range(len(groups)):
        assert guessed.multiplier(g) == alone.multiplier(g)
    for name in ("fixed", "moving"):
        np.testing.assert_array_equal(getattr(guessed, name), getattr(alone, name))


@given(GROUPS)
def test_what_whole_numbers_cannot_confirm_is_worked_out_in_fractions(groups):
    totals, holders, group = columns(groups)
    wanted = allocate(totals, holders, group)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(allocation, "_TRIES", 0)
        found = allocate(totals, holders, group)

    np.testing.assert_array_equal(found, wanted)


@given(problems(), st.data())
def test_holders_of_the_same_data_differ_by_one_unit_at_most(problem, data):
    twin = data.draw(st.sampled_from(problem.holders))
    both = Problem(0, [*problem.holders, twin])
    total = data.draw(st.integers(both.least, both.most))

    shares = allocate(*columns([Problem(total, both.holders)])).tolist()

    assert abs(shares[both.holders.index(twin)] - shares[-1]) <= 1


@given(problems(), st.data())
def test_a_greater_total_takes_at_most_one_unit_from_anybody(problem, data):
    more = Problem(data.draw(st.integers(problem.total, problem.most)), problem.holders)

    before, after = (allocate(*columns([one])) for one in (problem, more))

    assert (after >= before - 1).all()


@given(problems(), st.integers(1, 10**4))
def test_scaling_the_weights_changes_nothing(problem, scale):
    assume(max(problem.column("slope")) < 10**12)
    finer = Problem(problem.total, [(scale * a, *rest) for a, *rest in problem.holders])

    np.testing.assert_array_equal(*(allocate(*columns([one])) for one in (problem, finer)))


def test_ties_go_to_the_lower_permanent_id():
    holders = Holders.of(np.array([1, 1, 1]))

    shares = allocate(np.array([2]), holders, keys=np.array([3, 1, 2]))

    assert shares.tolist() == [0, 1, 1]


def test_amounts_of_a_whole_country_in_grams_are_exact():
    random = np.random.default_rng(7)
    base = np.exp(random.normal(17, 2, 50_000)).astype(np.int64)
    holders = Holders.of(base, floor=base // 2, ceiling=base)
    total = int(base.sum() * 0.93)

    shares = allocate(np.array([total]), holders)

    lam = solve(np.array([total]), holders, np.zeros(50_000, np.int64)).multiplier(0)
    for row in random.integers(0, 50_000, 500).tolist():
        real = min(max(int(base[row]) * lam, int(base[row]) // 2), int(base[row]))
        assert abs(int(shares[row]) - real) < 1
    assert sum(shares.tolist()) == total


def test_an_infeasible_total_is_refused_by_name_with_the_smallest_change():
    holders = Holders.of(np.array([1, 1, 1]), ceiling=np.array([5, 4, 3]))
    group = np.array([0, 1, 1])

    with pytest.raises(InfeasibleError) as refused:
        solve(np.array([5, 10]), holders, group, names=["甲省", "乙省"])

    assert refused.value.short_by == 3
    assert refused.value.where["name"] == "乙省"
    assert "7" in refused.value.next_en
    assert allocate(np.array([5, 7]), holders, group).tolist() == [5, 4, 3]


def test_contradictory_bounds_name_the_members():
    with pytest.raises(BoundsError, match="B"):
        Holders.of(np.array([1, 1]), floor=np.array([0, 9]), ceiling=np.array([5, 8]), names="AB")


@pytest.mark.parametrize(
    ("total", "slope", "start"),
    [(2**61, [1, 1], 0), (9, [2**60, 2**60], 0), (9, [1, 1], -(2**60))],
)
def test_what_64_bits_cannot_hold_exactly_is_refused(total, slope, start):
    with pytest.raises(InputError, match="2\\^60"):
        allocate(np.array([total]), Holders.of(np.array(slope), start=np.array([start, start])))
