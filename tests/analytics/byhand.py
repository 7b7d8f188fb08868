"""Steps and hours once more, row by row in fractions, as one would work them out on paper."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import floor

import numpy as np

from analytics.intervals import Standing, Steps

REGISTER, INTERVAL, POWER = 0, 1, 2
HOUR = 3_600_000
MOST = 2**62


@dataclass(frozen=True)
class Facts:
    """What is set from an instant on."""

    factor: int = 1
    period_s: int = 3600
    most: int | None = None
    wraps: int | None = None


@dataclass(frozen=True)
class Row:
    """An instant of a channel; `ends` and `starts` differ at an exchange, None is unknown."""

    at: int
    ends: int | None
    starts: int | None
    facts: Facts
    before: Facts


@dataclass(frozen=True)
class Step:
    """One stretch; `used` is None where nobody knows, and then `why` says the reason."""

    start: int
    end: int
    used: int | None
    why: str
    period_s: int

    @property
    def measured(self) -> bool:
        return self.used is not None and Fraction(self.end - self.start) <= Fraction(
            3 * self.period_s * 1000, 2
        )


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def steps(kind: int, rows: list[Row]) -> list[Step]:
    """Return the steps of one channel."""
    if kind == INTERVAL:
        return list(_intervals(rows))
    pairs = pairwise(rows)
    if kind == REGISTER:
        return [_difference(old, new) for old, new in pairs]
    return [step for old, new in pairs for step in _held(old, new)]


def _difference(old: Row, new: Row) -> Step:
    facts = old.facts

    def step(used: int | None, why: str) -> Step:
        if used is not None and used * facts.factor > MOST:
            used, why = None, "OUT_OF_RANGE"
        counted = None if used is None else used * facts.factor
        return Step(old.at, new.at, counted, why, facts.period_s)

    if old.starts is None or new.ends is None:
        return step(None, "NO_FINAL")
    if new.ends >= old.starts:
        return step(new.ends - old.starts, "KNOWN")
    if facts.wraps is None:
        return step(None, "FALL")
    implied = new.ends + facts.wraps - old.starts
    could = Fraction(facts.wraps // 10)
    if facts.most is not None:
        could = Fraction(facts.most * (new.at - old.at), HOUR)
    return step(implied, "KNOWN") if 0 <= implied <= could else step(None, "FALL")


def _intervals(rows: list[Row]) -> Iterator[Step]:
    for place, row in enumerate(rows):
        start, factor = row.at - row.before.period_s * 1000, row.before.factor
        if place and rows[place - 1].at >= start:
            start, factor = rows[place - 1].at, rows[place - 1].facts.factor
        if row.ends is None:
            used, why = None, "NO_FINAL"
        elif abs(row.ends * factor) > MOST:
            used, why = None, "OUT_OF_RANGE"
        else:
            used, why = row.ends * factor, "KNOWN"
        yield Step(start, row.at, used, why, row.before.period_s)


def _held(old: Row, new: Row) -> Iterator[Step]:
    period_s = old.facts.period_s
    end = min(new.at, old.at + floor(Fraction(3, 2) * period_s * 1000))
    if old.starts is None:
        yield Step(old.at, end, None, "NO_FINAL", period_s)
    else:
        used = half_up(Fraction(old.starts * old.facts.factor * (end - old.at), HOUR))
        fits = abs(used) <= MOST
        yield Step(
            old.at, end, used if fits else None, "KNOWN" if fits else "OUT_OF_RANGE", period_s
        )
    if end < new.at:
        yield Step(end, new.at, None, "HELD_TOO_LONG", period_s)


def hours(found: list[Step]) -> dict[int, tuple[int | None, int, int]]:
    """Return hour → (used or None, whole measured seconds, whole known seconds)."""
    parts: dict[int, list[tuple[int | None, int, int]]] = {}
    for step in found:
        length = step.end - step.start
        for hour in range(step.start // HOUR * HOUR, step.end, HOUR):
            low, high = max(hour, step.start), min(hour + HOUR, step.end)
            part = None
            if step.used is not None:
                part = half_up(Fraction(step.used * (high - step.start), length)) - half_up(
                    Fraction(step.used * (low - step.start), length)
                )
            inside = high - low
            measured, known = inside * step.measured, inside * (part is not None)
            parts.setdefault(hour, []).append((part, measured, known))
    return {
        hour: (
            sum(part for part, _, _ in said if part is not None)
            if any(part is not None for part, _, _ in said)
            else None,
            sum(inside for _, inside, _ in said) // 1000,
            sum(inside for _, _, inside in said) // 1000,
        )
        for hour, said in parts.items()
    }


def standing(channels: dict[int, tuple[int, list[Row]]]) -> Standing:
    """Return the columns of channels, {id: (kind, rows)}."""
    flat = [(one, kind, row) for one, (kind, rows) in sorted(channels.items()) for row in rows]

    def column(values: list[int]) -> np.ndarray:
        return np.array(values, np.int64)

    return Standing(
        channel=column([one for one, _, _ in flat]),
        at_ms=column([row.at for _, _, row in flat]),
        ends=column([row.ends or 0 for _, _, row in flat]),
        starts=column([row.starts or 0 for _, _, row in flat]),
        ends_known=np.array([row.ends is not None for _, _, row in flat], np.bool_),
        starts_known=np.array([row.starts is not None for _, _, row in flat], np.bool_),
        kind=np.array([kind for _, kind, _ in flat], np.int8),
        factor=column([row.facts.factor for _, _, row in flat]),
        period_ms=column([row.facts.period_s * 1000 for _, _, row in flat]),
        max_per_hour=column([row.facts.most or 0 for _, _, row in flat]),
        wraps_at=column([row.facts.wraps or 0 for _, _, row in flat]),
        period_before_ms=column([row.before.period_s * 1000 for _, _, row in flat]),
        factor_before=column([row.before.factor for _, _, row in flat]),
    )


def columns(found: dict[int, list[Step]]) -> Steps:
    """Return the steps of channels as columns, without the code under test."""
    flat = [(one, step) for one, said in sorted(found.items()) for step in said]
    reasons = {"KNOWN": 0, "FALL": 1, "HELD_TOO_LONG": 2, "OUT_OF_RANGE": 3, "NO_FINAL": 4}
    return Steps(
        np.array([one for one, _ in flat], np.int64),
        np.array([step.start for _, step in flat], np.int64),
        np.array([step.end for _, step in flat], np.int64),
        np.array([step.used or 0 for _, step in flat], np.int64),
        np.array([reasons[step.why] for _, step in flat], np.int8),
        np.array([step.period_s * 1000 for _, step in flat], np.int64),
    )
