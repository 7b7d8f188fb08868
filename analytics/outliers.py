"""Which readings of registers stand: those that leave their line and come back are set aside.

Only a fall starts a judgement. At a fall from reading k to k + 1 the low run is what lies between
k and the nearest later reading plausible from k; the high run what lies between k + 1 and the
nearest earlier reading from which k + 1 is plausible; a mixed run lies on both sides of the fall.
A pair is plausible where it rises, and by no more than the connection can carry. What wanders is
bridged (`analytics.bridges`). What could be a
turn of the register is use, however uneven: no leap alone sets a low or high run aside whose every
fall is a wrap at the run's own pace, and which climbs at least as much as its open end.
Nothing looks across an exchange, and no judgement looks further than its bounds, so order of
arrival is nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, NamedTuple

import numpy as np

from analytics.bridges import bridged, impossible
from analytics.limits import is_short, keeps_pace, may_wrap, within
from analytics.lines import BOUNDS, Bounds, Line, covered, longest_ms
from analytics.steps import Bools, Ints

_LOW, _HIGH = 1, -1  # a run too low after a fall; too high before it
_LEAP: Final = 20  # so many times as fast as the steps beside it, a rise is no use


def stands(line: Line, bounds: Bounds = BOUNDS) -> Bools:
    """Return which rows stand.

    Runs are sought in passes, each over what the one before left, short before long: low and high
    runs of 1 reading, bridged ones in a calm line, low and high ones of up to 7, mixed ones, other
    bridged ones, and of up to 48. What comes later may withdraw a verdict.
    """
    n, effective = len(line.at), np.ones(len(line.at), np.bool_)
    fell = line.follows & (line.rise < 0)
    step = np.flatnonzero(fell)
    if not len(step):
        return effective
    first = np.maximum(step - bounds.calm, 0)
    near = covered(first, np.minimum(step + bounds.calm + 2, n), n)
    part = line.only(np.flatnonzero(near))
    for passed in _passes(line, fell, bounds):
        off = passed(part)
        if off.any():
            effective[part.place[off]] = False
            part = part.only(~off)
    return effective


def _passes(line: Line, fell: Bools, bounds: Bounds) -> Iterator[Callable[[Line], Bools]]:
    """Return what sets rows of a line aside, in order."""
    so_far, surely = (np.append(0, np.cumsum(falls)) for falls in (fell, fell & impossible(line)))

    def runs(longest: int) -> Iterator[Callable[[Line], Bools]]:
        for way in (_LOW, _HIGH):
            yield partial(_set_aside, longest=longest, way=way, skip=0, bounds=bounds)

    short, middle, long = bounds.rounds
    yield from runs(short)
    yield partial(bridged, falls=surely, calm=bounds.rate_steps, bounds=bounds)
    yield from runs(middle)
    for skip in range(1, bounds.both + 1):
        yield partial(_set_aside, longest=bounds.both, way=1, skip=skip, bounds=bounds)
    yield partial(bridged, falls=so_far, calm=bounds.beside, bounds=bounds)
    yield from runs(long)


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
        some &= line.at[b - 1] - line.at[a + 1] <= longest_ms(line, a, bounds)
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
    if (way, skip) == (_LOW, 0):
        dip = -rise[runs.fall] <= np.maximum(2, line.starts[runs.fall] // bounds.dip)
        take |= dip & (line.at[runs.b] - line.at[runs.a] <= longest_ms(line, runs.a, bounds))
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
