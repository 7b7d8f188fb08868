"""Cases of weights: what data suggest for members, and how a share bends with one of them."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final

from analytics import division
from compact.corrections import area_factor, occupancy_factor
from compact.given import Given, columns_of
from compact.proposals import members_of, proposed
from compact.sensitivity import TENTH
from compact.targets import MILLION

Result = dict[str, Any]


def _capability_weights(given: Given) -> Result:
    base = given.decimals("base")
    columns = [given.decimals(name, len(base)) for name in ("gap", "area")]
    given.hold("base", base)
    found = proposed(members_of(base, *columns))
    if found is None:
        return {"weights": None, "by_entropy": None, "entropy": None}
    return {
        "weights": list(found.by_potential.values()),
        "by_entropy": None if found.by_entropy is None else list(found.by_entropy.values()),
        "entropy": None if found.entropy is None else list(found.entropy),
    }


def _correction(given: Given) -> Result:
    names = ("area_before", "area_now", "persons_before", "persons_now")
    values = [given.decimal(name) for name in names]
    if any(one <= 0 for one in values):
        raise given.refuse(names[0], "等四项应大于零", "and the others must be above zero")
    area, area_now, persons, persons_now = values
    return {
        "area": Fraction(area_factor(area, area_now), MILLION),
        "occupancy": Fraction(occupancy_factor(persons / area, persons_now / area_now), MILLION),
    }


def _sensitivity(given: Given) -> Result:
    base, capability = columns_of(given, ["base", "capability"])
    most = given.bounds("max_saving", len(base))
    total = given.number("saving_total")
    before = division.capability_saving(total, base, capability, most).shares
    found = []
    for place in range(len(base)):
        by = [one * TENTH if at == place else one for at, one in enumerate(capability)]
        after = division.capability_saving(total, base, by, most).shares
        found.append([b - a for a, b in zip(before, after, strict=True)])
    return {"moved": found}


RULES: Final[dict[str, Callable[[Given], Result]]] = {
    "capability_weights": _capability_weights,
    "correction": _correction,
    "capability_sensitivity": _sensitivity,
}
