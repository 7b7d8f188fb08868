"""The rules of allocation, one file each: a file put here is a rule everywhere, listed nowhere."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from compact.ruling import AllocationRule
from metering.errors import InputError


@cache
def rules() -> tuple[type[AllocationRule], ...]:
    """Return every rule, in order of its letter."""
    found = [
        one
        for module in iter_modules(__path__)
        for one in vars(import_module(f"{__name__}.{module.name}")).values()
        if isinstance(one, type) and issubclass(one, AllocationRule) and "about" in vars(one)
    ]
    return tuple(sorted(set(found), key=lambda one: one.about.letter))


def rule(letter: str) -> type[AllocationRule]:
    """Return the rule of a letter."""
    for one in rules():
        if one.about.letter == letter:
            return one
    known = ", ".join(one.about.letter for one in rules())
    raise InputError(
        "method.no_rule",
        zh=f"没有规则 {letter}。",
        en=f"There is no rule {letter}.",
        next_zh=f"可选:{known}。",
        next_en=f"Choose one of {known}.",
        where={"field": "rule"},
    )
