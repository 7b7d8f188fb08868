"""Baselines of meters whose days are of several kinds (workdays, days off, holidays, seasons).

Each kind is fitted apart where that explains more than its parameters cost, meter by meter; else
one baseline serves for all days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from analytics.baselines import DAILY, Baselines, Terms, explained, fitted, scattered
from analytics.degrees import Degrees
from analytics.moments import Bools, Floats, Ints

_SUMMER: Final = (6, 9)  # months, both included
_FRIDAY: Final = 4
_THURSDAY: Final = 3  # 1970-01-01, Monday being 0


@dataclass(frozen=True, slots=True)
class DayBaselines:
    """One baseline for each kind of day; columns by meter, as in Baselines.

    parts: by kind, in order. count, mean, sse, total, parameters: (m,) over all kinds together.
    """

    parts: tuple[Baselines, ...]
    count: Floats
    mean: Floats
    sse: Floats
    total: Floats
    parameters: Ints

    @property
    def r2(self) -> Floats:
        """(m,) share of the squares that is explained; NaN where all use is the same."""
        return explained(self.sse, self.total)

    @property
    def cvrmse(self) -> Floats:
        """(m,) what is left, as a share of the mean; NaN where it cannot be told."""
        return scattered(self.sse, self.count - self.parameters, self.mean)

    @property
    def bic(self) -> Floats:
        """(m,) what the squares that are left and the parameters come to; less is better."""
        n = np.maximum(self.count, 1)
        left = np.maximum(self.sse, np.maximum(self.total, 1e-30) * 1e-15)
        return np.asarray(n * np.log(left / n) + self.parameters * np.log(n))

    def at(self, temperature: ArrayLike, kind: Ints) -> Floats:
        """Return (m, n) the use of days of these kinds; NaN where a kind has no baseline.

        temperature, kind: (n,).
        """
        t = np.asarray(temperature, float)
        use = np.full((len(self.count), len(t)), np.nan)
        for number, part in enumerate(self.parts):
            days = np.flatnonzero(kind == number)
            use[:, days] = part.at(t[days])
        return use


def fitted_by_kind(
    use: ArrayLike, degrees: Degrees, kind: Ints, terms: Terms = DAILY
) -> DayBaselines:
    """Return a baseline for each kind of day.

    use: (m, n), NaN where unknown. kind: (n,) from 0; a kind without a day has no baseline.
    """
    y = np.atleast_2d(np.asarray(use, float))
    days = [np.flatnonzero(kind == one) for one in range(int(kind.max(initial=0)) + 1)]
    parts = tuple(fitted(y[:, some], degrees.only(some), terms) for some in days)
    return _together(parts)


def chosen(
    use: ArrayLike, degrees: Degrees, kinds: Sequence[Ints], terms: Terms = DAILY
) -> tuple[list[DayBaselines], Ints]:
    """Return the baselines by each way of telling days apart, and (m,) which suits a meter best.

    kinds: (n,) each. A way that leaves a kind without a known day suits nobody.
    """
    ways = [fitted_by_kind(use, degrees, kind, terms) for kind in kinds]
    cost = np.array([_costs(way) for way in ways])
    return ways, np.argmin(cost, axis=0)


def _costs(way: DayBaselines) -> Floats:
    empty = np.any([part.kind < 0 for part in way.parts], axis=0)
    return np.where(empty, np.inf, way.bic)


def _together(parts: Sequence[Baselines]) -> DayBaselines:
    count = np.sum([part.count for part in parts], axis=0)
    sums = np.sum([part.count * np.nan_to_num(part.mean) for part in parts], axis=0)
    mean = sums / np.maximum(count, 1)
    apart = [part.count * (np.nan_to_num(part.mean) - mean) ** 2 for part in parts]
    total = np.sum([part.total for part in parts], axis=0) + np.sum(apart, axis=0)
    sse = np.sum([part.sse for part in parts], axis=0)
    used = np.sum([part.parameters for part in parts], axis=0)
    return DayBaselines(tuple(parts), count, mean, sse, total, used)


def all_alike(days: Ints) -> Ints:
    """Return one kind for all days."""
    return np.zeros(len(days), np.int64)


def workdays(days: Ints, off: Bools | None = None) -> Ints:
    """Return 0 for workdays and 1 for days off.

    days: (n,) since 1970. off: (n,) by a calendar of holidays and make-up workdays; without it,
    Saturdays and Sundays.
    """
    if off is None:
        off = (days + _THURSDAY) % 7 > _FRIDAY
    return off.astype(np.int64)


def by_season(days: Ints, kind: Ints) -> Ints:
    """Return each kind in two: from June to September, and in the other months."""
    month = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    summer = (month >= _SUMMER[0]) & (month <= _SUMMER[1])
    return np.asarray(2 * kind + summer)


def hours_open(opens: Ints, closes: Ints) -> Bools:
    """Return (m, 24 n) the hours of n days that any part of is open.

    opens, closes: (m, n) minutes of the civil day; the same where it is closed.
    """
    begin = np.arange(24) * 60
    inside = (begin < closes[:, :, None]) & (begin + 60 > opens[:, :, None])
    return np.asarray(inside & (closes > opens)[:, :, None]).reshape(len(opens), -1)
