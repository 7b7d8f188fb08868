"""The one solver and its rules: the laws of a division, against trying every case."""

from fractions import Fraction
from math import inf, log

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analytics import division
from analytics.bounds import BoundsError, InfeasibleError
from metering.errors import InputError
from tests.analytics.paper import WIDE, Problem, clipped, divided, problems


def solved(problem: Problem) -> division.Division:
    columns = problem.columns
    return division.share(problem.total, columns.pop("slope"), **columns)


@given(problems())
def test_shares_are_those_that_trying_every_case_finds(problem):
    made = solved(problem)

    assert made.shares == divided(problem)
    assert made.shares == [clipped(one, made.multiplier) for one in problem.holders]


@given(problems())
def test_shares_add_to_the_total_between_their_bounds(problem):
    made = solved(problem)

    assert sum(made.shares) == problem.total
    for x, low, high in zip(
        made.shares, problem.column("floor"), problem.column("ceiling"), strict=True
    ):
        assert low <= x <= high


@given(problems(), st.data())
def test_a_greater_total_takes_from_nobody(problem, data):
    more = Problem(data.draw(st.integers(problem.total, problem.most)), problem.holders)

    assert all(a <= b for a, b in zip(solved(problem).shares, solved(more).shares, strict=True))


@given(problems(), WIDE, st.data())
def test_a_greater_weight_gives_no_less(problem, extra, data):
    assume(all(start == 0 for start in problem.column("start")))
    place = data.draw(st.integers(0, len(problem.holders) - 1))
    slope, *rest = problem.holders[place]
    holders = list(problem.holders)
    holders[place] = (slope + extra, *rest)
    heavier = Problem(problem.total, holders)
    assume(heavier.least <= problem.total <= heavier.most)

    assert solved(heavier).shares[place] >= solved(problem).shares[place]


@given(problems(), st.data())
def test_a_part_solved_anew_with_its_own_sum_is_unchanged(problem, data):
    shares = solved(problem).shares
    kept = data.draw(st.lists(st.booleans(), min_size=len(shares), max_size=len(shares)))
    assume(any(kept))
    part = [one for one, keep in zip(shares, kept, strict=True) if keep]
    holders = [one for one, keep in zip(problem.holders, kept, strict=True) if keep]

    assert solved(Problem(sum(part), holders)).shares == part


@given(problems(), st.integers(1, 1000), st.integers(1, 1000))
def test_units_of_weights_and_amounts_change_no_share(problem, unit, scale):
    finer = Problem(
        problem.total * unit,
        [(a * scale, c * unit, low * unit, high * unit) for a, c, low, high in problem.holders],
    )

    assert solved(finer).shares == [unit * x for x in solved(problem).shares]


@given(st.lists(st.tuples(WIDE, WIDE), min_size=1, max_size=5), st.data())
def test_splitting_an_institution_of_one_intensity_changes_nothing(institutions, data):
    """Rules A and B, where no cap binds."""
    area, above = map(list, zip(*institutions, strict=True))
    assume(sum(a * d for a, d in institutions))
    total = data.draw(st.integers(1, 10**6))
    part = data.draw(st.integers(0, area[0]))

    whole = division.gap_saving(total, area, above, 0).shares
    parts = division.gap_saving(
        total, [part, area[0] - part, *area[1:]], [above[0], above[0], *above[1:]], 0
    ).shares

    assert [parts[0] + parts[1], *parts[2:]] == whole


@given(st.lists(st.tuples(WIDE, WIDE, WIDE, WIDE), min_size=1, max_size=6), st.data())
def test_who_is_at_the_leading_value_is_asked_for_nothing(institutions, data):
    area, now, leading, most = map(list, zip(*institutions, strict=True))
    able = sum(m for a, n, g, m in institutions if a and n > g)
    total = data.draw(st.integers(0, able))

    savings = division.gap_saving(total, area, now, leading, most).shares

    assert all(s == 0 for s, n, g in zip(savings, now, leading, strict=True) if n <= g)
    assert all(s <= m for s, m in zip(savings, most, strict=True))


COSTS = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9), WIDE), min_size=1, max_size=5)


@given(COSTS, st.data())
def test_efficient_savings_end_at_one_price(curves, data):
    alpha, beta, most = map(list, zip(*curves, strict=True))
    total = data.draw(st.integers(0, sum(most)))

    made = division.efficient_saving(total, alpha, beta, most)

    for s, a, b, m in zip(made.shares, alpha, beta, most, strict=True):
        marginal = a + b * s
        assert s == 0 or marginal <= made.multiplier
        assert s == m or marginal >= made.multiplier


@given(COSTS, st.data())
def test_no_exchange_between_two_holders_costs_less_than_efficient_savings(curves, data):
    alpha, beta, most = map(list, zip(*curves, strict=True))
    total = data.draw(st.integers(0, sum(most)))
    shares = division.efficient_saving(total, alpha, beta, most).shares
    giver, taker = (data.draw(st.integers(0, len(curves) - 1)) for _ in range(2))
    assume(giver != taker)
    moved = min(shares[giver], most[taker] - shares[taker]) * data.draw(
        st.fractions(0, 1, max_denominator=50)
    )

    def cost(savings):
        return sum(a * s + b * s * s / 2 for s, a, b in zip(savings, alpha, beta, strict=True))

    other = list(shares)
    other[giver] -= moved
    other[taker] += moved
    assert cost(shares) <= cost(other)


@given(
    st.lists(st.tuples(st.integers(1, 99), st.integers(0, 40), WIDE), min_size=1, max_size=5),
    st.sampled_from(["0.25", "0.5", "0.7", "1", "2", "3", "40"]),
    st.data(),
)
def test_alpha_fair_shares_have_one_price(holders, alpha, data):
    weights, floor, room = map(list, zip(*holders, strict=True))
    ceiling = [low + more for low, more in zip(floor, room, strict=True)]
    total = data.draw(st.integers(sum(floor), sum(ceiling)))

    shares = division.alpha_fair(
        total, weights, Fraction(alpha), floor=floor, ceiling=ceiling
    ).shares

    assert sum(shares) == pytest.approx(total)
    price = [  # whoever has more than the floor pays it, whoever has less than the ceiling no more
        log(w) - float(alpha) * log(x) if x else inf for x, w in zip(shares, weights, strict=True)
    ]
    paid = [p for p, x, low in zip(price, shares, floor, strict=True) if x > low]
    refused = [p for p, x, high in zip(price, shares, ceiling, strict=True) if x < high]
    assert min(paid, default=inf) >= max(refused, default=-inf) - 1e-9


def test_alpha_one_is_proportional_and_a_great_alpha_is_nearly_equal():
    proportional = division.share(10, [1, 4]).shares

    assert division.alpha_fair(10, [1, 4], 1).shares == proportional == [2, 8]
    great = division.alpha_fair(10, [1, 4], 1000).shares
    assert great == pytest.approx([5, 5], abs=0.01)


@given(problems(), st.integers(1, 10**6))
def test_an_infeasible_total_says_the_smallest_change(problem, beyond):
    for total, bound in (
        (problem.least - beyond, problem.least),
        (problem.most + beyond, problem.most),
    ):
        with pytest.raises(InfeasibleError) as refused:
            solved(Problem(total, problem.holders))

        assert (refused.value.short_by, refused.value.bound) == (beyond, bound)
        assert solved(Problem(bound, problem.holders))
        for lang in ("zh", "en"):
            assert str(bound) in refused.value.text(lang)


def test_contradictory_bounds_name_the_members():
    with pytest.raises(BoundsError) as refused:
        division.share(9, [1, 1, -1], floor=[0, 5, 0], ceiling=[9, 4, 9], names="甲乙丙")

    assert refused.value.rows == [1, 2]
    assert refused.value.where["names"] == ["乙", "丙"]
    assert "乙、丙" in refused.value.text("zh")
    assert "乙, 丙" in refused.value.text("en")


def test_negative_weights_are_named_by_their_rows():
    with pytest.raises(BoundsError) as refused:
        division.alpha_fair(10, [1, -1, 0, -2], 2)

    assert refused.value.rows == [1, 3]
    assert division.alpha_fair(10, [1, 0], 2).shares == [10, 0]


def test_capability_weighs_the_base():
    """Base 100 at half the capability and 300 at the whole: 1 to 6, of which 50 can be saved."""
    assert division.capability_saving(70, [100, 300], [Fraction(1, 2), 1]).shares == [10, 60]
    found = division.capability_saving(70, [100, 300], [Fraction(1, 2), 1], [90, 50])
    assert found.shares == [20, 50]
    assert found.multiplier == Fraction(2, 5)


@pytest.mark.parametrize("alpha", ["0", "-1", "0.009"])
def test_an_alpha_without_meaning_is_refused(alpha):
    with pytest.raises(InputError, match="α"):
        division.alpha_fair(10, [1, 4], Fraction(alpha))


def test_a_flat_cost_curve_is_refused_by_row():
    with pytest.raises(InputError, match="Row 2"):
        division.efficient_saving(1, [1, 1], [1, 0])
