"""Which readings of registers stand: those that leave their line and come back are set aside.

Only a fall starts a judgement. At a fall from reading k to k + 1 the low run is what lies between
k and the nearest later reading plausible from k; the high run what lies between k + 1 and the
nearest earlier reading from which k + 1 is plausible; a mixed run lies on both sides of the fall.
A pair is plausible where it rises, and by no more than the connection can carry. What could be a
turn of the register is use, however uneven: no leap alone sets a low or high run aside whose every
fall is a wrap at the run's own pace, and which climbs at least as much as its open end.
Nothing looks across an exchange, and no judgement looks further than its bounds, so order of
arrival is nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from analytics.limits import is_short, keeps_pace, may_wrap, within
from analytics.steps import HOUR_MS, Bools, EffectiveReadings, Ints
from metering.channels import Kind

_DAY_MS: Final = 24 * HOUR_MS
_LOW, _HIGH = (1, 0), (-1, 0)  # a run too low after a fall; too high before it
_LEAP: Final = 20  # so many times as fast as the steps beside it, a rise is no use


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a judgement looks; tests take small ones so that borders are met."""

    run: int = 48  # readings in a row that can be set aside, counted as they were sent
    run_ms: int = 7 * _DAY_MS  # from the first to the last of them
    run_periods: int = 3  # or so many periods, where a register is read but once a month
    rounds: tuple[int, ...] = (1, 7, 48)  # the longest run of each round, in readings left
    both: int = 3  # readings to each side of a fall that are set aside together
    beside: int = 3  # steps to each side of a run that show the pace there
    dip: int = 10  # a fall of at most 1 / dip of the value, or two quanta, is a dip
    rate_steps: int = 24  # steps to each side that show the rate around a fall
    far_ms: int = 31 * _DAY_MS  # how far the rate around and a frozen register reach

    @property
    def calm(self) -> int:
        """Plain steps that a judgement cannot cross."""
        return self.run + 1 + self.rate_steps + self.beside

    @property
    def reach(self) -> int:
        """Readings that no influence crosses, however many outliers there are."""
        passes = 2 * len(self.rounds) + self.both
        return (passes * (2 + self.beside) + self.rate_steps) * (self.run + 1)


BOUNDS: Final = Bounds()


class Line(NamedTuple):
    """Readings still effective; row b follows row a on one register if into[b] == out[a], a < b."""

    place: Ints
    at: Ints
    ends: Ints
    starts: Ints
    into: Ints
    out: Ints
    most: Ints
    period: Ints
    wraps: Ints
    reinstated: Bools

    def only(self, rows: Any) -> Line:
        """Return some of the rows."""
        columns: Any = self
        return Line(*(column[rows] for column in columns))

    @property
    def follows(self) -> Bools:
        """Where a row follows the one before it on one register; (n - 1,)."""
        follows: Bools = self.into[1:] == self.out[:-1]
        return follows

    @property
    def rise(self) -> Ints:
        """By how much a row is above the one before it; (n - 1,)."""
        return self.ends[1:] - self.starts[:-1]


def line_of(effective: EffectiveReadings) -> Line:
    """Return all rows; an exchange ends one register with its final and starts the next."""
    into = out = effective.channel
    wall = (effective.ends != effective.starts) | ~effective.ends_known | ~effective.starts_known
    if wall.any():
        first = np.append(True, into[1:] != into[:-1])
        out = np.cumsum(first | wall)
        into = out - (wall & ~first)
        into[~effective.ends_known] = -1
    if (other := effective.kind != Kind.REGISTER).any():
        into, out = np.where(other, -1, into), np.where(other, -2, out)
    return Line(
        np.arange(len(effective.channel)),
        effective.at_ms,
        effective.ends,
        effective.starts,
        into,
        out,
        effective.max_per_hour,
        effective.period_ms,
        effective.wraps_at,
        effective.reinstated,
    )


def stands(line: Line, bounds: Bounds = BOUNDS) -> Bools:
    """Return which rows stand.

    Runs are sought in passes, each over what the one before left, short before long: low and high
    runs of 1 reading, of up to 7, mixed ones, of up to 48. What comes later may withdraw a verdict.
    """
    n, effective = len(line.at), np.ones(len(line.at), np.bool_)
    fell = np.flatnonzero(line.follows & (line.rise < 0))
    if not len(fell):
        return effective
    first = np.maximum(fell - bounds.run - 1, 0)
    near = covered(first, np.minimum(fell + bounds.run + 3, n), n)
    part = line.only(np.flatnonzero(near))
    for longest, way, skip in _passes(bounds):
        off = _set_aside(part, longest, way, skip, bounds)
        if off.any():
            effective[part.place[off]] = False
            part = part.only(~off)
    return effective


def _passes(bounds: Bounds) -> list[tuple[int, int, int]]:
    """Return (longest run, side of the fall, readings beyond it) of each pass."""
    sides = (_LOW, _HIGH)
    passes = [(longest, *side) for longest in bounds.rounds for side in sides]
    passes[-2:-2] = [(bounds.both, 1, skip) for skip in range(1, bounds.both + 1)]
    return passes


def covered(first: Ints, beyond: Ints, n: int) -> Bools:
    """Return which of n rows lie in any of the ranges first .. beyond − 1."""
    begun, ended = (np.bincount(edge, minlength=n + 1) for edge in (first, beyond))
    inside: Bools = np.cumsum(begun - ended)[:n] > 0
    return inside


class _Runs(NamedTuple):
    """Runs between a and b: base is the reading beyond the fall, tail the last one of the run."""

    fall: Ints
    base: Ints
    near: Ints
    tail: Ints
    a: Ints
    b: Ints
    edge: Ints  # the step at the open end


def _set_aside(line: Line, longest: int, way: int, skip: int, bounds: Bounds) -> Bools:
    """Return the rows of runs at falls: too low after one (way 1), too high before one (−1).

    With skip, base lies that many readings further: they are too high, and go too.
    """
    runs = _found(line, longest, way, skip, bounds)
    take = _bad(line, runs, way, skip, bounds)
    reinstated = np.append(0, np.cumsum(line.reinstated))
    take &= reinstated[runs.b] == reinstated[runs.a + 1]
    inside = covered(runs.a[take] + 1, runs.b[take], len(line.at))
    take &= ~inside[runs.base]
    return covered(runs.a[take] + 1, runs.b[take], len(line.at))


def _found(line: Line, longest: int, way: int, skip: int, bounds: Bounds) -> _Runs:
    """Return the runs that end at the nearest reading plausible from their base."""
    n, rise = len(line.at), line.rise
    fall = np.flatnonzero(line.follows & (rise < 0))
    fall = fall[fall >= skip]
    base, near = (fall - skip, fall + 1) if way > 0 else (fall + 1, fall)
    found, todo = np.zeros(len(fall), np.int64), np.arange(len(fall))
    for length in range(1, longest + 1):
        far = near[todo] + way * length
        todo, far = (some[(far >= 0) & (far < n)] for some in (todo, far))
        a, b = np.minimum(base[todo], far), np.maximum(base[todo], far)
        some = (line.into[b] == line.out[a]) & (line.place[b] - line.place[a] - 1 <= bounds.run)
        some &= line.at[b - 1] - line.at[a + 1] <= _longest_ms(line, a, bounds)
        todo, a, b = todo[some], a[some], b[some]
        if not len(todo):
            break
        up = line.ends[b] - line.starts[a]
        good = (up >= 0) & within(up, line.most[a], line.at[b] - line.at[a])
        found[todo[good]] = length
        todo = todo[~good]
    some = found > 0
    fall, base, near, found = fall[some], base[some], near[some], found[some]
    tail, far = near + way * (found - 1), near + way * found
    a, b = np.minimum(base, far), np.maximum(base, far)
    return _Runs(fall, base, near, tail, a, b, np.minimum(tail, far))


def _bad(line: Line, runs: _Runs, way: int, skip: int, bounds: Bounds) -> Bools:
    """Return which runs cannot be use: over the limit, a leap at the open end, or a small dip."""
    rise, follows = line.rise, line.follows
    over = follows & ~within(rise, line.most[:-1], np.diff(line.at))
    so_far = np.append(0, np.cumsum(over))
    sure, leap = so_far[runs.b] > so_far[runs.a], _leaps(line, runs.edge, runs, bounds)
    if skip:
        leap &= _leaps(line, runs.base, runs, bounds)
    else:
        climb = np.append(0, np.cumsum(np.where(follows, np.maximum(rise, 0), 0)))
        own = np.abs(climb[runs.tail] - climb[runs.near])
        sure |= rise[runs.edge] > own
        doubt = np.flatnonzero(leap & ~sure & (line.wraps[runs.a] > 0))
        if len(doubt):
            leap[doubt] = ~_turns(line, runs.a[doubt], runs.b[doubt], own[doubt])
    take: Bools = sure | leap
    if (way, skip) == _LOW:
        dip = -rise[runs.fall] <= np.maximum(2, line.starts[runs.fall] // bounds.dip)
        take |= dip & (line.at[runs.b] - line.at[runs.a] <= _longest_ms(line, runs.a, bounds))
    return take


def _turns(line: Line, a: Ints, b: Ints, own: Ints) -> Bools:
    """Return which runs between a and b may be turns: each fall is a wrap at the run's own pace.

    own: (k,) how much the readings of the run climb among themselves; they take a period at least.
    """
    fall = np.flatnonzero(line.follows & (line.rise < 0))
    first, beyond = np.searchsorted(fall, a), np.searchsorted(fall, b)
    run = np.repeat(np.arange(len(a)), beyond - first)
    nth = np.arange(len(run)) - np.repeat(np.cumsum(beyond - first) - beyond, beyond - first)
    step = fall[nth]
    time, wraps = line.at[step + 1] - line.at[step], line.wraps[step]
    implied, short = line.rise[step] + wraps, is_short(time, line.period[step])
    apart = np.maximum(line.at[b - 1] - line.at[a + 1], line.period[a])[run]
    fine = may_wrap(implied, wraps, line.most[step], time, np.zeros(len(step), np.bool_))
    fine &= keeps_pace(implied, time, own[run], apart, short)
    turns: Bools = np.bincount(run[~fine], minlength=len(a)) == 0
    return turns


def _longest_ms(line: Line, a: Ints, bounds: Bounds) -> Ints:
    """Return how long a run after each row a may last, by the period that is valid there."""
    longest: Ints = np.maximum(bounds.run_ms, bounds.run_periods * line.period[a])
    return longest


def _leaps(line: Line, edge: Ints, runs: _Runs, bounds: Bounds) -> Bools:
    """Return where the rise at edge is far faster than every step just before a or just after b."""
    rise, follows, time = line.rise, line.follows, np.diff(line.at)
    quick, moves = np.ones(len(edge), np.bool_), np.zeros(len(edge), np.bool_)
    for more in range(bounds.beside):
        for place in (runs.a - 1 - more, runs.b + more):
            some = (place >= 0) & (place < len(rise))
            step = np.clip(place, 0, len(rise) - 1)
            some &= follows[step] & (line.out[step] == line.out[runs.a]) & (rise[step] > 0)
            slow = rise[edge] * time[step].astype(float) <= float(_LEAP) * rise[step] * time[edge]
            quick &= ~(some & slow)
            moves |= some
    return quick & moves
