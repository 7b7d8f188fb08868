"""How many of a roster are wrong, by what a sample of it showed, with an interval.

Of one stratum the interval is exact: all counts of wrong ones that the sample does not refute, by
the hypergeometric distribution (Buonaccorsi 1987, The American Statistician 41: 215-218). Of
several strata it is Wilson's score interval (1927, JASA 22: 209-212) of the weighted share with the
effective size of the sample (Kish 1965, Survey Sampling, 11.7); Franco, Little, Louis and Slud
(2019, Journal of Survey Statistics and Methodology 7: 334-364) find it among those that hold best.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, lgamma, sqrt
from statistics import NormalDist
from typing import Final

CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Judged:
    """A stratum: of `many`, so many were `checked`, and so many of these were `wrong`."""

    many: int
    checked: int
    wrong: int

    def __post_init__(self) -> None:
        if not 0 <= self.wrong <= self.checked <= self.many:
            raise ValueError(f"{self.wrong} wrong of {self.checked} of {self.many}")


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of wrong ones from 0 to 1, and the bounds of its interval."""

    share: float
    low: float
    high: float


def of_stratum(one: Judged, confidence: float = CONFIDENCE) -> Rate | None:
    """Return the share of a stratum, None where nobody was checked; its bounds are exact."""
    if one.checked == 0:
        return None
    low, high = wrong_between(one, confidence)
    return Rate(one.wrong / one.checked, low / one.many, high / one.many)


def wrong_between(one: Judged, confidence: float = CONFIDENCE) -> tuple[int, int]:
    """Return the least and the greatest count of wrong ones that the sample does not refute."""
    tail = (1 - confidence) / 2
    low, high = one.wrong, one.many - (one.checked - one.wrong)
    least = _first(low, high, lambda bad: _at_least(one, bad) > tail)
    most = _first(low, high, lambda bad: _at_most(one, bad) <= tail) - 1
    return least, most


def of_strata(held: Sequence[Judged], confidence: float = CONFIDENCE) -> Rate | None:
    """Return the share of several strata, each by its size; those unchecked are left out.

    None where nobody was checked. Where one stratum was checked its exact bounds.
    """
    found = [one for one in held if one.checked]
    if len(found) <= 1:
        return of_stratum(found[0], confidence) if found else None
    many = sum(one.many for one in found)
    share = sum(one.many * one.wrong / one.checked for one in found) / many
    if all(one.checked == one.many for one in found):
        return Rate(share, share, share)
    return _wilson(share, effective(found), confidence)


def effective(held: Sequence[Judged]) -> float:
    """Return how many a plain sample would have to hold to say as much, by Kish's weights."""
    many = sum(one.many for one in held)
    return many**2 / sum(one.many**2 / one.checked for one in held)


def _wilson(share: float, size: float, confidence: float) -> Rate:
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    middle = (share + z * z / (2 * size)) / (1 + z * z / size)
    half = z / (1 + z * z / size) * sqrt(share * (1 - share) / size + (z / (2 * size)) ** 2)
    return Rate(share, max(0.0, middle - half), min(1.0, middle + half))


def _first(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """Return the first count from low on for which it holds, as for all above; else high + 1."""
    while low <= high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle - 1
        else:
            low = middle + 1
    return low


def _at_least(one: Judged, bad: int) -> float:
    """Return how probable so many wrong ones in the sample or more are, were `bad` wrong in all."""
    return 1 - sum(_chance(one, bad, x) for x in range(one.wrong))


def _at_most(one: Judged, bad: int) -> float:
    """Return the same of so many or fewer."""
    return sum(_chance(one, bad, x) for x in range(one.wrong + 1))


def _chance(one: Judged, bad: int, x: int) -> float:
    good = one.many - bad
    if x > bad or one.checked - x > good:
        return 0.0
    return exp(_ways(bad, x) + _ways(good, one.checked - x) - _ways(one.many, one.checked))


def _ways(many: int, chosen: int) -> float:
    """Return the logarithm of the ways to choose so many."""
    return lgamma(many + 1) - lgamma(chosen + 1) - lgamma(many - chosen + 1)
