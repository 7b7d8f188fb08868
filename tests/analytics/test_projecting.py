"""A year's end: a band holds what it says it holds, whatever the errors are."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import projecting

ERRORS = st.lists(st.floats(-1, 1), min_size=1, max_size=60)
AMOUNTS = st.floats(1, 1e6)


@given(st.lists(st.floats(-1, 1), min_size=20, max_size=60, unique=True), st.integers(1, 19))
def test_a_band_holds_its_share_of_who_could_have_come_next(errors, twentieths):
    alpha = Fraction(twentieths, 20)
    held = 0
    for place in range(len(errors)):
        others = sorted(errors[:place] + errors[place + 1 :])
        low, high = projecting.band_ranks(len(others), alpha)
        held += others[low - 1] <= errors[place] <= others[high - 1]

    assert held >= len(errors) * (1 - alpha) - 2


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, ERRORS)
def test_a_larger_quota_is_not_more_likely_exceeded(used, rest, quota, more, errors):
    before = projecting.exceeding(used, rest, quota, errors)
    after = projecting.exceeding(used, rest, quota + more, errors)

    assert 1 / (len(errors) + 1) <= after <= before <= 1
    assert used < quota or before == 1


def test_a_year_without_a_rest_is_over():
    assert projecting.exceeding(90, 0, 100, [0.5]) == 0.5  # the least that is ever said
    assert projecting.exceeding(100, 0, 100, [0.5]) == 1


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_an_undamped_pace_goes_on_within_its_bounds(used, same, rest):
    pace = min(max(used / same, 0.3), 3)

    assert projecting.rest_of_year(used, same, rest, 1.0) == pytest.approx(rest * pace)
    assert projecting.rest_of_year(used, same, rest, 0.0) == rest


def test_a_pace_needs_last_year():
    with pytest.raises(ValueError, match="pace"):
        projecting.rest_of_year(1, 0, 1)
