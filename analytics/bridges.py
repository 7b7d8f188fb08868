"""Runs that leave a register's line and come back, however they wander between: bridged whole.

Where a limit is stated, two kinds of steps cannot be: a rise beyond it, and a fall that is no wrap
within it. What such steps are about is set aside between the nearest two readings that fit each
other and have nothing impossible beside them. They fit by a rise that can be, where a fall and a
rise over the limit lie between; or by a wrap at the pace beside, where two impossible steps do, one
of them a fall: a single one may be an exchange that nobody recorded. Where one more whole turn
would be within the limit, nobody knows how often the register turned: nothing is bridged.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analytics.limits import is_short, keeps_pace, may_wrap, within
from analytics.lines import Bounds, Line, covered, longest_ms
from analytics.steps import Bools, Ints


class _Seen(NamedTuple):
    """The line's rises and times, and for each row what lies before it."""

    rise: Ints
    time: Ints
    use: Bools  # steps that can be, and rise
    over: Ints  # rises over the limit so far
    bad: Ints  # impossible steps so far
    begins: Bools  # rows with nothing impossible just before them
    ends: Bools  # rows with nothing impossible just after them


def bridged(line: Line, falls: Ints, calm: int, bounds: Bounds) -> Bools:
    """Return the rows of the runs that are bridged; the shorter of two that touch goes first.

    falls: for each reading as it came, how often the line fell before it.
    calm: so many steps to each side of a run are possible.
    """
    gone = np.zeros(len(line.at), np.bool_)
    over = line.follows & ~within(line.rise, line.most[:-1], np.diff(line.at))
    bad = over | impossible(line)
    if not bad.any():
        return gone
    seen, edge = _seen(line, bad, over, calm), np.flatnonzero(bad)
    near = covered(np.maximum(edge - bounds.run, 0), edge + 1, len(gone))
    first = np.flatnonzero(near & seen.begins)
    for length in range(1, bounds.run + 1):
        first = first[first + length + 1 < len(gone)]
        a = first[seen.ends[first + length + 1]]
        a = a[_fits(line, seen, falls, a, a + length + 1, bounds)]
        so_far = np.append(0, np.cumsum(gone))
        a = a[so_far[a + length + 2] == so_far[a]]
        a = a[np.diff(a, prepend=-length - 1) > length]
        gone |= covered(a + 1, a + length + 1, len(gone))
    return gone


def impossible(line: Line) -> Bools:
    """Return the falls that are no wrap within a stated limit."""
    time, most, wraps = np.diff(line.at), line.most[:-1], line.wraps[:-1]
    bad = line.follows & (line.rise < 0) & (most > 0)
    fell = np.flatnonzero(bad)
    implied, unsure = line.rise[fell] + wraps[fell], np.zeros(len(fell), np.bool_)
    bad[fell] = ~may_wrap(implied, wraps[fell], most[fell], time[fell], unsure)
    return bad


def _seen(line: Line, bad: Bools, over: Bools, calm: int) -> _Seen:
    row, new = np.arange(len(line.at)), line.out[1:] != line.out[:-1]
    first = np.maximum.accumulate(np.where(np.append(True, new), row, 0))
    old = line.into[1:] != line.into[:-1]
    last = np.minimum.accumulate(np.where(np.append(old, True), row, len(row))[::-1])[::-1]
    so_bad, so_over = (np.append(0, np.cumsum(steps)) for steps in (bad, over))
    return _Seen(
        line.rise,
        np.diff(line.at),
        line.follows & ~bad & (line.rise >= 0),
        so_over,
        so_bad,
        so_bad == so_bad[np.maximum(row - calm, first)],
        so_bad == so_bad[np.minimum(row + calm, last)],
    )


def _fits(line: Line, seen: _Seen, falls: Ints, a: Ints, b: Ints, bounds: Bounds) -> Bools:
    """Return where the readings between a and b can be set aside for what is impossible there."""
    fine: Bools = (line.into[b] == line.out[a]) & (seen.bad[b] > seen.bad[a])
    fine &= line.place[b] - line.place[a] - 1 <= bounds.run
    fine &= line.at[b - 1] - line.at[a + 1] <= longest_ms(line, a, bounds)
    some = np.flatnonzero(fine)
    a, b = a[some], b[some]
    up, time = line.ends[b] - line.starts[a], line.at[b] - line.at[a]
    bad, over = seen.bad[b] - seen.bad[a], seen.over[b] - seen.over[a]
    good = (up >= 0) & (over > 0) & (falls[line.place[b]] > falls[line.place[a]])
    good &= within(up, line.most[a], time) & ~_turns_again(line, up, a, time)
    turn = np.flatnonzero((up < 0) & (bad > over) & (bad > 1))
    good[turn] = _turned(line, seen, a[turn], b[turn], bounds)
    reinstated = np.append(0, np.cumsum(line.reinstated))
    good &= reinstated[b] == reinstated[a + 1]
    fine[some] = good
    return fine


def _turned(line: Line, seen: _Seen, a: Ints, b: Ints, bounds: Bounds) -> Bools:
    """Return where the fall from a to b is a wrap no faster than a step nearby lets expect."""
    time, most, wraps = line.at[b] - line.at[a], line.most[a], line.wraps[a]
    implied, short = line.ends[b] - line.starts[a] + wraps, is_short(time, line.period[a])
    fine: Bools = (most > 0) & may_wrap(implied, wraps, most, time, np.zeros(len(a), np.bool_))
    fine &= ~_turns_again(line, implied, a, time)
    paced = np.zeros(len(a), np.bool_)
    for more in range(bounds.rate_steps if fine.any() else 0):
        for place in (a - 1 - more, b + more):
            step = np.clip(place, 0, len(seen.rise) - 1)
            some = (place == step) & seen.use[step] & (line.out[step] == line.out[a])
            apart = np.maximum(seen.time[step], line.period[step])
            paced |= some & keeps_pace(implied, time, seen.rise[step], apart, short)
    fine &= paced
    return fine


def _turns_again(line: Line, used: Ints, a: Ints, time: Ints) -> Bools:
    """Return where one more whole turn would be within the limit too: then nobody knows the use."""
    wraps = line.wraps[a]
    return np.asarray((wraps > 0) & within(used + wraps, line.most[a], time))
