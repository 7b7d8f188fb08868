"""A carrier as amounts are told in it, asked for once in a transaction."""

from dataclasses import dataclass

from actions.fields import Acting
from storage.registry import regions


@dataclass(frozen=True, slots=True)
class CarrierTold:
    """A carrier with its unit, and how many of its quanta that is."""

    carrier: str
    carrier_zh: str
    carrier_en: str
    unit: str
    quantum: str
    per_unit: int


def carrier_of(at: Acting, code: str) -> CarrierTold:
    """Return a carrier that there is."""
    key = ("carrier", code)
    if key not in at.known:
        one = next(one for one in regions.carriers(at.connection) if one.code == code)
        names = one.name_zh, one.name_en
        at.known[key] = CarrierTold(code, *names, one.unit, one.quantum, one.per_unit)
    found: CarrierTold = at.known[key]
    return found
