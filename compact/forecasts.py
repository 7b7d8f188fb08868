"""What holders will use of the rest of a year, each with what is exceeded once in ten years.

Source: analytics.outlook: the rest is last year's at a damped pace; the band is from how wrong the
same forecast, made on the same day a year before, was for holders whose year is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics import outlook
from analytics.moments import Bools, Floats
from analytics.outlook import LEAST_PEERS

BACK: Final = 728  # days before the year's first that are looked at: two years of the same weekdays
_YEAR: Final = 364
_ALPHA: Final = 0.2  # of a band whose upper end is exceeded once in ten years
_KNOWN: Final = 0.9  # of the days that a forecast stands on


@dataclass(frozen=True, slots=True, eq=False)
class Rest:
    """Columns, row i is one holder; the unit is that of its days.

    used: of the known days of the year. rest: of all its other days, as forecast; upper: what of
    it is exceeded once in ten years; both NaN where a forecast has nothing to stand on, or where
    fewer than LEAST_PEERS forecasts are over. peers: how many are.
    """

    used: Floats
    rest: Floats
    upper: Floats
    peers: int

    @property
    def known(self) -> Bools:
        """(m,) who has a forecast."""
        return np.isfinite(self.upper)


def rest_of(days: Floats, of_year: int) -> Rest:
    """Return what holders will use of the rest of a year.

    days: (m, BACK + k), k ≥ 2, from BACK days before the year's first day on; NaN where unknown.
    of_year: days that the year has.
    """
    k = days.shape[1] - BACK
    now = days[:, BACK:]
    before = days[:, _YEAR : _YEAR + of_year]
    long_ago = days[:, :of_year]
    made = outlook.outlook(now, before)
    peers = _errors(before, long_ago, k)
    enough = _enough(before) & _enough(now) & np.isfinite(made.rest) & np.isfinite(made.spread)
    nobody = np.full(len(days), np.nan)
    if len(peers) < LEAST_PEERS:
        return Rest(made.used, nobody, nobody, len(peers))
    _, upper = outlook.band(made, peers, _ALPHA)
    rest, above = (np.where(enough, one, np.nan) for one in (made.rest, upper))
    return Rest(made.used, rest, above, len(peers))


def _errors(this: Floats, last: Floats, k: int) -> Floats:
    """Return how wrong the forecasts of k days were in a year that is over, of who has one."""
    rows = _enough(this) & _enough(last)
    if not rows.any():
        return np.empty(0)
    this, last = this[rows], last[rows]
    made = outlook.outlook(this[:, :k], last)
    came = outlook.filled_days(this).sum(axis=1) - made.used
    found = outlook.errors(made, came)
    return np.asarray(found[np.isfinite(found)])


def _enough(days: Floats) -> Bools:
    return np.asarray(np.isfinite(days).mean(axis=1) >= _KNOWN)
