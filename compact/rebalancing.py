"""Rebalancing within a year: what holders will hardly use goes to those who will lack it.

Source: ANALYTICS 1.5: released r = max(0, left − upper forecast), needed d = max(0, median forecast
− left); min(Σr, Σd) moves within one member, pro rata from givers, by equal awards to takers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil
from typing import Final

from compact.movements import Leg

MARGIN: Final = Fraction(1, 10)  # the upper forecast above the median, where none is known


class Basis(StrEnum):
    """What an outlook stands on."""

    FORECAST = "forecast"  # last year's days at this pace; a band from forecasts that are over
    PATH = "path"  # how much of the path was used, and a fixed margin


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a holder has left, and what it will use of the rest of the year. [g]

    median, upper: of the forecast; upper is what is exceeded once in ten years.
    """

    institution: int
    left_g: int
    median_g: int
    upper_g: int
    basis: Basis = Basis.PATH

    @property
    def releases_g(self) -> int:
        """What it can spare."""
        return max(0, self.left_g - self.upper_g)

    @property
    def needs_g(self) -> int:
        """What it will lack."""
        return max(0, self.median_g - self.left_g)


def forecast(institution: int, quota_g: int, used: float, rest: float, upper: float) -> Outlook:
    """Return an outlook by a forecast; used: of the days that it takes for known. [g]"""
    left_g = quota_g - round(used)
    return Outlook(institution, left_g, ceil(rest), max(ceil(rest), ceil(upper)), Basis.FORECAST)


def by_path(institution: int, quota_g: int, path_g: int, used_g: int) -> Outlook:
    """Return an outlook by how much was used of the path so far; what is used is taken off.

    path_g: what of the quota is earned by now, above 0.
    """
    rest = max(0, quota_g - path_g)
    median = Fraction(rest * used_g, path_g)
    upper = median * (1 + MARGIN)
    return Outlook(institution, quota_g - used_g, _up(median), _up(upper))


def rebalanced(year: int, holders: Sequence[Outlook], cap_g: int | None = None) -> tuple[Leg, ...]:
    """Return the legs that move what is spared to where it lacks, whole grams, summing to zero.

    cap_g: the most that may move together.
    """
    spared = [(one.institution, one.releases_g) for one in holders if one.releases_g]
    lacked = [(one.institution, one.needs_g) for one in holders if one.needs_g]
    moved = min(sum(g for _, g in spared), sum(g for _, g in lacked))
    if cap_g is not None:
        moved = min(moved, cap_g)
    if moved <= 0:
        return ()
    given = _pro_rata(spared, moved)
    taken = _equal_awards(lacked, moved)
    legs = [Leg("holder", whose, year, -g) for whose, g in given if g]
    return (*legs, *(Leg("holder", whose, year, g) for whose, g in taken if g))


def _pro_rata(claims: Sequence[tuple[int, int]], total: int) -> list[tuple[int, int]]:
    """Return whole parts by claim; what rounding leaves goes by largest fraction, then lower id."""
    whole = sum(g for _, g in claims)
    floors = [(whose, g * total // whole, g * total % whole) for whose, g in claims]
    left = total - sum(part for _, part, _ in floors)
    order = sorted(range(len(floors)), key=lambda i: (-floors[i][2], floors[i][0]))
    extra = set(order[:left])
    return [(whose, part + (i in extra)) for i, (whose, part, _) in enumerate(floors)]


def _equal_awards(claims: Sequence[tuple[int, int]], total: int) -> list[tuple[int, int]]:
    """Return constrained equal awards in whole parts: nobody more than it lacks."""
    found, left = {}, total
    waiting = sorted(claims, key=lambda one: (one[1], one[0]))
    while waiting:
        whose, claim = waiting.pop(0)
        award = min(claim, left // (len(waiting) + 1))
        found[whose] = award
        left -= award
    return [(whose, found[whose]) for whose, _ in claims]


def _up(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)
