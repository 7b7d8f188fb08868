"""Cases that convert: standard coal and CO2 under given factors, and what a target asks."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, Final

from analytics import conversion
from compact.given import Given

Result = dict[str, Any]

# What a field's ending stands for, in the unit that factors are given for.
_UNITS: Final = {
    "kwh": 1,
    "mwh": 1000,
    "gwh": 1_000_000,
    "kg": 1,
    "t": 1000,
    "m3": 1,
    "l": 1,
    "gj": 1,
}
_COAL_KG: Final = {"kgce": 1, "tce": 1000}  # is standard coal already
_OILS: Final = frozenset({"petrol", "gasoline", "diesel", "kerosene", "fuel_oil", "crude_oil"})
_KG_IN_10K_T: Final = 10_000_000


def _used(given: Given) -> Iterator[tuple[str, str, Fraction]]:
    """Yield carrier, unit and amount of every field that names a unit at its end."""
    for name in given.fields:
        carrier, _, unit = name.rpartition("_")
        if carrier and (unit in _UNITS or unit in _COAL_KG):
            yield carrier, unit, given.number(name)


def _weighed(given: Given, factors: dict[str, Fraction]) -> dict[str, Fraction]:
    """Return kilograms by carrier; of a fuel bought in litres `<carrier>_kg_per_l` is its density.

    A carrier given in several units is added up.
    """
    weights: dict[str, Fraction] = {}
    for carrier, unit, amount in _used(given):
        if unit in _COAL_KG:
            weight = amount * _COAL_KG[unit]
        else:
            density = factors.get(f"{carrier}_kg_per_l") if unit == "l" else None
            weight = conversion.to_kg(
                {carrier: amount * _UNITS[unit]},
                factors,
                None if density is None else {carrier: density},
            )[carrier]
        weights[carrier] = weights.get(carrier, Fraction(0)) + weight
    if not weights:
        raise given.refuse("given", "没有以单位结尾的用量", "has no amount that ends in a unit")
    return weights


def _to_tce(given: Given) -> Result:
    weights = _weighed(given, given.table("factors"))
    grouped: dict[str, Fraction] = {}
    for carrier, weight in weights.items():
        group = "oil" if carrier in _OILS else carrier
        grouped[group] = grouped.get(group, Fraction(0)) + weight
    return {
        "tce_10k": {carrier: weight / _KG_IN_10K_T for carrier, weight in weights.items()},
        "total_10k": sum(weights.values()) / _KG_IN_10K_T,
        "share_percent": {
            group: 100 * part for group, part in conversion.proportions(grouped).items()
        },
    }


def _by_profile(unit: str) -> Callable[[Given], Result]:
    def solve(given: Given) -> Result:
        if "profiles" not in given:
            weights = _weighed(given, given.table("factors"))
            return {unit: weights, "total": sum(weights.values())}
        profiles = given.inside("profiles")
        return {
            unit: {
                name.removeprefix("profiles."): sum(
                    _weighed(given, _factors(given, profiles, name)).values()
                )
                for name in profiles.fields
            }
        }

    return solve


def _factors(given: Given, profiles: Given, name: str) -> dict[str, Fraction]:
    """Return a profile's factors; where only one carrier was used, a number is its factor."""
    if isinstance(profiles.fields[name], dict):
        return profiles.table(name)
    carriers = {carrier for carrier, _, _ in _used(given)}
    if len(carriers) > 1:
        raise given.refuse(
            name, "应按能源品种分列系数", "must give a factor for each of the carriers"
        )
    return dict.fromkeys(carriers, profiles.number(name))


def _fuel_factor(given: Given) -> Result:
    names = ("gj_per_unit", "tc_per_tj", "oxidation")
    return {"kgco2": conversion.fuel_factor(*(given.number(name) for name in names))}


def _annual_rate(given: Given) -> Result:
    rate = conversion.annual_rate(given.number("total_reduction"), given.number("years"))
    return {"rate": rate, "printed_floor": conversion.rounded_up(rate, 3)}


def _progress(given: Given) -> Result:
    found = conversion.progress(
        given.number("base"),
        given.number("now"),
        given.number("target_reduction"),
        years_passed=given.number("years_passed"),
        years=given.number("years"),
    )
    return {
        "target": found.target,
        "done_share": found.done_share,
        "linear_share": found.linear_share,
        "on_track": found.on_track,
    }


RULES: Final[dict[str, Callable[[Given], Result]]] = {
    "to_tce": _to_tce,
    "to_kgce": _by_profile("kgce"),
    "to_kgco2": _by_profile("kgco2"),
    "fuel_factor": _fuel_factor,
    "annual_rate": _annual_rate,
    "progress": _progress,
}
