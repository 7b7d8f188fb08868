"""A month's quota cut into days: by what the institution itself used on days of that kind.

A day weighs what the mean day of its kind (workday, weekend, holiday) used in the same month of the
base year. Where that month knows no such day, the year's mean stands in, scaled to the month's
level by the days that both know. Without a single known day all weigh the same. The days of a month
are cut by cascade rounding, so they add to it to the gram.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final

from analytics.rounding import cascade

_EVEN: Final = Fraction(1)


class RestsOn(StrEnum):
    """What a day's weight was made of."""

    MONTH = "month"  # days of its kind in the same month
    YEAR = "year"  # days of its kind in the whole year
    EVEN = "even"  # nothing was known: each day the same


@dataclass(frozen=True, slots=True)
class DayUsed:
    """What an institution used on a day that is known whole; kind: workday, weekend, holiday."""

    day: date
    kind: str
    grams: int


@dataclass(frozen=True, slots=True)
class Weight:
    """What a day weighs among those of its month; days: of how many it is the mean."""

    grams: Fraction
    days: int
    rests_on: RestsOn


@dataclass(frozen=True, slots=True)
class _Mean:
    grams: int = 0
    days: int = 0

    @property
    def of_one(self) -> Fraction:
        return Fraction(self.grams, self.days)

    def with_(self, grams: int) -> "_Mean":
        return _Mean(self.grams + max(grams, 0), self.days + 1)


class Shape:
    """The mean days of an institution, by month and kind and by kind alone."""

    def __init__(self, used: Iterable[DayUsed]) -> None:
        self._of_month: dict[tuple[int, str], _Mean] = defaultdict(_Mean)
        self._of_year: dict[str, _Mean] = defaultdict(_Mean)
        for one in used:
            of_month = one.day.month, one.kind
            self._of_month[of_month] = self._of_month[of_month].with_(one.grams)
            self._of_year[one.kind] = self._of_year[one.kind].with_(one.grams)

    def weight(self, month: int, kind: str) -> Weight:
        """Return what a day of this kind weighs in this month. [g]"""
        if (month, kind) in self._of_month:
            mean = self._of_month[month, kind]
            return Weight(mean.of_one, mean.days, RestsOn.MONTH)
        if kind in self._of_year:
            mean = self._of_year[kind]
            return Weight(mean.of_one * self._level(month), mean.days, RestsOn.YEAR)
        known = sum(mean.days for mean in self._of_year.values())
        if not known:
            return Weight(_EVEN, 0, RestsOn.EVEN)
        whole = sum(mean.grams for mean in self._of_year.values())
        return Weight(Fraction(whole, known) * self._level(month), known, RestsOn.YEAR)

    def _level(self, month: int) -> Fraction:
        """Return how a month's days compare with the year's days of the same kinds."""
        own = {kind: mean for (at, kind), mean in self._of_month.items() if at == month}
        alike = sum(
            (self._of_year[kind].of_one * mean.days for kind, mean in own.items()), Fraction(0)
        )
        return sum(mean.grams for mean in own.values()) / alike if alike else Fraction(1)


def cut(amount_g: int, weights: Sequence[Weight]) -> list[int]:
    """Return a month's quota by day; where no day weighs anything, all weigh the same. [g]"""
    by = [one.grams for one in weights]
    whole = sum(by, Fraction(0))
    if not whole:
        by, whole = [_EVEN] * len(weights), Fraction(len(weights))
    return cascade([amount_g * one / whole for one in by])


def calendar(
    months_g: Sequence[int | None], days: Sequence[tuple[date, str]], shape: Shape
) -> Mapping[date, tuple[int | None, Weight]]:
    """Return each day's quota with what it weighs; None in months without a quota.

    months_g: twelve. days: of one year, with their kinds, in order.
    """
    found: dict[date, tuple[int | None, Weight]] = {}
    for month, amount_g in enumerate(months_g, 1):
        own = [(day, shape.weight(month, kind)) for day, kind in days if day.month == month]
        parts = [None] * len(own) if amount_g is None else cut(amount_g, [w for _, w in own])
        found |= {day: (part, weight) for (day, weight), part in zip(own, parts, strict=True)}
    return found
