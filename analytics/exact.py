"""Products and quotients that outgrow 64 bits on the way, exact, for whole columns."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = "NDArray[np.int64]"
Bools: TypeAlias = "NDArray[np.bool_]"
Exact = int | Decimal | Fraction

_SURE: Final = 2.0**50  # up to here a quotient guessed in floats is off by one at most
_BLOCK: Final = 2**15  # rows at once, which a processor keeps near it
_WIDE: Final = 2**20  # a table of so many places is sooner filled than a column sorted
_ROOM: Final = 2**60  # a remainder off by a few divisors of this size still fits


def multiply_divide(amount: Ints, times: Ints, by: Ints) -> tuple[Ints, Ints]:
    """Return floor(amount × times / by) and the remainder, as if integers had no end.

    amount, times, by: (n,) of any sign but by ≥ 1; the quotient must fit 64 bits.
    returns: (n,) quotient and (n,) remainder, 0 ≤ remainder < by.
    """
    count = len(amount)
    if count <= _BLOCK:
        return _multiply_divide(amount, times, by)
    quotient, rest = np.empty((2, count), np.int64)
    for first in range(0, count, _BLOCK):
        rows = slice(first, first + _BLOCK)
        quotient[rows], rest[rows] = _multiply_divide(amount[rows], times[rows], by[rows])
    return quotient, rest


def _multiply_divide(amount: Ints, times: Ints, by: Ints) -> tuple[Ints, Ints]:
    near = amount.astype(np.float64)
    near *= times
    near /= by
    sure = (np.abs(near) < _SURE) & (by < _ROOM)
    every = bool(sure.all())
    quotient = np.floor(near if every else np.where(sure, near, 0), out=near).astype(np.int64)
    # Both products wrap round 2^64 alike, so their difference, which is small, is right.
    rest = amount * times
    rest -= quotient * by
    while (off := sure & ((rest < 0) | (rest >= by))).any():
        rows = np.flatnonzero(off)
        move = np.where(rest[rows] < 0, -1, 1)
        quotient[rows] += move
        rest[rows] -= move * by[rows]
    for row in np.flatnonzero(~sure).tolist() if not every else ():
        quotient[row], rest[row] = divmod(int(amount[row]) * int(times[row]), int(by[row]))
    return quotient, rest


def added(values: Ints, group: Ints, count: int) -> Ints:
    """Return the sums of each of `count` groups.

    values, group: (n,); a group's sum must fit 64 bits.
    """
    sums = np.zeros(count, np.int64)
    if count == 1:
        sums[0] = values.sum()
    else:
        np.add.at(sums, group, values)
    return sums


def occurring(values: Ints) -> tuple[Ints, Ints]:
    """Return the values that occur, in order, and (n,) where each stands among them."""
    if not len(values):
        return values, values
    lowest = int(values.min())
    width = int(values.max()) - lowest + 1
    if width > _WIDE + 2 * len(values):
        found, place = np.unique(values, return_inverse=True)
        return found, place
    occurs = np.zeros(width, np.bool_)
    occurs[values - lowest] = True
    return np.flatnonzero(occurs) + lowest, (np.cumsum(occurs) - 1)[values - lowest]


def half_up(value: Exact) -> int:
    """Return the nearest whole, halves upward: of −0.5 it is 0."""
    whole = Fraction(value)
    return (2 * whole.numerator + whole.denominator) // (2 * whole.denominator)


def millionths(amount: Ints, share: Ints | int) -> Ints:
    """Return (n,) floor(amount × share / 10⁶): a share is whole millionths."""
    times = np.broadcast_to(np.asarray(share, np.int64), amount.shape)
    return multiply_divide(amount, times, np.full(amount.shape, 10**6))[0]
