"""The named rules over columns: what each shares by, in whole numbers fixed before the division.

Rule A divides what may be used, B, C and E what is to be saved: quota = base − saving.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.allocation import Holders
from analytics.exact import Ints, multiply_divide
from metering.errors import InputError

MILLION: Final = 10**6  # factors, weights and shares are whole millionths


def adjusted(base: Ints, *factors_millionths: Ints | int) -> Ints:
    """Return base × factors (climate, occupancy, benchmark …), each product rounded half up.

    Rounded one after the other, as a notice prints them line by line. [the unit of base]
    """
    for factor in factors_millionths:
        times = np.broadcast_to(np.asarray(factor, np.int64), base.shape)
        base = _rounded(base, times, np.full(base.shape, MILLION))
    return base


def feasible(
    base: Ints, at_most_millionths: int, *, gap: Ints | None = None, potential: Ints | None = None
) -> Ints:
    """Return the greatest saving that may be asked: the least of what is known to limit it.

    at_most_millionths: of base in one year. gap: to the leading value, with the basic duty.
    potential: measured or audited; below zero where nobody knows.
    """
    most = np.maximum(adjusted(base, at_most_millionths), 0)
    if gap is not None:
        most = np.minimum(most, np.maximum(gap, 0))
    if potential is not None:
        most = np.where(potential < 0, most, np.minimum(most, potential))
    return most


def proportional(
    base: Ints,
    *,
    floor: Ints | None = None,
    ceiling: Ints | None = None,
    names: Sequence[str] | None = None,
) -> Holders:
    """Return holders that share in proportion to their adjusted base (rule A)."""
    return Holders.of(base, floor=floor, ceiling=ceiling, names=names)


def gap_saving(
    base: Ints, leading: Ints, most: Ints, names: Sequence[str] | None = None
) -> Holders:
    """Return holders that save in proportion to their distance from the leading value (rule B).

    leading: what the leading intensity comes to on the holder's own area. [the unit of base]
    """
    return Holders.of(np.maximum(base - leading, 0), ceiling=most, names=names)


def capability_saving(
    base: Ints, capability_millionths: Ints, most: Ints, names: Sequence[str] | None = None
) -> Holders:
    """Return holders that save in proportion to base × capability (rule C)."""
    return Holders.of(adjusted(base, capability_millionths), ceiling=most, names=names)


def efficient_saving(
    alpha: Ints, beta: Ints, most: Ints, names: Sequence[str] | None = None
) -> Holders:
    """Return holders that save up to one marginal cost (rule E); the price is λ × 10⁶.

    alpha: marginal cost of the first unit. [price]
    beta: how much it rises over a million units, 1 or more. [price]
    """
    if (beta < 1).any():
        raise InputError(
            "allocation.cost_not_rising",
            zh="成本曲线的 β 必须大于零。",
            en="The β of a cost curve must be above zero.",
            next_zh="未知时请改用其他规则。",
            next_en="Where it is not known, use another rule.",
            where={"rows": np.flatnonzero(beta < 1).tolist()},
        )
    million = np.full(len(beta), MILLION)
    slope = _rounded(million, million, beta)
    return Holders.of(slope, start=-_rounded(alpha, million, beta), ceiling=most, names=names)


def _rounded(amount: Ints, times: Ints, by: Ints) -> Ints:
    quotient, rest = multiply_divide(amount, times, by)
    return quotient + (rest >= by - rest)
