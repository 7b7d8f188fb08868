"""Checks on a list of values that look at the list alone: findings, never part of making hours."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from math import fsum, sqrt
from statistics import median
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from analytics import student

_MAD_SCALE: Final = 0.6745  # of a normal distribution: its third quartile


class Extremes(NamedTuple):
    """reached: how extreme the most extreme value is, then without it, and so on.

    critical: what each may reach. outliers: how many values are none of the others'.
    """

    reached: list[float]
    critical: list[float]
    outliers: int


def generalised_esd(values: Sequence[float], alpha: float, most: int) -> Extremes:
    """Return how many of at most so many values are outliers (Rosner 1983).

    Raises ValueError for fewer than three values beside those sought.
    """
    if not 0 < most <= len(values) - 3:
        raise ValueError(f"{most} outliers cannot be sought among {len(values)} values")
    left, reached = list(values), []
    for _ in range(most):
        mean = fsum(left) / len(left)
        scale = sqrt(fsum((value - mean) ** 2 for value in left) / (len(left) - 1))
        furthest = max(left, key=lambda value: abs(value - mean))
        reached.append(abs(furthest - mean) / scale if scale else 0.0)
        left.remove(furthest)
    critical = _esd_critical(len(values), alpha, most)
    pairs = zip(reached, critical, strict=True)
    beyond = [count for count, (found, most_extreme) in enumerate(pairs, 1) if found > most_extreme]
    return Extremes(reached, critical, max(beyond, default=0))


def _esd_critical(n: int, alpha: float, most: int) -> list[float]:
    """Return what the most extreme of n values may reach, then of n − 1, and so on.

    Source: NIST/SEMATECH e-Handbook 1.3.5.17.3.
    """
    limits = []
    for left in range(n - 1, n - 1 - most, -1):
        t = student.two_sided(1 - alpha / (left + 1), left - 1)
        limits.append(left * t / sqrt((left - 1 + t * t) * (left + 1)))
    return limits


def modified_z(values: Sequence[float]) -> list[float | None]:
    """Return 0.6745 · (x − median) / MAD (Iglewicz and Hoaglin 1993); None where MAD is 0."""
    middle = median(values)
    mad = median(abs(value - middle) for value in values)
    if mad == 0:
        return [0.0 if value == middle else None for value in values]
    return [_MAD_SCALE * (value - middle) / mad for value in values]


def stuck_runs(use: Sequence[object], least: int) -> list[bool]:
    """Return which values stand in a run of equal ones of at least so many; 0 and None never."""
    flags: list[bool] = []
    first = 0
    for place in range(1, len(use) + 1):
        if place == len(use) or use[place] != use[first]:
            stuck = bool(use[first]) and place - first >= least
            flags += [stuck] * (place - first)
            first = place
    return flags


def civil_hours(day: date, zone: ZoneInfo) -> float:
    """Return how many hours a day has in a zone."""
    ends = [
        datetime(one.year, one.month, one.day, tzinfo=zone).timestamp()
        for one in (day, day + timedelta(days=1))
    ]
    return (ends[1] - ends[0]) / 3600
