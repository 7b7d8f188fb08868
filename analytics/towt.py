"""Time of week and temperature, day by day: each weekday its own level, temperature in segments.

Source: Mathieu, Price, Kiliccote and Piette 2011, IEEE Trans. Smart Grid 2; in the daily form that
the package nmecr documents: days when a building is in use are fitted apart from the others.
"""

from dataclasses import dataclass
from math import floor
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.moments import Bools, Floats, Ints

SEGMENTS: Final = 6
_LEAST_DAYS: Final = 20  # beyond the last knot on either side
_COLD_F, _HOT_F = 50.0, 65.0  # between which a building is taken to need neither
_IN_USE: Final = 0.65  # of a weekday's residuals, so many above 0
_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class WeekModel:
    """What was fitted to n days.

    knots: [degrees F] where the line over temperature may bend. in_use: (7,) weekdays, Monday
    first, on which the building is in use. fit: (n,). parameters: coefficients but intercepts.
    """

    knots: Floats
    in_use: Bools
    fit: Floats
    sse: float
    total: float
    mean: float
    parameters: int

    @property
    def count(self) -> int:
        """Days that were fitted."""
        return len(self.fit)

    @property
    def degrees(self) -> int:
        """Degrees of freedom, each group of days having an intercept."""
        return self.count - self.parameters - len({*self.in_use.tolist()})

    @property
    def r2(self) -> float:
        """Share of the squares that is explained."""
        return 1 - self.sse / self.total

    @property
    def cvrmse(self) -> float:
        """What is left, as a share of the mean; intercepts are not counted."""
        return float(np.sqrt(self.sse / (self.count - self.parameters)) / self.mean)


def fitted(use: Floats, temperature_f: Floats, weekday: Ints) -> WeekModel:
    """Return the model of one meter's days.

    use, temperature_f, weekday: (n,), every one known; weekday 0 is Monday.
    Raises ValueError for too few days.
    """
    if len(use) < 4 * _LEAST_DAYS:
        raise ValueError(f"{len(use)} days are too few for weekdays and temperature")
    knots = knots_of(temperature_f)
    busy = _in_use(use, temperature_f, weekday)
    fit, parameters = np.empty(len(use)), 0
    for group in np.unique(busy[weekday]):
        days = busy[weekday] == group
        columns = _columns(temperature_f[days], weekday[days], knots)
        best, _, rank, _ = np.linalg.lstsq(columns, use[days], rcond=None)
        fit[days] = columns @ best
        parameters += int(rank) - 1
    sse, total = (float(((use - one) ** 2).sum()) for one in (fit, use.mean()))
    return WeekModel(knots, busy, fit, sse, total, float(use.mean()), parameters)


def knots_of(temperature_f: Floats) -> Floats:
    """Return where segments of equally many days meet, but those with too few days beyond."""
    t = np.sort(temperature_f)
    knots = [float(t[floor(len(t) * k / SEGMENTS) - 1]) for k in range(1, SEGMENTS)]
    while len(knots) > 1 and (t > knots[-1]).sum() < _LEAST_DAYS:
        knots.pop()
    while len(knots) > 1 and (t < knots[0]).sum() < _LEAST_DAYS:
        knots.pop(0)
    return np.array(knots)


def _in_use(use: Floats, t: Floats, weekday: Ints) -> Bools:
    """Return the weekdays whose use is mostly above what temperature alone would have."""
    cold, hot = t <= _COLD_F, t >= _HOT_F
    columns = np.column_stack(
        [np.ones(len(t)), np.where(cold, t - _COLD_F, 0.0), np.where(hot, t - _HOT_F, 0.0)]
    )
    best, *_ = np.linalg.lstsq(columns, use, rcond=None)
    above = use - columns @ best > 0
    days = np.bincount(weekday, minlength=_WEEK)
    return np.bincount(weekday, above, minlength=_WEEK) > _IN_USE * np.maximum(days, 1)


def _columns(t: Floats, weekday: Ints, knots: Floats) -> NDArray[np.float64]:
    """Return an intercept, all weekdays but the first, and the part of T in each segment."""
    edges = np.array([-np.inf, *knots, np.inf])
    starts = np.array([0.0, *knots])
    parts = [
        np.where(t > low, np.minimum(t, high) - start, 0.0) if np.isfinite(low)
        else np.minimum(t, high)
        for low, high, start in zip(edges, edges[1:], starts, strict=False)
    ]  # fmt: skip
    week = [(weekday == one).astype(float) for one in np.unique(weekday)[1:]]
    return np.column_stack([np.ones(len(t)), *week, *parts])
