"""The year's end: what last year had, at a pace; a band that holds as often as it says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import outlook, projecting
from analytics.outlook import LEAST_PEERS, band, by_profile, errors, exceeding


def years(rng, m=40, trend=0.1, noise=0.1):
    """Two years of days: a season, weekdays, and each its own drift."""
    day = np.arange(364)
    shape = (100 + 40 * np.cos(day / 58)) * np.where(day % 7 < 5, 1, 0.5)
    last = shape * rng.lognormal(0, noise, (m, 364))
    drift = np.exp(rng.normal(0, trend, (m, 1)))
    return last, shape * drift * rng.lognormal(0, noise, (m, 364))


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.integers(20, 350), st.floats(0.5, 2))
def test_a_year_like_the_last_ends_like_it(seed, k, pace):
    last, _ = years(np.random.default_rng(seed), m=3)
    made = outlook.outlook(last[:, :k], last)
    faster = outlook.outlook(pace * last[:, :k], last)

    assert made.total == pytest.approx(last.sum(axis=1))
    assert made.spread == pytest.approx(np.full(3, 0.03 if k >= 28 else 0.06))
    assert faster.pace == pytest.approx(np.full(3, pace))
    rest = last[:, k:].sum(axis=1)
    one = [projecting.rest_of_year(pace, 1, of, 0.5) for of in rest]
    assert faster.rest == pytest.approx(one)


@settings(max_examples=12)
@given(st.integers(0, 2**32 - 1))
def test_a_day_that_is_not_known_is_forecast_like_those_to_come(seed):
    rng = np.random.default_rng(seed)
    last, this = years(rng, m=2)
    whole = outlook.outlook(this[:, :200], last)
    this[0, rng.integers(0, 200, 20)] = np.nan
    last[1, rng.integers(0, 364, 20)] = np.nan
    gaps = outlook.outlook(this[:, :200], last)

    assert gaps.used[0] < whole.used[0]
    assert gaps.total == pytest.approx(whole.total, rel=0.03)


def test_the_band_holds_as_often_as_it_says_and_odds_are_fair():
    rng = np.random.default_rng(8)
    last, this = years(rng, m=300)
    made = outlook.outlook(this[:, :120], last)
    actual = this[:, 120:].sum(axis=1)
    own = errors(made, actual)
    first, others = np.arange(300) < 150, np.arange(300) >= 150
    part = outlook.Outlook(*(c[others] for c in (made.used, made.rest, made.pace, made.spread)))
    low, high = band(part, own[first])

    inside = (low <= actual[others]) & (actual[others] <= high)
    assert 0.83 < inside.mean() < 0.97
    quota = 0.98 * last.sum(axis=1)[others]
    odds = exceeding(part, quota, own[first])
    over = this.sum(axis=1)[others] > quota
    assert np.mean((odds - over) ** 2) < 0.6 * over.mean() * (1 - over.mean())
    assert (odds >= 1 / 151).all()
    assert (exceeding(part, part.used, own[first]) == 1).all()
    assert np.isnan(exceeding(part, np.full(150, np.nan), own[first])).all()


def test_one_probability_is_that_of_many():
    made = outlook.Outlook(*(np.array([one]) for one in (600.0, 400.0, 1.0, 1.0)))
    peers = [-0.4, -0.1, 0.0, 0.2, np.nan]

    found = exceeding(made, [1000.0], peers)[0]
    assert found == projecting.exceeding(600, 400, 1000, peers[:-1])
    low, high = band(made, np.linspace(-0.9, 0.9, LEAST_PEERS))
    assert [low[0], high[0]] == pytest.approx([400 * np.exp(-0.9), 400 * np.exp(0.9)])
    with pytest.raises(ValueError, match="peer"):
        band(made, [])


def test_a_first_year_ends_by_the_shape_of_its_peers():
    last, this = years(np.random.default_rng(9), m=2, trend=0, noise=0.02)
    made = by_profile(5 * this[:, :100], last.mean(axis=0))

    assert made.total == pytest.approx(5 * this.sum(axis=1), rel=0.02)
    assert np.isnan(outlook.outlook(this[:, :9], np.full_like(last, np.nan)).total).all()
