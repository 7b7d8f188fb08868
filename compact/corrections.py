"""Corrections of a base: area, occupancy and climate, each a factor with its evidence.

area: floor area when the quota begins, over that of the base year.
occupancy: 0.7 + 0.3 × (persons per m² then, over those of the base year), the form of GB/T 51161
for offices, in which three tenths of the use follow how densely a building is occupied.
climate: by degree days, as `compact.climate` says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from analytics.exact import half_up
from analytics.means import DatedValue, days_mean
from compact.bases import Size
from compact.climate import CLIMATE, Part, Weather, factor_of
from compact.targets import MILLION

AREA: Final = "area"
OCCUPANCY: Final = "occupancy"
_FIXED: Final = Fraction(7, 10)


@dataclass(frozen=True, slots=True)
class Correction:
    """A named factor in millionths, with what it rests on: before and after as registered.

    before, after: m², or persons per m²; None of climate. since: from when the value after is
    registered. weather, parts: of climate, which degree days were compared, and what follows them.
    """

    name: str
    factor: int
    before: Fraction | None = None
    after: Fraction | None = None
    since: date | None = None
    weather: Weather | None = None
    parts: tuple[Part, ...] = ()


def area_factor(before: Fraction, after: Fraction) -> int:
    """Return the factor of a changed floor area, in millionths."""
    return round(after / before * MILLION)


def occupancy_factor(before: Fraction, after: Fraction) -> int:
    """Return the factor of a changed density of persons, in millionths."""
    return round((_FIXED + (1 - _FIXED) * after / before) * MILLION)


def by_climate(weather: Weather, parts: tuple[Part, ...]) -> Correction | None:
    """Return the correction by the weather of a base year; None where it changes nothing."""
    factor = half_up(factor_of(parts) * MILLION)
    if factor == MILLION:
        return None
    return Correction(CLIMATE, factor, weather=weather, parts=parts)


def proposed(
    sizes: Sequence[Size], base_year: int, day: date, least: Fraction = Fraction(0)
) -> list[Correction]:
    """Return the corrections that registered sizes give a base for a quota that begins on a day.

    None where nothing changed, or where either side was never stated. least: of which part area or
    persons must have changed, as an agreement may ask, for a base to be revised at all.
    """
    area, persons = (_pair(sizes, name, base_year, day) for name in ("area_m2", "persons"))
    changed = [abs(one[1] / one[0] - 1) for one in (area, persons) if one is not None]
    if max(changed, default=Fraction(0)) < least:
        return []
    found = []
    if area is not None and area[0] != area[1]:
        found.append(Correction(AREA, area_factor(*area[:2]), *area))
    if area is None or persons is None:
        return found
    before, after = persons[0] / area[0], persons[1] / area[1]
    if before != after:
        since = max(area[2], persons[2])
        found.append(Correction(OCCUPANCY, occupancy_factor(before, after), before, after, since))
    return found


def _pair(
    sizes: Sequence[Size], name: str, base_year: int, day: date
) -> tuple[Fraction, Fraction, date] | None:
    """Return a size over the base year and on a day, both above zero, and since when that holds."""
    stated = [one for one in sizes if one.attribute == name]
    first, until = date(base_year, 1, 1), date(base_year + 1, 1, 1)
    dated = [DatedValue(one.number, one.valid_from, one.valid_to) for one in stated]
    before: Decimal | None = days_mean(dated, first, until, until)
    now = [
        one
        for one in stated
        if one.valid_from <= day and (one.valid_to is None or day < one.valid_to)
    ]
    if before is None or before <= 0 or not now or now[-1].number <= 0:
        return None
    return Fraction(before), Fraction(now[-1].number), now[-1].valid_from
