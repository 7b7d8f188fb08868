"""Coverage: how much of the time in which an account should hold something it does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

ENOUGH: Final = Decimal("0.9")  # where no office has stated another share
WHOLE: Final = Decimal("0.99")  # a month that stands for its whole beside that of another year


@dataclass(frozen=True, slots=True)
class ChannelTerm:
    """A channel that counts in an account, from a day to before another of its civil zone.

    known: the seconds that days hold; those of days that are over need not be there.
    """

    valid_from: date
    valid_to: date | None
    zone: str
    known: Mapping[date, int] = field(default_factory=dict)


def expected_s(terms: Sequence[ChannelTerm], first: date, until: date, today: date) -> int:
    """Return the seconds that complete accounts of these channels would hold in some days.

    As report.expected: it begins where a channel counts and not with its first reading, and ends
    with the last day that is over. Today and what is to come are never missing: they are expected
    to hold what they do, so that they do not fill up for a day that is.
    """
    return sum(
        _seconds(one, first, until, today) + _held(one, max(first, today), until) for one in terms
    )


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


def _seconds(term: ChannelTerm, first: date, until: date, today: date) -> int:
    ends = min(day for day in (until, term.valid_to, today) if day is not None)
    seconds = _midnight(ends, term.zone) - _midnight(max(first, term.valid_from), term.zone)
    return max(0, seconds)


def _held(term: ChannelTerm, first: date, until: date) -> int:
    begins, ends = max(first, term.valid_from), min(until, term.valid_to or until)
    return sum(known for day, known in term.known.items() if begins <= day < ends)


def _midnight(day: date, zone: str) -> int:
    at = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return int(at.astimezone(UTC).timestamp())
