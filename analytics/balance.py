"""What a register's steps must add to: last − first, wraps, less what nobody knows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.registers import floored
from analytics.steps import Bools, EffectiveReadings, Ints, Judged, Reason, Steps

_NOBODY_KNOWS = (Reason.FALL, Reason.OVER_LIMIT, Reason.OUT_OF_RANGE, Reason.TURNS)


@dataclass(frozen=True, slots=True)
class Balance:
    """Use between two instants as the values at its ends say it, in quanta of the carrier.

    difference: last − first of the readings that stand, summed over the registers that were there.
    wrapped: what wraps add. unknown: what of the difference lies in steps that nobody knows.
    known: the sum of the known steps.
    """

    difference: int
    wrapped: int
    unknown: int
    known: int

    @property
    def agrees(self) -> bool:
        """Whether the parts add up."""
        return self.difference + self.wrapped - self.unknown == self.known


def balance(
    effective: EffectiveReadings, found: Judged, start_ms: int, end_ms: int
) -> Balance | None:
    """Return what the values from one step's start to another's end say; None where there is none.

    effective: rows of one register channel, and what was judged from them.
    """
    rows = np.flatnonzero(
        found.stands & (effective.at_ms >= start_ms) & (effective.at_ms <= end_ms)
    )
    made = found.steps
    own = (made.start_ms >= start_ms) & (made.end_ms <= end_ms)
    if len(rows) < 2 or not own.any():
        return None
    low = floored(effective.starts[rows], effective.factor[rows], effective.under[rows])
    high = floored(
        effective.ends[rows], effective.factor_before[rows], effective.under_before[rows]
    )
    read = effective.ends_known[rows][1:]
    rise = np.where(read, high[1:] - low[:-1], 0)
    return Balance(
        difference=sum(rise.tolist()),
        wrapped=_wrapped(effective, made, own),
        unknown=_within_unknown(effective.at_ms[rows], rise, made, own),
        known=sum(made.used[own & made.known].tolist()),
    )


def _wrapped(effective: EffectiveReadings, made: Steps, own: Bools) -> int:
    """Return what wraps add: a step that wraps is longer by it than its values differ."""
    turned = np.flatnonzero(own & (made.reason == Reason.WRAPPED))
    row = np.searchsorted(effective.at_ms, made.end_ms[turned])
    before = np.searchsorted(effective.at_ms, made.start_ms[turned])
    whole = effective.ends[row] + effective.wraps_at[before]
    factor, under = effective.factor[before], effective.under[before]
    added = floored(whole, factor, under) - floored(effective.ends[row], factor, under)
    return sum(added.tolist())


def _within_unknown(at_ms: Ints, rise: Ints, made: Steps, own: Bools) -> int:
    """Return what rises within steps of which nobody knows the use."""
    lost = own & np.isin(made.reason, _NOBODY_KNOWS)
    place = np.searchsorted(made.end_ms, at_ms[1:])
    inside = lost[np.minimum(place, len(lost) - 1)]
    return sum(rise[inside].tolist())
