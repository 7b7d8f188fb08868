"""Hours of a tariff as its document says them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.tariffs import hours_of, months_of
from metering.errors import InputError


@given(st.lists(st.integers(0, 24), min_size=4, max_size=4, unique=True).map(sorted))
def test_each_hour_is_of_the_period_that_names_it_else_flat(cuts):
    a, b, c, d = cuts
    day = hours_of({"peak": f"{a}-{b}", "valley": f"{c}–{d}"})
    assert day == "f" * a + "p" * (b - a) + "f" * (c - b) + "v" * (d - c) + "f" * (24 - d)


def test_a_span_runs_over_midnight_and_over_the_year_s_end():
    assert hours_of({"valley": "23-7", "sharp": "19:00至21:00"}) == "v" * 7 + "f" * 12 + "ssffv"
    assert months_of("11-2,7") == [11, 12, 1, 2, 7]


@pytest.mark.parametrize("spans", [{"peak": "8-12", "sharp": "11-13"}, {"peak": "8"},
                                   {"peak": "8-25"}, {"valley": "7-7"}])  # fmt: skip
def test_hours_of_two_periods_and_of_none_are_refused(spans):
    with pytest.raises(InputError):
        hours_of(spans)


@pytest.mark.parametrize("text", ["13", "0-3", "", "1-3, 2"])
def test_months_that_are_none_or_named_twice_are_refused(text):
    with pytest.raises(InputError):
        months_of(text)
