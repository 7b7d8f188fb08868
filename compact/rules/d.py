"""Rule D: claims against what there is, as comparators: equal awards, equal losses, Talmud."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np

from analytics import claims
from analytics.allocation import Holders as Sharing
from compact.given import Given, columns_of
from compact.parameters import Choice, Kind, parameter
from compact.ruling import About, AllocationRule, Among, Facts

_SAVING: Final = {"cel", "talmud"}


def _claims(rule: str) -> Callable[[Given], dict[str, Any]]:
    def solve(given: Given) -> dict[str, Any]:
        total, wanted = given.number("total"), given.numbers("claims")
        return {"awards": claims.RULES[rule](total, wanted)}

    return solve


def _floors_then_cea(given: Given) -> dict[str, Any]:
    total = given.number("total")
    assured, wanted = columns_of(given, ["entitlements", "claims"])
    return {"awards": claims.floors_then_cea(total, assured, wanted)}


@dataclass(frozen=True, slots=True)
class Claims(AllocationRule):
    """The same for each, or the same loss for each; bases are the claims."""

    about: ClassVar = About(
        letter="D",
        code="claims",
        name=("D 等额比较", "D equal amounts, to compare"),
        explains=(
            (
                "以基期用能为诉求:等额给予、等额损失或塔木德规则,只用于比较(等额给予鼓励拆分,"
                "等额损失鼓励合并)。"
            ),
            (
                "Bases are claims: equal awards, equal losses or the Talmud, to compare with "
                "(equal awards reward splitting, equal losses merging)."
            ),
        ),
        source="Thomson (2019), How to Divide When There Isn't Enough; Aumann and Maschler (1985)",
    )
    cases: ClassVar[Mapping[str, Any]] = {
        **{name: _claims(name) for name in claims.RULES if name != "pro"},
        "floors_then_cea": _floors_then_cea,
    }

    kind: str = parameter(
        "cel", kind=Kind.CHOICE, zh="方式", en="Way",
        choices=(
            Choice("cea", "等额给予", "Equal awards"),
            Choice("cel", "等额损失", "Equal losses"),
            Choice("talmud", "塔木德", "Talmud"),
        ),
        hint=("塔木德:节约不超过基期一半时,损失相等且各不超过自己基期的一半。",
              "Talmud: up to half of all bases is lost equally, by each up to half of its own."),
    )  # fmt: skip

    @property
    def saves(self) -> bool:
        """Whether losses are shared, rather than awards."""
        return self.kind in _SAVING

    def shares(self, among: Among) -> Sharing:
        """Return equal shares up to the claim, or to half of it."""
        most = among.base // 2 if self.kind == "talmud" else among.base
        return among.sharing(np.ones_like(among.base), ceiling=most)

    def product(self, facts: Facts) -> str:
        """Return what λ multiplies: a gram for everybody, so that λ is the equal amount in them."""
        return f"0.001 {facts.unit}"
