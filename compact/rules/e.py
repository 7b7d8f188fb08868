"""Rule E: least total cost: everybody saves until the next tonne costs the same everywhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar, Final

import numpy as np

from analytics import division
from analytics.allocation import Holders as Sharing
from analytics.exact import multiply_divide
from compact.given import Given, columns_of
from compact.notices import in_thousands, multiplier_shown
from compact.parameters import By, Kind, parameter
from compact.ruling import About, Among, Facts
from compact.saving import SavingRule
from compact.targets import MILLION

_HINT: Final = ("未给出的类别用上面的数。", "Classes that are not named take the figure above.")


def _efficient_saving(given: Given) -> dict[str, Any]:
    alpha, beta = columns_of(given, ["alpha", "beta"])
    most = given.bounds("max_saving", len(alpha))
    made = division.efficient_saving(given.number("saving_total"), alpha, beta, most)
    return {"savings": made.shares, "price": made.multiplier}


@dataclass(frozen=True, slots=True)
class Efficient(SavingRule):
    """A tonne costs `first` at first and `rise` more by the time that the whole base is saved.

    So saving s of a base b costs first · s + rise / b · s² / 2, and at the price λ each saves
    b · (λ − first) / rise. Amounts are in grams, prices in yuan per tce.
    """

    about: ClassVar = About(
        letter="E",
        code="efficient",
        name=("E 总成本最低", "E at least total cost"),
        explains=(
            "各机构节约到边际成本相同为止,使总成本最低;λ 即每吨标准煤的价格。",
            (
                "Everybody saves until the next tce costs the same, so that all together costs "
                "least; λ is that price."
            ),
        ),
        source="equal marginal cost: a = 1/β, c = −α/β, x = clip(c + a·λ, 0, most)",
    )
    cases: ClassVar[Mapping[str, Any]] = {"efficient_saving": _efficient_saving}

    first: Decimal = parameter(
        Decimal(0), kind=Kind.NUMBER, zh="首吨成本", en="Cost of the first tonne", unit="yuan/tce",
        most="1000000", hint=("节约第一吨标准煤的成本。", "What the first tce costs to save."),
    )  # fmt: skip
    rise: Decimal | None = parameter(
        None, kind=Kind.NUMBER, zh="成本上升", en="Rise of the cost", unit="yuan/tce",
        most="100000000",
        hint=("节约量达到全部基期时,每吨成本比首吨高多少。",
              "By how much a tonne costs more once the whole base is saved."),
    )  # fmt: skip
    first_of: Mapping[str, Decimal] = parameter(
        kind=Kind.NUMBER, by=By.CLASS, zh="首吨成本(分类)", en="Cost of the first tonne, by class",
        unit="yuan/tce", most="1000000", hint=_HINT,
    )  # fmt: skip
    rise_of: Mapping[str, Decimal] = parameter(
        kind=Kind.NUMBER, by=By.CLASS, zh="成本上升(分类)", en="Rise of the cost, by class",
        unit="yuan/tce", most="100000000", hint=_HINT,
    )  # fmt: skip

    def check(self) -> None:
        """Refuse costs that do not rise, or are not given."""
        rises = [self.rise, *self.rise_of.values()]
        if any(one is None or one * MILLION < 1 for one in rises):
            raise self.parameter("rise").wrong(
                "须给出,且大于零(规则 E)", "must be given for rule E, above zero"
            )

    def shares(self, among: Among) -> Sharing:
        """Return savings that rise with the price from the cost of the first tonne on."""
        rise = among.of_class(_whole(self.rise_of), int((self.rise or 0) * MILLION))
        first = among.of_class(_whole(self.first_of), int(self.first * MILLION))
        slope, _ = multiply_divide(among.adjusted, np.full_like(rise, MILLION), rise)
        start, _ = multiply_divide(among.adjusted, first, rise)
        return among.sharing(slope, start=-start, ceiling=self.feasible_g(among))

    def arithmetic(self, facts: Facts) -> str:
        """Return the price and what is saved at it."""
        by = multiplier_shown(facts.multiplier)
        saved = facts.base_g - facts.amount_g
        moved = f"λ {by} {facts.priced_in} → {in_thousands(saved)}"
        if facts.bound is not None:
            moved += f" ({facts.bound_words})"
        base, amount = in_thousands(facts.base_g), in_thousands(facts.amount_g)
        return f"{base} − ({moved}) = {amount} {facts.unit}"


def _whole(table: Mapping[str, Decimal]) -> dict[str, int]:
    """Return prices in millionths of a yuan."""
    return {code: int(Fraction(value) * MILLION) for code, value in table.items()}
