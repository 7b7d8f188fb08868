"""How a run shares a target: one of the rules with what it takes, and corrections of bases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import numpy as np

from analytics.exact import Ints, multiply_divide
from compact.holders import Holder
from compact.limits import Limits
from compact.rules import rule as rule_of
from compact.rules import rules
from compact.ruling import AllocationRule, Reach
from compact.targets import MILLION
from metering.errors import InputError

__all__ = ["Holder", "Method", "Rule", "adjusted"]

# The letters that a planner chooses from, by their code: whatever has a file is among them.
_OF_LETTERS: Any = StrEnum
Rule: Any = _OF_LETTERS("Rule", {one.about.code.upper(): one.about.letter for one in rules()})

_MOST: Final = 100 * MILLION
_ROOM: Final = 2**62
_CHOSEN: Final = (Reach.MEMBER, Reach.CAP)
_BEFORE: Final = {"floor", "ceiling", "most_saved", "leading", "weights"}  # said of every rule once


@dataclass(frozen=True, slots=True, init=False)
class Method:
    """A rule with all that it takes.

    by: the rule with its parameters. factors: named corrections of an institution's base, such as
    climate or occupancy, in millionths. unused: what a snapshot of before says of other rules.
    limits: the most that may be asked of an institution in saving, by name. [g]
    within: MEMBER lets each member have the same percentage of its base, with a λ of its own; CAP
    binds members alone by the rule, and proposes by the base what each has to share inside.
    """

    by: AllocationRule
    factors: Mapping[int, Mapping[str, int]] = field(default_factory=dict)
    unused: Mapping[str, Any] = field(default_factory=dict)
    within: Reach | None = None
    limits: Limits = field(default_factory=dict)

    def __init__(
        self,
        rule: str,
        *,
        factors: Mapping[int, Mapping[str, int]] | None = None,
        unused: Mapping[str, Any] | None = None,
        within: Reach | None = None,
        limits: Limits | None = None,
        **parameters: Any,
    ) -> None:
        """Take a rule by its letter, with its parameters as they are kept."""
        chosen = rule_of(str(rule))
        known = {one.name for one in chosen.parameters()}
        if strange := sorted(parameters.keys() - known):
            raise _wrong(strange[0], f"规则 {rule} 没有该参数。", f"Rule {rule} does not take it.")
        for named in (factors or {}).values():
            if any(not 0 <= share <= _MOST for share in named.values()):
                raise _wrong("factors", "系数应在 0 与 100 之间。", "Factors lie from 0 to 100.")
        object.__setattr__(self, "by", chosen(**parameters))
        object.__setattr__(self, "factors", factors or {})
        object.__setattr__(self, "unused", unused or {})
        object.__setattr__(self, "limits", {who: one for who, one in (limits or {}).items() if one})
        object.__setattr__(self, "within", within if within in _CHOSEN else None)

    @property
    def reach(self) -> Reach:
        """How far one λ reaches: the rule's own where it says so, else as was chosen."""
        own = self.by.reach
        return self.within if own is Reach.UNION and self.within is not None else own

    @property
    def inside(self) -> AllocationRule:
        """The rule by which an institution has its quota: by the base where caps alone bind."""
        return rule_of("A")() if self.reach is Reach.CAP else self.by

    @property
    def rule(self) -> StrEnum:
        """The rule's letter."""
        letter: StrEnum = Rule(self.by.about.letter)
        return letter

    @property
    def shares_savings(self) -> bool:
        """Whether the rule divides what is to be saved, rather than what may be used."""
        return self.by.saves

    @property
    def is_plain(self) -> bool:
        """Whether everybody's part of the own base does not depend on what others have."""
        return self.by.is_plain and not self.factors and not self.limits

    def but(self, **changes: Any) -> Method:
        """Return the method with other parameters."""
        given = {one.name: getattr(self.by, one.name) for one in self.by.parameters()}
        kept: dict[str, Any] = {
            "factors": self.factors,
            "unused": self.unused,
            "within": self.within,
            "limits": self.limits,
        }
        return Method(self.rule, **(given | kept | changes))

    @property
    def of_single(self) -> dict[str, object]:
        """Factors and limits of single institutions, as JSON writes them."""
        limits = {str(one): dict(named) for one, named in self.limits.items()}
        found: dict[str, object] = {"limits": limits} if limits else {}
        return found | {"factors": {str(one): dict(named) for one, named in self.factors.items()}}

    @property
    def payload(self) -> dict[str, object]:
        """The method as JSON writes it, without what is of single institutions."""
        values = {one.name: one.payload(getattr(self.by, one.name)) for one in self.by.parameters()}
        within = {} if self.within is None else {"reach": self.within.value}
        return {"rule": self.by.about.letter, **self.unused, **values, **within}

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Method:
        """Return the method that JSON says; KeyError where it says what no rule ever took."""
        own = {one.name: one for one in rule_of(payload["rule"]).parameters()}
        given, unused = {}, {}
        for name, value in payload.items():
            if name in own:
                given[name] = own[name].from_payload(value)
            elif name in _BEFORE:
                unused[name] = value
            elif name not in ("rule", "factors", "limits", "reach"):
                raise KeyError(name)
        factors = {int(one): dict(named) for one, named in payload.get("factors", {}).items()}
        limits = {int(one): dict(named) for one, named in payload.get("limits", {}).items()}
        within = Reach(payload["reach"]) if "reach" in payload else None
        kept: dict[str, Any] = {"factors": factors, "limits": limits, "within": within}
        return cls(payload["rule"], unused=unused, **kept, **given)


def adjusted(base: Ints, institution: Ints, factors: Mapping[int, Mapping[str, int]]) -> Ints:
    """Return (n,) base × named factors, one exact product, floored once. [the unit of base]"""
    found = base.copy()
    if not factors:
        return found
    rows = np.flatnonzero(np.isin(institution, list(factors)))
    times, by = [], []
    for who in institution[rows].tolist():
        product, divisor = 1, 1
        for share in factors[who].values():
            product, divisor = product * share, divisor * MILLION
        times.append(product)
        by.append(divisor)
    if max(times, default=0) < _ROOM and max(by, default=1) < _ROOM:
        columns = (np.array(one, np.int64) for one in (times, by))
        found[rows] = multiply_divide(base[rows], *columns)[0]
        return found
    exact = zip(base[rows].tolist(), times, by, strict=True)
    found[rows] = [amount * factor // divisor for amount, factor, divisor in exact]
    return found


def _wrong(name: str, zh: str, en: str) -> InputError:
    return InputError(
        f"method.bad_{name}",
        zh=zh,
        en=en,
        next_zh="请改正规则的参数。",
        next_en="Correct what the rule is given.",
        where={"field": name},
    )
