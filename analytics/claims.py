"""Rules for claims when there is not enough: comparators beside the rules that are in force."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import factorial, lcm
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from analytics.bounds import BoundsError, InfeasibleError
from analytics.division import share
from analytics.exact import Exact
from metering.errors import InputError

Shares = list[Fraction]

_MOST_ARRIVALS: Final = 20  # 2^20 sets of those who came before


def proportional(total: Exact, claims: Sequence[Exact]) -> Shares:
    """Return awards in proportion to claims."""
    return share(total, claims).shares


def cea(total: Exact, claims: Sequence[Exact]) -> Shares:
    """Return constrained equal awards: the same for all, none above its claim."""
    return share(total, [1] * len(claims), ceiling=_claims(claims)).shares


def cel(total: Exact, claims: Sequence[Exact]) -> Shares:
    """Return constrained equal losses: the same loss for all, none below zero."""
    wanted = _enough(total, claims)
    losses = cea(sum(wanted) - Fraction(total), wanted)
    return [claim - loss for claim, loss in zip(wanted, losses, strict=True)]


def talmud(total: Exact, claims: Sequence[Exact]) -> Shares:
    """Return equal awards up to half of each claim, equal losses beyond."""
    wanted = _enough(total, claims)
    halves = [claim / 2 for claim in wanted]
    if total <= sum(halves):
        return cea(total, halves)
    losses = cea(sum(wanted) - Fraction(total), halves)
    return [claim - loss for claim, loss in zip(wanted, losses, strict=True)]


def random_arrival(total: Exact, claims: Sequence[Exact]) -> Shares:
    """Return the mean over all orders of arrival, each paid in full while anything is left."""
    wanted = _enough(total, claims)
    count = len(wanted)
    if count > _MOST_ARRIVALS:
        raise InputError(
            "allocation.too_many_arrivals",
            zh=f"随机到达规则最多支持 {_MOST_ARRIVALS} 方,现有 {count} 方。",
            en=f"Random arrival takes at most {_MOST_ARRIVALS} claimants, not {count}.",
            next_zh="请改用 Talmud 规则,或先按上级汇总。",
            next_en="Use the Talmud rule, or add up to a higher level first.",
        )
    unit = lcm(Fraction(total).denominator, *(claim.denominator for claim in wanted))
    purse = int(Fraction(total) * unit)
    asked = [int(claim * unit) for claim in wanted]
    fits = (purse + sum(asked)) << count < 2**63
    size, before = np.zeros(1, np.int64), np.zeros(1, np.int64 if fits else object)
    for claim in asked:  # sizes and sums of all sets; bit i of a set's number is claimant i
        size, before = np.append(size, size + 1), np.append(before, before + claim)
    left = np.maximum(purse - before, 0)
    return [_mean_award(left, size, i, claim) / unit for i, claim in enumerate(asked)]


def _mean_award(left: NDArray[Any], size: NDArray[np.int64], i: int, claim: int) -> Fraction:
    """Return what claimant i gets over all sets of others that may have come before."""
    without = (slice(None), 0, slice(None))
    paid = np.minimum(left.reshape(-1, 2, 2**i)[without], claim)
    others = size.reshape(-1, 2, 2**i)[without]
    count = len(left).bit_length() - 1
    orders = sum(
        int(paid[others == came].sum()) * factorial(came) * factorial(count - came - 1)
        for came in range(count)
    )
    return Fraction(orders, factorial(count))


def floors_then_cea(total: Exact, entitlements: Sequence[Exact], claims: Sequence[Exact]) -> Shares:
    """Return to each what it is entitled to, and equal awards of the rest up to its claim."""
    return share(
        total,
        [1] * len(claims),
        start=entitlements,
        floor=entitlements,
        ceiling=_claims(claims),
    ).shares


def _claims(claims: Sequence[Exact]) -> Shares:
    wanted = [Fraction(claim) for claim in claims]
    if wrong := [row for row, claim in enumerate(wanted) if claim < 0]:
        raise BoundsError(wrong)
    return wanted


def _enough(total: Exact, claims: Sequence[Exact]) -> Shares:
    wanted = _claims(claims)
    if not 0 <= total <= sum(wanted):
        raise InfeasibleError(total, 0, sum(wanted, Fraction(0)))
    return wanted


RULES: Final[dict[str, Callable[[Exact, Sequence[Exact]], Shares]]] = {
    "pro": proportional,
    "cea": cea,
    "cel": cel,
    "talmud": talmud,
    "random_arrival": random_arrival,
}
