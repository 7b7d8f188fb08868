"""How well the shipped meters' second year is forecast from its first, month by month."""

from pathlib import Path
from typing import Any, Final

import numpy as np

from analytics import outlook
from analytics.outlook import Outlook
from benchmarks.figures import Figure, Section
from benchmarks.metered import Hours, hours

LEAST_COVERED: Final = 0.87  # and 0.95 at most
KNOWN_TO: Final = {"February": 59, "April": 120, "June": 181, "August": 243, "October": 304}
MEDIAN: Final = (6.1, 4.5, 3.0, 1.6, 0.7)  # %

_YEAR: Final = 364  # of the same weekdays
_QUOTA: Final = 0.98  # of last year's use


def run(root: Path, *, runs: int, quick: bool) -> list[Section]:
    """Forecast, calibrate on all other meters and on those of other sites, and count."""
    metered = hours()
    days = metered.days
    last, this = days[:, :_YEAR], days[:, _YEAR:]
    section = Section(
        "outlook",
        [
            f"{len(days)} shipped meters, second year from the first; quotas of 98 % of the first.",
            "The band is of 90 %, from the errors of all other meters, or of other sites only: the",
            "first is nearly given by the method, the second is not. Errors and widths are of the",
            "year's use. Goals of the errors are those of 103 other meters, electricity all.",
        ],
    )
    for (month, k), goal in zip(KNOWN_TO.items(), MEDIAN, strict=True):
        section.figures += _month(month, this, last, metered, k, goal)
    return [section]


def _month(month: str, this: Any, last: Any, metered: Hours, k: int, goal: float) -> list[Figure]:
    electric = np.array(["electricity" in name for name in metered.names])
    made = outlook.outlook(this[:, :k], last)
    whole = outlook.filled_days(this).sum(axis=1)
    actual = whole - made.used
    errors = outlook.errors(made, actual)
    quota = _QUOTA * outlook.filled_days(last).sum(axis=1)
    rows = np.arange(len(this))
    inside, wide = _bands(made, actual, [errors[rows != one] for one in rows])
    apart, _ = _bands(made, actual, [errors[metered.site != one] for one in metered.site])
    odds = np.array(
        [
            outlook.exceeding(_one(made, int(one)), quota[one : one + 1], errors[rows != one])[0]
            for one in rows
        ]
    )
    over = whole > quota
    off = 100 * np.abs(made.total / whole - 1)
    plain = 100 * np.abs(made.used * _YEAR / k / whole - 1)
    names = f"{month}: median error of the year"
    return [
        Figure(f"{names}, electricity", "%", [float(np.median(off[electric]))], goal, "most"),
        Figure(f"{names}, with gas", "%", [float(np.median(off))]),
        Figure(f"{month}: rival's, pro rata by days", "%", [float(np.median(plain))]),
        Figure(f"{month}: in the band", "", [inside], LEAST_COVERED),
        Figure(f"{month}: in the band of other sites", "", [apart], LEAST_COVERED),
        Figure(f"{month}: width of the band", "%", [100 * wide]),
        Figure(f"{month}: Brier score", "", [float(np.mean((odds - over) ** 2))]),
        Figure(f"{month}: Brier score of the share", "", [float(over.mean() * (1 - over.mean()))]),
    ]


def _bands(made: Outlook, actual: Any, peers: list[Any]) -> tuple[float, float]:
    """Return how many lie in their bands, and the median width as a share of the year."""
    inside, wide = [], []
    for row, errors in enumerate(peers):
        low, high = outlook.band(_one(made, row), errors)
        inside.append(low[0] <= actual[row] <= high[0])
        wide.append((high[0] - low[0]) / made.total[row])
    return float(np.mean(inside)), float(np.median(wide))


def _one(made: Outlook, row: int) -> Outlook:
    at = slice(row, row + 1)
    return Outlook(made.used[at], made.rest[at], made.pace[at], made.spread[at])
