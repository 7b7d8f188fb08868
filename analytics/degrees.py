"""What candidate bends make of temperatures: degrees below and above each, period by period.

A period is a day, or a month or bill of many days; its degrees are the mean over its days, so that
a month of warm and cold days has both (Guideline 14 and CalTRACK count degree days alike).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = "NDArray[np.float64]"

_WITHIN: Final = (3.0, 97.0)  # percent of the temperatures between which a bend is sought
_PER_DEGREE: Final = 10
_HALF: Final = 5  # tenths: of months, no more can be told


@dataclass(frozen=True)
class Degrees:
    """Columns of one weather station, for all its meters.

    bends: (g,) candidates, rising. [degrees]
    below, above: (n, g) mean of max(0, bend − T) and of max(0, T − bend) over a period's days.
    weight: (n,) how many days a period has; 0 where its temperature is not known.
    temperature: (n,) mean of a period.
    apart: whether no period has both (each is one day, or has one temperature).
    """

    bends: Floats
    below: Floats
    above: Floats
    weight: Floats
    temperature: Floats
    apart: bool

    def __len__(self) -> int:
        return len(self.weight)

    def only(self, periods: Any) -> Degrees:
        """Return some of the periods."""
        columns = (self.below, self.above, self.weight, self.temperature)
        below, above, weight, temperature = (column[periods] for column in columns)
        return Degrees(self.bends, below, above, weight, temperature, self.apart)

    @cached_property
    def below_squared(self) -> Floats:
        """(n, g) the squares of the degrees below."""
        return np.square(self.below)


def tenths(temperature: ArrayLike, within: tuple[float, float] = _WITHIN) -> Floats:
    """Return every tenth of a degree within so many percent of the temperatures, from a whole one.

    temperature: (n,), NaN where unknown. Raises ValueError where none is known.
    """
    known = np.asarray(temperature, float)
    known = known[np.isfinite(known)]
    if not len(known):
        raise ValueError("no temperature is known")
    low, high = np.percentile(known, within)
    first, last = int(np.floor(low)), max(int(np.ceil(high)), int(np.floor(low)) + 1)
    return np.arange(first * _PER_DEGREE, last * _PER_DEGREE + 1) / _PER_DEGREE


def of_days(temperature: ArrayLike, bends: ArrayLike | None = None) -> Degrees:
    """Return the degrees of days, each with its mean temperature; NaN is unknown.

    bends: candidates; without them, every tenth of a degree that the temperatures allow.
    """
    t = np.asarray(temperature, float)
    at = tenths(t) if bends is None else np.asarray(bends, float)
    known = np.isfinite(t)
    filled = np.where(known, t, 0.0)
    below = np.maximum(0.0, at - filled[:, None])
    above = np.maximum(0.0, filled[:, None] - at)
    return Degrees(at, below, above, known.astype(float), filled, apart=True)


def of_periods(
    temperature: ArrayLike, period: ArrayLike, bends: ArrayLike | None = None
) -> Degrees:
    """Return the degrees of months or bills, each the mean over its days.

    temperature: (d,) of days, NaN where unknown. period: (d,) to which a day belongs, from 0
    without a gap; −1 where to none. A period's weight is how many of its days are known. bends:
    candidates; without them, every half of a degree.
    """
    at = tenths(temperature)[::_HALF] if bends is None else bends
    days, place = of_days(temperature, at), np.asarray(period, np.int64)
    inside = (place >= 0) & (days.weight > 0)
    count = int(place.max(initial=-1)) + 1
    weight = np.bincount(place[inside], minlength=count).astype(float)
    share = np.zeros((count, len(place)))
    share[place[inside], np.flatnonzero(inside)] = 1.0
    share /= np.maximum(weight, 1.0)[:, None]
    columns = (share @ days.below, share @ days.above)
    return Degrees(days.bends, *columns, weight, share @ days.temperature, apart=False)


def of_months(temperature: ArrayLike, days: ArrayLike) -> Degrees:
    """Return the degrees of months of which only the mean temperature is known.

    temperature: (n,), NaN where unknown. days: (n,) how many each has. What the warm and the cold
    days of a month had on both sides of a bend is lost: prefer `of_periods` where days are known.
    """
    t = np.asarray(temperature, float)
    made = of_days(t, tenths(t)[::_HALF])
    weight = made.weight * np.asarray(days, float)
    return Degrees(made.bends, made.below, made.above, weight, made.temperature, apart=True)
