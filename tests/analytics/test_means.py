"""What area and persons are over some days; SQL is held to the same cases in tests/storage."""

from datetime import date
from decimal import Decimal

import pytest

from analytics.means import DatedValue, days_mean

DAY = date.fromisoformat
YEAR = ("2025-01-01", "2026-01-01")
LATER = "2026-03-01"
# facts (value, from, to), the days, today, and the mean
CASES = {
    "half a year each": (
        [("1000", "2020-01-01", "2025-07-01"), ("1500", "2025-07-01", None)],
        YEAR, LATER, "1252.054795",
    ),
    "one for all days": ([("1000", "2020-01-01", None)], YEAR, LATER, "1000"),
    "stated from May on": ([("40", "2025-05-01", None)], YEAR, LATER, "40"),
    "a hole in the middle": (
        [("10", "2025-01-01", "2025-02-01"), ("20", "2025-03-01", "2025-04-01")],
        YEAR, LATER, "15",
    ),
    "the day of the change is the new one's": (
        [("1", "2025-01-01", "2025-01-02"), ("3", "2025-01-02", None)],
        ("2025-01-01", "2025-01-03"), LATER, "2",
    ),
    "nothing of the time": ([("1000", "2026-01-01", None)], YEAR, LATER, None),
    "nothing at all": ([], YEAR, LATER, None),
    "days to come do not count": (
        [("1000", "2020-01-01", "2025-07-01"), ("1500", "2025-07-01", None)],
        YEAR, "2025-07-02", "1005.464481",
    ),
    "all days to come": (
        [("1000", "2020-01-01", "2025-07-01"), ("1500", "2025-07-01", None)],
        YEAR, "2024-12-01", "1000",
    ),
    "halves of a millionth": (
        [("0.000001", "2025-01-01", "2025-01-02"), ("0.000002", "2025-01-02", None)],
        ("2025-01-01", "2025-01-03"), LATER, "0.000002",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_pure_function_gives_the_mean(case):
    facts, (first, until), today, mean = CASES[case]
    held = [DatedValue(Decimal(v), DAY(since), to and DAY(to)) for v, since, to in facts]
    wanted = None if mean is None else Decimal(mean)
    assert days_mean(held, DAY(first), DAY(until), DAY(today)) == wanted
