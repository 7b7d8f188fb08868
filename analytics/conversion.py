"""From quanta to standard coal and CO2, and what a target asks by when: decimals, exact.

Factors are arguments, always: an authority sets them, by profile and date.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import Final

from analytics.exact import Exact, half_up
from metering.errors import InputError

# Roots are irrational; 40 digits are the same everywhere and more than anyone prints.
_DIGITS: Final = Context(prec=40)
_CARBON_TO_CO2: Final = Fraction(44, 12)


def to_g(quanta: int, per_unit: int, kg_per_unit: Exact) -> int:
    """Return what an amount weighs as standard coal or CO2 in whole grams, halves upward.

    quanta: of the carrier, `per_unit` of them to the unit of the factor (1,000 Wh to a kWh).
    """
    return half_up(Fraction(quanta, per_unit) * Fraction(kg_per_unit) * 1000)


def to_kg(
    used: Mapping[str, Exact],
    kg_per_unit: Mapping[str, Exact],
    kg_per_litre: Mapping[str, Exact] | None = None,
) -> dict[str, Fraction]:
    """Return the weight of what was used, by carrier: standard coal or CO2, as the factors say.

    What is bought by volume and rated by mass takes a density.

    used: by carrier, in the unit of its factor, or in litres where it has a density. [varies]
    returns: exact, neither rounded nor added up. [kg]
    """
    if unknown := sorted(used.keys() - kg_per_unit.keys()):
        raise InputError(
            "conversion.no_factor",
            zh=f"系数组中没有:{'、'.join(unknown)}。",
            en=f"The profile has no factor for {', '.join(unknown)}.",
            next_zh="请补充系数及其来源,或改用含有该品种的系数组。",
            next_en="Add the factor with its source, or choose a profile that has it.",
            where={"carrier": unknown},
        )
    density = kg_per_litre or {}
    return {
        carrier: Fraction(amount)
        * Fraction(kg_per_unit[carrier])
        * Fraction(density.get(carrier, 1))
        for carrier, amount in used.items()
    }


def proportions(parts: Mapping[str, Exact]) -> dict[str, Fraction]:
    """Return what part of their sum each is; all zero where the sum is."""
    total = sum((Fraction(part) for part in parts.values()), Fraction(0))
    return {name: Fraction(part) / total if total else Fraction(0) for name, part in parts.items()}


def fuel_factor(gj_per_unit: Exact, tc_per_tj: Exact, oxidation: Exact) -> Fraction:
    """Return the CO2 of burning one unit of a fuel. [kg]

    gj_per_unit: net calorific value. tc_per_tj: carbon per heat. oxidation: share that burns.
    """
    # 1 TJ is 1,000 GJ and 1 t is 1,000 kg: the thousands cancel.
    return Fraction(gj_per_unit) * Fraction(tc_per_tj) * Fraction(oxidation) * _CARBON_TO_CO2


def annual_rate(total_reduction: Exact, years: Exact) -> Decimal:
    """Return the yearly fall that compounds to a total one.

    A document that says "at least" prints it rounded up: `rounded_up(rate, 3)`.
    """
    remaining = _decimal(1 - Fraction(total_reduction))
    if remaining < 0 or years <= 0:
        raise _no_path(total_reduction, years)
    kept = _DIGITS.power(remaining, _decimal(1 / Fraction(years)))
    return _DIGITS.subtract(Decimal(1), kept)


def rounded_up(rate: Decimal, places: int) -> Decimal:
    """Return a rate that promises no less, in so many decimal places."""
    return rate.quantize(Decimal(1).scaleb(-places), rounding="ROUND_CEILING")


def yearly_path(
    base: int, total_reduction: Exact, years: int, *, linear: bool = False
) -> list[int]:
    """Return the amounts of the years after the base year; the last is the target itself.

    Compound by default: every year falls by the same rate. Linear: by the same amount. A reduction
    below zero is growth.
    """
    whole = Fraction(total_reduction)
    if years < 1 or not -1 <= whole <= 1:
        raise _no_path(total_reduction, years)
    if linear:
        kept = [1 - whole * year / years for year in range(1, years + 1)]
    else:
        yearly = 1 - Fraction(annual_rate(whole, years))
        kept = [yearly**year for year in range(1, years)] + [1 - whole]
    return [half_up(base * part) for part in kept]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a target is reached, beside how far its time has run."""

    target: Fraction
    done_share: Fraction
    linear_share: Fraction

    @property
    def on_track(self) -> bool:
        """Whether as much is done as time has passed."""
        return self.done_share >= self.linear_share


def progress(
    base: Exact, now: Exact, target_reduction: Exact, *, years_passed: Exact, years: Exact
) -> Progress:
    """Return how much of a promised fall is done. [the unit of `base` and `now`]"""
    start, reached, fall = Fraction(base), Fraction(now), Fraction(target_reduction)
    if start * fall == 0 or years <= 0:
        raise _no_path(target_reduction, years)
    return Progress(
        target=start * (1 - fall),
        done_share=(start - reached) / (start * fall),
        linear_share=Fraction(years_passed) / Fraction(years),
    )


def _decimal(value: Fraction) -> Decimal:
    return _DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))


def _no_path(reduction: Exact, years: Exact) -> InputError:
    return InputError(
        "target.no_path",
        zh=f"基期、下降率 {reduction} 与年数 {years} 构不成目标路径。",
        en=f"A base, a reduction of {reduction} and {years} years make no path.",
        next_zh="下降率应在 0 与 1 之间,基期和年数应大于零。",
        next_en="State a reduction between 0 and 1, and a base and years above zero.",
    )
