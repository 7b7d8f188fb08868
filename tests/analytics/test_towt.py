"""Time of week and temperature: what was planted is found again."""

import numpy as np
import pytest

from analytics import towt

DAYS = np.arange(364)
WEEKDAY = DAYS % 7
# Every temperature meets every weekday: 52 temperatures, each for a week, in no order.
T = 30.0 + (DAYS // 7 * 19 % 52)
LEVELS = np.array([100.0, 104.0, 108.0, 103.0, 99.0, 20.0, 23.0])


def test_knots_part_the_days_equally_and_leave_enough_beyond():
    assert towt.knots_of(T).tolist() == [38.0, 47.0, 55.0, 64.0, 73.0]
    days = np.concatenate([np.full(10, 0.0), np.full(10, 100.0), np.linspace(40, 60, 100)])
    assert towt.knots_of(days).tolist()[0] > 40
    assert towt.knots_of(days).tolist()[-1] < 60


def test_what_was_planted_is_found():
    bend = float(towt.knots_of(T)[3])
    use = LEVELS[WEEKDAY] + 0.5 * np.maximum(T - bend, 0)

    made = towt.fitted(use, T, WEEKDAY)

    assert made.in_use.tolist() == [True] * 5 + [False] * 2
    assert made.fit == pytest.approx(use, abs=1e-8)
    # five weekdays less the first and six segments; two days less the first and six segments
    assert (made.parameters, made.degrees) == (10 + 7, 364 - 17 - 2)
    assert made.r2 == pytest.approx(1)
    assert made.total == pytest.approx(((use - use.mean()) ** 2).sum())


def test_what_is_left_is_told():
    noise = np.where(DAYS // 7 % 2 == 0, 1.0, -1.0) * np.where(WEEKDAY < 5, 1.0, 0.2)
    use = LEVELS[WEEKDAY] + noise

    made = towt.fitted(use, T, WEEKDAY)

    assert made.sse == pytest.approx(((use - made.fit) ** 2).sum())
    assert made.sse > 0.9 * (noise**2).sum()
    assert made.cvrmse == pytest.approx((made.sse / (364 - made.parameters)) ** 0.5 / use.mean())


@pytest.mark.parametrize(("days", "fits"), [(79, False), (80, True)])
def test_few_days_are_refused(days, fits):
    if fits:
        assert towt.fitted(LEVELS[WEEKDAY[:days]], T[:days], WEEKDAY[:days]).count == days
        return
    with pytest.raises(ValueError, match="79 days are too few"):
        towt.fitted(LEVELS[WEEKDAY[:days]], T[:days], WEEKDAY[:days])
