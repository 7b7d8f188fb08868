"""What a field measures, told by its name: its unit, or that it is no energy, volume or power."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from metering.errors import InputError
from metering.unit_names import unit_of

_MAX_DEPTH: Final = 16
_OTHER: Final = re.compile(
    r"volt|current(?!_?(power|energy|act))|amp(ere)?s?$|freq|factor|\bpf\b|(^|[._])pf$|rssi|snr"
    r"|link_?quality|batter|temperature|humidity|phase_?angle|apparent|reactive|aprt|reapower"
    r"|(error|status|state|code|version|mode|endpoint)$"
    r"|(^|[._])(id|lat|lon|time|timestamp|uptime|flow|dewpoint|illuminance|pressure|co2)$"
    r"|_(v|a|c|f|hz|pct|counter|h|min|s|dbm|kvar|kvarh|kva|kvah|deg|bar|hpa|ppm)$",
    re.IGNORECASE,
)
_PHASE: Final = re.compile(r"((?:energy|power)\w*?)_(?:phase_?)?[abc]$", re.IGNORECASE)
_SUFFIX: Final = re.compile(r"[_\[( ]([A-Za-z]{1,3}3?h?|m³/?h?|m\^?3/?h?)[\])]?$")
_RATES: Final = {"m3h": "m3/h", "m³h": "m3/h", "lh": "L/h", "m3/h": "m3/h", "m³/h": "m3/h"}


def is_other(name: str) -> bool:
    """Return whether a name is that of a voltage, a temperature or the like."""
    return bool(_OTHER.search(_PHASE.sub(r"\1", name)))


def unit_in(name: str) -> str | None:
    """Return the unit with which a name ends: total_energy_consumption_kwh, Wh, total_m3."""
    found = _SUFFIX.search(name)
    if found is None:
        return None
    text = found[1]
    if text.casefold() in {"mwh", "mw", "mj"} and name == name.lower():
        text = {"mwh": "MWh", "mw": "MW", "mj": "MJ"}[text]  # where all is small, so are these
    return _RATES.get(text.lower()) or unit_of(text)


def flattened(thing: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Yield what is no object and no list, under its path: a.b.0."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(thing, dict):
        pairs = thing.items()
    elif isinstance(thing, list):
        pairs = {str(place): one for place, one in enumerate(thing)}.items()
    else:
        yield name, thing
        return
    for step, inner in pairs:
        yield from flattened(inner, f"{name}.{step}" if name else str(step), depth + 1)


def named(units: Mapping[str, str]) -> dict[str, str]:
    """Return units of keys as we name them: kwh is kWh; InputError where one is none of ours."""
    found = {key: unit_of(text) for key, text in units.items()}
    for key, unit in found.items():
        if unit is None:
            raise _no_unit(key, units[key])
    return {key: unit for key, unit in found.items() if unit is not None}


def _no_unit(key: str, text: str) -> InputError:
    return InputError(
        "codec.bad_settings",
        zh=f"units 中“{key}”的单位“{text}”不认识。",
        en=f"The unit “{text}” of “{key}” in `units` is none of ours.",
        next_zh="可写 Wh、kWh、MWh、MJ、GJ、L、m3、t、kg、W、kW、MW 等。",
        next_en="Write Wh, kWh, MWh, MJ, GJ, L, m3, t, kg, W, kW, MW or the like.",
        where={"field": "settings"},
    )
