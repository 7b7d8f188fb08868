"""Points of a time series, as Telegraf hands them on in several forms: tags, fields, units."""

from collections.abc import Mapping, Sequence
from typing import Final

from metering.unit_names import unit_of

# Home Assistant names a measurement after the unit.
_MEASURED: Final = frozenset({"Wh", "kWh", "MWh", "MJ", "GJ", "m³", "W", "kW", "MW"})
_UNIT_TAGS: Final = ("unit", "unit_of_measurement", "units")


def before_field(measurement: str, tags: Mapping[str, str], chosen: Sequence[str] | None) -> str:
    """Return what stands before the field in a key: the measurement, and values of chosen tags.

    Where none are chosen, or the point lacks one of them, all its tags stand with their names: two
    meters never share a key unasked.
    """
    values = [tags.get(tag) for tag in chosen or ()]
    if chosen is None or None in values:
        return measurement + "".join(f",{name}={value}" for name, value in sorted(tags.items()))
    return "/".join([measurement, *(value for value in values if value is not None)])


def unit_said(measurement: str, tags: Mapping[str, str]) -> str | None:
    """Return the unit that a tag tells, or the measurement."""
    for tag in _UNIT_TAGS:
        if (found := unit_of(tags.get(tag, ""))) is not None:
            return found
    return unit_of(measurement) if measurement in _MEASURED else None
