"""Whether a use can have been: compared in whole numbers, however great they are."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.steps import HOUR_MS, Bools, Ints
from metering.messages import MAX_QUANTA

_DOUBT = 1e-12  # relative error beyond which two doubles settle a comparison
_NEAR_RATE: Final = 20.0  # a wrap may be so many times as fast as a known step nearby
_FAR_RATE: Final = 2.0  # and across a longer gap, whose mean is steadier, so many times
_SHORT_PERIODS: Final = 3


def within(used: Ints, most: Ints, time_ms: Ints) -> Bools:
    """Return where used ≤ most × time, exactly; doubles only spare the sure cases.

    used: (n,) [quanta]. most: (n,) a connection's greatest use; 0 where nobody stated it, and then
        every use fits. [quanta an hour]. time_ms: (n,) at least 1.
    """
    fits: Bools = used * float(HOUR_MS) <= most * (time_ms * (1 - _DOUBT))
    if not fits.all():
        fits |= most == 0
        rows = np.flatnonzero(~fits)
        fits[rows] = _at_most(used[rows], most[rows], time_ms[rows])
    return fits


def may_wrap(implied: Ints, wraps: Ints, most: Ints, time_ms: Ints, sure: Bools) -> Bools:
    """Return where a fall can be a wrap: within the limit and half the range, or a tenth of it.

    implied: (n,) the use that it would be. [quanta]  sure: (n,) where half the range will do
        without a limit.
    """
    fine: Bools = (wraps > 0) & (implied >= 0) & within(implied, most, time_ms)
    fine &= implied <= wraps // np.where((most > 0) | sure, 2, 10)
    return fine


def is_short(time_ms: Ints, period_ms: Ints) -> Bools:
    """Return where a fall takes no longer than a few readings do."""
    short: Bools = time_ms <= _SHORT_PERIODS * period_ms
    return short


def keeps_pace(implied: Ints, time_ms: Ints, used: Ints, apart_ms: Ints, short: Bools) -> Bools:
    """Return where a wrap that implies a use is no faster than a use of time apart lets expect."""
    share = np.where(short, _NEAR_RATE, _FAR_RATE) * used * time_ms
    paced: Bools = implied * apart_ms.astype(float) <= share
    return paced


def _at_most(used: Ints, per_hour: Ints, time_ms: Ints) -> Bools:
    """Return where used ≤ per_hour × time.

    used, per_hour: up to 2^54, so used × 3,600,000 would not fit; whole hours are taken off
    first, then the rest is compared as (high, low) digits to the base 3,600,000.
    """
    hours, rest = np.divmod(time_ms, HOUR_MS)
    plenty = hours > 2**54 // np.maximum(per_hour, 1)
    left = used - per_hour * np.where(plenty, 0, hours)
    high, low = np.divmod(per_hour, HOUR_MS)
    left -= high * rest
    fits: Bools = np.clip(left, 0, HOUR_MS) * HOUR_MS <= low * rest
    return plenty | fits


def in_range(used: Ints, factor: Ints, under: Ints) -> Bools:
    """Return where |used| × factor / under is at most 2^53 quanta of the carrier, exactly."""
    if not len(used):
        return np.ones(0, np.bool_)
    most = max(int(used.max()), -int(used.min()))
    if most * int(factor.max()) <= MAX_QUANTA * int(under.min()):
        return np.ones(len(used), np.bool_)
    size = np.abs(used).astype(np.float64) * factor / under
    fits: Bools = size < MAX_QUANTA * (1 - 1e-9)
    for row in np.flatnonzero(~fits & (size < MAX_QUANTA * (1 + 1e-9))).tolist():
        fits[row] = abs(int(used[row])) * int(factor[row]) <= MAX_QUANTA * int(under[row])
    return fits
