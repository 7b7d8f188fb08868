"""Findings on days: a level that stays higher, and nights and weekends that use more than they did.

Sources: Page 1954, Biometrika 41, for the cumulative sum; Montgomery, Introduction to Statistical
Quality Control, for k and h.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from analytics.faults import KINDS, Findings
from analytics.moments import Bools, Floats, Ints
from analytics.stretches import stretches
from analytics.weekly import DAY, last_median, row_median

SLACK: Final = 0.5  # spreads of a day that are let pass
LIMIT: Final = 5.0  # spreads together that are none of chance

_MAD: Final = 1.4826  # of a normal distribution
_MOST: Final = 4.0  # spreads that one day can add: one day is no level
_IDLE: Final = 1.25  # times its own usual share
_LEAST_HOURS: Final = 100  # known of a month, closed and open
_LEAST_MONTHS: Final = 4


def cusum(residual: ArrayLike, spread: ArrayLike) -> tuple[Floats, Ints]:
    """Return (m, d) the cumulative sum above SLACK, and (m, d) the day from which it has run.

    residual: (m, d) use less what the baseline expects, NaN where unknown (the sum waits).
    spread: (m,) of such days in the baseline's own time. A day's place is −1 while the sum is 0.
    """
    days = np.asarray(residual, float) / np.asarray(spread, float)[:, None]
    sums, since = np.zeros(days.shape), np.full(days.shape, -1, np.int64)
    now, start = np.zeros(len(days)), np.full(len(days), -1, np.int64)
    for day in range(days.shape[1]):
        step = np.minimum(np.nan_to_num(days[:, day], nan=SLACK), _MOST) - SLACK
        now = np.maximum(now + step, 0.0)
        start = np.where(now > 0, np.where(start < 0, day, start), -1)
        sums[:, day], since[:, day] = now, start
    return sums, since


def spread_of(residual: ArrayLike) -> Floats:
    """Return (m,) a robust spread of residuals; NaN where none varies or too few are known."""
    values = np.atleast_2d(np.asarray(residual, float))
    middle = row_median(values)[:, None]
    found = _MAD * last_median(np.abs(values - middle))
    return np.where(found > 0, found, np.nan)


def higher_levels(use: ArrayLike, expected: ArrayLike, spread: ArrayLike) -> Findings:
    """Return where the level of days has risen and stays, from the day on which it did.

    use, expected: (m, d) of days. spread: (m,) by `spread_of` the baseline's residuals. A finding
    ends when the sum is back at 0, or with the days; its score is the greatest sum.
    """
    used, would = (np.atleast_2d(np.asarray(one, float)) for one in (use, expected))
    sums, since = cusum(used - would, spread)
    meter, first, end = stretches(since >= 0)
    peak = np.array([sums[m, a:b].max() for m, a, b in zip(meter, first, end, strict=True)])
    last = np.array(
        [a + int(sums[m, a:b].argmax()) + 1 for m, a, b in zip(meter, first, end, strict=True)],
        np.int64,
    )
    some = np.flatnonzero(peak > LIMIT) if len(peak) else np.zeros(0, np.int64)
    meter, first, last = meter[some], first[some], last[some]
    known = np.isfinite(used) & np.isfinite(would)
    totals = [np.where(known, one, 0.0) for one in (used, would)]
    pairs = list(zip(meter.tolist(), first.tolist(), last.tolist(), strict=True))
    more, usual = (np.array([one[m, a:b].sum() for m, a, b in pairs]) for one in totals)
    kind = np.full(len(some), KINDS.index("level"))
    return Findings(kind, meter, first * DAY, (last - first) * DAY, more, usual, peak[some])


def idle(use: ArrayLike, is_open: Bools, month: Ints) -> Findings:
    """Return months whose nights and weekends use more, beside open hours, than is usual.

    use: (m, n) of civil hours, NaN where unknown. is_open: (n,) or (m, n). month: (n,) from 0,
    rising. Both sides of the share have the same weather. The finding stands for the closed hours
    of its month; its score is how many times the usual share there was.
    """
    hours = np.atleast_2d(np.asarray(use, float))
    count = int(month.max(initial=-1)) + 1
    levels = [_by_month(hours, month, count, mask) for mask in (~is_open, is_open)]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(levels[1] > 0, levels[0] / levels[1], np.nan)
        enough = np.isfinite(share).sum(axis=1) >= _LEAST_MONTHS
        own = np.where(enough, row_median(share), np.nan)[:, None]
        times = share / own
        meter, at = np.nonzero((times > _IDLE) & (own > 0))
    known = np.isfinite(hours) & ~is_open
    kept = {key: known[key[0]] & (month == key[1]) for key in _pairs(meter, at)}
    used = np.array([hours[m][kept[m, a]].sum() for m, a in _pairs(meter, at)])
    usual_part = 1 / times[meter, at]
    first = np.searchsorted(month, at)
    length = np.searchsorted(month, at, "right") - first
    kind = np.full(len(meter), KINDS.index("idle"))
    return Findings(kind, meter, first, length, used, used * usual_part, times[meter, at])


def _pairs(meter: Ints, at: Ints) -> list[tuple[int, int]]:
    return list(zip(meter.tolist(), at.tolist(), strict=True))


def _by_month(hours: Floats, month: Ints, count: int, mask: Bools) -> Floats:
    """Return (m, count) the median use of some hours of each month; NaN of too few.

    mask: (n,) or (m, n).
    """
    found = np.full((len(hours), count), np.nan)
    for one in range(count):
        some = _some(hours, mask, month == one)
        enough = np.isfinite(some).sum(axis=1) >= _LEAST_HOURS
        found[:, one] = np.where(enough, last_median(some) if some.shape[1] else np.nan, np.nan)
    return found


def _some(hours: Floats, mask: Bools, at: Bools) -> Floats:
    """Return the hours that a mask keeps, NaN where it keeps them of other meters alone."""
    if mask.ndim == 1:
        return np.asarray(hours[:, mask & at])
    return np.where(mask[:, at], hours[:, at], np.nan)
