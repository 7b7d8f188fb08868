"""Where λ lies, nearly: floats for many groups at once, so that whole numbers need only confirm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analytics.exact import Ints

Floats: TypeAlias = "NDArray[np.float64]"

_ROUNDS: Final = 80
_NEAR: Final = 1e-12  # of a total: what adding a million floats may lose


def near_multipliers(totals: Ints, columns: Sequence[Ints], group: Ints) -> Floats:
    """Return about the λ of each group at which its holders' shares add to its total.

    Newton's steps along the piecewise linear sum, held between what proved too little and too
    much. Only groups that are not there yet are looked at again.

    columns: slope, start, floor and ceiling, each (n,).
    """
    count = len(totals)
    slope, start, floor, ceiling = (column.astype(np.float64) for column in columns)
    lam = _all_free(totals, slope, start, group)
    too_little, too_much = np.full(count, -np.inf), np.full(count, np.inf)
    member = group
    for attempt in range(_ROUNDS):
        reach = slope * (lam if count == 1 else lam[member])
        reach += start
        free = (reach > floor) & (reach < ceiling)
        np.clip(reach, floor, ceiling, out=reach)
        missing = totals - _sums(reach, member, count)
        missing[np.abs(missing) <= _NEAR * np.abs(totals)] = 0  # is there, and stays there
        rising = _sums(slope * free, member, count)
        np.copyto(too_little, lam, where=missing > 0)
        np.copyto(too_much, lam, where=missing < 0)
        then = _next(lam, missing, rising, too_little, too_much, attempt)
        seen = np.zeros(count, np.bool_)
        seen[member] = True
        open_ = seen & (then != lam)
        np.copyto(lam, then, where=seen)
        if not (still := open_[member]).any():
            break
        if np.count_nonzero(still) < len(still) // 2:
            slope, start, floor, ceiling = (x[still] for x in (slope, start, floor, ceiling))
            member = member[still]
    return lam


def _all_free(totals: Ints, slope: Floats, start: Floats, group: Ints) -> Floats:
    count = len(totals)
    slopes = _sums(slope, group, count)
    lam = np.zeros(count)
    np.divide(totals - _sums(start, group, count), slopes, where=slopes > 0, out=lam)
    return lam


def _sums(values: Floats, group: Ints, count: int) -> Floats:
    if count == 1:
        return np.array([values.sum()])
    return np.bincount(group, values, minlength=count).astype(np.float64, copy=False)


def _next(
    lam: Floats,
    missing: Floats,
    rising: Floats,
    too_little: Floats,
    too_much: Floats,
    attempt: int,
) -> NDArray[Any]:
    """Return Newton's λ where it stays inside the bounds, else their middle, or a step further."""
    with np.errstate(all="ignore"):
        newton = lam + missing / rising
        middle = too_little + (too_much - too_little) / 2
        further = lam + np.sign(missing) * np.maximum(np.abs(lam), 1e-9) * 2.0 ** min(attempt, 20)
    closed = np.isfinite(middle)
    inside = (newton > too_little) & (newton < too_much)
    otherwise = np.where(closed, middle, further)
    # Every fourth step halves: where the sum bends both ways Newton alone may go in circles.
    take = inside & (rising > 0) & ((attempt % 4 != 3) | ~closed)
    return np.where(missing == 0, lam, np.where(take, newton, otherwise))
