"""Whether a register may have turned more often than is counted, or less: then nobody knows.

Known steps telescope, so of a whole nothing can be wrong but how often the register turned. One
that is small for what it counts turns within hours or days: a long step may hide one more turn, and
readings that are misread can show one that never was. Where two accounts fit what is seen beside,
there is no figure until a person says what it was.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from analytics.limits import is_short, within
from analytics.lines import Bounds, covered
from analytics.steps import Bools, Ints

_NO_MORE: Final = 1.0  # what is faster than every step beside it has not been for a long time
_QUICK: Final = 2.0  # where readings only go on, no step is so many times as fast as those beside


class Course(NamedTuple):
    """The steps of registers' standing readings, in order; columns of equal length.

    used: what each adds, turns counted; 0 where unknown. since: where it begins, if what stood
    still before it is part of it. turned: where it is a wrap. said: where a person says how often
    it turned. meter: a number for each register. first, last: places of its two readings among
    all that came. longest: what a run may last. [ms]
    """

    used: Ints
    start: Ints
    since: Ints
    end: Ints
    known: Bools
    turned: Bools
    said: Bools
    meter: Ints
    wraps: Ints
    most: Ints
    period: Ints
    first: Ints
    last: Ints
    longest: Ints

    def only(self, rows: Any) -> Course:
        """Return some of the steps."""
        columns: Any = self
        return Course(*(column[rows] for column in columns))


class _Pace(NamedTuple):
    """Uses and the times in which they were, in ms."""

    used: Ints
    time: Ints

    def only(self, rows: Any) -> _Pace:
        return _Pace(self.used[rows], self.time[rows])

    def or_(self, other: _Pace, some: Bools) -> _Pace:
        """Return the faster ones of two, of others only some."""
        faster = some & other.exceeds(self, 1.0)
        return _Pace(*(np.where(faster, new, old) for old, new in zip(self, other, strict=True)))

    def exceeds(self, other: _Pace, times: float) -> Bools:
        """Return where these are more than so many times as fast as others."""
        more: Bools = self.used * other.time.astype(float) > times * other.used * self.time
        return more


def in_doubt(course: Course, bounds: Bounds) -> Bools:
    """Return which known steps may be of another number of turns."""
    n = len(course.used)
    doubt, long = np.zeros(n, np.bool_), ~is_short(course.end - course.since, course.period)
    odd = np.flatnonzero((course.turned | long) & (course.wraps > 0) & course.known)
    if len(odd):
        first, beyond = np.maximum(odd - bounds.calm, 0), np.minimum(odd + bounds.calm + 1, n)
        rows = np.flatnonzero(covered(first, beyond, n))
        near = _Near(course.only(rows), bounds)
        doubt[rows] = near.hidden() | near.shown()
    return doubt & course.known & ~course.said


class _Near:
    """The steps around odd ones, and how fast the register is before and after each of them."""

    def __init__(self, course: Course, bounds: Bounds) -> None:
        self.course, self.bounds, self.rows = course, bounds, np.arange(len(course.used))
        self.doubted = course.turned & ~course.said
        self.total, self.turns, self.known = (
            np.append(0, np.cumsum(column)) for column in (course.used, self.doubted, course.known)
        )
        self.before, self.after = self._beside(-1), self._beside(1)

    def hidden(self) -> Bools:
        """Return the steps, and stretches in which it stands still, that may hide one more turn."""
        doubt = self._once_more(self.rows, self.rows)
        for a, z in self._still():
            doubt |= self._covered(a, z, self._once_more(a, z))
        return doubt

    def shown(self) -> Bools:
        """Return the steps of runs that show a whole turn, where less fits what is beside.

        One of the steps is far faster than all beside; and what is left without the turn is not.
        """
        course, n = self.course, len(self.rows)
        doubt, beyond = np.zeros(n, np.bool_), np.minimum(self.rows + self.bounds.run + 1, n)
        first = np.flatnonzero(self._turns(self.rows, beyond - 1))
        quick = self._pace.only(first)
        for length in range(1, self.bounds.run + 1 if len(first) else 0):
            fine = first + length < n
            fine[fine] = course.meter[first[fine] + length] == course.meter[first[fine]]
            first, quick = first[fine], quick.only(fine)
            quick = quick.or_(self._pace.only(first + length), course.known[first + length])
            some = np.flatnonzero(self._is_run(first, first + length))
            a, z = first[some], first[some] + length
            take = self._less_fits(a, z) & quick.only(some).exceeds(self._around(a, z), _QUICK)
            a, z = self._odd(a[take], z[take], length)
            doubt |= covered(a, z + 1, n)
        return doubt

    def _odd(self, a: Ints, z: Ints, length: int) -> tuple[Ints, Ints]:
        """Return the first and the last of steps a .. z: a wrap, or far faster than beside."""
        beside, first, last = self._around(a, z), z, a
        for more in range(length + 1 if len(a) else 0):
            step = a + more
            odd = self.doubted[step] | self._pace.only(step).exceeds(beside, _QUICK)
            first, last = np.where(odd & (first == z), step, first), np.where(odd, step, last)
        return first, last

    def _covered(self, a: Ints, z: Ints, some: Bools) -> Bools:
        return covered(a[some], z[some] + 1, len(self.rows))

    @property
    def _pace(self) -> _Pace:
        course = self.course
        return _Pace(course.used, np.maximum(course.end - course.start, course.period))

    def _beside(self, way: int) -> _Pace:
        """Return the fastest known step, no wrap, of those before each (way -1) or after it.

        Its use is -1 where there is none.
        """
        course, pace, last = self.course, self._pace, len(self.rows) - 1
        found = _Pace(np.full(last + 1, -1), np.ones(last + 1, np.int64))
        for more in range(1, self.bounds.rate_steps + 1):
            step = np.clip(self.rows + way * more, 0, last)
            some = (step == self.rows + way * more) & (course.meter[step] == course.meter)
            some &= course.known[step] & ~course.turned[step]
            some &= np.abs(course.start[step] - course.start) <= self.bounds.far_ms
            found = found.or_(pace.only(step), some)
        return found

    def _around(self, a: Ints, z: Ints) -> _Pace:
        after = self.after.only(z)
        return self.before.only(a).or_(after, after.used >= 0)

    def _once_more(self, a: Ints, z: Ints) -> Bools:
        """Return where steps a .. z together may be one turn more, by limit and pace beside."""
        course, beside = self.course, self._around(a, z)
        time = course.end[z] - course.since[a]
        used = self.total[z + 1] - self.total[a] + course.wraps[a]
        more: Bools = (course.wraps[a] > 0) & (self.known[z + 1] - self.known[a] == z + 1 - a)
        more &= ~is_short(time, course.period[a]) & within(used, course.most[a], time)
        more &= (beside.used >= 0) & ~_Pace(used, time).exceeds(beside, _NO_MORE)
        return more

    def _still(self) -> list[tuple[Ints, Ints]]:
        """Return steps a .. z: a wrap, what stands still just before or after it, and one more.

        At most as many readings as a run may have stand at one value.
        """
        course, rows, n = self.course, self.rows, len(self.rows)
        turn, still = np.flatnonzero(self.doubted), course.known & (course.used == 0)
        moved = np.maximum.accumulate(np.where(still, -1, rows))
        moves = np.minimum.accumulate(np.where(still, n, rows)[::-1])[::-1]
        before, after = moved[np.maximum(turn - 1, 0)], moves[np.minimum(turn + 1, n - 1)]
        found = []
        for a, z in ((before, turn), (turn, after)):
            some = (a >= 0) & (z < n) & (z - a > 1) & (z - a <= self.bounds.run)
            some[some] = course.meter[a[some]] == course.meter[z[some]]
            found.append((a[some], z[some]))
        return found

    def _turns(self, a: Ints, z: Ints) -> Bools:
        """Return where steps a .. z add a whole turn, and a wrap that no person confirmed."""
        wraps, used = self.course.wraps[a], self.total[z + 1] - self.total[a]
        turns: Bools = (wraps > 0) & (used >= wraps) & (self.turns[z + 1] > self.turns[a])
        return turns

    def _is_run(self, a: Ints, z: Ints) -> Bools:
        """Return where steps a .. z turn, and what lies between is no longer than a run.

        It may have as many more readings as go aside together with one.
        """
        course, bounds = self.course, self.bounds
        fine = self._turns(a, z) & (course.start[z] - course.end[a] <= course.longest[a])
        fine &= course.last[z] - course.first[a] - 1 <= bounds.run + bounds.beside
        return fine

    def _less_fits(self, a: Ints, z: Ints) -> Bools:
        """Return where steps a .. z without their whole turns are as slow as those beside."""
        course, beside = self.course, self._around(a, z)
        rest = (self.total[z + 1] - self.total[a]) % course.wraps[a]
        slow = ~_Pace(rest, course.end[z] - course.start[a]).exceeds(beside, _QUICK)
        return (beside.used >= 0) & slow
