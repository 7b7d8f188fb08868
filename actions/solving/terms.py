"""Cases by the terms of an agreement: shortfalls, banking, period caps, interim cover."""

from collections.abc import Callable
from typing import Any, Final

from compact import terms
from compact.given import Given

Result = dict[str, Any]


def _carried_shortfall(given: Given) -> Result:
    return {"carried": terms.carried_shortfall(given.decimal("shortfall"), given.decimal("factor"))}


def _bank_limit(given: Given) -> Result:
    names = ("mean_yearly", "share", "plus")
    return {"most": terms.bank_limit(*(given.decimal(name) for name in names))}


def _period_cap(given: Given) -> Result:
    leader = given.word("leader", "none")
    if leader not in terms.LEADERS:
        known = ", ".join(terms.LEADERS)
        raise given.refuse("leader", f"应为 {known} 之一", f"must be one of {known}")
    base, rate, years = (given.decimal(name) for name in ("base", "rate", "years"))
    return {"cap": terms.period_cap(base, rate, years, leader)}


def _interim_cover(given: Given) -> Result:
    used = given.decimals("used")
    cover = terms.interim_cover(used, given.decimal("interim_share"))
    return {"due": cover, "total": sum(used)}


RULES: Final[dict[str, Callable[[Given], Result]]] = {
    "carried_shortfall": _carried_shortfall,
    "bank_limit": _bank_limit,
    "period_cap": _period_cap,
    "interim_cover": _interim_cover,
}
