"""What is usual for an hour of the week, moved by the weather of the days around it.

Civil hours in whole days. A fault of a few days moves neither a median over nine weeks nor the
trend of eleven days, so it stands out of both.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from analytics.moments import Floats

DAY: Final = 24
WEEK: Final = 168
WEEKS: Final = 9

_LEAST: Final = 3  # known values, for anything to be usual
_FLOOR: Final = 0.01  # of the median: meters count in steps
_BESIDE: Final = 2  # hours to each side whose spread is taken with an hour's own
_TREND_DAYS: Final = 11
_TREND: Final = (0.5, 2.0)  # further from its usual a stretch of days is no weather
_BLOCK: Final = 8  # meters at once: the window of a block is what the processor holds


@dataclass(frozen=True, slots=True)
class Usual:
    """Arrays of (m, n) hours; NaN where too little is known.

    level: what is usual for this hour of the week, in these days. spread: how far use is from it,
    robust. top: (m, 1) what a meter seldom exceeds.
    """

    level: Floats
    spread: Floats
    top: Floats

    def score(self, use: Floats) -> Floats:
        """Return (m, n) by how many spreads use is above what is usual; NaN where unknown."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((use - self.level) / self.spread)


def usual(use: ArrayLike) -> Usual:
    """Return what is usual for each hour.

    use: (m, n) of civil hours from a midnight, n whole days; NaN where unknown.
    Raises ValueError where days are not whole.
    """
    hours = np.atleast_2d(np.asarray(use, float))
    if hours.shape[1] % DAY:
        raise ValueError(f"{hours.shape[1]} hours are no whole days")
    starts = range(0, max(len(hours), 1), _BLOCK)
    parts = [_block(hours[first : first + _BLOCK]) for first in starts]
    return Usual(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _block(hours: Floats) -> tuple[Floats, Floats, Floats]:
    median = by_week(hours)
    level = median * np.repeat(_trend(hours, median), DAY, axis=1)
    spread = _around(by_week(np.abs(hours - level)))
    own = row_median(np.abs(median))[:, None]
    least = _FLOOR * np.fmax(np.abs(median), own)
    return level, np.maximum(spread, np.maximum(least, 1e-12)), _seldom(hours)


def by_week(hours: Floats, weeks: int = WEEKS) -> Floats:
    """Return (m, n) the median of the same hour of so many weeks around; weeks is odd."""
    m, n = hours.shape
    count, half = -(-n // WEEK), weeks // 2
    padded = np.full((m, (count + 2 * half) * WEEK), np.nan)
    padded[:, half * WEEK : half * WEEK + n] = hours
    window = sliding_window_view(padded.reshape(m, -1, WEEK), weeks, axis=1)
    return last_median(window).reshape(m, -1)[:, :n]


def last_median(values: Floats) -> Floats:
    """Return the median over the last axis, of known values; NaN of too few."""
    ordered = np.sort(values, axis=-1)
    known = np.isfinite(ordered).sum(axis=-1)
    most = values.shape[-1] - 1
    low, high = np.clip((known - 1) // 2, 0, most), np.clip(known // 2, 0, most)
    pair = [np.take_along_axis(ordered, at[..., None], axis=-1)[..., 0] for at in (low, high)]
    return np.where(known >= _LEAST, (pair[0] + pair[1]) / 2, np.nan)


def row_median(values: Floats) -> Floats:
    """Return (m,) the median of each row's known values; 0 of too few."""
    return np.nan_to_num(last_median(values))


def _trend(hours: Floats, median: Floats) -> Floats:
    """Return (m, days) by how much the days around are above what their weeks have; 1 unknown."""
    known = np.isfinite(hours) & np.isfinite(median)
    shape = (len(hours), -1, DAY)
    used, usually = (
        np.where(known, one, 0.0).reshape(shape).sum(axis=2) for one in (hours, median)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(usually > 0, used / usually, np.nan)
    half = _TREND_DAYS // 2
    padded = np.pad(ratio, ((0, 0), (half, half)), constant_values=np.nan)
    found = last_median(sliding_window_view(padded, _TREND_DAYS, axis=1))
    return np.clip(np.nan_to_num(found, nan=1.0), *_TREND)


def _around(spread: Floats) -> Floats:
    """Return spreads averaged with those of the hours beside: nine values alone say little."""
    padded = np.pad(spread, ((0, 0), (_BESIDE, _BESIDE)), mode="edge")
    near = sliding_window_view(padded, 2 * _BESIDE + 1, axis=1)
    known = np.isfinite(near)
    sums = np.where(known, near, 0.0).sum(axis=-1)
    return np.where(np.isfinite(spread), sums / np.maximum(known.sum(axis=-1), 1), np.nan)


def _seldom(hours: Floats) -> Floats:
    """Return (m, 1) the twentieth part from above of each row's known values."""
    ordered = np.sort(hours, axis=1)
    known = np.isfinite(ordered).sum(axis=1)
    place = np.maximum(np.ceil(0.95 * known).astype(np.int64) - 1, 0)
    return np.take_along_axis(ordered, place[:, None], axis=1)
