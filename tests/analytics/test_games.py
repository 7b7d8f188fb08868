"""Games: what definitions say, worked out another way; the price of least cost is in the core."""

from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import claims, games, settlement
from analytics.bounds import InfeasibleError
from analytics.leximin import leximin
from analytics.nucleolus import least_core, nucleolus
from analytics.settlement import Costs


@st.composite
def game(draw):
    """A game in which to act together is worth at least as much as alone."""
    n = draw(st.integers(1, 4))
    values = [Fraction(0), *draw(st.lists(FEW, min_size=2**n - 1, max_size=2**n - 1))]
    alone = sum(games.singles(values))
    return [*values[:-1], max(values[-1], alone)]


FEW = st.integers(0, 12).map(Fraction)
AMOUNTS = st.lists(FEW, min_size=1, max_size=4)


@settings(max_examples=30)
@given(game())
def test_shapley_is_what_members_add_over_all_orders(values):
    n = games.members_of(values)
    orders = list(permutations(range(n)))
    added = [Fraction(0)] * n
    for order in orders:
        there = 0
        for one in order:
            added[one] += values[there | 1 << one] - values[there]
            there |= 1 << one

    assert games.shapley(values) == [one / len(orders) for one in added]


def objections(values, shares):
    given_ = games.subset_sums(shares)
    return sorted((a - b for a, b in zip(values[1:], given_[1:], strict=True)), reverse=True)


@settings(max_examples=30)
@given(game(), st.data())
def test_no_other_shares_are_met_by_smaller_objections(values, data):
    n, alone = games.members_of(values), games.singles(values)
    best = nucleolus(values)
    weights = data.draw(st.lists(st.integers(0, 9), min_size=n, max_size=n).filter(sum))
    spare = values[-1] - sum(alone)
    other = [own + spare * w / sum(weights) for own, w in zip(alone, weights, strict=True)]
    near = [b + (o - b) / 100 for b, o in zip(best, other, strict=True)]

    assert sum(best) == values[-1]
    assert all(share >= own for share, own in zip(best, alone, strict=True))
    for shares in (other, near):
        assert objections(values, best) <= objections(values, shares)


@settings(max_examples=30)
@given(AMOUNTS, st.fractions(0, 1, max_denominator=6))
def test_the_nucleolus_of_claims_is_the_talmuds_division(amounts, part):
    total = part * sum(amounts)

    assert nucleolus(games.of_claims(total, amounts)) == claims.talmud(total, amounts)


@settings(max_examples=30)
@given(game())
def test_a_core_that_is_not_empty_holds_the_nucleolus(values):
    assert (least_core(values) <= 0) == games.in_core(values, nucleolus(values))


@given(AMOUNTS)
def test_what_costs_share_is_what_savings_share(costs):
    cost = games.of_greatest(costs)
    saved = games.shapley(games.savings(cost))

    assert games.shapley(cost) == [a - b for a, b in zip(costs, saved, strict=True)]
    assert games.of_greatest(sorted(costs))[-1] == max(costs)


@given(game())
def test_leaving_hurts_the_others_alike_at_the_gately_point(values):
    try:
        shares = games.gately(values)
    except ValueError:
        return
    assert sum(shares) == values[-1]
    lost = [values[-1] - values[-1 - (1 << i)] - x for i, x in enumerate(shares)]
    own = [x - v for x, v in zip(shares, games.singles(values), strict=True)]
    for i in range(len(shares)):
        for j in range(len(shares)):
            assert lost[i] * own[j] == lost[j] * own[i]


def test_games_are_written_by_size_and_then_by_members():
    assert games.of_sizes([1, 2, 3, 12, 13, 23, 123]) == [0, 1, 2, 12, 3, 13, 23, 123]
    with pytest.raises(ValueError, match="all coalitions"):
        games.of_sizes([1, 2])


@st.composite
def costly(draw):
    """Members with rising costs, and duties that each could meet alone."""
    n = draw(st.integers(1, 4))
    rows = [
        (
            draw(FEW),
            draw(st.integers(1, 5).map(Fraction)),
            (duty := draw(FEW)),
            duty + draw(FEW) if draw(st.booleans()) else None,
        )
        for _ in range(n)
    ]
    alpha, beta, duty, most = (list(column) for column in zip(*rows, strict=True))
    return Costs(alpha, beta, most), duty


@settings(max_examples=40)
@given(costly(), st.fractions(0, 1, max_denominator=5), st.data())
def test_a_price_harms_nobody_and_no_group(costly, share, data):
    costs, duty = costly
    made, values = settlement.settle(costs, duty), settlement.game(costs, duty)
    weights = data.draw(st.lists(FEW, min_size=len(duty), max_size=len(duty)).filter(sum))
    blend = settlement.blended(made.gain, weights, share)

    assert sum(made.savings) == sum(duty)
    assert sum(made.received) == 0
    assert min(made.gain) >= 0
    assert made.gained == values[-1] == sum(made.alone) - made.joint
    assert games.in_core(values, made.gain)
    assert min(blend) >= 0
    assert sum(blend) == made.gained
    assert games.worst_excess(values, blend) <= share * made.gained


@settings(max_examples=30)
@given(costly(), st.data())
def test_who_gains_least_gains_most_where_no_group_objects(costly, data):
    costs, duty = costly
    made, values = settlement.settle(costs, duty), settlement.game(costs, duty)
    some = st.integers(1, 5).map(Fraction)
    weights = data.draw(st.lists(some, min_size=len(duty), max_size=len(duty)))
    best = leximin(values, weights, made.gain)

    def served(shares):
        return sorted(share / weight for share, weight in zip(shares, weights, strict=True))

    assert games.in_core(values, best)
    for other in (made.gain, nucleolus(values), games.shapley(values)):
        near = [b + (o - b) / 50 for b, o in zip(best, other, strict=True)]
        for shares in (other, near):
            assert not games.in_core(values, shares) or served(shares) <= served(best)


@settings(max_examples=30)
@given(st.lists(st.fractions(-50, 50, max_denominator=9), min_size=1, max_size=6))
def test_whole_transfers_add_to_nothing_and_are_less_than_one_off(received):
    received = [*received, -sum(received)]
    whole = settlement.rounded(received)

    assert sum(whole) == 0
    assert all(abs(a - b) < 1 for a, b in zip(whole, received, strict=True))


def test_a_duty_beyond_what_can_be_saved_is_refused():
    with pytest.raises(InfeasibleError) as caught:
        settlement.settle(Costs([Fraction(0)] * 2, [Fraction(1)] * 2, [None, Fraction(3)]), [1, 4])
    assert caught.value.short_by == 1
