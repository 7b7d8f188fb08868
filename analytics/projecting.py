"""Where a year ends: its rest from last year's, and a band from how wrong peers' forecasts were."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor, inf, log
from typing import Final

from analytics.exact import Exact

PACE: Final = (0.3, 3.0)  # a recent pace beyond is taken for no trend
DAMPING: Final = 0.7  # of a pace: it fades over the rest of the year


def rest_of_year(
    used: float, last_year_same: float, last_year_rest: float, damping: float = DAMPING
) -> float:
    """Return the use still to come: last year's rest, at a damped pace of this year to last.

    Raises ValueError where last year's same span had no use: there is no pace.
    """
    if last_year_same <= 0 or used < 0:
        raise ValueError("a pace needs use in the same span of last year")
    pace = min(max(used / last_year_same, PACE[0]), PACE[1])
    return float(last_year_rest * pace**damping)


def exceeding(used: float, rest: float, quota: float, errors: Sequence[float]) -> float:
    """Return the probability that a year ends above its quota.

    errors: ln(actual rest / forecast rest) of a cohort whose year is over. Split conformal: no
    distribution is assumed, and even the least is 1 / (n + 1).
    """
    left = quota - used
    if left <= 0:
        return 1.0
    needed = log(left / rest) if rest > 0 else inf
    return (1 + sum(error >= needed for error in errors)) / (len(errors) + 1)


def band_ranks(n: int, alpha: Exact) -> tuple[int, int]:
    """Return which of n ordered errors, counted from 1, end a band that 1 − alpha fall into."""
    half = Fraction(alpha) / 2
    low, high = floor((n + 1) * half), ceil((n + 1) * (1 - half))
    return min(max(low, 1), n), min(max(high, 1), n)
