"""The books of quotas: double entry, so that whatever is done to a union's quotas sums to zero."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from metering.errors import ConflictError, InputError

Held = Mapping[tuple[int, int], int]  # (year, institution) → its balance [g]


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


@dataclass(frozen=True, slots=True)
class Entry:
    """One account's change; without an institution it is the union's own. [g]"""

    year: int
    institution: int | None
    amount_g: int


@dataclass(frozen=True, slots=True)
class Cause:
    """What was done at once; its entries sum to zero."""

    kind: Kind
    reason: str
    entries: tuple[Entry, ...]

    def __post_init__(self) -> None:
        if left := sum(one.amount_g for one in self.entries):
            raise InputError(
                "books.not_zero",
                zh=f"各分录合计 {left} 克,不为零。",
                en=f"The entries sum to {left} g, not to zero.",
                next_zh="请补上对应的分录。",
                next_en="Add the entry on the other side.",
            )


def issue(held: Held, wanted: Held, reason: str) -> Cause:
    """Return what brings every account from what it holds to what it is to hold.

    held: what runs have issued of the years that `wanted` speaks of; the first issue finds none. A
        later one is an adjustment, and says why. What was moved since stays as it is.
    """
    moved = {
        key: wanted.get(key, 0) - held.get(key, 0) for key in sorted(held.keys() | wanted.keys())
    }
    moved = {key: amount for key, amount in moved.items() if amount}
    if not moved:
        raise ConflictError(
            "books.nothing_moves",
            zh="各账户已是这些数额,无需下达。",
            en="All accounts hold these amounts already; there is nothing to issue.",
            next_zh="无需操作。",
            next_en="Nothing is to be done.",
        )
    kind = Kind.ADJUSTMENT if any(held.values()) else Kind.ISSUE
    if kind is Kind.ADJUSTMENT and not reason.strip():
        raise ConflictError(
            "books.no_reason",
            zh="指标已经下达;再次下达即为调整,须说明理由。",
            en="Quotas are issued already; issuing again adjusts them, and needs a reason.",
            next_zh="请填写调整理由,或保留现有指标。",
            next_en="State the reason, or leave the quotas as they are.",
            where={"field": "reason"},
        )
    entries = [Entry(year, institution, amount) for (year, institution), amount in moved.items()]
    return Cause(kind, reason.strip(), (*entries, *_other_side(entries)))


def _other_side(entries: Iterable[Entry]) -> list[Entry]:
    """Return the union's own entries, one a year."""
    sums: dict[int, int] = {}
    for one in entries:
        sums[one.year] = sums.get(one.year, 0) - one.amount_g
    return [Entry(year, None, amount) for year, amount in sorted(sums.items()) if amount]
