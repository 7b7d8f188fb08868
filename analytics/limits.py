"""Whether a use can have been: compared in whole numbers, however great they are."""

from __future__ import annotations

import numpy as np

from analytics.steps import HOUR_MS, Bools, Ints
from metering.messages import MAX_QUANTA

_DOUBT = 1e-12  # relative error beyond which two doubles settle a comparison


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
