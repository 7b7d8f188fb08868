"""The books of quotas: double entry, so that whatever is done to a union's quotas sums to zero."""

from enum import StrEnum

from metering.errors import ConflictError


class Kind(StrEnum):
    """Why amounts move."""

    ISSUE = "issue"
    RESERVE = "reserve"
    ADJUSTMENT = "adjustment"
    RETURN = "return"
    TRANSFER = "transfer"
    BANK = "bank"
    BORROW = "borrow"
    POOL = "pool"
    REBALANCE = "rebalance"
    CARRY = "carry"
    COVER = "cover"
    REVERSAL = "reversal"
    EXPIRY = "expiry"
    ROSTER_CHANGE = "roster_change"


def kind_of_issue(moved: int, reason: str, *, held: bool) -> Kind:
    """Return as what a run's quotas enter the books: as the first issue, or an adjustment.

    moved: how many accounts are not yet as the run says. held: whether runs have issued any of its
    years already: what is issued then is an adjustment, and says why. ConflictError otherwise.
    """
    if not moved:
        raise ConflictError(
            "books.nothing_moves",
            zh="各账户已是这些数额,无需下达。",
            en="All accounts hold these amounts already; there is nothing to issue.",
            next_zh="无需操作。",
            next_en="Nothing is to be done.",
        )
    if held and not reason.strip():
        raise ConflictError(
            "books.no_reason",
            zh="指标已经下达;再次下达即为调整,须说明理由。",
            en="Quotas are issued already; issuing again adjusts them, and needs a reason.",
            next_zh="请填写调整理由,或保留现有指标。",
            next_en="State the reason, or leave the quotas as they are.",
            where={"field": "reason"},
        )
    return Kind.ADJUSTMENT if held else Kind.ISSUE
