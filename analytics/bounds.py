"""What makes a division impossible, said so that somebody can mend it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from analytics.exact import Exact, Ints
from metering.errors import InputError

_NAMED: Final = 9  # so many culprits are written out; `where` has them all


class InfeasibleError(InputError):
    """No multiplier meets the total: floors ask for more, or ceilings allow less."""

    def __init__(self, total: Exact, least: Exact, most: Exact | None, name: str = "") -> None:
        below = most is None or total < least
        self.bound = Fraction(least) if most is None or below else Fraction(most)
        self.short_by = abs(Fraction(total) - self.bound)
        short, bound = shown(self.short_by), shown(self.bound)
        zh, en = (
            ("低于下限合计", "below the least") if below else ("高于上限合计", "above the most")
        )
        raised, lowered = ("提高到", "下限合计降低") if below else ("降低到", "上限合计提高")
        floors = "floors lower" if below else "ceilings higher"
        super().__init__(
            "allocation.infeasible",
            zh=f"{name}总量 {shown(total)} {zh} {bound},相差 {short}。",
            en=f"{name + ': a' if name else 'A'} total of {shown(total)} is {en} that weights and "
            f"bounds allow, {bound}, by {short}.",
            next_zh=f"最小改动:把总量{raised} {bound},或把{lowered} {short}。",
            next_en=f"Smallest change: a total of {bound}, or {floors} by {short} in all.",
            where={"short_by": short, "least": shown(least), "name": name}
            | ({} if most is None else {"most": shown(most)}),
        )


class BoundsError(InputError):
    """Floors above their ceilings, or weights below zero; `rows` says whose."""

    def __init__(self, rows: Sequence[int], names: Sequence[str] | Ints | None = None) -> None:
        self.rows = list(rows)
        who = [str(row + 1 if names is None else names[row]) for row in self.rows]
        listed = who[:_NAMED] + ["…"] * (len(who) > _NAMED)
        what_zh, what_en = ("第", "Row") if names is None else ("", "Of")
        super().__init__(
            "allocation.bounds_contradict",
            zh=f"{what_zh} {'、'.join(listed)}{' 行' * (names is None)}:下限高于上限,或权重为负。",
            en=f"{what_en} {', '.join(listed)}: a floor above its ceiling, or a negative weight.",
            next_zh="请改正上述各方的上下限或权重。",
            next_en="Correct the bounds or weights of these.",
            where={"rows": self.rows, "names": who},
        )


def shown(value: Exact) -> str:
    """Return a number as people read it: whole or decimal where it is one, else seven digits."""
    whole = Fraction(value)
    if whole.denominator == 1:
        return str(whole.numerator)
    return f"{float(whole):.7g}"
