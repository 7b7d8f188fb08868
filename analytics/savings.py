"""What a measure saved: what would have been used without it, less what was, and how sure that is.

Sources: ASHRAE Guideline 14 and CalTRACK 2.0 for the band, GB/T 28750 for the adjusted baseline;
Sun and Baltazar 2013 for the factor by months.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from analytics import student, uncertainty
from analytics.baselines import Baselines
from analytics.daykinds import DayBaselines
from analytics.moments import Bools, Floats, Ints

CLAIMED: Final = 0.5  # the most of a saving that its band may be, at 68 % confidence (Guideline 14)
CLAIMED_AT: Final = 0.68
USUAL: Final = 0.9

_DAYS_IN_MONTH: Final = 30.0
_NODES: Final = np.linspace(0.0, 0.5, 129)  # of 1 / degrees of freedom
_FEW: Final = 40  # quantiles that are worked out one by one
_ENDLESS: Final = 1e6


@dataclass(frozen=True, slots=True)
class Savings:
    """Columns, row i is one meter; in the unit of its use.

    used: what was used in the periods that are known. expected: what the baseline has for them.
    half: (m,) half the width of the band around the saving; NaN where it cannot be told.
    periods: how many are known.
    """

    used: Floats
    expected: Floats
    half: Floats
    periods: Floats

    @property
    def saved(self) -> Floats:
        """What was saved; negative where more was used."""
        return self.expected - self.used

    @property
    def share(self) -> Floats:
        """What was saved, as a share of what would have been used; NaN where that is nothing."""
        return _over(self.saved, self.expected)

    @property
    def relative(self) -> Floats:
        """The half width as a share of the saving."""
        return _over(self.half, np.abs(self.saved))


@dataclass(frozen=True, slots=True)
class Quality:
    """What a band needs of a baseline: periods, parameters and what is left; (m,) each."""

    count: Floats
    parameters: Ints
    cvrmse: Floats


def only(baseline: Baselines | DayBaselines, row: int) -> Quality:
    """Return one meter's."""
    at = slice(row, row + 1)
    return Quality(baseline.count[at], baseline.parameters[at], baseline.cvrmse[at])


def left_over(use: ArrayLike, expected: ArrayLike) -> Floats:
    """Return (m, n) what a baseline does not explain; NaN where use is not known."""
    return np.asarray(np.atleast_2d(np.asarray(use, float)) - np.asarray(expected, float))


def lag_one(residual: Floats) -> Floats:
    """Return (m,) how residuals go with those just before, over the periods that are known.

    A gap is passed over, as CalTRACK does; 0 where fewer than three are known, or none varies.
    """
    known = np.isfinite(residual)
    order = np.argsort(~known, axis=1, kind="stable")  # the known ones first, in their order
    rows = np.take_along_axis(residual, order, axis=1)
    inside = np.arange(1, rows.shape[1]) < known.sum(axis=1)[:, None]
    first, then = (np.where(inside, part, 0.0) for part in (rows[:, :-1], rows[:, 1:]))
    n = np.maximum(inside.sum(axis=1, keepdims=True), 1)
    first = np.where(inside, first - first.sum(axis=1, keepdims=True) / n, 0.0)
    then = np.where(inside, then - then.sum(axis=1, keepdims=True) / n, 0.0)
    scale = np.sqrt((first**2).sum(axis=1) * (then**2).sum(axis=1))
    found = np.where(inside.sum(axis=1) > 1, _over((first * then).sum(axis=1), scale), 0.0)
    return np.nan_to_num(found)


def avoided(
    baseline: Quality | Baselines | DayBaselines,
    residual: Floats,
    use: ArrayLike,
    expected: ArrayLike,
    *,
    confidence: float = USUAL,
    monthly: bool = False,
) -> Savings:
    """Return what each meter saved in the time after its baseline.

    residual: (m, n) of the baseline's own time, by `left_over`. use, expected: (m, k) of the time
    after, per period, in the unit that is to be added up; NaN use is not known and counts nowhere.
    monthly: whether periods are months, else days.
    """
    used, would = (np.atleast_2d(np.asarray(one, float)) for one in (use, expected))
    known = np.isfinite(used) & np.isfinite(would)
    periods = known.sum(axis=1).astype(float)
    total, expect = (np.where(known, one, 0.0).sum(axis=1) for one in (used, would))
    wide = half_width(baseline, lag_one(residual), periods, confidence, monthly=monthly)
    return Savings(total, expect, wide * expect, periods)


def half_width(
    baseline: Quality | Baselines | DayBaselines,
    rho: Floats,
    periods: Floats,
    confidence: float,
    *,
    monthly: bool,
) -> Floats:
    """Return (m,) half the width of a saving's band, as a share of what would have been used.

    rho: (m,) lag-1 correlation of the residuals; a negative one does not narrow the band.
    periods: (m,) of the time after. Degrees of freedom are those of the effective number.
    """
    n = np.maximum(baseline.count, 1)
    worth = np.where(rho > 0, n * (1 - rho) / (1 + rho), n)
    months = periods if monthly else periods / _DAYS_IN_MONTH
    a, b, c = uncertainty.POLYNOMIALS["monthly" if monthly else "daily"]
    factor = a * months**2 + b * months + c
    t = quantiles(confidence, worth - baseline.parameters)
    root = np.sqrt(_over(n / worth * (1 + 2 / worth), periods))
    return factor * t * baseline.cvrmse * root


def normal_year(used: ArrayLike, expected: ArrayLike, normal: ArrayLike) -> Floats:
    """Return what a normal year would have used: the meter's own residual is kept.

    used: (m,) or one, of the year. expected, normal: (m, n) or (n,) what the baseline has for its
    periods, in their own weather and in a normal year's.
    """
    sums = [np.asarray(one, float).sum(axis=-1) for one in (normal, expected)]
    return np.asarray(np.asarray(used, float) + sums[0] - sums[1])


def portfolio(savings: Savings) -> tuple[float, float]:
    """Return what all saved together, and half the width of its band: variances add."""
    half = savings.half[np.isfinite(savings.half)]
    return float(savings.saved.sum()), float(np.sqrt((half**2).sum()))


def claimable(savings: Savings, at_usual: float = USUAL) -> Bools:
    """Return which savings may be claimed: the band at 68 % is at most half of the saving.

    at_usual: the confidence of the bands that are given.
    """
    narrow = student.two_sided(CLAIMED_AT, _ENDLESS) / student.two_sided(at_usual, _ENDLESS)
    with np.errstate(invalid="ignore"):
        return np.asarray((savings.saved > 0) & (savings.relative * narrow <= CLAIMED))


def quantiles(confidence: float, degrees: ArrayLike) -> Floats:
    """Return t of many degrees of freedom; NaN below one degree.

    More than forty are taken from between nodes over 1 / degrees, to four digits behind the point.
    """
    free = np.asarray(degrees, float)
    alone = np.ones(free.shape, np.bool_) if free.size <= _FEW else free < 2
    found = np.full(free.shape, np.nan)
    if not alone.all():
        found = np.interp(1 / np.maximum(free, 2), _NODES, _nodes(confidence))
    for place in map(tuple, np.argwhere(alone & (free >= 1))):
        found[place] = student.two_sided(confidence, float(free[place]))
    return np.where(free >= 1, found, np.nan)


@cache
def _nodes(confidence: float) -> Floats:
    degrees = 1 / np.maximum(_NODES, 1 / _ENDLESS)
    return np.array([student.two_sided(confidence, float(one)) for one in degrees])


def _over(above: Any, below: Any) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(below != 0, above / below, np.nan))
