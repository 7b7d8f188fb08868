"""Findings: what was put in is found, with its size; what is usual is none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import faults, levels, weekly
from analytics.faults import KINDS, found
from analytics.stretches import filled, running_mean, stretches

DAYS = 140


def week(rng, m=3, days=DAYS):
    """Offices: busy from 8 to 18 on workdays, with the noise of people and a slow season."""
    hour = np.arange(days * 24)
    busy = (hour % 24 >= 8) & (hour % 24 < 18) & (hour // 24 % 7 < 5)
    season = 1 + 0.2 * np.sin(hour / 24 / 60)
    return (20 + 60 * busy) * season * rng.normal(1, 0.05, (m, days * 24))


def of(findings, kind):
    rows = findings.kind == KINDS.index(kind)
    return list(zip(findings.meter[rows], findings.first[rows], findings.hours[rows], strict=True))


@settings(max_examples=6)
@given(st.integers(0, 2**32 - 1))
def test_what_is_put_in_is_found_with_its_size(seed):
    rng = np.random.default_rng(seed)
    use = week(rng)
    at = int(rng.integers(1000, 2000))
    spike, stuck, zero, over = (use.copy() for _ in range(4))
    spike[0, at] += 400
    stuck[1, at : at + 12] = stuck[1, at]
    zero[2, at : at + 9] = 0
    over[0, at : at + 48] *= 1.8

    assert (0, at, 1) in of(found(spike), "spike")
    assert (1, at, 12) in of(found(stuck), "stuck")
    assert (2, at, 9) in of(found(zero), "zero")
    [(meter, first, hours)] = of(found(over), "overuse")
    assert meter == 0
    assert abs(first - at) < 10
    assert abs(first + hours - at - 48) < 10
    row = np.flatnonzero(found(spike).kind == 0)[0]
    assert found(spike).size[row] == pytest.approx(400, rel=0.15)
    assert found(spike).in_kgce([0.1229] * 3)[row] == pytest.approx(400 * 0.1229, rel=0.15)


@settings(max_examples=4)
@given(st.integers(0, 2**32 - 1))
def test_a_usual_week_has_hardly_any_findings_in_any_unit(seed):
    use = week(np.random.default_rng(seed), m=2)
    use[1, 500:700] = np.nan  # a gap is no fault
    few = found(use)

    assert few.hours.sum() < 0.005 * use.size
    more = found(use * 4096.0)
    assert more.first.tolist() == few.first.tolist()
    assert more.size == pytest.approx(few.size * 4096)
    alone = found(use[1:])
    assert alone.first.tolist() == few.first[few.meter == 1].tolist()


def test_zeros_matter_while_a_building_is_open():
    use = week(np.random.default_rng(7), m=1)
    night, day = 24 * 50 + 1, 24 * 60 + 5
    use[0, night : night + 5] = use[0, day : day + 5] = 0
    hour = np.arange(use.shape[1]) % 24
    zeros = found(use, is_open=(hour >= 8) & (hour < 18))

    assert of(found(use), "zero") == [(0, night, 5), (0, day, 5)]
    assert of(zeros, "zero") == [(0, day, 5)]


def test_each_meter_may_have_hours_of_its_own():
    use = week(np.random.default_rng(7), m=2, days=180)
    night = 24 * 50 + 1
    use[:, night : night + 5] = 0
    hour = np.arange(use.shape[1])
    day = (hour % 24 >= 8) & (hour % 24 < 18)
    both = np.array([day, np.ones_like(day)])
    assert of(found(use, is_open=both), "zero") == [(1, night, 5)]
    month = hour // (24 * 30)
    use[:, ~day & (month == 4)] *= 1.6
    alike = levels.idle(use, np.array([day, day]), month)
    assert alike.size.tolist() == levels.idle(use, day, month).size.tolist()
    assert set(levels.idle(use, both, month).meter) == {0}  # one that never closes is never idle


def test_what_was_dismissed_widens_its_hours():
    use = week(np.random.default_rng(3), m=1)
    use[0, 1500] += 400
    wide = np.ones((1, weekly.WEEK))
    wide[0, 1500 % weekly.WEEK] = 100

    assert of(found(use), "spike") == [(0, 1500, 1)]
    assert of(found(use, wide=wide), "spike") == []


def test_a_meter_that_repeats_itself_is_not_stuck():
    use = np.round(week(np.random.default_rng(4), m=1) / 25) * 25
    use[0, 1000:1030] = use[0, 1000]

    assert of(found(use), "stuck") == []
    with pytest.raises(ValueError, match="whole days"):
        found(use[:, :-1])


def test_a_level_that_stays_is_dated_and_sized():
    rng = np.random.default_rng(5)
    expected = np.full((3, 200), 100.0)
    use = expected + rng.normal(0, 4, expected.shape)
    spread = levels.spread_of(use[:, :100] - expected[:, :100])
    use[0, 120:] += 8
    use[1, 150] += 500  # one day is no level
    use[2, 160:170] = np.nan
    raised = levels.higher_levels(use[:, 100:], expected[:, 100:], spread)

    rows = np.flatnonzero(raised.meter == 0)
    longest = rows[np.argmax(raised.hours[rows])]
    assert raised.first[longest] / 24 == pytest.approx(20, abs=3)
    assert raised.size[longest] == pytest.approx(8 * 80, rel=0.25)
    assert raised.score[longest] > 5 * levels.LIMIT
    assert not (raised.meter == 1).any()
    assert np.isnan(levels.spread_of(np.zeros((1, 9)))).all()


def test_a_sum_waits_while_days_are_unknown():
    sums, since = levels.cusum([[1.0, np.nan, 1.0, -9.0]], [1.0])

    assert sums[0].tolist() == [0.5, 0.5, 1.0, 0]
    assert since[0].tolist() == [0, 0, 0, -1]


def test_nights_that_use_more_than_they_did_are_told_by_month():
    use = week(np.random.default_rng(6), m=2, days=180)
    hour = np.arange(use.shape[1])
    is_open = (hour % 24 >= 8) & (hour % 24 < 18) & (hour // 24 % 7 < 5)
    month = hour // (24 * 30)
    before = use[1].copy()
    use[1, ~is_open & (month == 4)] *= 1.6
    told = levels.idle(use, is_open, month)

    assert list(zip(told.meter, told.first, told.hours, strict=True)) == [(1, 4 * 720, 720)]
    more = (use[1] - before)[month == 4].sum()
    assert told.size[0] == pytest.approx(more, rel=0.1)
    assert told.score[0] == pytest.approx(1.6, rel=0.1)


@given(st.lists(st.booleans(), max_size=30), st.integers(1, 5))
def test_stretches_are_what_they_cover(mask, least):
    row = np.array([mask], bool)
    again = np.zeros_like(row)
    for _, first, end in zip(*stretches(row), strict=True):
        again[0, first:end] = True
        assert row[0, first:end].all()
    assert (again == row).all()
    kept = filled(row, least)
    assert not (kept & ~row).any()
    assert all(end - first >= least for _, first, end in zip(*stretches(kept), strict=True))
    gone = zip(*stretches(row & ~kept), strict=True)
    assert all(end - first < least for _, first, end in gone)


def test_a_running_mean_is_of_what_is_known():
    found_ = running_mean(np.array([[1.0, np.nan, 3.0, np.nan, np.nan, np.nan]]), 3)

    assert found_[0, :4].tolist() == [1, 2, 3, 3]
    assert np.isnan(found_[0, 4:]).all()


def test_what_is_usual_is_a_median_of_nine_weeks_that_a_fault_does_not_move():
    use = np.tile(np.arange(168.0) + 1, (1, 11))
    use[0, 168 * 5 : 168 * 5 + 48] *= 9
    about = weekly.usual(use)

    assert about.level == pytest.approx(np.tile(np.arange(168.0) + 1, (1, 11)))
    assert (about.spread > 0).all()
    assert faults.METHOD == "weekly-1"


@pytest.mark.parametrize(("run", "stuck"), [(4, False), (5, True), (12, True)])
def test_five_equal_hours_are_stuck(run, stuck):
    use = week(np.random.default_rng(11), m=1)
    use[0, 1200 : 1200 + run] = use[0, 1200]

    assert of(found(use), "stuck") == ([(0, 1200, run)] if stuck else [])


@pytest.mark.parametrize(
    ("part", "hours", "zero"), [(0.0, 1, False), (0.0, 2, True), (0.015, 3, True), (0.05, 3, False)]
)
def test_next_to_nothing_for_two_hours_is_a_zero(part, hours, zero):
    use = week(np.random.default_rng(12), m=1)
    at = 24 * 70 + 9
    use[0, at : at + hours] *= part

    assert of(found(use), "zero") == ([(0, at, hours)] if zero else [])


def test_a_spike_is_above_what_the_meter_seldom_exceeds():
    use = week(np.random.default_rng(13), m=1)
    night, top = 24 * 70 + 2, np.sort(use[0])[int(np.ceil(0.95 * use.size)) - 1]
    assert weekly.usual(use).top[0, 0] == top
    low, high = use.copy(), use.copy()
    low[0, night], high[0, night] = 1.2 * top, 1.3 * top

    assert of(found(low), "spike") == []
    assert of(found(high), "spike") == [(0, night, 1)]
