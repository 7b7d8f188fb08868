"""The readings of registers as a line that outliers leave, and how far a judgement looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from analytics.steps import HOUR_MS, Bools, EffectiveReadings, Ints
from metering.channels import Kind

_DAY_MS: Final = 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a judgement looks; tests take small ones so that borders are met."""

    run: int = 48  # readings in a row that can be set aside, counted as they were sent
    run_ms: int = 7 * _DAY_MS  # from the first to the last of them
    run_periods: int = 3  # or so many periods, where a register is read but once a month
    rounds: tuple[int, ...] = (1, 7, 48)  # the longest run of each round, in readings left
    both: int = 3  # readings to each side of a fall that are set aside together
    beside: int = 3  # steps to each side of a run that show the pace there
    dip: int = 10  # a fall of at most 1 / dip of the value, or two quanta, is a dip
    rate_steps: int = 24  # steps to each side that show the rate around a fall
    far_ms: int = 31 * _DAY_MS  # how far the rate around and a frozen register reach

    @property
    def calm(self) -> int:
        """Plain steps that a judgement cannot cross."""
        return self.run + 1 + self.rate_steps + self.beside

    @property
    def reach(self) -> int:
        """Readings that no influence crosses, however many outliers there are."""
        passes = 2 * len(self.rounds) + self.both
        bridges = self.run * (self.run + 3) + 2 * self.rate_steps  # each yields to shorter ones
        return (passes * (2 + self.beside) + self.rate_steps) * (self.run + 1) + bridges


BOUNDS: Final = Bounds()


class Line(NamedTuple):
    """Readings still effective; row b follows row a on one register if into[b] == out[a], a < b."""

    place: Ints
    at: Ints
    ends: Ints
    starts: Ints
    into: Ints
    out: Ints
    most: Ints
    period: Ints
    wraps: Ints
    reinstated: Bools

    def only(self, rows: Any) -> Line:
        """Return some of the rows."""
        columns: Any = self
        return Line(*(column[rows] for column in columns))

    @property
    def follows(self) -> Bools:
        """Where a row follows the one before it on one register; (n - 1,)."""
        follows: Bools = self.into[1:] == self.out[:-1]
        return follows

    @property
    def rise(self) -> Ints:
        """By how much a row is above the one before it; (n - 1,)."""
        return self.ends[1:] - self.starts[:-1]


def line_of(effective: EffectiveReadings) -> Line:
    """Return all rows; an exchange ends one register with its final and starts the next."""
    into = out = effective.channel
    wall = (effective.ends != effective.starts) | ~effective.ends_known | ~effective.starts_known
    if wall.any():
        first = np.append(True, into[1:] != into[:-1])
        out = np.cumsum(first | wall)
        into = out - (wall & ~first)
        into[~effective.ends_known] = -1
    if (other := effective.kind != Kind.REGISTER).any():
        into, out = np.where(other, -1, into), np.where(other, -2, out)
    return Line(
        np.arange(len(effective.channel)),
        effective.at_ms,
        effective.ends,
        effective.starts,
        into,
        out,
        effective.max_per_hour,
        effective.period_ms,
        effective.wraps_at,
        effective.reinstated,
    )


def covered(first: Ints, beyond: Ints, n: int) -> Bools:
    """Return which of n rows lie in any of the ranges first .. beyond − 1."""
    begun, ended = (np.bincount(edge, minlength=n + 1) for edge in (first, beyond))
    inside: Bools = np.cumsum(begun - ended)[:n] > 0
    return inside


def longest_ms(line: Line, a: Ints, bounds: Bounds) -> Ints:
    """Return how long a run after each row a may last, by the period that is valid there."""
    longest: Ints = np.maximum(bounds.run_ms, bounds.run_periods * line.period[a])
    return longest
