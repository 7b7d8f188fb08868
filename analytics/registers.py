"""What registers used: differences of the readings that stand, each judged before it counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from analytics.limits import in_range, is_short, keeps_pace, may_wrap, within
from analytics.lines import BOUNDS, Bounds, Line, covered, line_of, longest_ms
from analytics.outliers import stands
from analytics.steps import Bools, Codes, EffectiveReadings, Ints, Judged, Reason, Steps, is_known
from analytics.turns import Course, in_doubt
from metering.channels import Kind


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Successive effective readings a and b of one channel; columns of equal length.

    joined: whether both are of one register.
    What only falls and leaps ask for is looked up when they do: most readings have none.
    """

    effective: EffectiveReadings
    line: Line
    here: Any
    a: Any
    b: Any
    start: Ints
    end: Ints
    used: Ints
    joined: Bools
    most: Ints

    @property
    def low(self) -> Ints:
        """The earlier value, as its register goes on from it."""
        column: Ints = self.line.starts[self.a]
        return column

    @property
    def high(self) -> Ints:
        """The later value."""
        column: Ints = self.line.ends[self.b]
        return column

    @property
    def wraps(self) -> Ints:
        """Where the register begins anew; 0 is unknown."""
        column: Ints = self.line.wraps[self.a]
        return column

    @property
    def period(self) -> Ints:
        """The expected distance of readings, in ms."""
        column: Ints = self.effective.period_ms[self.here][self.a]
        return column

    @property
    def meter(self) -> Ints:
        """A number for each register."""
        column: Ints = self.line.out[self.a]
        return column

    @property
    def confirmed(self) -> Bools:
        """Whether a person says that it wraps here."""
        column: Bools = self.effective.wrap_confirmed[self.here][self.b]
        return column


def registers(effective: EffectiveReadings, bounds: Bounds = BOUNDS) -> Judged:
    """Return the judged steps of registers, and which rows stand."""
    line = line_of(effective)
    good = stands(line, bounds)
    here = slice(None) if good.all() else np.flatnonzero(good)
    if not isinstance(here, slice):
        line = line.only(here)
    channel, kind = effective.channel[here], effective.kind[here]
    rows = np.flatnonzero((channel[1:] == channel[:-1]) & (kind[1:] == Kind.REGISTER))
    straight = len(rows) == len(channel) - 1
    at: tuple[Any, Any] = (slice(0, -1), slice(1, None)) if straight else (rows, rows + 1)
    pairs = _paired(effective, here, line, *at)
    reason, turn, start, gone = _judged(pairs, bounds)
    factor, under = effective.factor[here][at[0]], effective.under[here][at[0]]
    used = _counted(pairs, reason, turn, factor, under)
    ones = np.broadcast_to(np.int64(1), len(used))
    columns: tuple[Any, ...] = (
        channel[at[0]], start, pairs.end, used, ones, ones, reason, pairs.period
    )  # fmt: skip
    if gone is not None and gone.any():
        columns = tuple(column[~gone] for column in columns)
    return Judged(Steps(*columns), good)


def _paired(effective: EffectiveReadings, here: Any, line: Line, a: Any, b: Any) -> _Pairs:
    return _Pairs(
        effective,
        line,
        here,
        a,
        b,
        start=line.at[a],
        end=line.at[b],
        used=line.ends[b] - line.starts[a],
        joined=line.into[b] == line.out[a],
        most=line.most[a],
    )


def _judged(pairs: _Pairs, bounds: Bounds) -> tuple[Codes, Ints | None, Ints, Bools | None]:
    """Return each pair's reason, what wraps add, where steps start, and which pairs are joined.

    What wraps add, and which are joined, is None where there is none.
    """
    used, n = pairs.used, len(pairs.used)
    reason = np.where(pairs.joined, np.int8(Reason.KNOWN), np.int8(Reason.NO_FINAL))
    fell = np.flatnonzero(pairs.joined & (used < 0))
    over = np.flatnonzero(pairs.joined & ~within(used, pairs.most, pairs.end - pairs.start))
    reason[fell], reason[over] = Reason.FALL, Reason.OVER_LIMIT
    turn, start, gone = None, pairs.start, None
    if len(fell):
        wrapped = fell[_wraps(pairs, fell, reason, bounds)]
        turn = np.zeros(n, np.int64)
        turn[wrapped], reason[wrapped] = pairs.wraps[wrapped], Reason.WRAPPED
    if len(over):
        late, since = _caught_up(pairs, over, reason, bounds)
        reason[late] = Reason.CAUGHT_UP
        start = start.copy()
        start[late] = pairs.start[since]
        gone = covered(since, late, n)
    doubted = _doubted(pairs, reason, turn, start, bounds)
    if doubted is not None:
        reason[doubted] = Reason.TURNS
    return reason, turn, start, gone


def _wraps(pairs: _Pairs, fell: Ints, reason: Codes, bounds: Bounds) -> Bools:
    """Return which falls are wraps: within limit and range, and no faster than the steps around.

    A person's word takes the place of the pace around, and of nothing else.
    """
    wraps, most, confirmed = pairs.wraps[fell], pairs.most[fell], pairs.confirmed[fell]
    meter, period = pairs.meter, pairs.period
    time, implied = (pairs.end - pairs.start)[fell], pairs.used[fell] + wraps
    fine = may_wrap(implied, wraps, most, time, confirmed)
    short = is_short(time, period[fell])
    seen, paced = np.zeros(len(fell), np.bool_), np.zeros(len(fell), np.bool_)
    for far in (*range(-bounds.rate_steps, 0), *range(1, bounds.rate_steps + 1)):
        step = np.clip(fell + far, 0, len(reason) - 1)
        some = (meter[step] == meter[fell]) & (reason[step] == Reason.KNOWN)
        some &= np.abs(pairs.start[step] - pairs.start[fell]) <= bounds.far_ms
        apart = np.maximum(pairs.end[step] - pairs.start[step], period[step])
        paced |= some & keeps_pace(implied, time, pairs.used[step], apart, short)
        seen |= some
    return fine & (paced | (~seen & short) | confirmed)


def _doubted(
    pairs: _Pairs, reason: Codes, turn: Ints | None, since: Ints, bounds: Bounds
) -> Bools | None:
    """Return which known steps may be of another number of turns; None where none can be."""
    wraps = pairs.wraps
    if not wraps.any() or (turn is None and is_short(pairs.end - since, pairs.period).all()):
        return None
    known, line = is_known(reason), pairs.line
    used = np.where(known, pairs.used if turn is None else pairs.used + turn, 0)
    course = Course(
        used=used,
        start=pairs.start,
        since=since,
        end=pairs.end,
        known=known,
        turned=reason == Reason.WRAPPED,
        said=pairs.confirmed | (line.into[pairs.b] != line.out[pairs.b]),
        meter=pairs.meter,
        wraps=wraps,
        most=pairs.most,
        period=pairs.period,
        first=line.place[pairs.a],
        last=line.place[pairs.b],
        longest=longest_ms(line, pairs.a, bounds),
    )
    return in_doubt(course, bounds)


def _caught_up(pairs: _Pairs, over: Ints, reason: Codes, bounds: Bounds) -> tuple[Ints, Ints]:
    """Return steps over the limit that a frozen register explains, and where it began to freeze.

    Equal readings that are 0, or begin with a fall, are no frozen register.
    """
    n, meter = len(pairs.used), pairs.meter
    still = (pairs.used == 0) & (reason == Reason.KNOWN)
    begins = np.append(True, meter[1:] != meter[:-1])
    last_move = np.where(still, -1, np.arange(n))
    last_move = np.maximum(last_move, np.where(begins, np.arange(n) - 1, -1))
    first = np.append(-1, np.maximum.accumulate(last_move)[:-1]) + 1
    since = np.where(begins, np.arange(n), first)[over]
    time = pairs.end[over] - pairs.start[since]
    fine = (since < over) & (time <= bounds.far_ms)
    fine &= within(pairs.used[over], pairs.most[since], time) & (pairs.low[since] > 0)
    fine &= begins[since] | (reason[since - 1] == Reason.KNOWN)
    return over[fine], since[fine]


def _counted(pairs: _Pairs, reason: Codes, turn: Ints | None, factor: Ints, under: Ints) -> Ints:
    """Return the use in quanta of the carrier, 0 where unknown; too great a use becomes unknown.

    Each value is floored by itself, so steps are differences of whole quanta: their sum is the
    last value less the first, whatever the factor.
    """
    used, high = pairs.used, pairs.high
    if turn is not None:
        used, high = used + turn, high + turn
    fits = in_range(used, factor, under)
    if not fits.all():
        reason[is_known(reason) & ~fits] = Reason.OUT_OF_RANGE
    if (under == 1).all():
        amount = used * factor
    else:
        amount = floored(high, factor, under) - floored(pairs.low, factor, under)
    if reason.any():
        amount[~is_known(reason)] = 0
    return amount


def floored(value: Ints, factor: Ints, under: Ints) -> Ints:
    """Return ⌊value × factor / under⌋, exact modulo 2^64, so differences that fit are exact."""
    whole, rest = np.divmod(value, under)
    floored: Ints = whole * factor + rest * factor // under
    return floored
