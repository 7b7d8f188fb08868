"""Rule A: in proportion to the adjusted base, between a floor and a ceiling."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from analytics import claims, division
from analytics.allocation import Holders as Sharing
from analytics.exact import millionths
from compact.given import Given
from compact.parameters import ceiling_share, floor_share
from compact.ruling import About, AllocationRule, Among, Tells


def _pro(given: Given) -> dict[str, Any]:
    return {"awards": claims.proportional(given.number("total"), given.numbers("claims"))}


def _clip_linear(given: Given) -> dict[str, Any]:
    weights = given.numbers("weights")
    names = given.keys("names", len(weights))
    made = division.share(
        given.number("total"),
        weights,
        start=given.bounds("starts", len(weights)),
        floor=given.bounds("floors", len(weights)),
        ceiling=given.bounds("ceilings", len(weights)),
        names=None if names is None else [str(name) for name in names],
    )
    return {"shares": made.shares, "lam": made.multiplier}


@dataclass(frozen=True, slots=True)
class Proportional(AllocationRule):
    """What may be used is base × factors × λ, no less than the floor, no more than the ceiling."""

    about: ClassVar = About(
        letter="A",
        code="proportional",
        name=("A 按基期比例", "A proportional to base"),
        explains=(
            "各机构按核定基期同比例取得用能指标,不低于下限、不高于上限。",
            "Everyone keeps the same share of its adjusted base, between floor and ceiling.",
        ),
        source="Young (1987), parametric rules: x = clip(a·λ, floor, ceiling)",
        first=True,
    )
    tells: ClassVar = Tells.SUM
    cases: ClassVar[Mapping[str, Any]] = {"pro": _pro, "clip_linear": _clip_linear}

    floor: int = floor_share()
    ceiling: int | None = ceiling_share()

    @property
    def is_plain(self) -> bool:
        """Whether bounds move nobody's λ."""
        return self.floor == 0 and self.ceiling is None

    def check(self) -> None:
        """Refuse a ceiling below the floor."""
        if self.ceiling is not None and self.ceiling < self.floor:
            raise self.parameter("ceiling").wrong("低于下限", "lies below the floor")

    def shares(self, among: Among) -> Sharing:
        """Return shares by the adjusted base; a floor is rounded up, a ceiling down."""
        floor = -millionths(-among.base, self.floor)
        ceiling = None if self.ceiling is None else millionths(among.base, self.ceiling)
        return among.sharing(among.adjusted, floor=floor, ceiling=ceiling)
