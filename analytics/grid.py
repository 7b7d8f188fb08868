"""Which grid factor makes the CO2 of electricity: the nearest place's that has one."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

Scope = Literal["province", "grid_region", "national"]
_NEAREST_FIRST: Final[tuple[Scope, ...]] = ("province", "grid_region", "national")


@dataclass(frozen=True, slots=True)
class Edition:
    """The average factor of a place for one year, as an authority published it."""

    scope: Scope
    code: str
    year: int
    kgco2_per_kwh: Decimal


def nearest(
    editions: Sequence[Edition], province: str | None, grid_region: str | None, year: int
) -> list[Edition]:
    """Return the edition of each place that has any, the nearest place first: that one is taken.

    Of a place's editions the newest of the years gone by, else the first of those to come. As
    storage.grid_distance.
    """
    named = {"province": province, "grid_region": grid_region}
    found = []
    for scope in _NEAREST_FIRST:
        own = [
            one
            for one in editions
            if one.scope == scope and (scope == "national" or one.code == named[scope])
        ]
        if own:
            found.append(min(own, key=lambda one: (one.year > year, abs(one.year - year))))
    return found
