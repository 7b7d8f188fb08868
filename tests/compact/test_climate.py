"""The climate factor: worked out by hand, and the laws that it keeps."""

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from compact.climate import DegreeDays, Weather, factor_of, parts_of, whole_years
from compact.corrections import by_climate

# Tenths of degree days of a northern town; April and October are the mildest, day for day.
HEATING = (6000, 4500, 3000, 900, 200, 0, 0, 0, 300, 600, 3000, 5500)
COOLING = (0, 0, 0, 0, 800, 900, 1500, 1200, 500, 0, 0, 0)
YEAR = DegreeDays(HEATING, COOLING)


def weather(reference: DegreeDays = YEAR, of_year: DegreeDays = YEAR) -> Weather:
    return Weather(3, 2015, of_year, reference)


def times(degrees: DegreeDays, heating: Fraction, cooling: Fraction) -> DegreeDays:
    """Return a year of other weather, in whole tenths."""
    return DegreeDays(
        tuple(int(one * heating) for one in degrees.heating),
        tuple(int(one * cooling) for one in degrees.cooling),
    )


def test_a_winter_a_tenth_milder_than_usual_is_worked_out_with_a_pencil():
    """Ten a day whatever the weather, 2,000 more for heating, 500 for cooling: 6,150 in all."""
    days = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    months = 10 * days
    months[[0, 1, 2, 10, 11]] += [600, 400, 200, 300, 500]
    months[[6, 7]] += [300, 200]
    usual = times(YEAR, Fraction(11, 10), Fraction(1))
    ((heating, cooling),) = parts_of(months[None, :], weather(usual))

    assert months.sum() == 6150
    assert (heating.share, cooling.share) == (Fraction(2000, 6150), Fraction(500, 6150))
    assert (heating.before, heating.after) == (2400, 2640)
    assert cooling.before == cooling.after
    # 6,150 and a tenth of 2,000 is 6,350.
    assert factor_of((heating, cooling)) == Fraction(6350, 6150)
    correction = by_climate(weather(usual), (heating, cooling))
    assert correction is not None
    assert correction.factor == 1_032_520


MONTHS = st.lists(st.integers(0, 10**12), min_size=12, max_size=12).filter(any)
TIMES = st.fractions(Fraction(6, 10), Fraction(19, 10), max_denominator=20)


@given(months=MONTHS, heating=TIMES, cooling=TIMES)
@settings(max_examples=50)
def test_a_factor_lies_between_the_weathers_and_is_one_where_they_agree(months, heating, cooling):
    base = np.array([months], np.int64)
    same = parts_of(base, weather())[0]
    other = weather(times(YEAR, heating, cooling))
    parts = parts_of(base, other)[0]
    ratios = [one.after / one.before for one in parts]

    assert factor_of(same) == 1
    assert by_climate(weather(), same) is None
    assert all(0 < one.share <= 1 for one in parts)
    assert sum(one.share for one in parts) <= 1
    assert min([1, *ratios]) <= factor_of(parts) <= max([1, *ratios])


@given(months=MONTHS, heating=TIMES, cooling=TIMES, by=st.integers(2, 1000))
@settings(max_examples=20)
def test_the_unit_does_not_matter_and_others_do_not(months, heating, cooling, by):
    other = weather(times(YEAR, heating, cooling))
    alone = parts_of(np.array([months], np.int64), other)
    both = parts_of(np.array([[by * one for one in months], months], np.int64), other)
    assert both == [*alone, *alone]


def test_weather_that_is_too_far_away_or_unknown_says_nothing():
    base = np.array([[9] * 11 + [90]], np.int64)
    far = weather(times(YEAR, Fraction(5, 2), Fraction(1)))
    assert "heating" in {one.kind for one in parts_of(base, weather())[0]}
    assert "heating" not in {one.kind for one in parts_of(base, far)[0]}
    none = DegreeDays(HEATING, (0,) * 12)
    assert weather(none, none).ratio("cooling") is None
    assert DegreeDays.of([(month, 1, 1) for month in range(1, 12)]) is None
    known = np.array([[True] * 12, [True] * 11 + [False], [True] * 12])
    months = np.array([[1] * 12, [1] * 12, [0] * 12], np.int64)
    assert whole_years(months, known).tolist() == [True, False, False]
