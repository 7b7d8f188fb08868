"""What rules that share a saving have in common: nobody is asked for more than a part of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from analytics.exact import Ints, millionths
from compact.notices import in_percent
from compact.parameters import share
from compact.ruling import AllocationRule, Among, Facts

MOST_SAVED: Final = 200_000  # of the base in one year: 20 %


@dataclass(frozen=True, slots=True)
class SavingRule(AllocationRule):
    """A rule by which a quota is the base less a saving."""

    most_saved: int = share(
        MOST_SAVED, zh="单年最多节约(占基期)", en="Most saved in a year, of the base", most="100",
        hint=("任何机构一年节约不超过基期的百分之几。",
              "The most of its base that anybody is asked to save in the year."),
    )  # fmt: skip

    @property
    def saves(self) -> bool:
        """Whether it divides what is to be saved: it does."""
        return True

    def feasible_g(self, among: Among) -> Ints | None:
        """Return (n,) the most that each may be asked to save."""
        return millionths(among.base, self.most_saved)

    def in_words(self, facts: Facts, lang: str) -> str:
        """Return what a quota means, in a sentence."""
        saved = in_percent(1 - facts.part)
        if lang.startswith("zh"):
            return f"比基期节约 {saved}。"
        return f"Saves {saved} of the base year."
