"""Baselines as CalTRACK 2.0 has them: to compare with programs that follow it, figure by figure.

Sources: CalTRACK 2.0 methods, 3.3 and 3.4 (candidates, choice) and 4.3 (savings); its formulas as
eemeter 3.2.0 works them out. Ours (`baselines`, `savings`) differ in what the docs of each say:
bends to a tenth of a degree, chosen by BIC, and a negative correlation that narrows no band.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import Final

import numpy as np

from analytics import baselines, student
from analytics.baselines import Baselines
from analytics.degrees import Degrees
from analytics.moments import Floats
from analytics.uncertainty import POLYNOMIALS

BENDS_F: Final = np.arange(30.0, 91.0)
NAMES: Final = ("intercept_only", "hdd_only", "cdd_only", "cdd_hdd")

_SLOPES: Final = (0, 1, 1, 2)
_DAYS_IN_MONTH: Final = 30.0


def fitted(use: Floats, degrees: Degrees, *, cooling: bool) -> Baselines:
    """Return the baselines of meters; degrees are of BENDS_F. Gas has no cooling side."""
    return baselines.fitted(use, degrees, replace(baselines.CALTRACK, cooling=cooling))


@dataclass(frozen=True, slots=True)
class Told:
    """One meter's statistics; slopes are the parameters that CalTRACK counts."""

    slopes: int
    count: float
    r2_adjusted: float


def told(made: Baselines, row: int) -> Told:
    """Return what is told of a meter's fit; a mean alone explains nothing."""
    slopes, n = _SLOPES[int(made.kind[row])], float(made.count[row])
    r2 = float(made.r2[row]) if slopes else 0.0
    return Told(slopes, n, 1 - (1 - r2) * (n - 1) / (n - slopes - 1) if slopes else 0.0)


def cvrmse(residual: Floats, use: Floats, slopes: int) -> float:
    """Return what is left as a share of the mean; the intercept is not counted."""
    return sqrt(float(residual @ residual) / (len(residual) - slopes)) / float(use.mean())


def band(
    residual: Floats, use: Floats, slopes: int, periods: int, *, monthly: bool = False
) -> float:
    """Return half the width of a saving's band at 90 %, in the unit of use.

    residual, use: (n,) of the baseline's periods that are known, as totals of each period.
    periods: how many follow.
    """
    n = len(use)
    first, then = residual[:-1] - residual[:-1].mean(), residual[1:] - residual[1:].mean()
    rho = float(first @ then / sqrt(float(first @ first) * float(then @ then)))
    worth = n * (1 - rho) / (1 + rho)
    a, b, c = POLYNOMIALS["monthly" if monthly else "daily"]
    months = periods if monthly else periods / _DAYS_IN_MONTH
    factor = a * months**2 + b * months + c
    t = student.two_sided(0.9, n - slopes)
    root = sqrt(n / worth * (1 + 2 / worth) / periods)
    return float(use.sum()) * t * factor * cvrmse(residual, use, slopes) * root
