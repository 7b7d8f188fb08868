"""Objects that a payload decoder of a LoRaWAN device made: names and numbers, units in names."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from collector.codecs.parts.quantities import flattened, is_other, unit_in
from collector.codecs.parts.rows import Row, number
from metering.unit_names import unit_of

_RATES: Final = frozenset({"m3/h", "L/h"})
_VALUE, _UNIT = "value", "unit"  # {"value": 12.5, "unit": "kWh"}, as several makers write it


def rows_of(
    thing: Any, at_ms: int | None, units: Mapping[str, str], *, named: bool = False
) -> Iterator[Row]:
    """Yield a reading of each number, under its path, but those of voltages and the like.

    units: of paths, where the name does not tell. named: whether a unit is needed.
    """
    leaves = dict(flattened(thing))
    for path, leaf in leaves.items():
        before, _, last = path.rpartition(".")
        said = leaves.get(f"{before}.{_UNIT}") if last == _VALUE else None
        name = before if isinstance(said, str) else path
        unit = units.get(name) or (unit_of(said) if isinstance(said, str) else unit_in(name))
        # A text is a number only where a unit says that it is one.
        value = None if isinstance(leaf, str) and said is unit is None else number(leaf)
        if value is None or is_other(name):
            continue
        if isinstance(said, str) and unit is None:
            continue  # a unit that is no energy, volume or power
        if unit not in _RATES and (unit is not None or not named):
            yield Row(name, value, unit, at_ms)
