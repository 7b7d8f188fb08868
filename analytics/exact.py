"""Products and quotients that outgrow 64 bits on the way, exact, for whole columns."""

from decimal import Decimal
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Exact = int | Decimal | Fraction

_SURE: Final = 2.0**50  # up to here a quotient guessed in floats is off by one at most
_ROOM: Final = 2**60  # a remainder off by a few divisors of this size still fits


def multiply_divide(amount: Ints, times: Ints, by: Ints) -> tuple[Ints, Ints]:
    """Return floor(amount × times / by) and the remainder, as if integers had no end.

    amount, times, by: (n,) of any sign but by ≥ 1; the quotient must fit 64 bits.
    returns: (n,) quotient and (n,) remainder, 0 ≤ remainder < by.
    """
    near = amount.astype(np.float64)
    near *= times
    near /= by
    sure = (np.abs(near) < _SURE) & (by < _ROOM)
    quotient = np.floor(np.where(sure, near, 0), out=near).astype(np.int64)
    # Both products wrap round 2^64 alike, so their difference, which is small, is right.
    rest = amount * times - quotient * by
    while (off := sure & ((rest < 0) | (rest >= by))).any():
        rows = np.flatnonzero(off)
        move = np.where(rest[rows] < 0, -1, 1)
        quotient[rows] += move
        rest[rows] -= move * by[rows]
    for row in np.flatnonzero(~sure).tolist():
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


def half_up(value: Exact) -> int:
    """Return the nearest whole, halves upward: of −0.5 it is 0."""
    whole = Fraction(value)
    return (2 * whole.numerator + whole.denominator) // (2 * whole.denominator)


def millionths(amount: Ints, share: Ints | int) -> Ints:
    """Return (n,) floor(amount × share / 10⁶): a share is whole millionths."""
    times = np.broadcast_to(np.asarray(share, np.int64), amount.shape)
    return multiply_divide(amount, times, np.full(amount.shape, 10**6))[0]
