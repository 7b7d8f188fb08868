"""Rules for claims: what they promise, and the mean over all orders by counting them."""

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analytics import claims
from analytics.bounds import BoundsError, InfeasibleError
from metering.errors import InputError
from tests.analytics import paper

AMOUNT = st.fractions(0, 50, max_denominator=12)
CLAIMS = st.lists(AMOUNT, min_size=1, max_size=5)
RULES = st.sampled_from(sorted(claims.RULES))
SELF_DUAL = ("pro", "talmud", "random_arrival")


@st.composite
def estates(draw: st.DrawFn) -> tuple[Fraction, list[Fraction]]:
    """Draw a total and claims to it, of which it is a part."""
    wanted = draw(CLAIMS)
    assume(sum(wanted))
    return sum(wanted) * draw(st.fractions(0, 1, max_denominator=9)), wanted


@given(estates(), RULES)
def test_awards_add_to_the_total_and_none_exceeds_its_claim(estate, rule):
    total, wanted = estate

    awards = claims.RULES[rule](total, wanted)

    assert sum(awards) == total
    assert all(0 <= x <= claim for x, claim in zip(awards, wanted, strict=True))


@given(estates(), RULES)
def test_who_claims_more_gets_no_less_and_loses_no_less(estate, rule):
    total, wanted = estate
    awards = claims.RULES[rule](total, wanted)

    for (x, c), (y, d) in combinations(zip(awards, wanted, strict=True), 2):
        if c == d:
            assert x == y
        low, high = sorted([(c, x), (d, y)])
        assert low[1] <= high[1]
        assert low[0] - low[1] <= high[0] - high[1]


@given(estates(), RULES, st.fractions(0, 1, max_denominator=9))
def test_a_greater_total_takes_from_nobody(estate, rule, part):
    total, wanted = estate
    more = total + (sum(wanted) - total) * part

    before, after = (claims.RULES[rule](one, wanted) for one in (total, more))

    assert all(a <= b for a, b in zip(before, after, strict=True))


@given(estates(), RULES, AMOUNT)
def test_claiming_more_gets_no_less(estate, rule, extra):
    total, wanted = estate

    after = claims.RULES[rule](total, [wanted[0] + extra, *wanted[1:]])

    assert after[0] >= claims.RULES[rule](total, wanted)[0]


@given(estates())
def test_losses_are_divided_as_the_dual_rule_divides_awards(estate):
    total, wanted = estate
    missing = sum(wanted) - total

    def losses(rule):
        divided = claims.RULES[rule](missing, wanted)
        return [c - x for c, x in zip(wanted, divided, strict=True)]

    assert claims.cel(total, wanted) == losses("cea")
    for rule in SELF_DUAL:
        assert claims.RULES[rule](total, wanted) == losses(rule)


@given(estates())
def test_random_arrival_is_the_mean_over_all_orders(estate):
    total, wanted = estate

    assert claims.random_arrival(total, wanted) == paper.random_arrival(total, wanted)


def test_random_arrival_of_twenty_is_exact_also_beyond_64_bits():
    small = claims.random_arrival(95, list(range(1, 21)))
    great = claims.random_arrival(95 * 10**12, [c * 10**12 for c in range(1, 21)])

    assert sum(small) == 95
    assert great == [x * 10**12 for x in small]
    with pytest.raises(InputError, match="20"):
        claims.random_arrival(1, [1] * 21)


@given(estates())
def test_two_claimants_divide_a_contested_garment(estate):
    total, wanted = estate
    assume(len(wanted) >= 2)
    c, d = wanted[:2]
    total = min(total, c + d)
    conceded = [max(total - d, 0), max(total - c, 0)]  # what the other one does not even claim
    half = (total - sum(conceded)) / 2

    assert claims.talmud(total, [c, d]) == [one + half for one in conceded]


@given(estates(), st.lists(st.fractions(0, 1, max_denominator=9), min_size=5, max_size=5))
def test_floors_come_first_and_the_rest_is_constrained_equal_awards(estate, parts):
    total, wanted = estate
    assured = [c * part for c, part in zip(wanted, parts, strict=False)]
    assume(sum(assured) <= total)

    awards = claims.floors_then_cea(total, assured, wanted)

    rest = claims.cea(
        total - sum(assured), [c - low for c, low in zip(wanted, assured, strict=True)]
    )
    assert awards == [low + more for low, more in zip(assured, rest, strict=True)]


@given(estates())
def test_equal_awards_reward_splitting_and_equal_losses_merging(estate):
    """Why neither is a rule for institutions, which can be split and merged."""
    total, wanted = estate
    half = wanted[0] / 2
    split = [half, half, *wanted[1:]]

    for rule, better in ((claims.cea, 1), (claims.cel, -1)):
        alone, parts = rule(total, wanted)[0], sum(rule(total, split)[:2])
        assert better * parts >= better * alone


@pytest.mark.parametrize("rule", ["cea", "cel", "talmud", "random_arrival"])
@pytest.mark.parametrize(("total", "short_by"), [(7, 1), (-2, 2)])
def test_more_than_was_claimed_cannot_be_awarded(rule, total, short_by):
    with pytest.raises(InfeasibleError) as refused:
        claims.RULES[rule](total, [2, 4])

    assert refused.value.short_by == short_by


def test_claims_below_zero_or_below_their_floor_are_refused_by_row():
    for attempt in (
        lambda: claims.cea(1, [1, -1]),
        lambda: claims.floors_then_cea(9, [1, 5], [2, 4]),
    ):
        with pytest.raises(BoundsError) as refused:
            attempt()
        assert refused.value.rows == [1]
