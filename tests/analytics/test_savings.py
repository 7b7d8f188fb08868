"""Savings and their bands: what definitions say, over gaps, months and many meters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import baselines, degrees, savings, student, towt, uncertainty
from analytics.savings import Quality, Savings


@settings(max_examples=40)
@given(st.lists(st.floats(-9, 9) | st.none(), min_size=4, max_size=12))
def test_a_gap_is_passed_over_by_correlation(values):
    residual = np.array([[np.nan if one is None else one for one in values]])
    known = residual[np.isfinite(residual)]
    found = savings.lag_one(residual)[0]

    if len(known) < 3 or np.ptp(known[1:]) < 1e-6 or np.ptp(known[:-1]) < 1e-6:
        assert -1.001 <= found <= 1.001
    else:
        assert found == pytest.approx(np.corrcoef(known[1:], known[:-1])[0, 1], abs=1e-6)


@pytest.mark.parametrize("confidence", [0.68, 0.9])
def test_many_quantiles_are_those_of_one(confidence):
    degrees_ = [1.0, 1.5, 2.0, 2.7, 9.0, 87.5, 5000.0]

    one_by_one = [student.two_sided(confidence, n) for n in degrees_]
    assert savings.quantiles(confidence, degrees_).tolist() == one_by_one
    many = savings.quantiles(confidence, degrees_ * 6)
    assert many == pytest.approx(one_by_one * 6, abs=1e-4)
    assert np.isnan(savings.quantiles(confidence, [0.5])).all()


def test_a_band_is_that_of_one_saving():
    of = Quality(np.array([365.0]), np.array([5]), np.array([0.2]))
    half = savings.half_width(of, np.array([0.4]), np.array([300.0]), 0.9, monthly=False)
    told = uncertainty.relative(
        cvrmse=0.2,
        saving=1.0,
        confidence=0.9,
        n=365,
        m=300,
        parameters=5,
        rho=0.4,
        factor=uncertainty.factors(10)["daily"],
    )
    assert half[0] == pytest.approx(told, rel=1e-4)
    same = savings.half_width(of, np.array([0.0]), np.array([300.0]), 0.9, monthly=False)
    below = savings.half_width(of, np.array([-0.4]), np.array([300.0]), 0.9, monthly=False)
    assert below == same < half


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1), st.floats(0, 0.5))
def test_a_true_saving_lies_in_its_band_mostly_and_gaps_count_nowhere(seed, share):
    rng = np.random.default_rng(seed)
    t = 12 + 14 * np.sin(np.arange(730) / 365 * 2 * np.pi) + rng.normal(0, 3, 730)
    use = 90 + 3 * np.maximum(0, 15 - t) + rng.normal(0, 8, (30, 730))
    use[:, 365:] *= 1 - share
    use[:, 400:410] = np.nan
    of = degrees.of_days(t)
    made = baselines.fitted(use[:, :365], of.only(slice(365)))
    would = made.at(t)
    residual = savings.left_over(use[:, :365], would[:, :365])
    found = savings.avoided(made, residual, use[:, 365:], would[:, 365:])

    assert (found.periods == 355).all()
    assert found.used == pytest.approx(np.nansum(use[:, 365:], axis=1))
    assert (np.abs(found.share - share) < found.half / found.expected).mean() > 0.7
    assert found.share.mean() == pytest.approx(share, abs=0.02)


def test_a_normal_year_moves_by_the_weather_alone():
    t = np.linspace(0, 30, 100)
    use = 10 + 2 * np.maximum(0, 15 - t)
    made = baselines.fitted(use, degrees.of_days(t))
    used = np.array([use.sum() + 77])

    assert savings.normal_year(used, made.at(t), made.at(t)) == pytest.approx(used)
    colder = savings.normal_year(used, made.at(np.full(9, 10.0)), made.at(np.full(9, 9.0)))
    assert colder == pytest.approx(used + 9 * 2, rel=1e-3)


def test_together_savings_are_surer_and_half_as_wide_may_be_claimed():
    some = Savings(np.full(4, 90.0), np.full(4, 100.0), np.full(4, 12.0), np.full(4, 365.0))
    saved, half = savings.portfolio(some)

    assert (saved, half) == (40.0, 24.0)
    assert not savings.claimable(some).any()  # ± 12 of 10 at 90 % is ± 7.3 at 68 %
    less = Savings(some.used, some.expected, np.array([8.0, 9.0, np.nan, 8.0]), some.periods)
    assert savings.claimable(less).tolist() == [True, False, False, True]


def test_a_week_needs_weeks():
    with pytest.raises(ValueError, match="too few"):
        towt.fitted(np.ones(30), np.ones(30), np.arange(30) % 7)


def test_a_building_that_rests_at_weekends_is_seen_to():
    rng = np.random.default_rng(6)
    day, t = np.arange(364), rng.uniform(30, 90, 364)
    week = day % 7
    use = 100 + 60 * (week < 5) + 2 * np.maximum(0, t - 65) + rng.normal(0, 1, 364)
    made = towt.fitted(use, t, week)

    assert made.in_use.tolist() == [True] * 5 + [False] * 2
    assert made.r2 > 0.99
    assert made.degrees == 364 - made.parameters - 2


def test_what_is_left_over_and_what_was_saved_are_told_by_meter():
    some = Savings(np.array([80.0, 110.0]), np.full(2, 100.0), np.full(2, 5.0), np.full(2, 9.0))

    assert some.saved.tolist() == [20, -10]
    assert some.share.tolist() == [0.2, -0.1]
    assert some.relative.tolist() == [0.25, 0.5]
    assert savings.claimable(some).tolist() == [True, False]
    assert savings.left_over([3, np.nan], [1, 1])[0].tolist()[0] == 2
