"""What a target is set on: energy, CO2 or water, as a total or per m² or person."""

from enum import StrEnum
from typing import Final


class Quantity(StrEnum):
    """What is counted."""

    ENERGY = "energy"  # kgce, under the target's profile
    CO2 = "co2"  # kg
    WATER = "water"  # m³


# What amounts of each are told in; what is counted (g, of water L) is a thousandth of it.
_UNITS: Final = {Quantity.ENERGY: "kgce", Quantity.CO2: "kgCO2", Quantity.WATER: "m3"}


_THOUSANDS: Final = {Quantity.ENERGY: "tce", Quantity.CO2: "tCO2", Quantity.WATER: "1000 m³"}


class Per(StrEnum):
    """By what an intensity is divided."""

    AREA = "area"
    PERSONS = "persons"


class Indicator(StrEnum):
    """What a target is set on: a total, or an intensity per m² or person."""

    TOTAL_KGCE = "total_kgce"
    KGCE_PER_M2 = "kgce_per_m2"
    KGCE_PER_PERSON = "kgce_per_person"
    TOTAL_KGCO2 = "total_kgco2"
    KGCO2_PER_M2 = "kgco2_per_m2"
    KGCO2_PER_PERSON = "kgco2_per_person"
    TOTAL_WATER_M3 = "total_water_m3"
    WATER_M3_PER_M2 = "water_m3_per_m2"
    WATER_M3_PER_PERSON = "water_m3_per_person"

    @property
    def quantity(self) -> Quantity:
        """What it counts."""
        if "water" in self.value:
            return Quantity.WATER
        return Quantity.CO2 if "kgco2" in self.value else Quantity.ENERGY

    @property
    def per(self) -> Per | None:
        """By what it is divided, None of a total."""
        if self.value.endswith("_per_m2"):
            return Per.AREA
        return Per.PERSONS if self.value.endswith("_per_person") else None

    @property
    def shared(self) -> bool:
        """Whether quotas come of it: of totals alone, for intensities add to none."""
        return self.per is None

    @property
    def unit(self) -> str:
        """In what amounts of it are told to programs; of an intensity, what is divided."""
        return _UNITS[self.quantity]

    @property
    def unit_shown(self) -> str:
        """The same as people write it."""
        return self.unit.replace("m3", "m³")

    def of_rule(self, unit: str) -> str:
        """Return a unit that a rule says of energy, as this indicator has it."""
        thousand = _THOUSANDS[self.quantity]
        return unit.replace("kgce", self.unit_shown).replace("tce", thousand)


SHARED: Final = tuple(one for one in Indicator if one.shared)
