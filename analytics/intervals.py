"""What intervals and power used: values that say it themselves, held to time and to the limit."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.limits import in_range, within
from analytics.steps import HOUR_MS, Bools, Codes, EffectiveReadings, Ints, Reason, Steps
from metering.channels import Kind

_MOST_RATE_MS: Final = 2**60  # quanta × ms of one step of power


def follows(effective: EffectiveReadings) -> Bools:
    """Return where a row follows one of the same channel; (n - 1,)."""
    same: Bools = effective.channel[1:] == effective.channel[:-1]
    return same


def begun_ms(effective: EffectiveReadings) -> Ints:
    """Return where the use of each row begins, were there no row before it.

    That is where its file says, else a period before its end.
    """
    told: Ints = effective.from_ms
    return np.where(told >= 0, told, effective.at_ms - effective.period_before_ms)


def intervals(effective: EffectiveReadings) -> Steps:
    """Return the use that ends at each value, cut where the previous value ended.

    Factor and limit are those of the step's start: an earlier row's where the step begins there,
    else those just before the end, for a factor changes only at an exchange, and that is a row.
    """
    rows = np.flatnonzero(effective.kind == Kind.INTERVAL)
    end, before = effective.at_ms[rows], np.maximum(rows - 1, 0)
    period = effective.period_before_ms[rows]
    start = begun_ms(effective)[rows]
    cut = np.append(False, follows(effective))[rows] if len(rows) else np.zeros(0, np.bool_)
    cut &= effective.at_ms[before] >= start
    start = np.where(cut, effective.at_ms[before], start)
    factor = np.where(cut, effective.factor[before], effective.factor_before[rows])
    under = np.where(cut, effective.under[before], effective.under_before[rows])
    most = np.where(cut, effective.max_per_hour[before], effective.max_per_hour_before[rows])
    used = effective.ends[rows]
    reason = np.full(len(rows), Reason.KNOWN, np.int8)
    reason[~within(np.abs(used), most, end - start)] = Reason.OVER_LIMIT
    return _steps(
        effective.channel[rows], start, end, used, factor, under, reason, period,
        effective.ends_known[rows],
    )  # fmt: skip


def power(effective: EffectiveReadings) -> tuple[Steps, Steps]:
    """Return the time for which each value holds, and what lies beyond it, unknown."""
    rows = np.flatnonzero(follows(effective) & (effective.kind[1:] == Kind.POWER))
    channel, period = effective.channel[rows], effective.period_ms[rows]
    start, next_ms, value = effective.at_ms[rows], effective.at_ms[rows + 1], effective.starts[rows]
    end = np.minimum(next_ms, start + 3 * period // 2)
    reason = np.full(len(rows), Reason.KNOWN, np.int8)
    most = effective.max_per_hour[rows]
    reason[(np.abs(value) > most) & (most > 0)] = Reason.OVER_LIMIT
    fits = np.abs(value) <= _MOST_RATE_MS // (end - start)
    reason[~fits & (reason == Reason.KNOWN)] = Reason.OUT_OF_RANGE
    energy = np.where(fits, value, 0) * (end - start)
    held = _steps(
        channel, start, end, energy, effective.factor[rows], effective.under[rows] * HOUR_MS,
        reason, period, effective.starts_known[rows],
    )  # fmt: skip
    some = end < next_ms
    nothing, ones = np.zeros(int(some.sum()), np.int64), np.ones(int(some.sum()), np.int64)
    lost = np.full(len(ones), Reason.HELD_TOO_LONG, np.int8)
    beyond = Steps(channel[some], end[some], next_ms[some], nothing, ones, ones, lost, period[some])
    return held, beyond


def _steps(
    channel: Ints, start: Ints, end: Ints, used: Ints, factor: Ints, under: Ints,
    reason: Codes, period: Ints, value_known: Bools,
) -> Steps:  # fmt: skip
    """Return steps whose use is 0 where it is not known, or too great for the carrier."""
    reason[~in_range(used, factor, under) & (reason == Reason.KNOWN)] = Reason.OUT_OF_RANGE
    reason[~value_known] = Reason.NO_FINAL
    counted = np.where(reason == Reason.KNOWN, used, 0)
    return Steps(channel, start, end, counted, factor, under, reason, period)
