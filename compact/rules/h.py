"""Rule H: classes of members: each member falls by the percentage that its class was given."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from analytics.allocation import Holders as Sharing
from analytics.exact import Exact
from compact.given import Given
from compact.parameters import By, Kind, parameter
from compact.ruling import About, AllocationRule, Among, Reach, Tells
from compact.targets import MILLION


def fallen(base: Exact, fall: Exact) -> int:
    """Return a base less a share of it, floored."""
    left = Fraction(base) * (1 - Fraction(fall))
    return left.numerator // left.denominator


def _classes(given: Given) -> dict[str, Any]:
    base = given.decimals("base")
    percent = given.decimals("class_percent", len(base))
    given.hold("base", base)
    given.hold("class_percent", percent, 100)
    return {"caps": [fallen(one, by / 100) for one, by in zip(base, percent, strict=True)]}


@dataclass(frozen=True, slots=True)
class Classes(AllocationRule):
    """A member's cap is its base × (1 − its fall); inside a member, by the adjusted base."""

    about: ClassVar = About(
        letter="H",
        code="classes",
        name=("H 成员分档降幅", "H by classes of members"),
        explains=(
            "每个成员单位按所属档次的降幅确定总量,成员内部按基期同比例分解;各成员之和不一定等于目标。",
            (
                "Each member falls by the percentage of its class, and shares its cap by the base. "
                "The caps need not add to the target."
            ),
        ),
        source="《“十二五”节能减排综合性工作方案》(各地区节能目标); member_classes.csv",
    )
    reach: ClassVar = Reach.MEMBER
    tells: ClassVar = Tells.MEMBERS
    cases: ClassVar[Mapping[str, Any]] = {"classes": _classes}

    fall: Mapping[int, int] = parameter(
        kind=Kind.SHARE, by=By.MEMBER, zh="降幅", en="Fall", unit="%", least="-99.9999",
        most="99.9999", step="0.5",
        hint=("各成员单位比基期下降的百分比。", "By how much each member falls below its base."),
    )  # fmt: skip

    @property
    def is_plain(self) -> bool:
        """Whether everybody in a member keeps the same part of the own base."""
        return True

    def check(self) -> None:
        """Refuse a table that names no member."""
        if not self.fall:
            raise self.parameter("fall").wrong("须给出(规则 H)", "must be given for rule H")

    def shares(self, among: Among) -> Sharing:
        """Return shares by the adjusted base."""
        return among.sharing(among.adjusted)

    def cap_g(self, base_g: int, member: int) -> int:
        """Return a member's cap; refuse a member without a percentage."""
        if member not in self.fall:
            raise self.parameter("fall").wrong(
                f"未给出成员单位 {member}", f"is not given for the member {member}"
            )
        return fallen(base_g, Fraction(self.fall[member], MILLION))
