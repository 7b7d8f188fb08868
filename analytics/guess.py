"""Where λ lies, nearly: floats for many groups at once, so that whole numbers need only confirm."""

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from analytics.exact import Ints

if TYPE_CHECKING:
    from analytics.allocation import Holders

Floats = NDArray[np.float64]

_ROUNDS: Final = 80
_NEAR: Final = 1e-12  # of a total: what adding a million floats may lose


def near_multipliers(totals: Ints, holders: "Holders", group: Ints) -> Floats:
    """Return about the λ of each group at which its holders' shares add to its total.

    Newton's steps along the piecewise linear sum, held between what proved too little and too
    much. Only groups that are not there yet are looked at again.
    """
    count = len(totals)
    lam = _all_free(totals, holders, group)
    too_little, too_much = np.full(count, -np.inf), np.full(count, np.inf)
    some, member = holders, group
    for attempt in range(_ROUNDS):
        reach = some.slope * lam[member]
        reach += some.start
        free = (reach > some.floor) & (reach < some.ceiling)
        np.clip(reach, some.floor, some.ceiling, out=reach)
        missing = totals - _sums(reach, member, count)
        rising = _sums(some.slope * free, member, count)
        np.copyto(too_little, lam, where=missing > 0)
        np.copyto(too_much, lam, where=missing < 0)
        then = _next(lam, missing, rising, too_little, too_much, attempt)
        seen = np.zeros(count, np.bool_)
        seen[member] = True
        open_ = seen & (np.abs(missing) > _NEAR * np.abs(totals)) & (then != lam)
        np.copyto(lam, then, where=seen)
        if not (still := open_[member]).any():
            break
        if np.count_nonzero(still) < len(still) // 2:
            rows = np.flatnonzero(still)
            some, member = some.at(rows), member[rows]
    return lam


def _all_free(totals: Ints, holders: "Holders", group: Ints) -> Floats:
    count = len(totals)
    slope = _sums(holders.slope, group, count)
    lam = np.zeros(count)
    np.divide(totals - _sums(holders.start, group, count), slope, where=slope > 0, out=lam)
    return lam


def _sums(values: NDArray[Any], group: Ints, count: int) -> Floats:
    return np.bincount(group, values, minlength=count).astype(np.float64, copy=False)


def _next(
    lam: Floats,
    missing: Floats,
    rising: Floats,
    too_little: Floats,
    too_much: Floats,
    attempt: int,
) -> Floats:
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
