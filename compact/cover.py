"""Cover: whether what a holder used in all its years so far is taken out of its balance.

Source: the dynamic surrender status of the UK Emissions Trading Scheme Registry (public,
Apache-2.0), reproduced on its acceptance scenarios. A status is a function of the record alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction


class CoverStatus(StrEnum):
    """How a holder stands over all its years so far."""

    COVERED = "a"
    SHORT = "b"
    MISSING = "c"  # the figure of a year that is over
    EXCLUDED = "excluded"  # from all years that are over
    NOT_APPLICABLE = "not_applicable"  # no year is over yet


@dataclass(frozen=True, slots=True)
class Periods:
    """Periods of several years, of which the first begins with a year: until one is over, only a
    part of each of its years is to be covered, and at its end all of them together."""

    first: int
    years: int
    interim: Fraction

    def whole_from(self, year: int) -> int:
        """Return the year from which on all of a year's use is due."""
        if year < self.first:
            return year + 1
        return self.first + ((year - self.first) // self.years + 1) * self.years

    def share(self, year: int, now: int) -> Fraction:
        """Return which part of a year's use is due in another year."""
        return Fraction(1) if now >= self.whole_from(year) else self.interim


@dataclass(frozen=True, slots=True)
class CoverRecord:
    """What is known of a holder.

    first_year, last_year: for which it answers; None while no last one is set. year: the current
    one. used: year to its locked use. covered: taken out of the balance so far. Amounts in one
    unit of the holder's choice. periods: None where each year stands for itself.
    """

    first_year: int
    last_year: int | None
    year: int
    used: Mapping[int, Fraction] = field(default_factory=dict)
    excluded: frozenset[int] = frozenset()
    covered: Fraction = Fraction(0)
    periods: Periods | None = None

    def asked(self, year: int) -> Fraction:
        """Return what a year of known use asks to be covered by now."""
        share = 1 if self.periods is None else self.periods.share(year, self.year)
        return self.used[year] * share

    @property
    def years_over(self) -> range:
        """The years that count: before the current one, and a last year from its first day."""
        last = self.last_year
        if last is None or last > self.year:
            last = self.year - 1
        return range(self.first_year, last + 1)

    @property
    def status(self) -> CoverStatus:
        """How the holder stands."""
        if not self.years_over:
            return CoverStatus.NOT_APPLICABLE
        asked = [year for year in self.years_over if year not in self.excluded]
        if not asked:
            return CoverStatus.EXCLUDED
        if any(year not in self.used for year in asked):
            return CoverStatus.MISSING
        due = sum(self.asked(year) for year in asked)
        return CoverStatus.COVERED if self.covered >= due else CoverStatus.SHORT

    def verified(self, year: int, amount: Fraction | None) -> "CoverRecord":
        """Return the record with a year's locked use; None withdraws it.

        A figure of an excluded year is kept, and counts once the year is included again.
        """
        others = {each: used for each, used in self.used.items() if each != year}
        return replace(self, used=others if amount is None else others | {year: amount})

    def exclude(self, year: int) -> "CoverRecord":
        """Return the record without a year: nothing is due for it, and its figure goes."""
        return replace(self.verified(year, None), excluded=self.excluded | {year})

    def include_again(self, year: int) -> "CoverRecord":
        """Return the record with a year that was left out; its figure is to come anew."""
        return replace(self, excluded=self.excluded - {year})

    @property
    def due(self) -> Fraction | None:
        """What all its years so far ask for; None while a figure is missing, or no year is over."""
        asked = [year for year in self.years_over if year not in self.excluded]
        if not asked or any(year not in self.used for year in asked):
            return None
        return sum((self.asked(year) for year in asked), Fraction(0))


def combined(statuses: Iterable[CoverStatus]) -> CoverStatus:
    """Return how holders stand together: as the worst of them, for nobody covers another's use."""
    found = set(statuses)
    order = (
        CoverStatus.MISSING,
        CoverStatus.SHORT,
        CoverStatus.COVERED,
        CoverStatus.EXCLUDED,
    )
    return next((one for one in order if one in found), CoverStatus.NOT_APPLICABLE)
