"""Standard coal, CO2 and what a target asks: exact, and what an official can check by hand."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import conversion
from metering.errors import InputError


@given(st.integers(-(10**15), 10**15), st.decimals(0, 10, places=6))
def test_grams_are_the_nearest_whole_ones_halves_upward(quanta, factor):
    grams = conversion.to_g(quanta, 1000, factor)

    assert Fraction(-1, 2) < grams - quanta * Fraction(factor) <= Fraction(1, 2)


def test_the_same_electricity_under_two_profiles():
    assert conversion.to_g(1_000_000, 1000, Decimal("0.1229")) == 122_900
    assert conversion.to_g(1_000_000, 1000, Decimal("0.31")) == 310_000


def test_fuel_bought_by_volume_takes_its_density():
    used = {"electricity": 1000, "petrol": 100}

    found = conversion.to_kg(
        used,
        {"electricity": Decimal("0.1229"), "petrol": Decimal("1.4714")},
        {"petrol": Decimal("0.73")},
    )

    assert found == {"electricity": Fraction("122.9"), "petrol": Fraction("107.4122")}
    assert sum(conversion.proportions(found).values()) == 1
    assert conversion.proportions({"a": 0}) == {"a": 0}


def test_a_carrier_without_a_factor_is_named():
    with pytest.raises(InputError, match="peat"):
        conversion.to_kg({"peat": 1, "coal": 1}, {"coal": 1})


@given(st.fractions(0, "99/100", max_denominator=1000), st.integers(1, 30))
def test_the_yearly_rate_compounds_to_the_whole(reduction, years):
    rate = conversion.annual_rate(reduction, years)

    assert abs((1 - Fraction(rate)) ** years - (1 - reduction)) < Fraction(1, 10**30)
    printed = Fraction(conversion.rounded_up(rate, 3))
    assert 0 <= printed - Fraction(rate) < Fraction(1, 1000)


@given(
    st.integers(0, 10**15),
    st.fractions(0, 1, max_denominator=1000),
    st.integers(1, 12),
    st.booleans(),
)
def test_a_path_falls_year_by_year_to_the_target_itself(base, reduction, years, linear):
    path = conversion.yearly_path(base, reduction, years, linear=linear)

    assert len(path) == years
    assert all(later <= earlier for earlier, later in pairwise([base, *path]))
    assert abs(path[-1] - base * (1 - reduction)) <= Fraction(1, 2)


def test_a_linear_path_falls_by_the_same_amount():
    assert conversion.yearly_path(1000, Decimal("0.15"), 5, linear=True) == [
        970,
        940,
        910,
        880,
        850,
    ]
    assert conversion.yearly_path(1000, Decimal("0.15"), 5) == [968, 937, 907, 878, 850]


def test_progress_stands_beside_the_time_that_has_run():
    found = conversion.progress(100, 97, Decimal("0.1"), years_passed=2, years=5)

    assert (found.target, found.done_share, found.linear_share) == (
        90,
        Fraction(3, 10),
        Fraction(2, 5),
    )
    assert not found.on_track
    assert conversion.progress(100, 96, Decimal("0.1"), years_passed=2, years=5).on_track


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: conversion.annual_rate(Decimal("1.1"), 5),
        lambda: conversion.annual_rate(Decimal("0.1"), 0),
        lambda: conversion.yearly_path(100, Decimal("-1.1"), 5),
        lambda: conversion.progress(0, 1, Decimal("0.1"), years_passed=1, years=5),
    ],
)
def test_what_makes_no_path_is_refused(attempt):
    with pytest.raises(InputError, match="path"):
        attempt()
