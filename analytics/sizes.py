"""Area and persons out of their parts: sums, and the daily average of who comes and goes.

Source: GB/T 40498-2021, Annex A: persons are those on the premises on an average day of the year.
Who is absent in holidays counts without these days; visitors count by the days that they spend.
"""

from calendar import isleap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction


class Counts(StrEnum):
    """How a part counts: those present, those who come for some days, or beside the sum."""

    PRESENT = "present"
    VISITS = "visits"
    APART = "apart"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an area [m²] or of persons, from a day on; valid_to is not included.

    days: of a year: of who is present, those absent; of visits, the mean length of one.
    """

    number: Decimal
    counts: Counts
    days: Decimal | None
    valid_from: date
    valid_to: date | None

    def holds_on(self, day: date) -> bool:
        """Return whether it holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    @property
    def adds(self) -> Fraction:
        """What it adds to the sum, on the average day of the year in which it begins."""
        year = 366 if isleap(self.valid_from.year) else 365
        number, days = Fraction(self.number), Fraction(self.days or 0)
        if self.counts is Counts.APART:
            return Fraction(0)
        if self.counts is Counts.VISITS:
            return number * days / year
        return number * max(year - days, Fraction(0)) / year


@dataclass(frozen=True, slots=True)
class Stated:
    """A sum that somebody stated of some days, whatever its parts say; `order`: the later knows."""

    number: Decimal
    source: str
    order: int
    valid_from: date
    valid_to: date | None

    def holds_on(self, day: date) -> bool:
        """Return whether it was stated of a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def rounded(exact: Fraction) -> Decimal:
    """Return a sum to hundredths, half up: the precision in which areas and persons are kept."""
    hundredths = (200 * exact.numerator + exact.denominator) // (2 * exact.denominator)
    return Decimal(hundredths).scaleb(-2)


def together(parts: Iterable[Part], day: date) -> Decimal | None:
    """Return what the parts of a day come to; None where none of them makes a sum."""
    some = [one for one in parts if one.holds_on(day) and one.counts is not Counts.APART]
    return rounded(sum((one.adds for one in some), Fraction(0))) if some else None


def said_on(stated: Iterable[Stated], day: date) -> Stated | None:
    """Return the last statement of a day, None where there is none."""
    said = [one for one in stated if one.holds_on(day)]
    return max(said, key=lambda one: one.order, default=None)


def turns(parts: Sequence[Part], stated: Sequence[Stated], also: Iterable[date] = ()) -> list[date]:
    """Return the days on which a sum may change, in order; also: others that are looked at."""
    spans = [(one.valid_from, one.valid_to) for one in parts]
    spans += [(one.valid_from, one.valid_to) for one in stated]
    ends = {day for span in spans for day in span if day}
    return sorted(ends.union(also))
