"""Bands and statistics as CalTRACK has them, against its formulas written plainly."""

from math import sqrt
from statistics import correlation, fmean

import numpy as np
import pytest

from analytics import caltrack, degrees, student

RESIDUAL = [3.0, 2.0, -1.0, -2.5, -0.5, 1.0, 2.0, 0.5, -1.5, -2.0, -1.0, 0.5]
USE = [20.0 + step for step in range(12)]
DAILY = (-0.00024, 0.03535, 1.00286)  # ASHRAE guideline 14, as CalTRACK 4.3.2.4 prints them
MONTHLY = (-0.00022, 0.03306, 0.94054)


@pytest.mark.parametrize(
    ("monthly", "periods", "months", "abc"), [(False, 90, 3, DAILY), (True, 6, 6, MONTHLY)]
)
def test_a_band_is_what_the_formula_says(monthly, periods, months, abc):
    n, slopes = len(USE), 2
    rho = correlation(RESIDUAL[:-1], RESIDUAL[1:])
    worth = n * (1 - rho) / (1 + rho)
    spread = sqrt(sum(one * one for one in RESIDUAL) / (n - slopes))
    factor = abc[0] * months**2 + abc[1] * months + abc[2]
    t = student.two_sided(0.9, 10)

    half = caltrack.band(np.array(RESIDUAL), np.array(USE), slopes, periods, monthly=monthly)

    share = t * factor * spread / fmean(USE) * sqrt(n / worth * (1 + 2 / worth) / periods)
    assert half == pytest.approx(sum(USE) * share, rel=1e-12)
    assert caltrack.cvrmse(np.array(RESIDUAL), np.array(USE), slopes) == pytest.approx(
        spread / fmean(USE), rel=1e-12
    )


def test_what_is_told_counts_slopes_and_a_mean_explains_nothing():
    t = np.linspace(20.0, 95.0, 150)
    heats = 5 + 0.4 * np.maximum(55 - t, 0) + np.tile([0.3, -0.3], 75)
    use = np.vstack([heats, np.tile([4.0, 6.0], 75)])
    made = caltrack.fitted(use, degrees.of_days(t, caltrack.BENDS_F), cooling=False)

    heated, flat = caltrack.told(made, 0), caltrack.told(made, 1)

    assert (heated.slopes, heated.count) == (1, 150)
    assert heated.r2_adjusted == pytest.approx(1 - (1 - float(made.r2[0])) * 149 / 148, rel=1e-12)
    assert 0.99 < heated.r2_adjusted < float(made.r2[0])
    assert (flat.slopes, flat.r2_adjusted) == (0, 0.0)
