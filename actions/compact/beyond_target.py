"""What quotas together come to against their target: rules with caps of their own may miss it.

Such a run is no error (users' own authorities apply these rules), so it is said; only its issue
beyond the target is refused.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from actions.declared import Effect
from actions.fields import Words
from actions.figures import kilograms
from compact.indicators import Indicator
from compact.targets import Target
from storage.compact.run_members import Sums


@dataclass(frozen=True, slots=True)
class Beyond:
    """A year whose quotas together are not what the target allows. [g]"""

    year: int
    target_g: int
    amount_g: int
    indicator: Indicator = Indicator.TOTAL_KGCE

    @property
    def beyond_g(self) -> int:
        """By how much they are more than the target allows; below zero where they are less."""
        return self.amount_g - self.target_g

    @property
    def words(self) -> Words:
        """Both sums and their difference, in a sentence."""
        amount, target, by = map(self._said, (self.amount_g, self.target_g, abs(self.beyond_g)))
        more = self.beyond_g > 0
        than = "多" if more else "少"
        zh = f"{self.year} 年指标合计 {amount},比目标允许的 {target} {than} {by}。"
        en = (
            f"{self.year}: the quotas together are {amount}, which is {by} "
            f"{'more' if more else 'less'} than the {target} that the target allows."
        )
        return Words(zh, en)

    def _said(self, grams: int) -> str:
        return f"{Decimal(grams).scaleb(-3):,.3f} {self.indicator.unit_shown}"


def beyond_of(target: Target, sums: Sums) -> list[Beyond]:
    """Return the years that miss the target, as far as their sums may be told."""
    found = []
    for (year, member), one in sorted(sums.items(), key=lambda each: each[0][0]):
        if member is None and one.base_g is not None and one.amount_g is not None:
            allowed = target.cap_g(one.base_g, year)
            if allowed != one.amount_g:
                found.append(Beyond(year, allowed, one.amount_g, target.indicator))
    return found


def beyond_effects(found: Iterable[Beyond]) -> Iterable[Effect]:
    """Return the same as a preview says it; beyond the target is a warning."""
    for one in found:
        more = one.beyond_g > 0
        yield Effect(
            "beyond_target" if more else "below_target",
            Words("超出节能目标" if more else "低于节能目标允许的总量",
                  "Beyond the target" if more else "Less than the target allows"),
            None,
            one.words,
            {
                "year": one.year,
                "target": kilograms(one.target_g),
                "beyond": kilograms(one.beyond_g),
            },
            warns=more,
        )  # fmt: skip
