"""Steps and hours once more, row by row in fractions, as one would work them out on paper."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import floor

import numpy as np

from analytics.lines import BOUNDS, Bounds
from analytics.steps import EffectiveReadings, Reason, Steps

REGISTER, INTERVAL, POWER = 0, 1, 2
HOUR = 3_600_000
MOST = 2**53


@dataclass(frozen=True)
class Facts:
    """What is set from an instant on."""

    factor: int = 1
    period_s: int = 3600
    most: int | None = None
    wraps: int | None = None
    under: int = 1

    @property
    def ratio(self) -> Fraction:
        return Fraction(self.factor, self.under)


@dataclass(frozen=True)
class Row:
    """An instant of a channel; `ends` and `starts` differ at an exchange, None is unknown."""

    at: int
    ends: int | None
    starts: int | None
    facts: Facts
    before: Facts
    reinstated: bool = False
    wrap_confirmed: bool = False
    begun: int = -1

    @property
    def wall(self) -> bool:
        """Whether one register ends here and another begins."""
        return self.ends is None or self.starts is None or self.ends != self.starts


@dataclass(frozen=True)
class Step:
    """One stretch; `used`, in carrier quanta, is None where nobody knows; `why` says the reason."""

    start: int
    end: int
    used: Fraction | None
    why: str
    period_s: int
    factor: Fraction = Fraction(1)

    @property
    def measured(self) -> bool:
        return self.used is not None and Fraction(self.end - self.start) <= Fraction(
            3 * self.period_s * 1000, 2
        )


def half_up(value: Fraction | int) -> int:
    return floor(value + Fraction(1, 2))


def steps(kind: int, rows: list[Row], bounds: Bounds = BOUNDS) -> list[Step]:
    """Return the steps of one channel."""
    if kind == INTERVAL:
        return list(_intervals(rows))
    if kind == REGISTER:
        from tests.analytics import judging_byhand

        return judging_byhand.steps(rows, bounds)
    return [step for old, new in pairwise(rows) for step in _held(old, new)]


def fits(most: int | None, used: int, time_ms: int) -> bool:
    """Whether a use can have been."""
    return most is None or used * HOUR <= most * time_ms


def _intervals(rows: list[Row]) -> Iterator[Step]:
    for place, row in enumerate(rows):
        start, facts = row.at - row.before.period_s * 1000, row.before
        if row.begun >= 0:
            start = row.begun
        if place and rows[place - 1].at >= start:
            start, facts = rows[place - 1].at, rows[place - 1].facts
        used, why = None, "KNOWN"
        if row.ends is None:
            why = "NO_FINAL"
        elif not fits(facts.most, abs(row.ends), row.at - start):
            why = "OVER_LIMIT"
        elif abs(row.ends * facts.ratio) > MOST:
            why = "OUT_OF_RANGE"
        else:
            used = row.ends * facts.ratio
        yield Step(start, row.at, used, why, row.before.period_s, facts.ratio)


def _held(old: Row, new: Row) -> Iterator[Step]:
    period_s = old.facts.period_s
    end = min(new.at, old.at + floor(Fraction(3, 2) * period_s * 1000))
    used, why = None, "KNOWN"
    if old.starts is None:
        why = "NO_FINAL"
    elif not fits(old.facts.most, abs(old.starts), HOUR):
        why = "OVER_LIMIT"
    else:
        used = old.starts * old.facts.ratio * Fraction(end - old.at, HOUR)
        if abs(used) > MOST or abs(old.starts) > 2**60 // (end - old.at):
            used, why = None, "OUT_OF_RANGE"
    yield Step(old.at, end, used, why, period_s, old.facts.ratio / HOUR)
    if end < new.at:
        yield Step(end, new.at, None, "HELD_TOO_LONG", period_s)


def hours(found: list[Step]) -> dict[int, tuple[int | None, int, int]]:
    """Return hour → (used or None, whole measured seconds, whole known seconds)."""
    used: dict[int, dict[Fraction, int]] = {}
    inside: dict[int, list[tuple[int, int]]] = {}
    for step in found:
        length = step.end - step.start
        for hour in range(step.start // HOUR * HOUR, step.end, HOUR):
            low, high = max(hour, step.start), min(hour + HOUR, step.end)
            known = step.used is not None
            inside.setdefault(hour, []).append(((high - low) * step.measured, (high - low) * known))
            if step.used is None:
                continue
            shown = step.used / step.factor  # whole: quanta of the carrier, or of the channel
            part = half_up(shown * (high - step.start) / length) - half_up(
                shown * (low - step.start) / length
            )
            parts = used.setdefault(hour, {})
            parts[step.factor] = parts.get(step.factor, 0) + part
    return {
        hour: (
            sum(half_up(part * factor) for factor, part in used[hour].items())
            if hour in used
            else None,
            sum(measured for measured, _ in times) // 1000,
            sum(known for _, known in times) // 1000,
        )
        for hour, times in inside.items()
    }


def effective(channels: dict[int, tuple[int, list[Row]]]) -> EffectiveReadings:
    """Return the columns of channels, {id: (kind, rows)}."""
    flat = [(one, kind, row) for one, (kind, rows) in sorted(channels.items()) for row in rows]

    def column(values: list[int]) -> np.ndarray:
        return np.array(values, np.int64)

    return EffectiveReadings(
        channel=column([one for one, _, _ in flat]),
        at_ms=column([row.at for _, _, row in flat]),
        ends=column([row.ends or 0 for _, _, row in flat]),
        starts=column([row.starts or 0 for _, _, row in flat]),
        ends_known=np.array([row.ends is not None for _, _, row in flat], np.bool_),
        starts_known=np.array([row.starts is not None for _, _, row in flat], np.bool_),
        kind=np.array([kind for _, kind, _ in flat], np.int8),
        factor=column([row.facts.factor for _, _, row in flat]),
        under=column([row.facts.under for _, _, row in flat]),
        period_ms=column([row.facts.period_s * 1000 for _, _, row in flat]),
        max_per_hour=column([row.facts.most or 0 for _, _, row in flat]),
        wraps_at=column([row.facts.wraps or 0 for _, _, row in flat]),
        factor_before=column([row.before.factor for _, _, row in flat]),
        under_before=column([row.before.under for _, _, row in flat]),
        period_before_ms=column([row.before.period_s * 1000 for _, _, row in flat]),
        max_per_hour_before=column([row.before.most or 0 for _, _, row in flat]),
        from_ms=column([row.begun for _, _, row in flat]),
        reinstated=np.array([row.reinstated for _, _, row in flat], np.bool_),
        wrap_confirmed=np.array([row.wrap_confirmed for _, _, row in flat], np.bool_),
    )


def columns(found: dict[int, list[Step]]) -> Steps:
    """Return the steps of channels as columns, without the code under test."""
    flat = [(one, step) for one, uses in sorted(found.items()) for step in uses]

    def column(values: list[int]) -> np.ndarray:
        return np.array(values, np.int64)

    return Steps(
        column([one for one, _ in flat]),
        column([step.start for _, step in flat]),
        column([step.end for _, step in flat]),
        column([int((step.used or 0) / step.factor) for _, step in flat]),
        column([step.factor.numerator for _, step in flat]),
        column([step.factor.denominator for _, step in flat]),
        np.array([Reason[step.why] for _, step in flat], np.int8),
        column([step.period_s * 1000 for _, step in flat]),
    )
