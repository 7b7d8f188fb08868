"""Where a figure stands under a quota standard: what was compared, step by step, and how far to go.

intensity = use / per; compared = intensity × each correction's factor. All of it is exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from analytics.expressions import Expression
from compact.standards import Amounts, Correction, Grade, Indicator, Standard, Tier
from metering.errors import InputError

_OF_TIER = {
    Tier.GUIDE: Grade.LEADING,
    Tier.BASELINE: Grade.REASONABLE,
    Tier.CONSTRAINT: Grade.MEETS,
}


@dataclass(frozen=True, slots=True)
class Step:
    """A named part of what is compared; value: None where an input of it is lacking.

    correction: None of the use itself, and of what it is divided by.
    """

    name: str
    expression: Expression
    value: Fraction | None
    lacks: tuple[str, ...] = ()
    correction: Correction | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """What is held against the tiers, None where too little is known.

    use: in the indicator's unit of use; factor: all corrections together. lacks: names that nobody
    gave, why one that was measured is not compared, and `use` where nothing was used, or more is
    taken out than that.
    """

    steps: Sequence[Step]
    use: Fraction | None = None
    per: Fraction | None = None
    factor: Fraction = Fraction(1)
    value: Fraction | None = None
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Distance:
    """What is left to the next better tier.

    value: of that tier, in the indicator's unit. use: to be saved in a year, in its unit of use.
    share: the same of this year's use.
    """

    tier: Tier
    value: Fraction
    use: Fraction
    share: Fraction


def compared(indicator: Indicator, corrections: Iterable[Correction], amounts: Amounts) -> Compared:
    """Return what a standard holds against its tiers, with each step that led to it.

    corrections: those that the standard asks for. One that is not needed and lacks an input is a
    step without a value, and changes nothing.
    """
    use, per = (_step(*one, amounts) for one in (("use", indicator.use), ("per", indicator.per)))
    order = sorted(corrections, key=lambda one: (one.place, one.code))
    factors = [_step(one.code, one.factor, amounts, one) for one in order]
    asked = [use, per, *(one for one in factors if one.correction and one.correction.needed)]
    lacks = [name for one in asked for name in one.lacks]
    counted = [use, per, *(one for one in factors if one.value is not None)]
    lacks += [why for one in counted for why in _why_not(one, amounts)]
    if use.value is not None and use.value <= 0:
        lacks.append("use")
    steps = [use, per, *factors]
    if lacks or use.value is None or per.value is None:
        return Compared(steps, use.value, per.value, lacks=tuple(dict.fromkeys(lacks)))
    factor = Fraction(1)
    for one in factors:
        factor *= 1 if one.value is None else one.value
    return Compared(steps, use.value, per.value, factor, use.value / per.value * factor)


def grade_of(standard: Standard, value: Fraction) -> Grade:
    """Return where a value stands; one exactly at a tier has reached it."""
    reached = next((one for one in Tier if value <= standard.tiers.get(one, value - 1)), None)
    if standard.average:
        return Grade.ABOVE_AVERAGE if reached is None else Grade.BELOW_AVERAGE
    if reached is not None:
        return _OF_TIER[reached]
    return Grade.EXCEEDS if Tier.CONSTRAINT in standard.tiers else Grade.BEYOND


def distance(standard: Standard, found: Compared) -> Distance | None:
    """Return what is left to the next better tier; None where there is none, or nothing to hold."""
    better = [
        (value, tier)
        for tier, value in standard.tiers.items()
        if found.value is not None and value < found.value
    ]
    if not better or found.value is None or found.per is None or not found.use:
        return None
    value, tier = max(better, key=lambda one: one[0])
    saved = (found.value - value) * found.per / found.factor
    return Distance(tier, value, saved, saved / found.use)


def _step(
    name: str, asked: Expression, amounts: Amounts, correction: Correction | None = None
) -> Step:
    """Return a step; what is divided by, and a factor, lies above nought or is not known."""
    lacks = tuple(sorted(asked.names - amounts.keys()))
    if lacks:
        return Step(name, asked, None, lacks, correction)
    try:
        value = asked.value({one: amounts[one].value for one in asked.names})
    except InputError:
        value = Fraction(0)  # it divides by what is nought
    if name != "use" and value <= 0:
        return Step(name, asked, None, tuple(sorted(asked.names)), correction)
    return Step(name, asked, value, (), correction)


def _why_not(one: Step, amounts: Amounts) -> list[str]:
    """Return why a step's amounts are not compared."""
    names = sorted(one.expression.names & amounts.keys())
    return [why for name in names for why in amounts[name].lacks]
