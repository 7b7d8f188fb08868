"""What terms of an agreement come to: shortfalls carried, banking, period caps, interim cover."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Final

from analytics.exact import Exact

# What a certified leader bears of the fall (Tokyo cap-and-trade).
LEADERS: Final = {"none": Fraction(1), "near": Fraction(3, 4), "top": Fraction(1, 2)}


def carried_shortfall(shortfall: Exact, factor: Exact) -> int:
    """Return what is taken off next year for a shortfall, rounded up.

    Source: Regulation (EU) 2018/842 art. 9, excess × 1.08.
    """
    return ceil(Fraction(shortfall) * Fraction(factor))


def bank_limit(mean_yearly: Exact, share: Exact, plus: Exact) -> int:
    """Return the most that may be banked: a share of the mean yearly amount and a constant.

    Source: Korean emissions trading scheme, 2017.
    """
    return floor(Fraction(mean_yearly) * Fraction(share) + Fraction(plus))


def period_cap(base: Exact, rate: Exact, years: Exact, leader: str) -> int:
    """Return the cap of a period of years; leader: a key of LEADERS.

    Source: Tokyo cap-and-trade: base × (1 − rate) × years.
    """
    return floor(Fraction(base) * (1 - Fraction(rate) * LEADERS[leader]) * Fraction(years))


def interim_cover(used: Sequence[Exact], share: Exact) -> list[int]:
    """Return what is to be covered after each year but the last: a share of its use, rounded up.

    Source: RGGI, interim control periods.
    """
    return [ceil(Fraction(one) * Fraction(share)) for one in used[:-1]]
