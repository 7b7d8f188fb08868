"""Checks on lists of values: what was put in is found, and nothing where nothing is."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import validating


@given(st.lists(st.none() | st.integers(0, 2), max_size=40), st.integers(1, 6))
def test_a_run_is_flagged_whole_or_not_at_all(use, least):
    flags = validating.stuck_runs(use, least)

    assert len(flags) == len(use)
    for place, (value, flag) in enumerate(zip(use, flags, strict=True)):
        first = last = place
        while first > 0 and use[first - 1] == value:
            first -= 1
        while last < len(use) - 1 and use[last + 1] == value:
            last += 1
        assert flag == (bool(value) and last - first + 1 >= least)


@given(st.lists(st.floats(0, 1), min_size=12, max_size=40, unique=True), st.integers(1, 3))
def test_what_is_far_away_is_found(values, many):
    far = [1e6 * (place + 1) ** 5 for place in range(many)]

    assert validating.generalised_esd(values + far, 0.05, 5).outliers >= many


def test_equal_values_are_no_outliers():
    found = validating.generalised_esd([3.0] * 10, 0.05, 3)

    assert found.reached == [0, 0, 0]
    assert found.outliers == 0


@pytest.mark.parametrize("most", [0, 8])
def test_as_many_outliers_cannot_be_sought(most):
    with pytest.raises(ValueError, match="cannot be sought"):
        validating.generalised_esd([1.0] * 10, 0.05, most)


def test_without_spread_there_is_no_score_but_of_the_median():
    assert validating.modified_z([2, 2, 2, 9]) == [0, 0, 0, None]


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2016, 3, 27), 23), (date(2016, 10, 30), 25), (date(2016, 6, 1), 24)]
)
def test_days_in_berlin(day, hours):
    assert validating.civil_hours(day, ZoneInfo("Europe/Berlin")) == hours
