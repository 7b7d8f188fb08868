"""What a bill over any days comes to by institution and month, to the last quantum and fen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from analytics.rounding import largest_remainder

WHOLE: Final = 10**6  # a share is so many millionths


@dataclass(frozen=True, slots=True)
class Share:
    """What an institution takes of a number from a day to before another. [millionths]"""

    institution: int
    share: int
    valid_from: date
    valid_to: date | None

    def holds(self, day: date) -> bool:
        """Return whether it holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def parts(
    total: int, first: date, last: date, shares: Sequence[Share], billed_in: date | None = None
) -> dict[tuple[date, int], int]:
    """Return a bill by month and institution, adding to its total; as storage.bill_parts.

    Every day weighs the same, and of it each institution its share; on each of them the shares
    are a whole. billed_in: the month in which the bill counts whole; None: the days' own.
    """
    weights: dict[tuple[date, int], int] = {}
    for place in range((last - first).days + 1):
        day = first + timedelta(place)
        month = billed_in or day.replace(day=1)
        for one in shares:
            if one.holds(day):
                key = (month, one.institution)
                weights[key] = weights.get(key, 0) + one.share
    keys = sorted(weights)
    found = largest_remainder(total, [weights[key] for key in keys], keys)
    return dict(zip(keys, found, strict=True))


def differs(one: int, other: int) -> bool:
    """Return whether two figures of a month differ by so much that somebody must say why.

    By more than 2 % of the greater; as storage.differs.
    """
    return abs(one - other) * 50 > max(abs(one), abs(other))
