"""Floor area and persons of the demo's institutions: what the source knows, or plainly assumed."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from simulators.datasets import Building
from simulators.series import PER_KWH, Series

_YEAR_H: Final = 8760
_REMARK: Final = ";面积、人数为演示假定"
_LEFT_OUT: Final = 7  # every so many buildings stay without, so that this is seen too


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a building. remark: what its source is to say beside the data set."""

    area_m2: Decimal | None
    persons: Decimal | None
    remark: str = ""


def of_source(building: Building) -> Facts:
    """Return what the data set knows; of persons that is nothing."""
    return Facts(Decimal(building.area_m2) if building.area_m2 else None, None)


def assumed(series: Sequence[Series], richest: str) -> dict[str, Facts]:
    """Return areas and persons of the site with most carriers, by building.

    No data set names both, and figures per m² and per person shall be seen: an area that the set
    does not know is one at which the electricity of a year is 40 to 119 kWh/m², a person has 12 to
    21 m². They are marked as assumed wherever their source is shown.
    """
    own = [one for one in series if one.meter.building.site == richest]
    buildings = {one.meter.building.name: one.meter.building for one in own}
    electric = {
        one.meter.building.name: int(one.meter.used[-_YEAR_H:].sum()) // PER_KWH
        for one in own
        if one.carrier == "electricity"
    }
    left = {name for place, name in enumerate(sorted(buildings)) if place % _LEFT_OUT == 6}
    return {
        name: _assumed(one, electric[name])
        for name, one in buildings.items()
        if name in electric and name not in left
    }


def _assumed(building: Building, kwh: int) -> Facts:
    draw = zlib.crc32(building.name.encode())
    area_m2 = of_source(building).area_m2 or Decimal(max(kwh // (40 + draw % 80) // 10 * 10, 100))
    persons = Decimal(max(int(area_m2) // (12 + draw % 10), 5))
    return Facts(area_m2, persons, _REMARK)
