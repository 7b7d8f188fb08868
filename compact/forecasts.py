"""How a year will end for holders: the rest of it, a band around it, the odds of a quota.

Source: analytics.outlook: the rest is last year's at a damped pace; the band is from how wrong the
same forecast, made on the same day a year before, was for holders whose year is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics import outlook
from analytics.moments import Bools, Floats
from analytics.outlook import LEAST_PEERS, Outlook

BACK: Final = 728  # days before the year's first that are looked at: two years of the same weekdays
_YEAR: Final = 364
METHOD: Final = "outlook 1"  # of forecasts that are kept: counts up when the arithmetic changes

_ALPHA: Final = 0.2  # of a band whose upper end is exceeded once in ten years
_BAND: Final = 0.1  # of years end outside the band of a whole year
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


@dataclass(frozen=True, slots=True, eq=False)
class YearEnd:
    """Columns, row i is one holder; the unit is that of its days.

    used, rest: as in Rest. lower, upper: between which nine of ten years end, NaN where fewer than
    LEAST_PEERS forecasts are over. odds: that the year ends above the quota, from 0 to 1; NaN
    without a quota, a forecast or a band. peers: how many forecasts are over.
    """

    used: Floats
    rest: Floats
    lower: Floats
    upper: Floats
    odds: Floats
    peers: int


def year_end(days: Floats, of_year: int, quota: Floats) -> YearEnd:
    """Return how a year will end.

    days, of_year: as of rest_of. quota: (m,) of the whole year, NaN for none.
    """
    made, peers, enough = _made(days, of_year)
    nobody = np.full(len(days), np.nan)
    rest = np.where(enough, made.rest, np.nan)
    if len(peers) < LEAST_PEERS:
        return YearEnd(made.used, rest, nobody, nobody, nobody, len(peers))
    low, high = outlook.band(made, peers, _BAND)
    # What has not happened is not certain, though none of so many forecasts was wrong enough.
    most = np.where(made.used > quota, 1.0, len(peers) / (len(peers) + 1))
    odds = np.minimum(outlook.exceeding(made, quota, peers), most)
    lower, upper, odds = (
        np.where(enough, one, np.nan) for one in (made.used + low, made.used + high, odds)
    )
    return YearEnd(made.used, rest, lower, upper, odds, len(peers))


def rest_of(days: Floats, of_year: int) -> Rest:
    """Return what holders will use of the rest of a year.

    days: (m, BACK + k), k ≥ 2, from BACK days before the year's first day on; NaN where unknown.
    of_year: days that the year has.
    """
    made, peers, enough = _made(days, of_year)
    nobody = np.full(len(days), np.nan)
    if len(peers) < LEAST_PEERS:
        return Rest(made.used, nobody, nobody, len(peers))
    _, upper = outlook.band(made, peers, _ALPHA)
    rest, above = (np.where(enough, one, np.nan) for one in (made.rest, upper))
    return Rest(made.used, rest, above, len(peers))


def _made(days: Floats, of_year: int) -> tuple[Outlook, Floats, Bools]:
    """Return forecasts, how wrong those of the year before were, and (m,) who has one."""
    now = days[:, BACK:]
    before = days[:, _YEAR : _YEAR + of_year]
    made = outlook.outlook(now, before)
    peers = _peers(days, of_year)
    enough = _enough(before) & _enough(now) & np.isfinite(made.rest) & np.isfinite(made.spread)
    return made, peers, np.asarray(enough)


def _peers(days: Floats, of_year: int) -> Floats:
    """Return how wrong forecasts of a year that is over were, made as many days into it.

    That year is the one before; where too few know two years before this one, it is the last 364
    days, whatever the season in which it began.
    """
    k = days.shape[1] - BACK
    last = _errors(days[:, _YEAR : _YEAR + of_year], days[:, :of_year], k)
    if len(last) >= LEAST_PEERS:
        return last
    return _errors(days[:, -_YEAR:], days[:, -2 * _YEAR : -_YEAR], min(k, _YEAR - 1))


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
