"""Rule F: alpha-fair, between shares by weight and equal shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar, Final

import numpy as np

from analytics import division
from analytics.allocation import Holders as Sharing
from analytics.exact import Ints, millionths
from compact.given import Given
from compact.notices import in_thousands
from compact.parameters import Kind, ceiling_share, floor_share, parameter
from compact.ruling import About, AllocationRule, Among, Facts

_SCALE: Final = 10**11  # of the greatest root: roots are whole numbers before anything is shared


def _alpha_fair(given: Given) -> dict[str, Any]:
    weights = given.numbers("weights")
    made = division.alpha_fair(
        given.number("total"),
        weights,
        given.number("alpha"),
        floor=given.bounds("floors", len(weights)),
        ceiling=given.bounds("ceilings", len(weights)),
    )
    return {"shares": made.shares}


@dataclass(frozen=True, slots=True)
class AlphaFair(AllocationRule):
    """What may be used is (adjusted base / price)^(1/α), between floor and ceiling."""

    about: ClassVar = About(
        letter="F",
        code="alpha_fair",
        name=("F α 公平", "F alpha-fair"),
        explains=(
            "α = 1 即按基期同比例,α 越大越趋于平均,小于 1 则向大户集中。供专家比较。",
            (
                "α = 1 shares by the base, greater ones come nearer to equal shares, smaller ones "
                "favour the great. For experts."
            ),
        ),
        source="Mo and Walrand (2000), fair end-to-end window-based congestion control",
    )
    cases: ClassVar[Mapping[str, Any]] = {"alpha_fair": _alpha_fair}

    alpha: Decimal = parameter(
        Decimal(1), kind=Kind.NUMBER, zh="α", en="α", least="0.01", most="1000", step="0.1",
        hint=("1 为按比例,越大越平均。", "1 shares by weight; greater is nearer to equal."),
    )  # fmt: skip
    floor: int = floor_share()
    ceiling: int | None = ceiling_share()

    def check(self) -> None:
        """Refuse a ceiling below the floor."""
        if self.ceiling is not None and self.ceiling < self.floor:
            raise self.parameter("ceiling").wrong("低于下限", "lies below the floor")

    def shares(self, among: Among) -> Sharing:
        """Return shares by the roots of the adjusted base."""
        floor = -millionths(-among.base, self.floor)
        ceiling = None if self.ceiling is None else millionths(among.base, self.ceiling)
        return among.sharing(self._roots(among.adjusted), floor=floor, ceiling=ceiling)

    def _roots(self, weights: Ints) -> Ints:
        """Return each weight's root over the greatest one's, in whole parts of 10⁻¹¹, floored."""
        if self.alpha == 1:
            return weights
        each, place = np.unique(weights, return_inverse=True)
        exponent = 1 / Fraction(self.alpha)
        greatest = max(int(each[-1]), 1)
        roots = [division.power(Fraction(one, greatest), exponent) for one in each.tolist()]
        return np.array([int(one * _SCALE) for one in roots], np.int64)[place]

    def product(self, facts: Facts) -> str:
        """Return the root that λ multiplies."""
        return f"{in_thousands(facts.weight_g)} (root)"
