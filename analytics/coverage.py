"""Coverage: how much of the time in which an account should hold something it does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

ENOUGH: Final = Decimal("0.9")  # where no office has stated another share
WHOLE: Final = Decimal("0.99")  # a month that stands for its whole beside that of another year


@dataclass(frozen=True, slots=True)
class Counted:
    """A channel that counts in an account, from a day to before another of its civil zone."""

    valid_from: date
    valid_to: date | None
    zone: str


def expected_s(terms: Sequence[Counted], first: date, until: date, today: date) -> int:
    """Return the seconds that complete accounts of these channels would hold in some days.

    As storage.expected_s: it begins where a channel counts and not with its first reading, and
    ends with the last day that is over; today and what is to come are never missing.
    """
    return sum(_seconds(one, first, until, today) for one in terms)


def coverage(held_s: int, expected_s: int | None) -> float | None:
    """Return the held share of the expected time, rounded down so that 1 means all of it.

    held_s: known_s of a total, measured_s of a shape. None where no time is over. As
    report.coverage.
    """
    if not expected_s or expected_s <= 0:
        return None
    return min(held_s, expected_s) * 10_000 // expected_s / 10_000


def enough(held_s: int, expected_s: int | None, share: Decimal = ENOUGH) -> bool:
    """Return whether so much is measured that a figure may be ranked or compared.

    As report.is_enough.
    """
    return bool(expected_s and expected_s > 0 and held_s >= share * expected_s)


def _seconds(term: Counted, first: date, until: date, today: date) -> int:
    ends = min(day for day in (until, term.valid_to, today) if day is not None)
    seconds = _midnight(ends, term.zone) - _midnight(max(first, term.valid_from), term.zone)
    return max(0, seconds)


def _midnight(day: date, zone: str) -> int:
    at = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return int(at.astimezone(UTC).timestamp())
