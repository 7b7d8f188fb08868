"""What a split means for those who bear it: measures to read side by side, rule by rule.

No rule is efficient in cost, equal in rate and blind to history at once; a choice needs all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from analytics.exact import Ints
from analytics.inequality import gini

Floats: TypeAlias = "NDArray[np.float64]"


@dataclass(frozen=True, slots=True)
class Spread:
    """The least and the most of a ratio over all holders that have it."""

    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Fairness:
    """One rule's measures; None where nobody has what the measure needs.

    to_base, to_benchmark: quota over base, and over benchmark. effort: saving over feasible.
    gini_of_rates: of saving over base; None too where somebody may use more than the base.
    cost: of all savings, in the unit of the cost curves.
    at_bound: how many holders have what a bound says.
    """

    to_base: Spread | None
    to_benchmark: Spread | None
    effort: Spread | None
    gini_of_rates: float | None
    cost: float | None
    at_bound: int


def fairness(
    quota: Ints,
    base: Ints,
    *,
    floor: Ints | None = None,
    ceiling: Ints | None = None,
    benchmark: Ints | None = None,
    feasible: Ints | None = None,
    cost: tuple[Floats, Floats] | None = None,
) -> Fairness:
    """Return the fairness measures of a split; all columns are of the holders. [one unit]

    floor, ceiling: of the quota. cost: alpha and beta, a saving s costing alpha · s + beta · s²/2.
    """
    saving = base - quota
    bound = np.zeros(len(quota), np.bool_)
    for limit in (floor, ceiling):
        if limit is not None:
            bound |= quota == limit
    rates = saving[base > 0] / base[base > 0]
    return Fairness(
        to_base=_spread(quota, base),
        to_benchmark=_spread(quota, benchmark),
        effort=_spread(saving, feasible),
        gini_of_rates=gini(rates) if len(rates) and (rates >= 0).all() else None,
        cost=None
        if cost is None
        else float((cost[0] * saving + cost[1] * saving.astype(np.float64) ** 2 / 2).sum()),
        at_bound=int(bound.sum()),
    )


def _spread(part: Ints, whole: Ints | None) -> Spread | None:
    if whole is None or not (has := whole > 0).any():
        return None
    ratio = part[has] / whole[has]
    return Spread(float(ratio.min()), float(ratio.max()))
