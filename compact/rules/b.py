"""Rule B: savings by the distance to the leading value; whoever is better is asked for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np

from analytics import division
from analytics.allocation import Holders as Sharing
from analytics.exact import Ints, multiply_divide
from compact.given import Given, columns_of
from compact.notices import in_percent, in_thousands
from compact.parameters import By, Kind, parameter
from compact.ruling import About, Among, Facts
from compact.saving import SavingRule


def _gap_saving(given: Given) -> dict[str, Any]:
    area, intensity = columns_of(given, ["area_m2", "eui"])
    leading = given.each("guide", len(area))
    most = given.bounds("max_saving", len(area))
    made = division.gap_saving(given.number("saving_total"), area, intensity, leading, most)
    return {"savings": made.shares, "lam": made.multiplier}


@dataclass(frozen=True, slots=True)
class Gap(SavingRule):
    """What is saved is gap × λ, the gap being what was used beyond the leading value."""

    about: ClassVar = About(
        letter="B",
        code="gap",
        name=("B 按与引导值的差距", "B by gap to leading value"),
        explains=(
            "节约量按超出引导值的部分同比例分担;已优于引导值的不再要求。",
            (
                "Everybody goes the same part of the way to the leading value; who is better "
                "already is asked for nothing."
            ),
        ),
        source="GB/T 40498-2021 (约束值、基准值、引导值); x = clip(a·λ, 0, most)",
        first=True,
    )
    cases: ClassVar[Mapping[str, Any]] = {"gap_saving": _gap_saving}

    leading: Mapping[str, Decimal] = parameter(
        kind=Kind.NUMBER, by=By.CLASS, zh="引导值", en="Leading value", unit="kgce/m²",
        most="1000", step="0.5",
        hint=("各类机构单位建筑面积年能耗的先进水平。没有类别或面积的机构,全部用能计为差距,漏报不占便宜。",
              ("The advanced intensity of a class, in a year. Of institutions without class or "
              "area the whole use is the gap, so leaving them out never pays.")),
    )  # fmt: skip

    def check(self) -> None:
        """Refuse to share by gaps to nothing."""
        if not self.leading or any(value <= 0 for value in self.leading.values()):
            raise self.parameter("leading").wrong(
                "须给出,且大于零(规则 B)", "must be given for rule B, above zero"
            )

    def lacks(self, among: Among) -> tuple[str, str] | None:
        """Return that nobody has a gap: without class, area and leading value."""
        if among.at_intensity(self.leading)[1].any():
            return None
        return (
            "没有一家机构同时有类别、面积和该类引导值",
            "no institution has class, area and a leading value of its class",
        )

    def shares(self, among: Among) -> Sharing:
        """Return savings by the gap, at most the gap and at most so much of the base."""
        gap = self._gaps(among)
        most = self.feasible_g(among)
        return among.sharing(gap, ceiling=gap if most is None else np.minimum(most, gap))

    def _gaps(self, among: Among) -> Ints:
        """Return each gap.

        Of whoever states no class or area the whole use; of a class without a leading value the
        others' mean share of base.
        """
        leading, known = among.at_intensity(self.leading)
        gap: Ints = np.maximum(among.base - leading, 0)
        rows = np.flatnonzero(~known)
        if len(rows):
            gaps, bases = int(gap[known].sum()), max(int(among.base[known].sum()), 1)
            columns = (np.full(len(rows), one, np.int64) for one in (gaps, bases))
            gap[rows] = multiply_divide(among.base[rows], *columns)[0]
        if among.strict:
            gap = np.where(among.silent, among.base, gap)
        return gap

    def words(self, facts: Facts) -> list[tuple[str, str]]:
        """Return the factors that were given, and the gap."""
        return [*SavingRule.words(self, facts), ("gap", in_thousands(facts.weight_g))]

    def product(self, facts: Facts) -> str:
        """Return the gap."""
        return in_thousands(facts.weight_g) + " (gap)"

    def in_words(self, facts: Facts, lang: str) -> str:
        """Return what part of the way is to be gone."""
        saved = facts.base_g - facts.amount_g
        chinese = lang.startswith("zh")
        if not facts.weight_g:
            if chinese:
                return "已优于引导值,不再要求节约。"
            return "Is better than the leading value already: asked for nothing."
        part = in_percent(Fraction(saved, facts.weight_g))
        if chinese:
            return f"走完与引导值差距的 {part}。"
        return f"Closes {part} of its distance to the leading value."
