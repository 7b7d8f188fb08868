"""What registers used: differences of the readings that stand, each judged before it counts."""

from typing import Any, Final, NamedTuple

import numpy as np

from analytics.limits import in_range, within
from analytics.outliers import BOUNDS, Bounds, Line, covered, line_of, stands
from analytics.steps import KNOWN, Bools, Codes, Ints, Judged, Reason, Standing, Steps
from metering.channels import Kind

_NEAR_RATE: Final = 20.0  # a wrap may be so many times as fast as a known step nearby
_FAR_RATE: Final = 2.0  # and across a longer gap, whose mean is steadier, so many times
_SHORT_PERIODS: Final = 3


class _Pairs(NamedTuple):
    """Successive standing readings of one channel; columns of equal length."""

    channel: Ints
    start: Ints
    end: Ints
    low: Ints  # the earlier value, as its register goes on from it
    high: Ints
    used: Ints
    joined: Bools  # whether both are of one register
    most: Ints
    wraps: Ints
    period: Ints
    meter: Ints
    said: Bools  # whether a person says that it wraps here


def registers(standing: Standing, bounds: Bounds = BOUNDS) -> Judged:
    """Return the judged steps of registers, and which rows stand."""
    line = line_of(standing)
    good = stands(line, bounds)
    here = slice(None) if good.all() else np.flatnonzero(good)
    if not isinstance(here, slice):
        line = line.only(here)
    channel, kind = standing.channel[here], standing.kind[here]
    rows = np.flatnonzero((channel[1:] == channel[:-1]) & (kind[1:] == Kind.REGISTER))
    straight = len(rows) == len(channel) - 1
    at: tuple[Any, Any] = (slice(0, -1), slice(1, None)) if straight else (rows, rows + 1)
    pairs = _paired(standing, here, line, *at)
    reason, turn, start, gone = _judged(pairs, bounds)
    factor, under = standing.factor[here][at[0]], standing.under[here][at[0]]
    used = _counted(pairs, reason, turn, factor, under)
    ones = np.ones(len(used), np.int64)
    columns: tuple[Any, ...] = (
        pairs.channel, start, pairs.end, used, ones, ones, reason, pairs.period
    )  # fmt: skip
    if gone.any():
        columns = tuple(column[~gone] for column in columns)
    return Judged(Steps(*columns), good)


def _paired(standing: Standing, here: Any, line: Line, a: Any, b: Any) -> _Pairs:
    return _Pairs(
        channel=standing.channel[here][a],
        start=line.at[a],
        end=line.at[b],
        low=line.starts[a],
        high=line.ends[b],
        used=line.ends[b] - line.starts[a],
        joined=line.into[b] == line.out[a],
        most=line.most[a],
        wraps=standing.wraps_at[here][a],
        period=standing.period_ms[here][a],
        meter=line.out[a],
        said=standing.wrap_said[here][b],
    )


def _judged(pairs: _Pairs, bounds: Bounds) -> tuple[Codes, Ints, Ints, Bools]:
    """Return each pair's reason, what a wrap adds, where its step starts, and which are joined."""
    used, n = pairs.used, len(pairs.used)
    reason = np.where(pairs.joined, np.int8(Reason.KNOWN), np.int8(Reason.NO_FINAL))
    fell = np.flatnonzero(pairs.joined & (used < 0))
    over = np.flatnonzero(pairs.joined & ~within(used, pairs.most, pairs.end - pairs.start))
    reason[fell], reason[over] = Reason.FALL, Reason.OVER_LIMIT
    turn, start, gone = np.zeros(n, np.int64), pairs.start, np.zeros(n, np.bool_)
    if len(fell):
        wrapped = fell[_wraps(pairs, fell, reason, bounds)]
        turn[wrapped], reason[wrapped] = pairs.wraps[wrapped], Reason.WRAPPED
    if len(over):
        late, since = _caught_up(pairs, over, reason, bounds)
        reason[late] = Reason.CAUGHT_UP
        start = start.copy()
        start[late] = pairs.start[since]
        gone = covered(since, late, n)
    return reason, turn, start, gone


def _wraps(pairs: _Pairs, fell: Ints, reason: Codes, bounds: Bounds) -> Bools:
    """Return which falls are wraps: within limit and range, and no faster than the steps around.

    A person's word takes the place of the pace around, and of nothing else.
    """
    wraps, most = pairs.wraps[fell], pairs.most[fell]
    time, implied = (pairs.end - pairs.start)[fell], pairs.used[fell] + wraps
    fine = (wraps > 0) & (implied >= 0) & within(implied, most, time)
    fine &= implied <= wraps // np.where((most > 0) | pairs.said[fell], 2, 10)
    short = time <= _SHORT_PERIODS * pairs.period[fell]
    seen, paced = np.zeros(len(fell), np.bool_), np.zeros(len(fell), np.bool_)
    for far in (*range(-bounds.rate_steps, 0), *range(1, bounds.rate_steps + 1)):
        step = np.clip(fell + far, 0, len(reason) - 1)
        some = (pairs.meter[step] == pairs.meter[fell]) & (reason[step] == Reason.KNOWN)
        some &= np.abs(pairs.start[step] - pairs.start[fell]) <= bounds.far_ms
        apart = np.maximum((pairs.end - pairs.start)[step], pairs.period[step])
        share = np.where(short, _NEAR_RATE, _FAR_RATE) * pairs.used[step] * time
        paced |= some & (implied * apart.astype(float) <= share)
        seen |= some
    return fine & (paced | (~seen & short) | pairs.said[fell])


def _caught_up(pairs: _Pairs, over: Ints, reason: Codes, bounds: Bounds) -> tuple[Ints, Ints]:
    """Return steps over the limit that a frozen register explains, and where it began to freeze.

    Equal readings that are 0, or begin with a fall, are no frozen register.
    """
    n = len(pairs.used)
    still = (pairs.used == 0) & (reason == Reason.KNOWN)
    begins = np.append(True, pairs.meter[1:] != pairs.meter[:-1])
    last_move = np.where(still, -1, np.arange(n))
    last_move = np.maximum(last_move, np.where(begins, np.arange(n) - 1, -1))
    first = np.append(-1, np.maximum.accumulate(last_move)[:-1]) + 1
    since = np.where(begins, np.arange(n), first)[over]
    time = pairs.end[over] - pairs.start[since]
    fine = (since < over) & (time <= bounds.far_ms)
    fine &= within(pairs.used[over], pairs.most[since], time) & (pairs.low[since] > 0)
    fine &= begins[since] | (reason[since - 1] == Reason.KNOWN)
    return over[fine], since[fine]


def _counted(pairs: _Pairs, reason: Codes, turn: Ints, factor: Ints, under: Ints) -> Ints:
    """Return the use in quanta of the carrier, 0 where unknown; too great a use becomes unknown.

    Each value is floored by itself, so steps are differences of whole quanta: their sum is the
    last value less the first, whatever the factor.
    """
    known = np.isin(reason, KNOWN)
    reason[known & ~in_range(pairs.used + turn, factor, under)] = Reason.OUT_OF_RANGE
    if (under == 1).all():
        amount = (pairs.used + turn) * factor
    else:
        amount = floored(pairs.high + turn, factor, under) - floored(pairs.low, factor, under)
    return np.where(np.isin(reason, KNOWN), amount, 0)


def floored(value: Ints, factor: Ints, under: Ints) -> Ints:
    """Return ⌊value × factor / under⌋, exact modulo 2^64, so differences that fit are exact."""
    whole, rest = np.divmod(value, under)
    floored: Ints = whole * factor + rest * factor // under
    return floored
