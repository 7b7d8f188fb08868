"""How a run shares a target: one of the rules, with its bounds and weights in whole numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from compact.targets import MILLION, MONTHS, Base
from metering.errors import InputError

MOST_SAVED: Final = 200_000  # of the base in one year: 20 %
_MOST: Final = 100 * MILLION


class Rule(StrEnum):
    """The rules that a planner chooses from."""

    PROPORTIONAL = "A"  # of the adjusted base, between floor and ceiling
    GAP = "B"  # savings by the distance to the leading value
    CAPABILITY = "C"  # savings by base and the member's capability


@dataclass(frozen=True, slots=True)
class Method:
    """A rule with all that it takes; shares and weights are integers of 10⁻⁶.

    floor, ceiling: A: of the base, None for no ceiling. most_saved: B and C: of the base.
    leading: B: kgce/m² a year by class of institution.
    weights: C: capability by member, 10⁶ where none is given.
    factors: named corrections of an institution's base, such as climate or occupancy.
    """

    rule: Rule
    floor: int = 0
    ceiling: int | None = None
    most_saved: int = MOST_SAVED
    leading: Mapping[str, Decimal] = field(default_factory=dict)
    weights: Mapping[int, int] = field(default_factory=dict)
    factors: Mapping[int, Mapping[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shares = [self.floor, self.most_saved, *self.weights.values()]
        shares += [] if self.ceiling is None else [self.ceiling]
        shares += [share for named in self.factors.values() for share in named.values()]
        if any(not 0 <= share <= _MOST for share in shares) or self.most_saved > MILLION:
            raise _wrong("share", "比例和系数应在 0 与 100 之间。", "Shares lie from 0 to 100.")
        if self.ceiling is not None and self.ceiling < self.floor:
            raise _wrong("ceiling", "上限低于下限。", "The ceiling lies below the floor.")
        if any(not value.is_finite() or value <= 0 for value in self.leading.values()):
            raise _wrong("leading", "引导值应大于零。", "Leading values are above zero.")
        if self.rule is Rule.GAP and not self.leading:
            raise _wrong("leading", "规则 B 须给出各类机构的引导值。",
                         "Rule B needs the leading value of each class.")  # fmt: skip

    @property
    def shares_savings(self) -> bool:
        """Whether the rule divides what is to be saved, rather than what may be used."""
        return self.rule is not Rule.PROPORTIONAL


@dataclass(frozen=True, slots=True)
class Holder:
    """An institution that shares a target, with everything that decides its quota.

    region, line: of its affiliation. year: of the quota.
    """

    institution: int
    region: int
    line: str
    year: int
    base: Base
    class_code: str | None = None
    area_m2: Decimal | None = None


def adjusted_g(holder: Holder, factors: Mapping[str, int]) -> int:
    """Return the base times its named factors, rounded down."""
    amount = Fraction(holder.base.total_g)
    for share in factors.values():
        amount = amount * share / MILLION
    return int(amount)


def gap_g(holder: Holder, leading: Mapping[str, Decimal]) -> int | None:
    """Return how far a base lies above the leading value, None where area or value is missing.

    Of a base that is not a whole year, the leading value counts for as many months.
    """
    value = leading.get(holder.class_code or "")
    if value is None or holder.area_m2 is None or holder.area_m2 <= 0:
        return None
    months = sum(one is not None for one in holder.base.months_g)
    best = Fraction(value) * Fraction(holder.area_m2) * 1000 * months / MONTHS
    return max(holder.base.total_g - int(best), 0)


def _wrong(name: str, zh: str, en: str) -> InputError:
    return InputError(
        f"method.bad_{name}",
        zh=zh,
        en=en,
        next_zh="请改正规则的参数。",
        next_en="Correct what the rule is given.",
        where={"field": name},
    )
