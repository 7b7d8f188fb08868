"""Why a product changed: effects add up without remainder, and nothing depends on the order."""

from fractions import Fraction
from math import prod

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analytics.decomposition import lmdi, lmdi_whole
from metering.errors import InputError

FACTOR = st.one_of(st.just(Fraction(0)), st.fractions("1/1000", 1000, max_denominator=1000))
FACTORS = st.lists(st.tuples(FACTOR, FACTOR), min_size=1, max_size=5)
NEAR = Fraction(1, 10**40)


def years(pairs: list[tuple[Fraction, Fraction]]) -> list[dict[str, Fraction]]:
    return [{f"f{place}": pair[year] for place, pair in enumerate(pairs)} for year in (0, 1)]


@given(FACTORS)
def test_effects_add_to_the_change(pairs):
    before, after = years(pairs)

    effects = lmdi(before, after)

    change = prod(after.values()) - prod(before.values())
    assert list(effects) == list(before)
    assert abs(sum(effects.values()) - change) <= NEAR * max(1, abs(change))


@given(FACTORS)
def test_the_way_back_is_the_way_there_reversed(pairs):
    before, after = years(pairs)

    there, back = lmdi(before, after), lmdi(after, before)

    for name, effect in there.items():
        assert abs(effect + back[name]) <= NEAR * max(1, abs(effect))


@given(FACTORS, FACTOR)
def test_a_factor_that_did_not_change_has_no_effect(pairs, same):
    effects = lmdi(*years([*pairs, (same, same)]))

    assert abs(effects[f"f{len(pairs)}"]) <= NEAR


@given(FACTORS)
def test_zeros_are_the_limit_of_small_factors(pairs):
    """As where a carrier was not used at all in one of the years."""
    tiny = Fraction(1, 10**4000)
    assume(any(not one for pair in pairs for one in pair))
    exact = lmdi(*years(pairs))

    nearly = lmdi(*years([(a or tiny, b or tiny) for a, b in pairs]))

    size = max(prod(a for a, _ in pairs), prod(b for _, b in pairs), 1)
    for name, effect in exact.items():
        assert abs(effect - nearly[name]) <= Fraction(1, 100) * size


@given(st.lists(st.tuples(*[st.integers(1, 10**9)] * 2), min_size=1, max_size=4))
def test_whole_effects_add_to_the_whole_change_and_lie_next_to_the_real_ones(pairs):
    before, after = years([(Fraction(a, 1000), Fraction(b, 1000)) for a, b in pairs])
    change = round(prod(after.values())) - round(prod(before.values()))

    effects = lmdi_whole(before, after, change)

    assert sum(effects) == change
    for whole, effect in zip(effects, lmdi(before, after).values(), strict=True):
        assert abs(whole - effect) <= 2


def test_a_rounding_that_no_factor_explains_is_shared_out():
    same = {"area": 3, "intensity": 2}

    assert lmdi_whole(same, same, 1) == [1, 0]


@pytest.mark.parametrize("after", [{"area": 1}, {"area": 1, "rate": -1}, {"area": 1, "x": 1}])
def test_factors_that_are_negative_or_of_one_year_only_are_named(after):
    with pytest.raises(InputError, match="rate"):
        lmdi({"area": 1, "rate": 2}, after)
