"""How the year will end, for many meters at once: the rest, a band around it, the odds of a quota.

The rest is last year's, at a damped pace; how wrong that is, is known from peers whose year is
over, each scaled by how unsteady its own use is. Split conformal: no distribution is assumed.
Sources: Vovk, Gammerman and Shafer 2005; Lei et al. 2018 (locally weighted), J. Am. Stat. Assoc.
113.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from analytics.moments import Bools, Floats
from analytics.projecting import PACE, band_ranks

LEAST_PEERS: Final = 19  # fewer cannot give a band of 90 %

_RECENT: Final = 60  # days that show the pace
_DAMPING: Final = 0.5  # of a pace; on real meters of two years nearer than 0.7, most so early on
_PART: Final = 14  # days: of a fortnight, weekdays weigh alike
_STEADIEST: Final = 0.03
_TREND: Final = 0.3  # of the logarithm of a pace: who changed may change again
_MAD: Final = 1.4826  # of a normal distribution


@dataclass(frozen=True, slots=True)
class Outlook:
    """Columns, row i is one meter, in the unit of its use.

    used: of the days of this year that are known. rest: of all other days of it, as forecast; NaN
    where last year tells nothing. pace: of the last 60 days to last year's. spread: how unsteady
    its use is, as a share: the scale of its forecast's error.
    """

    used: Floats
    rest: Floats
    pace: Floats
    spread: Floats

    @property
    def total(self) -> Floats:
        """(m,) of the whole year."""
        return self.used + self.rest


def outlook(this: ArrayLike, last: ArrayLike) -> Outlook:
    """Return how a year will end from its days so far and those of the year before.

    this: (m, k) from the year's first day, NaN where unknown. last: (m, n), n > k days, those of
    the same weekdays (a shift of 364 days). A day of this year that is not known is forecast like
    those to come, and one of last year that is not known is its mean at that time of year.
    """
    now, before = (np.atleast_2d(np.asarray(one, float)) for one in (this, last))
    k = now.shape[1]
    both = np.isfinite(now) & np.isfinite(before[:, :k])
    pace = np.clip(_ratio(now, before[:, :k], both, _RECENT), *PACE)
    filled = filled_days(before)
    to_come = np.concatenate([np.where(np.isfinite(now), 0.0, filled[:, :k]), filled[:, k:]], 1)
    used = np.where(np.isfinite(now), now, 0.0).sum(axis=1)
    rest = to_come.sum(axis=1) * pace**_DAMPING
    return Outlook(used, rest, pace, _spread(now, before[:, :k], both, pace))


def by_profile(this: ArrayLike, profile: ArrayLike) -> Outlook:
    """Return how a year will end where there is none before it: by its peers' shape.

    this: (m, k). profile: (n,) what peers use on each day of a year, in any unit. The level is the
    meter's own, so it has no trend; its spread is that around the shape.
    """
    now = np.atleast_2d(np.asarray(this, float))
    shape = np.broadcast_to(np.asarray(profile, float), (len(now), len(np.asarray(profile))))
    known = np.isfinite(now)
    with np.errstate(invalid="ignore", divide="ignore"):
        level = np.where(known, now, 0).sum(1) / np.where(known, shape[:, : now.shape[1]], 0).sum(1)
    made = outlook(now, shape * level[:, None])
    rest = made.rest / made.pace**_DAMPING
    return Outlook(made.used, rest, np.ones(len(now)), made.spread)


def _ratio(now: Floats, before: Floats, both: Bools, days: int) -> Floats:
    """Return use to last year's over the last so many days that are known of both; NaN if none."""
    recent = both & (both[:, ::-1].cumsum(axis=1)[:, ::-1] <= days)
    sums = [np.where(recent, one, 0.0).sum(axis=1) for one in (now, before)]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(sums[1] > 0, sums[0] / sums[1], np.nan)


def _spread(now: Floats, before: Floats, both: Bools, pace: Floats) -> Floats:
    """Return a robust spread of the logarithms of fortnightly ratios, widened by a trend."""
    parts = now.shape[1] // _PART
    trend = _TREND * np.abs(np.log(pace))
    if parts < 2:
        return np.asarray(np.hypot(trend, 2 * _STEADIEST))
    cut = slice(now.shape[1] - parts * _PART, None)
    shape = (len(now), parts, _PART)
    sums = [np.where(both, one, 0.0)[:, cut].reshape(shape).sum(axis=2) for one in (now, before)]
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.where((sums[0] > 0) & (sums[1] > 0), np.log(sums[0] / sums[1]), np.nan)
    middle = _median(logs)[:, None]
    own = _MAD * _median(np.abs(logs - middle))
    return np.maximum(np.hypot(np.nan_to_num(own), trend), _STEADIEST)


def filled_days(days: Floats) -> Floats:
    """Return days in which an unknown one is the mean of the four weeks around it, else of all."""
    known = np.isfinite(days)
    if known.all():
        return days
    sums = np.pad(np.cumsum(np.where(known, days, 0.0), axis=1), ((0, 0), (1, 0)))
    counts = np.pad(np.cumsum(known, axis=1), ((0, 0), (1, 0)))
    n = days.shape[1]
    first = np.maximum(np.arange(n) - _PART, 0)
    last = np.minimum(np.arange(n) + _PART + 1, n)
    with np.errstate(invalid="ignore", divide="ignore"):
        near = (sums[:, last] - sums[:, first]) / (counts[:, last] - counts[:, first])
        whole = (sums[:, -1] / counts[:, -1])[:, None]
    return np.where(known, days, np.where(np.isfinite(near), near, whole))


def _median(values: Floats) -> Floats:
    """Return (m,) the median of each row's known values; NaN of none."""
    ordered, n = np.sort(values, axis=1), np.isfinite(values).sum(axis=1)
    rows, low, high = np.arange(len(values)), np.maximum(n - 1, 0) // 2, n // 2
    high = np.minimum(high, values.shape[1] - 1)
    return np.where(n > 0, (ordered[rows, low] + ordered[rows, high]) / 2, np.nan)


def errors(made: Outlook, actual: ArrayLike) -> Floats:
    """Return how wrong forecasts of a year that is over were, each in its own spread; (m,).

    actual: (m,) what the rest came to. Where nothing was used or forecast, there is no error: NaN.
    """
    came = np.asarray(actual, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.log(came / made.rest) / made.spread
    return np.where((came > 0) & (made.rest > 0), found, np.nan)


def band(made: Outlook, peers: ArrayLike, alpha: float = 0.1) -> tuple[Floats, Floats]:
    """Return (m,) and (m,) between which the rest falls with 1 − alpha.

    peers: errors of a cohort of the same climate and month; below LEAST_PEERS a band of 90 % is
    promised by nothing, and a wider cohort should be taken.
    """
    known = np.sort(_known(peers))
    if not len(known):
        raise ValueError("without a peer whose year is over there is no band")
    low, high = band_ranks(len(known), Decimal(str(alpha)))
    ends = [made.rest * np.exp(known[rank - 1] * made.spread) for rank in (low, high)]
    return ends[0], ends[1]


def exceeding(made: Outlook, quota: ArrayLike, peers: ArrayLike) -> Floats:
    """Return (m,) the probability that the year ends above its quota; NaN without a quota."""
    known, limit = np.sort(_known(peers)), np.asarray(quota, float)
    left = limit - made.used
    with np.errstate(invalid="ignore", divide="ignore"):
        needed = np.where(made.rest > 0, np.log(left / made.rest) / made.spread, np.inf)
    above = len(known) - np.searchsorted(known, needed, "left")
    found = np.where(left <= 0, 1.0, (1 + above) / (len(known) + 1))
    return np.where(np.isfinite(limit) & np.isfinite(made.total), found, np.nan)


def _known(peers: ArrayLike) -> Floats:
    values = np.asarray(peers, float)
    return np.asarray(values[np.isfinite(values)])
