"""Whole shares by the one solver, exact: many totals at once, each over the holders of its group.

Floats only guess which bounds bind; whole-number comparisons confirm it. So a published
allocation recomputes to the same bytes on any machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.bounds import BoundsError, InfeasibleError
from analytics.division import share
from analytics.exact import Bools, Ints, added, multiply_divide
from analytics.guess import near_multipliers
from analytics.rounding import extra_units
from metering.errors import InputError

MOST: Final = 2**60  # of totals, and of what a group's weights or floors add to

_TRIES: Final = 20  # two or three do; where twenty do not, fractions work it out
_FAR: Final = 2.0**62


@dataclass(frozen=True, slots=True)
class Holders:
    """Who shares, and by what; columns of equal length, row i is one holder.

    A holder's share at the multiplier λ is clip(start + slope · λ, floor, ceiling).

    slope: from 0; only the proportions matter within a group.
    start, floor, ceiling: in the unit of the totals. [g, or quanta of a carrier]
    """

    slope: Ints
    start: Ints
    floor: Ints
    ceiling: Ints

    @classmethod
    def of(
        cls,
        slope: Ints,
        *,
        start: Ints | None = None,
        floor: Ints | None = None,
        ceiling: Ints | None = None,
        names: Sequence[str] | Ints | None = None,
    ) -> Holders:
        """Return holders with the usual bounds where none are given: from 0 to all there is.

        Contradictory bounds are refused, and said to be whose.
        """
        zero = np.zeros(len(slope), np.int64)
        columns = (
            slope,
            zero if start is None else start,
            zero if floor is None else floor,
            zero + MOST if ceiling is None else ceiling,
        )
        wrong = (columns[0] < 0) | (columns[2] > columns[3])
        if wrong.any():
            raise BoundsError(np.flatnonzero(wrong).tolist(), names)
        for column in columns:
            _refuse_too_great(column)
        return cls(*columns)

    @property
    def columns(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Slope, start, floor and ceiling."""
        return self.slope, self.start, self.floor, self.ceiling

    def __len__(self) -> int:
        return len(self.slope)

    def at(self, rows: NDArray[np.intp]) -> Holders:
        """Return some of them."""
        return Holders(self.slope[rows], self.start[rows], self.floor[rows], self.ceiling[rows])


@dataclass(frozen=True, slots=True)
class Solved:
    """The multiplier of each group as a fraction, and what each holder's share is made of.

    numerator, denominator: by group; where every holder is at a bound, λ is the next turn.
    fixed, moving: by holder; its real share is fixed + moving · λ, where a holder at a bound has
        that bound and 0, any other its start and its slope.
    """

    numerator: Ints
    denominator: Ints
    fixed: Ints
    moving: Ints

    def multiplier(self, group: int) -> Fraction:
        """Return a group's λ."""
        return Fraction(int(self.numerator[group]), int(self.denominator[group]))


def allocate(
    totals: Ints, holders: Holders, group: Ints | None = None, keys: Ints | None = None
) -> Ints:
    """Return whole shares, each within one unit of its real share, that add to their totals.

    totals: (m,) one per group. group: (n,) each holder's; all in one where not given.
    keys: (n,) who comes first where fractional parts tie: the lower permanent id.
    """
    member = np.zeros(len(holders), np.int64) if group is None else group
    solved = solve(totals, holders, member)
    return rounded(totals, solved, member, solved.fixed, solved.moving, keys)


def rounded(
    totals: Ints, solved: Solved, group: Ints, fixed: Ints, moving: Ints, keys: Ints | None = None
) -> Ints:
    """Return whole parts of the totals from real ones, fixed + moving · λ of their group."""
    by = solved.denominator[group]
    whole, rest = multiply_divide(moving, solved.numerator[group], by)
    whole += fixed
    return whole + extra_units(totals, whole, rest, group, keys)


def solve(
    totals: Ints,
    holders: Holders,
    group: Ints,
    guess: NDArray[np.float64] | None = None,
    names: Sequence[str] | None = None,
) -> Solved:
    """Return the multiplier of each group at which its holders' real shares add to its total.

    guess: λ by group where a neighbouring problem knows it; it changes the speed, nothing else.
    names: of the groups, for the error that says which total cannot be met.
    """
    _refuse_infeasible(totals, holders, group, names)
    lam = near_multipliers(totals, holders.columns, group) if guess is None else guess
    reach = holders.slope * lam[group]
    reach += holders.start
    low, high = reach <= holders.floor, reach >= holders.ceiling
    solved, wrong, stuck = _confirmed(totals, holders, group, low, high)
    if not (wrong | stuck).any():
        return solved
    known = {}
    for one in _settled(totals, holders, group, low, high, wrong, stuck).tolist():
        rows = np.flatnonzero(group == one)
        known[one], low[rows], high[rows] = _in_fractions(int(totals[one]), holders.at(rows))
    solved, _ = _with_bounds(totals, holders, group, low, high)
    for one, multiplier in known.items():
        if not solved.moving[group == one].any():
            solved.numerator[one], solved.denominator[one] = multiplier.as_integer_ratio()
    return solved


def _confirmed(
    totals: Ints, holders: Holders, group: Ints, low: Bools, high: Bools
) -> tuple[Solved, Bools, Bools]:
    """Work λ out from the marks of who is at a bound, and the marks, in place, from λ; exactly.

    returns: what the marks gave, the groups whose marks were wrong, and those without any λ.
    """
    solved, stuck = _with_bounds(totals, holders, group, low, high)
    below, above = _beyond(holders, solved, group)
    differs = (below != low) | (above != high)
    differs &= holders.floor < holders.ceiling  # others have one share, however they are marked
    low[:], high[:] = below, above
    here, wrong = np.zeros((2, len(totals)), np.bool_)
    here[group] = True
    wrong[group[differs]] = True
    return solved, wrong, stuck & here


def _settled(
    totals: Ints,
    holders: Holders,
    group: Ints,
    low: Bools,
    high: Bools,
    wrong: Bools,
    lost: Bools,
) -> Ints:
    """Confirm again, in place, where marks were wrong; return the groups where that is no use."""
    rows = np.flatnonzero((wrong & ~lost)[group])
    for _ in range(_TRIES):
        if not len(rows):
            break
        member, below, above = group[rows], low[rows], high[rows]
        _, wrong, stuck = _confirmed(totals, holders.at(rows), member, below, above)
        low[rows], high[rows] = below, above
        lost = lost | stuck
        rows = rows[(wrong & ~lost)[member]]
    lost[group[rows]] = True
    return np.flatnonzero(lost)


def _with_bounds(
    totals: Ints, holders: Holders, group: Ints, low: Bools, high: Bools
) -> tuple[Solved, Bools]:
    """Return λ for given marks, and the groups where no λ goes with them."""
    count = len(totals)
    fixed = np.where(low, holders.floor, np.where(high, holders.ceiling, holders.start))
    moving = np.where(low | high, 0, holders.slope)
    denominator = added(moving, group, count)
    numerator = totals - added(fixed, group, count)
    stuck = (denominator == 0) & (numerator != 0)
    if _may_exceed(fixed, 4 * MOST):
        stuck |= np.abs(np.bincount(group, fixed, minlength=count)) >= 4.0 * MOST
    if (at_bounds := denominator == 0).any():
        _to_the_turn(holders, group, low, at_bounds, numerator, denominator)
    return Solved(numerator, denominator, fixed, moving), stuck


def _to_the_turn(
    holders: Holders, group: Ints, low: Bools, at_bounds: Bools, above: Ints, below: Ints
) -> None:
    """Set λ, in place, where every holder is at a bound: to the next turn, or to the last one.

    The next is where the first of those at their floors would begin to rise.
    """
    above[at_bounds], below[at_bounds] = 0, 1
    rows = np.flatnonzero(at_bounds[group] & (holders.slope > 0))
    some, member = holders.at(rows), group[rows]
    rises = low[rows] & (some.floor < some.ceiling)
    more = np.zeros(len(at_bounds), np.bool_)
    more[member[rises]] = True
    edge = np.where(rises, some.floor, some.ceiling) - some.start
    turn = edge / some.slope
    order = np.lexsort((np.where(more[member], turn, -turn), ~rises, member))
    firsts = order[np.flatnonzero(np.diff(member[order], prepend=-1))]
    above[member[firsts]], below[member[firsts]] = edge[firsts], some.slope[firsts]


def _beyond(holders: Holders, solved: Solved, group: Ints) -> tuple[Bools, Bools]:
    """Return who is at or below the floor, and who at or above the ceiling, for the exact λ."""
    numerator, denominator = solved.numerator[group], solved.denominator[group]
    near = holders.slope * (numerator / denominator)
    far = np.abs(near) >= _FAR  # beyond every bound, and beyond 64 bits
    whole, rest = multiply_divide(np.where(far, 0, holders.slope), numerator, denominator)
    whole += holders.start
    below = (whole < holders.floor) | ((whole == holders.floor) & (rest == 0))
    above = whole >= holders.ceiling
    return np.where(far, near < 0, below), np.where(far, near > 0, above)


def _in_fractions(total: int, holders: Holders) -> tuple[Fraction, list[bool], list[bool]]:
    """Return λ and who is at a bound, of one group, as one would work it out on paper."""
    slope, start, floor, ceiling = (column.tolist() for column in holders.columns)
    lam = share(total, slope, start=start, floor=floor, ceiling=ceiling).multiplier
    reach = [begin + by * lam for begin, by in zip(start, slope, strict=True)]
    low = [one <= bound for one, bound in zip(reach, floor, strict=True)]
    high = [one >= bound for one, bound in zip(reach, ceiling, strict=True)]
    return lam, low, high


def _refuse_infeasible(
    totals: Ints, holders: Holders, group: Ints, names: Sequence[str] | None
) -> None:
    count = len(totals)
    for column in (holders.slope, holders.start, holders.floor):
        if _may_exceed(column, MOST):
            _refuse_too_great(np.bincount(group, np.abs(column), minlength=count))
    _refuse_too_great(totals)
    moves = holders.slope > 0
    still = np.clip(holders.start, holders.floor, holders.ceiling)
    lowest, highest = (np.where(moves, x, still) for x in (holders.floor, holders.ceiling))
    least, most = (added(x, group, count) for x in (lowest, highest))
    endless = np.zeros(count, np.bool_)
    if _may_exceed(highest, 2 * MOST):
        endless = np.bincount(group, highest, minlength=count) >= 2.0 * MOST
    wrong = (totals < least) | (~endless & (totals > most))
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        name = (str(first + 1) if count > 1 else "") if names is None else names[first]
        top = None if endless[first] else int(most[first])
        raise InfeasibleError(int(totals[first]), int(least[first]), top, name)


def _may_exceed(column: Ints, most: int) -> bool:
    """Tell whether some of a column's values may add to more, in size, than so much."""
    greatest = max(int(column.max(initial=0)), -int(column.min(initial=0)))
    return greatest * len(column) > most


def _refuse_too_great(column: NDArray[np.generic]) -> None:
    if len(column) and np.abs(column.astype(np.float64)).max() > MOST:
        raise InputError(
            "allocation.too_great",
            zh="数量或权重合计超出 2^60,无法以整数精确计算。",
            en="An amount, or the sum of a group's weights, exceeds 2^60 and cannot be exact.",
            next_zh="请改用较大的单位,或减少权重的小数位数。",
            next_en="Use a larger unit, or weights with fewer digits.",
        )
