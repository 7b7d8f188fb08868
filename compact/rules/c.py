"""Rule C: savings by base and the member's capability."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from analytics import division
from analytics.allocation import Holders as Sharing
from analytics.exact import millionths
from compact.given import Given, columns_of
from compact.notices import of_million
from compact.parameters import By, Kind, parameter
from compact.ruling import About, Among, Facts, Tells
from compact.saving import SavingRule
from compact.targets import MILLION


def _capability_saving(given: Given) -> dict[str, Any]:
    base, capability = columns_of(given, ["base", "capability"])
    most = given.bounds("max_saving", len(base))
    made = division.capability_saving(given.number("saving_total"), base, capability, most)
    return {"savings": made.shares, "lam": made.multiplier}


@dataclass(frozen=True, slots=True)
class Capability(SavingRule):
    """What is saved is base × factors × capability × λ."""

    about: ClassVar = About(
        letter="C",
        code="capability",
        name=("C 按能力加权", "C weighted by capability"),
        explains=(
            "节约量按基期用能与成员单位能力系数之积分担:能力强的多节约。",
            "Savings by base year and the member's capability: who is able to saves more.",
        ),
        source="Regulation (EU) 2018/842, effort sharing by capability; x = clip(a·λ, 0, most)",
        first=True,
    )
    tells: ClassVar = Tells.MEMBERS
    cases: ClassVar[Mapping[str, Any]] = {"capability_saving": _capability_saving}

    weights: Mapping[int, int] = parameter(
        kind=Kind.FACTOR, by=By.MEMBER, zh="能力系数", en="Capability", most="100",
        each=MILLION, step="0.05",
        hint=("各成员单位的能力系数,未给出的为 1。", "Of each member; 1 where none is given."),
    )  # fmt: skip

    def lacks(self, among: Among) -> tuple[str, str] | None:
        """Return that the members' weights are alike: then it is rule A."""
        if len(set(among.of_member(self.weights, MILLION).tolist())) > 1:
            return None
        return (
            "各成员单位的能力系数相同,等于规则 A;请给出能力系数,或采用由数据建议的",
            "all members weigh the same, which is rule A; state weights, or take those proposed",
        )

    def shares(self, among: Among) -> Sharing:
        """Return savings by the adjusted base times the member's capability."""
        weight = among.of_member(self.weights, MILLION)
        return among.sharing(millionths(among.adjusted, weight), ceiling=self.feasible_g(among))

    def words(self, facts: Facts) -> list[tuple[str, str]]:
        """Return the factors that were given, and the member's capability."""
        weight = self.weights.get(facts.member, MILLION)
        return [*SavingRule.words(self, facts), ("capability", of_million(weight))]
