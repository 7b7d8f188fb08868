"""Bills held against one another and against meters: what was likely entered wrong."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import combinations
from statistics import median
from typing import Final

from analytics.exact import half_up

# Seasons move a month's use by less than a half; a meter beside a bill agrees within 3 %.
_SEASON: Final = Fraction(1, 2)
_METER: Final = Fraction(3, 100)
_FEWEST: Final = 3  # other bills of a number before they say what is usual


class Doubt(StrEnum):
    """What a bill is suspected of."""

    DOUBLE = "double"
    SWAPPED = "swapped"
    MULTIPLIER = "multiplier"
    UNLIKE_METER = "unlike_meter"


@dataclass(frozen=True, slots=True)
class Billed:
    """A bill; days are both included. meter: what meters say of its days, None unless known."""

    bill: int
    account: int
    first: date
    last: date
    quanta: int
    meter: int | None = None

    @property
    def rate(self) -> Fraction:
        """What it says of a day. [quanta]"""
        return Fraction(self.quanta, (self.last - self.first).days + 1)


@dataclass(frozen=True, slots=True)
class Found:
    """A doubt: the bill, the other one where there is one, and by how much it is off.

    beside: quanta that would have been expected instead. factor: of a multiplier, as a fraction.
    """

    doubt: Doubt
    bill: int
    other: int | None
    beside: int
    factor: Fraction | None = None


def reconciled(bills: Sequence[Billed]) -> list[Found]:
    """Return what is doubtful in bills of one carrier, in order of bills."""
    usual = {one.bill: _usual(one, bills) for one in bills}
    pairs = [_of_pair(one, other, usual) for one, other in _side_by_side(bills)]
    found = [one for one in pairs if one is not None]
    told = {one.bill for one in found} | {one.other for one in found}
    singles = (_alone(one, usual[one.bill]) for one in bills if one.bill not in told)
    return sorted([*found, *(one for one in singles if one is not None)], key=lambda one: one.bill)


def _usual(one: Billed, bills: Sequence[Billed]) -> Fraction | None:
    """Return what other bills of the number say of a day, None where they are too few."""
    rates = [b.rate for b in bills if b.account == one.account and b.bill != one.bill]
    return median(rates) if len(rates) >= _FEWEST else None


def _side_by_side(bills: Sequence[Billed]) -> Iterable[tuple[Billed, Billed]]:
    """Return pairs of bills of the same days, under two numbers."""
    by_days: dict[tuple[date, date], list[Billed]] = {}
    for one in bills:
        by_days.setdefault((one.first, one.last), []).append(one)
    for same in by_days.values():
        yield from combinations(sorted(same, key=lambda one: one.bill), 2)


def _of_pair(one: Billed, other: Billed, usual: dict[int, Fraction | None]) -> Found | None:
    if one.account == other.account:
        return None
    mine, theirs = usual[one.bill], usual[other.bill]
    if one.quanta == other.quanta > 0 and not (_fits(one, mine) and _fits(other, theirs)):
        return Found(Doubt.DOUBLE, other.bill, one.bill, _over_days(theirs, other))
    if mine is None or theirs is None or _fits(one, mine) or _fits(other, theirs):
        return None
    if _fits(one, theirs) and _fits(other, mine):
        return Found(Doubt.SWAPPED, one.bill, other.bill, other.quanta)
    return None


def _fits(one: Billed, usual: Fraction | None) -> bool:
    """Return whether a bill is about what is usual; where nothing is known nothing fits."""
    return usual is not None and abs(one.rate - usual) <= _SEASON * usual


def _alone(one: Billed, usual: Fraction | None) -> Found | None:
    if one.meter is not None and one.meter > 0:
        ratio = Fraction(one.quanta, one.meter)
        if abs(ratio - 1) <= _METER:
            return None
        factor = _whole_factor(ratio)
        doubt = Doubt.UNLIKE_METER if factor is None else Doubt.MULTIPLIER
        return Found(doubt, one.bill, None, one.meter, factor)
    if usual is None or usual <= 0 or _fits(one, usual):
        return None
    factor = _power_of_ten(one.rate / usual)
    if factor is None:
        return None
    return Found(Doubt.MULTIPLIER, one.bill, None, _over_days(usual, one), factor)


def _whole_factor(ratio: Fraction) -> Fraction | None:
    """Return the whole number by which one is the other, as a transformer's ratio left out is."""
    upside_down = ratio < 1
    times = 1 / ratio if upside_down and ratio > 0 else ratio
    whole = half_up(times)
    if whole < 2 or abs(times / whole - 1) > _METER / 3:
        return None
    return Fraction(1, whole) if upside_down else Fraction(whole)


def _power_of_ten(ratio: Fraction) -> Fraction | None:
    """Return the power of ten by which a bill is off, about as far as a season moves it."""
    for power in (10, 100, 1000, 10_000):
        for factor in (Fraction(power), Fraction(1, power)):
            if 1 - _SEASON <= ratio / factor <= 1 + _SEASON:
                return factor
    return None


def _over_days(usual: Fraction | None, one: Billed) -> int:
    days = (one.last - one.first).days + 1
    return one.quanta if usual is None else half_up(usual * days)
