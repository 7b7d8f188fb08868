"""Where each rule of judging begins and ends: the numbers of docs/accounts.md, at their edge."""

from dataclasses import replace

import pytest

from analytics.judging import judged, steps
from analytics.lines import BOUNDS
from analytics.steps import Reason
from tests.analytics import byhand
from tests.analytics.byhand import HOUR, REGISTER, Facts, Row
from tests.analytics.drawn import START

DAY = 24 * HOUR
MINUTE = 60_000


def rows_of(values: list[int], every_ms: int | list[int] = HOUR, **facts: int) -> list[Row]:
    """Return readings at equal distances, or after the waits that are named."""
    now = Facts(**facts)
    waits = [every_ms] * (len(values) - 1) if isinstance(every_ms, int) else every_ms
    at = [START + sum(waits[:place]) for place in range(len(values))]
    return [Row(one, v, v, now, now) for one, v in zip(at, values, strict=True)]


def aside(rows: list[Row]) -> int:
    """Return how many readings are set aside."""
    return int((~judged(byhand.effective({1: (REGISTER, rows)})).stands).sum())


def reasons(rows: list[Row]) -> list[Reason]:
    return [Reason(one) for one in steps(byhand.effective({1: (REGISTER, rows)})).reason.tolist()]


@pytest.mark.parametrize(("often", "wanted"), [(1, 1), (48, 48), (49, 0)])
def test_up_to_48_readings_in_a_row_are_set_aside(often, wanted):
    before, after = range(1000, 1010), range(1010 + often, 1020 + often)
    assert aside(rows_of([*before, *[0] * often, *after], 10 * MINUTE, most=10)) == wanted
    assert aside(rows_of([*before, *[10**6] * often, *after], 10 * MINUTE, most=10)) == wanted


@pytest.mark.parametrize(("late_ms", "wanted"), [(0, 2), (1, 0)])
def test_from_the_first_to_the_last_of_them_are_at_most_seven_days(late_ms, wanted):
    waits = [HOUR, HOUR, HOUR, 7 * DAY + late_ms, HOUR, HOUR]
    assert aside(rows_of([1000, 1001, 1002, 0, 0, 1180, 1181], waits, most=10)) == wanted


@pytest.mark.parametrize(("high", "wanted"), [(1, 3), (3, 5), (4, 0)])
def test_up_to_three_readings_too_high_go_with_those_too_low_behind_them(high, wanted):
    line = [1000 + 10 * n for n in range(22 + high)]
    wrong = [*line[:10], *[10**6] * high, 0, 0, *line[12 + high :]]
    assert aside(rows_of(wrong)) == wanted


# A low run of two that climbs as much as it then leaps: only the size of the fall decides.
@pytest.mark.parametrize(("low", "wanted"), [(1009, 2), (1008, 0)])
def test_a_fall_of_at_most_a_tenth_that_is_made_up_is_a_dip(low, wanted):
    pace = [1041 + 8 * n for n in range(11)]
    assert aside(rows_of([*pace, low, 1070, 1122, 1130])) == wanted


@pytest.mark.parametrize(("low", "wanted"), [(4, 2), (3, 0)])
def test_a_fall_of_two_quanta_is_a_dip_however_small_the_value(low, wanted):
    assert aside(rows_of([0, 1, 2, 3, 4, 5, 6, low, 5, 6, 7])) == wanted


@pytest.mark.parametrize(("apart_ms", "wanted"), [(7 * DAY, 2), (7 * DAY + 1, 0)])
def test_a_dip_is_over_within_seven_days(apart_ms, wanted):
    waits = [HOUR] * 5 + [apart_ms - 2 * HOUR, HOUR]
    assert aside(rows_of([1000, 1008, 1016, 1024, 1010, 1018, 1025, 1033], waits)) == wanted


@pytest.mark.parametrize(("rise", "wanted"), [(400, 0), (401, 1)])
def test_a_leap_is_more_than_twenty_times_as_fast_as_the_steps_beside_it(rise, wanted):
    low = [0, 10, 20, 1000]  # climbs in the run itself, so that the size of the leap says nothing
    back = 1000 + rise
    beside = [back + 20 * n for n in range(1, 5)]
    assert aside(rows_of([1100, 1120, 1140, 1160, *low, back, *beside])) == 4 * wanted


@pytest.mark.parametrize(("used", "reason"), [(5000, Reason.WRAPPED), (5001, Reason.FALL)])
def test_with_a_limit_a_wrap_uses_at_most_half_of_the_register(used, reason):
    rows = rows_of([9000, used - 1000], wraps=10_000, most=9_999)
    assert reasons(rows) == [reason]
    told = [rows[0], replace(rows[1], wrap_confirmed=True)]
    assert reasons(told) == [reason]


@pytest.mark.parametrize(("used", "reason"), [(200, Reason.WRAPPED), (201, Reason.FALL)])
def test_a_wrap_is_at_most_twenty_times_as_fast_as_a_step_nearby(used, reason):
    pace = [9_880 + 10 * n for n in range(12)]
    rows = rows_of([*pace, used - 10, used, used + 10], wraps=10_000)
    assert reasons(rows)[len(pace) - 1] == reason


@pytest.mark.parametrize(("periods_ms", "most_used"), [(3 * HOUR, 20 * 30), (3 * HOUR + 1, 2 * 30)])
def test_across_more_than_three_periods_a_wrap_is_at_most_twice_as_fast(periods_ms, most_used):
    pace = [9_880 + 10 * n for n in range(12)]
    waits = [HOUR] * 11 + [periods_ms, HOUR, HOUR]
    for used, reason in ((most_used, Reason.WRAPPED), (most_used + 1, Reason.FALL)):
        after = [used - 10 + 10 * n for n in range(3)]
        assert reasons(rows_of([*pace, *after], waits, wraps=10_000))[11] == reason


@pytest.mark.parametrize(
    ("wait_ms", "reason"), [(3 * HOUR, Reason.WRAPPED), (3 * HOUR + 1, Reason.FALL)]
)
def test_where_nothing_shows_the_pace_only_a_short_gap_wraps(wait_ms, reason):
    assert reasons(rows_of([9_900, 100], [wait_ms], wraps=10_000)) == [reason]


@pytest.mark.parametrize(("steps_off", "reason"), [(24, Reason.WRAPPED), (25, Reason.FALL)])
def test_twenty_four_steps_to_each_side_show_the_pace(steps_off, reason):
    """One quick step lies so many steps before the fall; those between are slow."""
    slow = [9_800 + n for n in range(steps_off)]
    rows = rows_of([9_000, 9_800, *slow[1:], 100, 101, 102], wraps=10_000)
    assert reasons(rows)[steps_off] == reason


@pytest.mark.parametrize(
    ("wait_ms", "reason"), [(31 * DAY, Reason.WRAPPED), (31 * DAY + 1, Reason.FALL)]
)
def test_the_pace_of_a_step_that_began_31_days_earlier_still_counts(wait_ms, reason):
    waits = [HOUR, wait_ms - HOUR, 4 * HOUR, HOUR]
    values = [9_000, 9_800, 9_801, 101, 102]
    assert reasons(rows_of(values, waits, wraps=10_000))[2] == reason


@pytest.mark.parametrize(
    ("days_ms", "reason"), [(31 * DAY, Reason.CAUGHT_UP), (31 * DAY + 1, None)]
)
def test_a_frozen_register_catches_up_within_31_days(days_ms, reason):
    waits = [HOUR, days_ms - HOUR, HOUR, HOUR]
    found = reasons(rows_of([99, 100, 100, 200, 201], waits, most=50))
    assert (found[1] == Reason.CAUGHT_UP) == (reason is not None)


@pytest.mark.parametrize("frozen_at", [0, 1])
def test_a_register_that_stands_at_0_has_not_begun_and_did_not_freeze(frozen_at):
    found = reasons(rows_of([frozen_at] * 3 + [frozen_at + 12], most=5))
    assert found == ([Reason.CAUGHT_UP] if frozen_at else [Reason.KNOWN] * 2 + [Reason.OVER_LIMIT])


def test_nothing_crosses_76_plain_steps():
    assert BOUNDS.calm == 48 + 1 + 24 + 3
