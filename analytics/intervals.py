"""From readings to steps: what was used between two instants, or why nobody knows."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metering.channels import Kind
from metering.messages import MAX_ENERGY

HOUR_MS: Final = 3_600_000

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Reason(IntEnum):
    """Why the use of a span is not known, or its shape not measured."""

    KNOWN = 0
    FALL = 1  # the register fell, and no wrap explains it: waits for an exchange
    HELD_TOO_LONG = 2  # a power value holds for 1.5 periods at most
    OUT_OF_RANGE = 3  # more than 2^62 quanta
    NO_FINAL = 4  # an exchange whose last value nobody read
    GAP = 5  # the total is measured, its shape over more than 1.5 periods is estimated
    MISSING = 6  # interval values that never came


@dataclass(frozen=True, slots=True)
class Standing:
    """The standing readings of some channels, sorted by (channel, at); row i is one instant of one.

    ends, starts: the value as the end of the step before and as the start of the one after; they
        differ only at an exchange. [quanta of the channel]
    factor, period_ms, max_per_hour, wraps_at: the settings valid at the instant; 0 is unknown for
        the last two.
    period_before_ms, factor_before: valid just before the instant, as an interval's end needs it.
    """

    channel: Ints
    at_ms: Ints
    ends: Ints
    starts: Ints
    ends_known: Bools
    starts_known: Bools
    kind: NDArray[np.int8]
    factor: Ints
    period_ms: Ints
    max_per_hour: Ints
    wraps_at: Ints
    period_before_ms: Ints
    factor_before: Ints


@dataclass(frozen=True, slots=True)
class Steps:
    """What each stretch of time used; columns of equal length, sorted by (channel, start).

    used: [quanta of the carrier]; 0 where unknown.
    period_ms: the expected distance of readings; a known step up to 1.5 of it is measured.
    """

    channel: Ints
    start_ms: Ints
    end_ms: Ints
    used: Ints
    reason: NDArray[np.int8]
    period_ms: Ints

    def __len__(self) -> int:
        return len(self.channel)

    @property
    def known(self) -> Bools:
        """Where the use is known."""
        known: Bools = self.reason == Reason.KNOWN
        return known

    @property
    def measured(self) -> Bools:
        """Where the use is known and the step short enough to show its shape."""
        short: Bools = 2 * (self.end_ms - self.start_ms) <= 3 * self.period_ms
        return self.known & short


def steps(standing: Standing) -> Steps:
    """Return the steps that standing readings make, for all channels and kinds at once."""
    parts = [_register(standing), _interval(standing), *_power(standing)]
    some = [part for part in parts if len(part)]
    if len(some) <= 1:
        return (some or parts)[0]
    columns = [np.concatenate([getattr(part, name) for part in some]) for name in Steps.__slots__]
    order = np.lexsort((columns[1], columns[0]))
    return Steps(*(column[order] for column in columns))


@dataclass(frozen=True, slots=True)
class Spans:
    """Stretches that were not measured, and why; columns sorted by (channel, start)."""

    channel: Ints
    start_ms: Ints
    end_ms: Ints
    reason: NDArray[np.int8]


def unmeasured(standing: Standing, made: Steps) -> Spans:
    """Return what was not measured, from where a channel's first step starts to its last reading.

    A known step longer than 1.5 periods is a GAP: its total is measured, its shape is not.
    Where interval values leave time uncovered, they are MISSING. Together with the measured
    steps these spans fill the time without overlap.
    """
    some = ~made.measured
    reason = np.where(made.known, np.int8(Reason.GAP), made.reason)[some]
    before, at = standing.at_ms[:-1], standing.at_ms[1:]
    start = at - standing.period_before_ms[1:]
    hole = _follows(standing) & (standing.kind[1:] == Kind.INTERVAL) & (start > before)
    channel = np.concatenate([made.channel[some], standing.channel[1:][hole]])
    start_ms = np.concatenate([made.start_ms[some], before[hole]])
    end_ms = np.concatenate([made.end_ms[some], start[hole]])
    reason = np.append(reason, np.full(int(hole.sum()), Reason.MISSING, np.int8))
    order = np.lexsort((start_ms, channel))
    return Spans(channel[order], start_ms[order], end_ms[order], reason[order])


def _follows(standing: Standing) -> Bools:
    """Return where a row follows one of the same channel; (n - 1,)."""
    follows: Bools = standing.channel[1:] == standing.channel[:-1]
    return follows


def _register(standing: Standing) -> Steps:
    """Return the differences of successive values; a fall is a wrap if that can have been used."""
    rows = np.flatnonzero(_follows(standing) & (standing.kind[1:] == Kind.REGISTER))
    start, end = standing.at_ms[rows], standing.at_ms[rows + 1]
    used = standing.ends[rows + 1] - standing.starts[rows]
    reason = np.full(len(rows), Reason.KNOWN, np.int8)
    if len(fell := np.flatnonzero(used < 0)):
        wraps, most = standing.wraps_at[rows[fell]], standing.max_per_hour[rows[fell]]
        implied = used[fell] + wraps
        carried = _at_most(implied, most, (end - start)[fell])
        wrapped = (implied >= 0) & np.where(most > 0, carried, implied <= wraps // 10)
        wrapped &= wraps > 0
        used[fell] = np.where(wrapped, implied, 0)
        reason[fell] = np.where(wrapped, Reason.KNOWN, Reason.FALL)
    reason[~(standing.starts_known[rows] & standing.ends_known[rows + 1])] = Reason.NO_FINAL
    factor, period = standing.factor[rows], standing.period_ms[rows]
    return _counted(standing.channel[rows], start, end, used, factor, reason, period)


def _at_most(used: Ints, per_hour: Ints, time_ms: Ints) -> Bools:
    """Return where used ≤ per_hour × time, compared in whole numbers without overflow.

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


def _interval(standing: Standing) -> Steps:
    """Return the period that ends at each value, cut where the previous value ended.

    The factor is that of the step's start: an earlier row's where the step begins there, else the
    one just before the end, for a factor changes only at an exchange, and that is a row.
    """
    rows = np.flatnonzero(standing.kind == Kind.INTERVAL)
    end = standing.at_ms[rows]
    start = end - standing.period_before_ms[rows]
    factor = standing.factor_before[rows]
    if len(rows):
        follows = np.append(False, _follows(standing))[rows]
        before = standing.at_ms[np.maximum(rows - 1, 0)]
        overlaps = follows & (before >= start)
        start = np.where(overlaps, before, start)
        factor = np.where(overlaps, standing.factor[np.maximum(rows - 1, 0)], factor)
    known = standing.ends_known[rows]
    reason = np.where(known, Reason.KNOWN, Reason.NO_FINAL).astype(np.int8)
    period = standing.period_before_ms[rows]
    return _counted(standing.channel[rows], start, end, standing.ends[rows], factor, reason, period)


def _power(standing: Standing) -> tuple[Steps, Steps]:
    """Return the time for which each value holds, and what lies beyond it, unknown."""
    rows = np.flatnonzero(_follows(standing) & (standing.kind[1:] == Kind.POWER))
    channel, period = standing.channel[rows], standing.period_ms[rows]
    start, next_ms = standing.at_ms[rows], standing.at_ms[rows + 1]
    end = np.minimum(next_ms, start + 3 * period // 2)
    used, in_range = _energy(standing.starts[rows], standing.factor[rows], end - start)
    reason = np.where(in_range, Reason.KNOWN, Reason.OUT_OF_RANGE).astype(np.int8)
    reason[~standing.starts_known[rows]] = Reason.NO_FINAL
    used[reason != Reason.KNOWN] = 0
    held = Steps(channel, start, end, used, reason, period)
    some = end < next_ms
    lost = np.full(int(some.sum()), Reason.HELD_TOO_LONG, np.int8)
    nothing = np.zeros(len(lost), np.int64)
    return held, Steps(channel[some], end[some], next_ms[some], nothing, lost, period[some])


def _energy(value: Ints, factor: Ints, time_ms: Ints) -> tuple[Ints, Bools]:
    """Return value × factor × time in quanta, rounded half up once, and where it is in range."""
    size = np.abs(value).astype(np.float64) * factor * time_ms
    small = size < 2.0**61
    product = np.where(small, value, 0) * np.where(small, factor, 0) * np.where(small, time_ms, 0)
    used: Ints = (2 * product + HOUR_MS) // (2 * HOUR_MS)
    in_range = np.ones(len(value), np.bool_)
    for row in np.flatnonzero(~small).tolist():  # as good as never: 2^61 is 640 GWh in one step
        exact = 2 * int(value[row]) * int(factor[row]) * int(time_ms[row]) + HOUR_MS
        energy = exact // (2 * HOUR_MS)
        in_range[row] = abs(energy) <= MAX_ENERGY
        used[row] = energy if in_range[row] else 0
    return used, in_range


def _counted(
    channel: Ints,
    start: Ints,
    end: Ints,
    used: Ints,
    factor: Ints,
    reason: NDArray[np.int8],
    period: Ints,
) -> Steps:
    """Return steps in quanta of the carrier; a product that is too large makes one unknown."""
    reason[(np.abs(used) > MAX_ENERGY // factor) & (reason == Reason.KNOWN)] = Reason.OUT_OF_RANGE
    counted = np.where(reason == Reason.KNOWN, used, 0) * factor
    return Steps(channel, start, end, counted, reason, period)
