"""Amounts as documents print them, with their unit: kt is never taken from Mt."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from metering.errors import InputError

# What one unit is in the smallest of its kind: grams of standard coal or CO2, litres of water.
UNITS: Final[dict[str, tuple[str, int]]] = {
    "kgce": ("coal", 10**3), "tce": ("coal", 10**6), "ktce": ("coal", 10**9),
    "10k tce": ("coal", 10**10), "Mtce": ("coal", 10**12),
    "kgCO2": ("co2", 10**3), "tCO2": ("co2", 10**6), "ktCO2": ("co2", 10**9),
    "10k tCO2": ("co2", 10**10), "MtCO2": ("co2", 10**12),
    "m3": ("water", 10**3), "10k m3": ("water", 10**7), "100M m3": ("water", 10**11),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with the unit in which it is printed."""

    value: Fraction
    unit: str

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise InputError(
                "target.unit_unknown",
                zh=f"没有单位“{self.unit}”。",
                en=f"There is no unit “{self.unit}”.",
                next_zh=f"可选单位:{'、'.join(UNITS)}。",
                next_en=f"Choose one of {', '.join(UNITS)}.",
                where={"field": "unit", "value": self.unit},
            )

    @property
    def kind(self) -> str:
        """What it is an amount of."""
        return UNITS[self.unit][0]

    def in_unit(self, unit: str) -> "Amount":
        """Return the same amount in another unit of its kind."""
        other = Amount(Fraction(0), unit)
        if other.kind != self.kind:
            raise _differ(self, other)
        return Amount(self.value * UNITS[self.unit][1] / UNITS[unit][1], unit)


def fall_between(base: Amount, later: Amount) -> Fraction:
    """Return how far an amount lies below another, of which it is a share.

    InputError where the two are printed in different units: a table that takes kt from Mt is wrong
    a thousandfold, so who means it converts first.
    """
    if base.unit != later.unit:
        raise _differ(base, later)
    if base.value <= 0:
        raise InputError(
            "target.no_base",
            zh="基期数量应大于零。",
            en="The amount of the base year must be above zero.",
            next_zh="请填写基期年的实际数量。",
            next_en="State what was used in the base year.",
            where={"field": "base_amount"},
        )
    return 1 - later.value / base.value


def _differ(one: Amount, other: Amount) -> InputError:
    if one.kind == other.kind:
        same = other.in_unit(one.unit)
        next_zh = f"请先换算成同一单位:{_number(other)} = {_number(same)}。"
        next_en = f"Convert one of them first: {_number(other)} is {_number(same)}."
    else:
        next_zh, next_en = "请核对单位。", "Look at the units again."
    return InputError(
        "target.units_differ",
        zh=f"单位不同,不能相减:{_number(one)} 与 {_number(other)}。",
        en=f"Amounts in different units are not subtracted: {_number(one)} and {_number(other)}.",
        next_zh=next_zh,
        next_en=next_en,
        where={"field": "unit", "units": [one.unit, other.unit]},
    )


def _number(one: Amount) -> str:
    return f"{float(one.value):,.12g} {one.unit}"
