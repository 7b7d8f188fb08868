"""What a base would have been in the weather of a reference year, by degree days.

Of twelve months the two with the fewest degree days a day say what is used whatever the weather
is; what is used beyond that in months of heating or cooling follows their degree days:

    factor = 1 + share of heating × (H reference ÷ H base year − 1), and the same of cooling.

Source: ANALYTICS 1.2 (degree-day share). An official checks it with twelve figures and a pencil.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from analytics.exact import Bools, Ints
from compact.targets import MONTHS

CLIMATE: Final = "climate"
HEATING: Final = "heating"
COOLING: Final = "cooling"
_MILD: Final = 2  # months
_FAR: Final = 2  # times as many degree days: beyond it a base says too little of the other year


@dataclass(frozen=True, slots=True)
class DegreeDays:
    """Degree days of twelve months, in tenths: below 18 °C, and above 26 °C."""

    heating: tuple[int, ...]
    cooling: tuple[int, ...]

    @classmethod
    def of(cls, months: Sequence[tuple[int, int, int]]) -> DegreeDays | None:
        """Return those of (month, heating, cooling) in any order; None unless all are known."""
        found = sorted(months)
        if [month for month, _, _ in found] != list(range(1, MONTHS + 1)):
            return None
        return cls(tuple(one for _, one, _ in found), tuple(one for _, _, one in found))


@dataclass(frozen=True, slots=True)
class Weather:
    """The degree days of a base year somewhere, and of the reference year there.

    region: that states them. station: where they were taken; reference_station: and of which years.
    """

    region: int
    year: int
    of_year: DegreeDays
    reference: DegreeDays
    station: str = ""
    reference_station: str = ""

    def ratio(self, kind: str) -> Fraction | None:
        """Return reference ÷ base year; None where either has none, or one has far more."""
        base, usual = sum(getattr(self.of_year, kind)), sum(getattr(self.reference, kind))
        if not base or not usual or not base <= usual * _FAR <= base * _FAR * _FAR:
            return None
        return Fraction(usual, base)


@dataclass(frozen=True, slots=True)
class Part:
    """What of a base follows the weather: its share, and the degree days before and after."""

    kind: str
    share: Fraction
    before: Fraction
    after: Fraction


def parts_of(months_g: Ints, weather: Weather) -> list[tuple[Part, ...]]:
    """Return of each base what of it follows the weather, and how the weather differed.

    months_g: (n, 12) the months of bases of the weather's year, all known, none of them all zero.
    """
    of = weather.of_year
    days = np.array([monthrange(weather.year, m)[1] for m in range(1, MONTHS + 1)], np.int64)
    mild = _mild(of, days.tolist())
    # Both sides times the days of the mild months: whole numbers throughout.
    beyond = np.maximum(0, months_g * days[mild].sum() - months_g[:, mild].sum(1)[:, None] * days)
    whole = (months_g.sum(1) * days[mild].sum()).tolist()
    parts: list[list[Part]] = [[] for _ in whole]
    for kind, other in ((HEATING, COOLING), (COOLING, HEATING)):
        ratio = weather.ratio(kind)
        if ratio is None:
            continue
        theirs = np.array(getattr(of, kind)) > np.array(getattr(of, other))
        theirs[mild] = False
        before = Fraction(sum(getattr(of, kind)), 10)
        for row, own in enumerate(beyond[:, theirs].sum(1).tolist()):
            if own:
                parts[row].append(Part(kind, Fraction(own, whole[row]), before, before * ratio))
    return [tuple(one) for one in parts]


def factor_of(parts: Sequence[Part]) -> Fraction:
    """Return by what a base is multiplied."""
    return 1 + sum((one.share * (one.after / one.before - 1) for one in parts), Fraction(0))


def whole_years(months_g: Ints, known: Bools) -> Bools:
    """Return (n,) of which bases all twelve months are known and some energy was used."""
    return np.asarray(known.all(axis=1) & (np.where(known, months_g, 0).sum(axis=1) > 0))


def _mild(of: DegreeDays, days: Sequence[int]) -> list[int]:
    """Return the places of the months with the fewest degree days a day, the earlier of equals."""
    each = [
        Fraction(heating + cooling, many)
        for heating, cooling, many in zip(of.heating, of.cooling, days, strict=True)
    ]
    return sorted(range(MONTHS), key=lambda place: (each[place], place))[:_MILD]
