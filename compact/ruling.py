"""What a rule of allocation is: what it takes, what each shares by, and what a notice says of it.

Each rule is one file in `compact/rules`, found where it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, ClassVar, Final

import numpy as np

from analytics.allocation import Holders as Sharing
from analytics.exact import Bools, Ints, occurring
from compact.given import Given
from compact.holders import Holders
from compact.indicators import Indicator
from compact.notices import in_percent, in_thousands, multiplier_shown, of_million, shown
from compact.parameters import Parameter, parameters_of
from compact.targets import MONTHS

_NO_CASES: Final[Mapping[str, Callable[[Given], dict[str, Any]]]] = {}


class Reach(StrEnum):
    """Whose amount is fixed before anything is shared."""

    UNION = "union"  # all: the target's cap of a year, by one λ over all institutions
    MEMBER = "member"  # each member: its cap is the rule's own, one λ in each
    CAP = "cap"  # each member: its cap is what the rule gives its own; inside, it decides itself
    INSTITUTION = "institution"  # each institution: nothing is left to share


class Tells(StrEnum):
    """What answers under a rule may tell of institutions that the planner does not see."""

    SUM = "sum"  # what all have together
    MEMBERS = "members"  # what those of each member have together
    EACH = "each"  # what each has


@dataclass(frozen=True, slots=True)
class About:
    """A rule in words; `explains` and `name` are (zh, en).

    letter, code: how snapshots and programs name it. source: of its formula. first: whether a
    comparison shows it before anybody has chosen.
    """

    letter: str
    code: str
    name: tuple[str, str]
    explains: tuple[str, str]
    source: str
    first: bool = False

    def text(self, lang: str) -> str:
        """Return its name in one language."""
        return self.name[0 if lang.startswith("zh") else 1]

    def explained(self, lang: str) -> str:
        """Return what it does, for somebody who chooses among rules."""
        return self.explains[0 if lang.startswith("zh") else 1]


@dataclass(frozen=True, slots=True, eq=False)
class Among:
    """Those who share, as a rule looks at them; (n,) each. [g]

    base: what each used in its base year. adjusted: base × its named factors, one exact product,
    floored once. member: its member's region. strict: whether leaving out one's class or area
    never pays; in snapshots of before it did.
    """

    holders: Holders
    base: Ints
    adjusted: Ints
    member: Ints
    strict: bool = True

    @property
    def silent(self) -> Bools:
        """(n,) who states no class or no area."""
        return np.asarray((self.holders.classed < 0) | ~self.holders.area.stated)

    def sharing(
        self,
        slope: Ints,
        *,
        start: Ints | None = None,
        floor: Ints | None = None,
        ceiling: Ints | None = None,
    ) -> Sharing:
        """Return what the solver takes; contradictory bounds name the institutions."""
        names = self.holders.institution
        return Sharing.of(slope, start=start, floor=floor, ceiling=ceiling, names=names)

    def of_member(self, table: Mapping[int, int], otherwise: int) -> Ints:
        """Return (n,) what a table says of each one's member."""
        members, place = occurring(self.member)
        return np.array([table.get(one, otherwise) for one in members.tolist()], np.int64)[place]

    def of_class(self, table: Mapping[str, int], otherwise: int) -> Ints:
        """Return (n,) what a table says of each one's class.

        Who states no class has the least of all, which a rule has to ask the most for.
        """
        values = [table.get(one, otherwise) for one in self.holders.classes]
        least = min([*values, otherwise]) if self.strict else otherwise
        return np.array([*values, least], np.int64)[self.holders.classed]

    def at_intensity(self, table: Mapping[str, Decimal]) -> tuple[Ints, Bools]:
        """Return (n,) what an intensity by class comes to on each one's area, and for whom.

        table: per m² a year, in the unit of what is counted. Of a base that is not a whole year it
        counts for as many months. Amounts are floored.
        """
        months = self.holders.base.many
        amount, found = np.zeros_like(self.base), np.zeros(len(self.base), np.bool_)
        for place, code in enumerate(self.holders.classes):
            if code in table:
                rows = np.flatnonzero((self.holders.classed == place) & self.holders.area.stated)
                a_month = Fraction(table[code]) * 1000 / MONTHS
                amount[rows] = self.holders.area.at(rows).times(a_month, months[rows])
                found[rows] = True
        return amount, found


@dataclass(frozen=True, slots=True)
class Facts:
    """One quota's figures, as its notice prints them.

    factors: corrections of the base by name, in millionths. limits: of what may be asked of it in
    saving, by name. bound: floor or ceiling, where that
    decides. multiplier: λ of its department line. indicator: what the target counts.
    """

    member: int
    base_g: int
    weight_g: int
    amount_g: int
    multiplier: Fraction
    bound: str | None = None
    factors: Mapping[str, int] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    indicator: Indicator = Indicator.TOTAL_KGCE

    @property
    def unit(self) -> str:
        """In what its amounts are told to people."""
        return self.indicator.unit_shown

    @property
    def priced_in(self) -> str:
        """In what prices of it are told."""
        return self.indicator.of_rule("yuan/tce")

    @property
    def bound_words(self) -> str:
        """What decides instead of λ, with the limits that a document gives."""
        some = ", ".join(
            f"{name} {in_thousands(most)}" for name, most in sorted(self.limits.items())
        )
        return f"{self.bound} ({some})" if some else f"{self.bound}"

    @property
    def part(self) -> Fraction:
        """The quota over the base."""
        return Fraction(self.amount_g, self.base_g or 1)


@dataclass(frozen=True, slots=True)
class AllocationRule:
    """A rule with all that it takes; its fields are its parameters.

    reach: whose amount is fixed before anything is shared. cases: what `commonwatt solve` works
    out by it, by the name of the case.
    """

    about: ClassVar[About]
    reach: ClassVar[Reach] = Reach.UNION
    tells: ClassVar[Tells] = Tells.EACH
    cases: ClassVar[Mapping[str, Callable[[Given], dict[str, Any]]]] = _NO_CASES

    def __post_init__(self) -> None:
        for one in self.parameters():
            one.check(getattr(self, one.name))
        self.check()

    @classmethod
    def parameters(cls) -> tuple[Parameter, ...]:
        """Return what it takes, in the order in which a form asks."""
        return parameters_of(cls)

    @classmethod
    def parameter(cls, name: str) -> Parameter:
        """Return one of them."""
        return next(one for one in cls.parameters() if one.name == name)

    @property
    def saves(self) -> bool:
        """Whether it divides what is to be saved, rather than what may be used."""
        return False

    @property
    def is_plain(self) -> bool:
        """Whether, without corrections, one's own share does not depend on what others have."""
        return False

    def check(self) -> None:
        """Refuse parameters that contradict each other."""

    def lacks(self, among: Among) -> tuple[str, str] | None:
        """Return what it would need of these holders to say anything of its own, zh and en."""
        return None

    def shares(self, among: Among) -> Sharing:
        """Return what each shares by, and its bounds, in whole numbers."""
        raise NotImplementedError

    def cap_g(self, base_g: int, member: int) -> int:
        """Return the cap of a member whose institutions had this base; of rules that say one."""
        raise NotImplementedError

    def feasible_g(self, among: Among) -> Ints | None:
        """Return (n,) the most that each may be asked to save, None where nothing limits it."""
        return None

    def words(self, facts: Facts) -> list[tuple[str, str]]:
        """Return the factors of a quota with their values, in the order of the product."""
        return [(name, of_million(value)) for name, value in sorted(facts.factors.items())]

    def product(self, facts: Facts) -> str:
        """Return what λ multiplies, in figures."""
        words = (f"{value} ({name})" for name, value in self.words(facts))
        return " × ".join([in_thousands(facts.base_g), *words])

    def arithmetic(self, facts: Facts) -> str:
        """Return a quota's arithmetic in one line that anybody can repeat."""
        real = facts.weight_g * facts.multiplier / 1000
        by = multiplier_shown(facts.multiplier)
        moved = f"{self.product(facts)} × λ {by} = {shown(real)}"
        if facts.bound is not None:
            moved += f" → {facts.bound_words}"
        if not self.saves:
            return f"{moved} → {in_thousands(facts.amount_g)} {facts.unit}"
        saved = facts.base_g - facts.amount_g
        base, amount = in_thousands(facts.base_g), in_thousands(facts.amount_g)
        return f"{base} − ({moved} → {in_thousands(saved)}) = {amount} {facts.unit}"

    def in_words(self, facts: Facts, lang: str) -> str:
        """Return what a quota means, in a sentence."""
        if lang.startswith("zh"):
            return f"可用基期用量的 {in_percent(facts.part)}。"
        return f"May use {in_percent(facts.part)} of the base year."
