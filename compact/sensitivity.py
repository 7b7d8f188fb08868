"""How a split bends where one of the numbers that a rule is given is a tenth greater."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import numpy as np

from analytics.exact import Ints
from compact.allocations import Problem, allocated
from compact.parameters import By, Kind, Parameter
from metering.errors import InputError

TENTH: Final = Fraction(11, 10)
_NUMBERS: Final = (Kind.SHARE, Kind.FACTOR, Kind.NUMBER)


@dataclass(frozen=True, slots=True)
class Bend:
    """A number of a rule, a tenth greater: whom it moves most, and by what part of its base.

    key: of which class or member; None where it is one for all. by: None where it cannot be so.
    """

    parameter: Parameter
    key: str | int | None
    member: int | None
    by: Fraction | None


def bends(problem: Problem) -> list[Bend]:
    """Return how members' quotas change with each number of the rule, one at a time."""
    before = _by_member(problem)
    found = []
    for parameter, key, changed in _changed(problem):
        try:
            after = _by_member(replace(problem, method=problem.method.but(**changed)))
        except InputError:
            found.append(Bend(parameter, key, None, None))
            continue
        moved = {
            who: Fraction(after[who][1] - amount, base)
            for who, (base, amount) in before.items()
            if base
        }
        who = max(moved, key=lambda one: (abs(moved[one]), -one))
        found.append(Bend(parameter, key, who, moved[who]))
    return found


def _changed(problem: Problem) -> Iterator[tuple[Parameter, str | int | None, dict[str, Any]]]:
    """Yield each number with its key, and what the rule is given where it is a tenth greater."""
    by = problem.method.by
    for one in by.parameters():
        value = getattr(by, one.name)
        if one.kind not in _NUMBERS or value in (None, {}):
            continue
        if one.by is By.ALL:
            if value:
                yield one, None, {one.name: _greater(value)}
            continue
        given: Mapping[Any, Any] = value
        for key, each in sorted(given.items()):
            if each:
                yield one, key, {one.name: {**given, key: _greater(each)}}


def _greater(value: int | Decimal) -> int | Decimal:
    if isinstance(value, Decimal):
        return value * TENTH.numerator / TENTH.denominator
    return value * TENTH.numerator // TENTH.denominator


def _by_member(problem: Problem) -> dict[int, tuple[int, int]]:
    """Return the base and the amount of each member. [g]"""
    quotas = allocated(problem).quotas
    members: Ints = np.unique(quotas.member)
    return {
        who: (int(quotas.base_g[rows].sum()), int(quotas.amount_g[rows].sum()))
        for who, rows in ((one, quotas.member == one) for one in members.tolist())
    }
