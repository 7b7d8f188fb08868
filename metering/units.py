"""Units that meters count in, and how many of a carrier's quanta one of them is."""

from fractions import Fraction
from typing import Final

from metering.channels import Kind
from metering.unit_names import unit_of

# No institution uses as much in a month (10 TWh, or 10 km³ of water); beyond it an account is
# unknown and set aside, and sums over all there are stay far from what 64 bits hold.
MOST_QUANTA: Final = 10**13

_CUBIC_FOOT: Final = Fraction("28.316846592")  # litres
_POUND: Final = Fraction("453.59237")  # grams
_US, _UK = Fraction("3.785411784"), Fraction("4.54609")  # gallons, in litres
# Of the International Steam Table, in joules: 1 Btu = 1055.05585262 J, 1 kcal = 4186.8 J (ISO
# 80000-5; NIST SP 811, appendix B.8; GB/T 2589 takes 29307.6 kJ for 7000 kcal). A therm is 100,000
# Btu, as Portfolio Manager counts it (US law has 0.024 % less), a ton hour of cooling 12,000.
_BTU: Final = Fraction("1055.05585262")
_CALORIE: Final = Fraction("4.1868")
_HEAT_J: Final[dict[str, Fraction]] = {
    "kBtu": 1_000 * _BTU,
    "MMBtu": 1_000_000 * _BTU,
    "therm": 100_000 * _BTU,
    "ton-hour": 12_000 * _BTU,
    "kcal": 1_000 * _CALORIE,
    "Mcal": 1_000_000 * _CALORIE,
    "Gcal": 1_000_000_000 * _CALORIE,
}
# By the carrier's quantum. Fractions: a register in GJ of electricity is odd, but not ambiguous.
_QUANTA: Final[dict[str, dict[str, Fraction]]] = {
    "Wh": {
        "Wh": Fraction(1),
        "kWh": Fraction(1_000),
        "MWh": Fraction(1_000_000),
        "GWh": Fraction(1_000_000_000),
        "MJ": Fraction(2500, 9),
        "GJ": Fraction(2_500_000, 9),
        "10MWh": Fraction(10_000_000),
        "100GWh": Fraction(100_000_000_000),
        **{unit: joules / 3_600 for unit, joules in _HEAT_J.items()},
    },
    # A foot is 0.3048 m, a gallon 231 cubic inches (US) or 4.54609 L (UK), all exactly.
    "L": {
        "L": Fraction(1),
        "m3": Fraction(1_000),
        "cf": _CUBIC_FOOT,
        "ccf": 100 * _CUBIC_FOOT,
        "kcf": 1000 * _CUBIC_FOOT,
        "MMcf": 1_000_000 * _CUBIC_FOOT,
        "galUS": _US,
        "galUK": _UK,
        "kgalUS": 1_000 * _US,
        "kgalUK": 1_000 * _UK,
        "MMgalUS": 1_000_000 * _US,
        "MMgalUK": 1_000_000 * _UK,
        "1000m3": Fraction(1_000_000),
        "10000m3": Fraction(10_000_000),
    },
    "g": {
        "g": Fraction(1),
        "kg": Fraction(1_000),
        "t": Fraction(1_000_000),
        "10000t": Fraction(10_000_000_000),
        "lb": _POUND,
        "klb": 1_000 * _POUND,
    },
    "kg": {
        "kg": Fraction(1),
        "t": Fraction(1_000),
        "10000t": Fraction(10_000_000),
        "lb": _POUND / 1_000,
        "klb": _POUND,
    },
    "MJ": {
        "MJ": Fraction(1),
        "GJ": Fraction(1_000),
        "kWh": Fraction(18, 5),
        "MWh": Fraction(3_600),
        "10MWh": Fraction(36_000),
        **{unit: joules / 1_000_000 for unit, joules in _HEAT_J.items()},
    },
}
_WATER: Final = "water"
_TONNES: Final = {"t": "m3", "t/h": "m3/h", "kg": "L", "kg/h": "L/h", "10000t": "10000m3"}
_RATES: Final = {"kW": "kWh", "W": "Wh", "MW": "MWh"}


def quanta_per_unit(unit: str, kind: Kind, quantum: str) -> Fraction | None:
    """Return how many quanta of a carrier one unit is; None where the unit is not one of its.

    A power channel counts per hour: its units are kW, m3/h, kg/h and the like.
    """
    if kind is Kind.POWER:
        unit = _RATES.get(unit) or (unit.removesuffix("/h") if unit.endswith("/h") else "")
    return _QUANTA.get(quantum, {}).get(unit)


def ratio_of(
    factor: int, under: int, per_unit: int, unit: str, kind: Kind, quantum: str
) -> Fraction:
    """Return the transformers' ratio out of carrier quanta per channel quantum."""
    return Fraction(factor, under) * per_unit / (quanta_per_unit(unit, kind, quantum) or 1)


def units_of(kind: Kind, quantum: str) -> list[str]:
    """Return the units that a message may offer."""
    names = list(_QUANTA.get(quantum, {}))
    if kind is not Kind.POWER:
        return names
    rates = {of: rate for rate, of in _RATES.items()}
    return [rates.get(name, f"{name}/h") for name in names]


def meant(text: str, carrier: str) -> str:
    """Return the unit that people mean by a text; the text itself where it is none of ours."""
    unit = unit_of(text) or text
    return _TONNES.get(unit, unit) if carrier == _WATER else unit


def conversion(
    sent: str, unit: str, kind: Kind, quantum: str, carrier: str = ""
) -> Fraction | None:
    """Return how many of a channel's unit one of the unit that was sent is; None where unknown.

    A tonne of water is a cubic metre: bills of water are written in either.
    """
    if sent == unit:
        return Fraction(1)
    if carrier == _WATER and sent in _TONNES:
        sent = _TONNES[sent]
    theirs, ours = (quanta_per_unit(one, kind, quantum) for one in (sent, unit))
    return None if theirs is None or ours is None else theirs / ours
