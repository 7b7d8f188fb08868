"""Baselines: as good as a search one by one; gaps, units and company change nothing."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import baselines, caltrack, daykinds, degrees
from analytics.baselines import KINDS, Baselines, Terms, fitted
from analytics.degrees import of_days, of_months, of_periods


def weather(rng, n=365):
    days = np.arange(n)
    return 12 + 14 * np.sin((days - 110) / 365 * 2 * np.pi) + rng.normal(0, 3, n)


def true(rng, m, t, noise):
    """Return kinds, and meters of which each has one, with the noise of people."""
    kind = np.arange(m) % 4
    h, c = rng.uniform(8, 14, m), rng.uniform(16, 22, m)
    left = np.where(kind % 2 == 1, rng.uniform(2, 5, m), 0)
    right = np.where(kind >= 2, rng.uniform(2, 5, m), 0)
    zero = np.zeros(m)
    made = Baselines(kind, zero + 90, left, right, h, c, zero, zero, zero, zero)
    return made, made.at(t) + rng.normal(0, noise, (m, len(t)))


@settings(max_examples=8)
@given(st.integers(0, 2**32 - 1))
def test_what_made_the_data_is_found_again(seed):
    rng = np.random.default_rng(seed)
    t = weather(rng)
    made, use = true(rng, 24, t, 4.0)
    found = fitted(use, of_days(t))

    assert (found.kind == made.kind).mean() > 0.9
    assert np.abs(found.at(t) - made.at(t)).mean() < 1.5
    assert ((found.kind % 2 == 1) == np.isfinite(found.h)).all()
    assert (found.sse <= found.total * (1 + 1e-12)).all()


@settings(max_examples=8)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_no_pair_of_candidates_leaves_less(seed, monthly):
    """Least squares of every pair of bends, one by one, where all are tried."""
    rng = np.random.default_rng(seed)
    n = 360 if monthly else 40
    t, bends = weather(rng, n), np.arange(0.0, 26.0, 5.0)
    period = np.arange(n) // 30
    of = of_periods(t, period, bends) if monthly else of_days(t, bends)
    use = 50 + rng.uniform(0, 3) * np.maximum(0, 12 - of.temperature) + rng.normal(0, 4, len(of))
    use[rng.integers(len(of))] = np.nan
    found = fitted(use, of, Terms(1.0, every=True))

    best = np.inf
    known = np.isfinite(use)
    for h, c in product(range(len(bends)), repeat=2):
        if h > c:
            continue
        for sides in ([], [of.below[:, h]], [of.above[:, c]], [of.below[:, h], of.above[:, c]]):
            columns = np.column_stack([np.ones(len(of)), *sides])[known]
            slopes, _, rank, _ = np.linalg.lstsq(columns, use[known], rcond=None)
            if rank < columns.shape[1] or (slopes[1:] <= 0).any():
                continue
            sse = float(((columns @ slopes - use[known]) ** 2).sum())
            k = [1, 3, 5][len(sides)]
            best = min(best, known.sum() * np.log(sse / known.sum()) + k * np.log(known.sum()))
    n = found.count[0]
    cost = n * np.log(found.sse[0] / n) + found.parameters[0] * np.log(n)
    assert cost == pytest.approx(best, abs=1e-6)


@settings(max_examples=8)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 1e6))
def test_a_meter_is_fitted_as_if_it_were_alone_without_its_gaps_in_any_unit(seed, unit):
    rng = np.random.default_rng(seed)
    t = weather(rng, 200)
    _, use = true(rng, 4, t, 6.0)
    use[rng.random(use.shape) < 0.1] = np.nan
    t[3] = np.nan
    of = of_days(t)
    together = fitted(use * unit, of)

    for row, one in enumerate(use):
        known = np.isfinite(one)
        alone = fitted(one[known], of.only(known))
        assert together.kind[row] == alone.kind[0]
        assert together.base[row] == pytest.approx(alone.base[0] * unit, rel=1e-6)
        for bend in ("h", "c"):
            ours, theirs = getattr(together, bend)[row], getattr(alone, bend)[0]
            assert ours == pytest.approx(theirs, nan_ok=True)
    assert np.isfinite(together.at(np.nan_to_num(t))).all()


def test_a_side_needs_its_days_and_a_slope_above_nothing():
    t = np.linspace(0, 30, 61)
    cooled = 10 + 2 * np.maximum(0, t - 28)
    falls = 100 - 2 * np.maximum(0, t - 15)
    found = fitted(np.array([cooled, falls]), of_days(t), Terms(30.0))

    assert KINDS[found.kind[0]] == "1P" or found.c[0] < 16
    assert KINDS[found.kind[1]] == "3PH"  # the same line, from the other side


def test_nothing_known_is_no_baseline():
    found = fitted(np.full((1, 30), np.nan), of_days(np.arange(30.0)))

    assert found.kind[0] == -1
    assert np.isnan([found.base[0], found.cvrmse[0]]).all()
    with pytest.raises(ValueError, match="30"):
        fitted(np.zeros((1, 29)), of_days(np.arange(30.0)))
    with pytest.raises(ValueError, match="no temperature"):
        of_days([np.nan])


def test_one_constant_use_is_a_mean():
    found = fitted(np.full((1, 90), 7.0), of_days(weather(np.random.default_rng(1), 90)))

    assert (KINDS[found.kind[0]], found.base[0]) == ("1P", pytest.approx(7))
    assert found.cvrmse[0] == pytest.approx(0, abs=1e-9)


def test_a_month_has_the_degrees_of_its_days():
    t = np.array([10.0, 30.0, 20.0, np.nan, 20.0])
    of = of_periods(t, [0, 0, 1, 1, -1], [15.0, 25.0])

    assert of.below.tolist() == [[2.5, 7.5], [0, 5]]
    assert of.above.tolist() == [[7.5, 2.5], [5, 0]]
    assert of.weight.tolist() == [2, 1]
    assert of_months([20.0, np.nan], [31, 28]).weight.tolist() == [31, 0]


def test_months_find_what_days_were_made_of():
    rng = np.random.default_rng(4)
    t, period = weather(rng, 720), np.arange(720) // 30
    made, daily = true(rng, 8, t, 2.0)
    use = np.array([np.bincount(period, one) / 30 for one in daily])
    found = fitted(use, of_periods(t, period), baselines.MONTHLY)

    assert (found.kind == made.kind).mean() >= 0.75
    assert np.abs(found.at(t).mean(axis=1) / made.at(t).mean(axis=1) - 1).max() < 0.01


def test_weekends_are_fitted_apart_where_they_differ():
    rng = np.random.default_rng(2)
    days, t = np.arange(17_532, 17_532 + 365), weather(rng)
    work = daykinds.workdays(days)
    _, use = true(rng, 4, t, 3.0)
    use[2:] -= 40 * work
    kinds = [daykinds.all_alike(days), work, daykinds.by_season(days, work)]
    ways, best = daykinds.chosen(use, of_days(t), kinds)

    assert best.tolist() == [0, 0, 1, 1]
    fit = ways[1].at(t, work)
    assert ways[1].sse == pytest.approx(((fit - use) ** 2).sum(axis=1))
    assert ways[1].total == pytest.approx(((use - use.mean(axis=1)[:, None]) ** 2).sum(axis=1))
    assert (ways[1].cvrmse[2:] < ways[0].cvrmse[2:]).all()
    assert (days[work == 1] + 3)[0] % 7 == 5  # 2018-01-06 was a Saturday


def test_caltrack_refuses_a_negative_base():
    t = np.linspace(40, 80, 90)
    use = np.maximum(0, 3 * (t - 52))
    free = fitted(use, degrees.of_days(t, caltrack.BENDS_F), Terms(every=True))
    held = caltrack.fitted(use[None], degrees.of_days(t, caltrack.BENDS_F), cooling=True)

    assert free.base[0] == pytest.approx(0, abs=1e-9)
    assert held.base[0] >= 0
    assert caltrack.told(held, 0).r2_adjusted <= 1


def test_how_well_it_fits_is_what_definitions_say():
    rng = np.random.default_rng(9)
    t = weather(rng, 120)
    _, use = true(rng, 4, t, 6.0)
    of, days = of_days(t), np.arange(17_532, 17_652)
    parts = daykinds.fitted_by_kind(use, of, daykinds.workdays(days))
    fits = [(fitted(use, of), None), (parts, daykinds.workdays(days))]

    for found, kind in fits:
        fit = found.at(t) if kind is None else found.at(t, kind)
        sse = ((use - fit) ** 2).sum(axis=1)
        total = ((use - use.mean(axis=1)[:, None]) ** 2).sum(axis=1)
        assert found.r2 == pytest.approx(1 - sse / total)
        free = 120 - found.parameters
        assert found.cvrmse == pytest.approx(np.sqrt(sse / free) / use.mean(axis=1))
    assert (parts.parameters == sum(part.parameters for part in parts.parts)).all()
    none = fitted(np.array([[1.0, -1.0] * 60, [3.0] + [np.nan] * 119]), of)
    assert np.isnan(none.cvrmse).all()  # a mean of 0; no degree of freedom
    assert np.isnan(fitted(np.full((1, 120), 2.0), of).r2[0])


@pytest.mark.parametrize(
    ("terms", "cold"),
    [
        (Terms(5.0, every=True), True),
        (Terms(6.0, every=True), False),
        (Terms(5.0, 50.0, every=True), True),
        (Terms(5.0, 50.5, every=True), False),
        (Terms(5.0, heating=False, every=True), False),
    ],
)
def test_a_side_needs_days_and_degree_days(terms, cold):
    t = np.array([10.0] * 5 + [30.0] * 40)
    use = 50 + 2 * np.maximum(0, 20 - t) + np.tile([0.1, -0.1, 0.0], 15)
    found = fitted(use, of_days(t, [20.0]), terms)

    assert np.isfinite(found.h[0]) == cold


def test_a_side_that_falls_is_no_side_and_a_base_may_have_to_be_positive():
    t = np.linspace(10, 30, 60)
    use = 3 * np.maximum(0, t - 20) - 2.0 + np.tile([0.01, -0.01], 30)
    both = 3 * np.maximum(0, 15 - t) + 2 * np.maximum(0, t - 15) + 5
    at_one = fitted(both, of_days(t, [15.0]), Terms(5.0, every=True))
    free = fitted(use, of_days(t, [20.0]), Terms(5.0, every=True))
    held = fitted(use, of_days(t, [20.0]), Terms(5.0, every=True, positive_base=True))

    assert (at_one.h[0], at_one.c[0]) == (15, 15)  # both sides may bend at one temperature
    assert [at_one.left[0], at_one.right[0]] == pytest.approx([3, 2])
    assert free.base[0] == pytest.approx(-2, abs=0.01)
    assert KINDS[held.kind[0]] == "1P"


def test_seasons_part_each_kind_of_day():
    days = np.array([17_532 + n for n in (0, 5, 150, 151, 272, 273)])  # 2018-01-01 and so on
    work = daykinds.workdays(days)

    assert work.tolist() == [0, 1, 0, 0, 1, 0]
    assert daykinds.by_season(days, work).tolist() == [0, 2, 0, 1, 3, 0]


def test_hours_of_which_a_part_is_open_are_open():
    opens = np.array([[0, 510], [0, 0]])
    closes = np.array([[1440, 1055], [0, 60]])
    hours = daykinds.hours_open(opens, closes)
    assert hours.shape == (2, 48)
    assert hours[0, :24].all()
    assert np.flatnonzero(hours[0, 24:]).tolist() == list(range(8, 18))  # 8:30 to 17:35
    assert np.flatnonzero(hours[1]).tolist() == [24]
