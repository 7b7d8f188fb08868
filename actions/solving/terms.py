"""Cases by the terms of an agreement: shortfalls, banking, period caps, interim cover."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final

from compact import terms
from compact.given import Given

Result = dict[str, Any]


def _carried_shortfall(given: Given) -> Result:
    shortfall, factor = (_from_zero(given, name) for name in ("shortfall", "factor"))
    return {"carried": terms.carried_shortfall(shortfall, factor)}


def _bank_limit(given: Given) -> Result:
    share = _from_zero(given, "share", 1)
    mean, plus = (_from_zero(given, name) for name in ("mean_yearly", "plus"))
    return {"most": terms.bank_limit(mean, share, plus)}


def _period_cap(given: Given) -> Result:
    leader = given.word("leader", "none")
    if leader not in terms.LEADERS:
        known = ", ".join(terms.LEADERS)
        raise given.refuse("leader", f"应为 {known} 之一", f"must be one of {known}")
    rate = _from_zero(given, "rate", 1)
    base, years = (_from_zero(given, name) for name in ("base", "years"))
    return {"cap": terms.period_cap(base, rate, years, leader)}


def _interim_cover(given: Given) -> Result:
    used = given.decimals("used")
    given.hold("used", used)
    cover = terms.interim_cover(used, _from_zero(given, "interim_share", 1))
    return {"due": cover, "total": sum(used)}


def _from_zero(given: Given, name: str, most: int | None = None) -> Fraction:
    value = given.decimal(name)
    given.hold(name, [value], most)
    return value


RULES: Final[dict[str, Callable[[Given], Result]]] = {
    "carried_shortfall": _carried_shortfall,
    "bank_limit": _bank_limit,
    "period_cap": _period_cap,
    "interim_cover": _interim_cover,
}
