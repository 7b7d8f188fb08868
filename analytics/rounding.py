"""Whole shares that add up exactly: published figures are integers of a small unit."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Any, Final

import numpy as np

from analytics.exact import Exact, Ints, added, half_up, multiply_divide
from metering.errors import InputError

_MILLION: Final = 10**6
_ROOM: Final = 2**60  # above it the sum of a group's weights is worked out in Python's integers
_BLOCK: Final = 2**11  # rows at once: months of a whole country stay near the processor


def cascade(values: Sequence[Exact]) -> list[int]:
    """Return values as whole numbers, each the difference of two rounded running sums.

    They add to the rounded sum of the values, and no running sum is off by more than a half.
    Months of one quota: `cascade([Fraction(quota * w, sum(weights)) for w in weights])`.
    """
    sums = accumulate((Fraction(value) for value in values), initial=Fraction(0))
    return [after - before for before, after in pairwise(half_up(one) for one in sums)]


def shared(used: int, shares: Sequence[int]) -> list[int]:
    """Return what accounts take of a channel's use, by their shares in this order. [quanta]

    shares: in millionths, of either sign; those that add to a whole take all. As storage.part_of.
    """
    return cascade([Fraction(used * share, _MILLION) for share in shares])


def cascade_rows(totals: Ints, weights: Ints) -> Ints:
    """Return many totals, each divided over its own row by cascade rounding.

    totals: (n,); weights: (n, m) from 0, each row with a sum from 1 to 2^60.
    returns: (n, m), row i adding to totals[i].
    """
    if (weights < 0).any() or (weights.sum(axis=1, dtype=np.float64) < 1).any():
        raise _weightless()
    shares = np.empty(weights.shape, np.int64)
    for first in range(0, len(totals), _BLOCK):
        block = slice(first, first + _BLOCK)
        running = np.cumsum(weights[block], axis=1, dtype=np.int64)
        whole = np.broadcast_to(running[:, -1:], running.shape).ravel()
        amount = np.broadcast_to(totals[block, None], running.shape).ravel()
        quotient, rest = multiply_divide(amount, running.ravel(), whole)
        rounded = (quotient + (rest >= whole - rest)).reshape(running.shape)
        shares[block] = np.diff(rounded, axis=1, prepend=0)
    return shares


def largest_remainder(
    total: int, weights: Sequence[Exact], keys: Sequence[Any] | None = None
) -> list[int]:
    """Return a total divided by weights: floors, then a unit each by largest fractional part.

    weights: from 0. keys: what breaks ties, the lower first; the place where none are given.
    """
    by = [Fraction(weight) for weight in weights]
    whole = sum(by, Fraction(0))
    if min(by, default=Fraction(0)) < 0 or (whole == 0 and total != 0):
        raise _weightless()
    if whole == 0:
        return [0] * len(by)
    return topped_up(total, [total * weight / whole for weight in by], keys)


def topped_up(
    total: int, shares: Sequence[Fraction], keys: Sequence[Any] | None = None
) -> list[int]:
    """Return real shares of a whole total as whole ones: floors, then by largest fraction."""
    names = range(len(shares)) if keys is None else keys
    whole = [share.numerator // share.denominator for share in shares]
    order = sorted(range(len(shares)), key=lambda i: (whole[i] - shares[i], names[i]))
    for i in order[: total - sum(whole)]:
        whole[i] += 1
    return whole


def extra_units(
    totals: Ints, shares: Ints, rest: Ints, segment: Ints, keys: Ints | None = None
) -> Ints:
    """Return 1 where a row takes one of the units that its group's floors leave over, else 0.

    rest: (n,) fractional parts over a denominator common to the group.
    """
    left = totals - added(shares, segment, len(totals))
    extra = np.zeros(len(shares), np.int64)
    rows = np.flatnonzero((rest > 0) & (left > 0)[segment])  # whole shares take none
    names = None if keys is None else keys[rows]
    if len(totals) == 1 and len(rows):
        extra[rows[_greatest(rest[rows], int(left[0]), names)]] = 1
        return extra
    group = segment[rows]
    if names is not None and (np.diff(names) > 0).all():
        names = None  # their order is that of the rows already
    order = np.lexsort((-rest[rows], group) if names is None else (names, -rest[rows], group))
    counts = np.bincount(group, minlength=len(totals))
    place = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    extra[rows[order]] = place < np.repeat(left, counts)
    return extra


def _greatest(rest: Ints, many: int, keys: Ints | None) -> Ints:
    """Return the places of the so many greatest, of equal ones those of the lowest keys."""
    least = np.partition(rest, len(rest) - many)[len(rest) - many]
    above, equal = np.flatnonzero(rest > least), np.flatnonzero(rest == least)
    if keys is not None:
        equal = equal[np.argsort(keys[equal], kind="stable")]
    return np.concatenate([above, equal[: many - len(above)]])


def _weightless() -> InputError:
    return InputError(
        "rounding.no_weight",
        zh="权重不得为负,且各组权重之和必须大于零,否则无法分配。",
        en="Weights must not be negative, and a group's must not all be zero: nothing to share by.",
        next_zh="请核对基期数据和分配依据。",
        next_en="Check the base figures and what the rule shares by.",
    )
