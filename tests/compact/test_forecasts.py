"""Forecasts of the rest of a year: what they are of steady use, and when there is none."""

import numpy as np
import pytest

from compact.forecasts import BACK, rest_of, year_end
from compact.rebalancing import Basis, forecast

K = 100


def steady(many: int, pace: float = 1.0) -> np.ndarray:
    """Return days of holders whose weeks are all alike, this year at a pace of last year's."""
    week = np.array([10.0, 10, 10, 10, 10, 3, 2])
    days = np.tile(np.tile(week, (BACK + K) // 7 + 1)[: BACK + K], (many, 1))
    days[:, BACK:] *= pace
    return days * np.arange(1, many + 1)[:, None]


def test_of_weeks_all_alike_the_rest_is_last_years():
    found = rest_of(steady(30), 365)
    whole = steady(1)[0, 364 : 364 + 365].sum() * np.arange(1, 31)
    assert np.allclose(found.used + found.rest, whole)
    assert np.allclose(found.upper, found.rest)  # none of last year's forecasts was wrong
    assert found.peers == 30


def test_who_uses_less_than_last_year_is_expected_to_use_less_of_the_rest():
    found = rest_of(steady(30, pace=0.81), 365)
    rest = steady(1, 0.81)[0, 364 + K : 364 + 365].sum() * np.arange(1, 31)
    assert np.allclose(found.rest, 0.9 * rest)  # the root of the pace: it fades


@pytest.mark.parametrize("hole", [slice(364, 700), slice(BACK, None)])  # last year, and this
def test_nobody_is_forecast_without_its_days(hole):
    days = steady(40)
    days[0, hole] = np.nan
    assert rest_of(days, 365).known.tolist() == [False] + [True] * 39


def test_few_peers_make_no_band():
    assert not rest_of(steady(18), 365).known.any()


def test_an_outlook_takes_no_less_than_the_median_for_its_upper_end():
    one = forecast(7, 1000, used=400.4, rest=500.2, upper=480.0)
    assert (one.left_g, one.median_g, one.upper_g, one.basis) == (600, 501, 501, Basis.FORECAST)
    assert (one.releases_g, one.needs_g) == (99, 0)


def test_the_odds_of_a_quota_fall_as_it_grows_and_are_sure_once_it_is_used_up():
    days = steady(30) * np.random.default_rng(7).lognormal(0, 0.1, (30, BACK + K))
    made = year_end(days, 365, np.full(30, np.nan))
    assert np.isnan(made.odds).all()
    total = made.used + made.rest
    found = [year_end(days, 365, total * one).odds for one in (0.0, 0.9, 1.0, 1.1, 2.0)]
    assert (np.diff(found, axis=0) <= 0).all()
    assert (found[0] == 1).all()
    assert (found[-1] == 1 / 31).all()  # nobody was that wrong: one of so many chances is left
    assert ((made.lower < total) & (total < made.upper)).all()


def test_few_peers_give_a_forecast_and_no_odds():
    made = year_end(steady(18), 365, np.full(18, 100.0))
    assert np.isfinite(made.rest).all()
    assert np.isnan([made.lower, made.upper, made.odds]).all()
