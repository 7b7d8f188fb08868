"""Virtual channels: the hours of others, added, subtracted or divided, to the quantum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.moments import Bools, Ints
from analytics.steps import HOUR_MS

_SAME_S: Final = 60  # inputs that know the same of an hour, but for instants that were rounded


@dataclass(frozen=True, slots=True)
class Term:
    """An input of a virtual channel in a span of hours: added (sign 1), taken off (−1), or a part.

    before, part, whole: it takes `part` of `whole` after those before it took `before`; whole 0:
    nobody knows how much, and so nothing is known of these hours.
    """

    channel: int
    sign: int
    first_ms: int
    until_ms: int
    before: int = 0
    part: int = 1
    whole: int = 1


@dataclass(frozen=True, slots=True)
class ChannelHours:
    """Hours of one channel, sorted; columns of equal length. used: quanta, 0 where not known."""

    hour_ms: Ints
    used: Ints
    known: Bools
    measured_s: Ints
    known_s: Ints


def part_of(used: int, before: int, part: int, whole: int) -> int:
    """Return a part by cascade rounding: parts that follow one another add to the whole."""
    return _rounded(used * (before + part), whole) - _rounded(used * before, whole)


def combined(
    terms: Sequence[Term], inputs: Mapping[int, ChannelHours], first_ms: int, until_ms: int
) -> ChannelHours:
    """Return the hours of a virtual channel in a span of whole hours.

    An hour is known where every input that counts in it knows the same part of it; none is where no
    input has one. measured_s and known_s are those of the input that knows least.
    """
    grid = np.arange(first_ms, until_ms, HOUR_MS, dtype=np.int64)
    used = np.zeros(len(grid), np.int64)
    counts, there = np.zeros(len(grid), np.bool_), np.zeros(len(grid), np.bool_)
    known = np.ones(len(grid), np.bool_)
    least, most = np.full(len(grid), 3600), np.zeros(len(grid), np.int64)
    measured = np.full(len(grid), 3600)
    for term in terms:
        on = (grid >= term.first_ms) & (grid < term.until_ms)
        rows, found = _found(inputs.get(term.channel), grid)
        counts |= on
        there |= on & (rows >= 0)
        known &= ~on | ((rows >= 0) & found.known[rows] & (term.whole > 0))
        some = on & (rows >= 0)
        least[some] = np.minimum(least[some], found.known_s[rows[some]])
        most[some] = np.maximum(most[some], found.known_s[rows[some]])
        measured[some] = np.minimum(measured[some], found.measured_s[rows[some]])
        sure = some & found.known[rows] & (term.whole > 0)
        used[sure] += term.sign * _parts(found.used[rows[sure]], term)
    known &= counts & (most - least <= _SAME_S)
    return ChannelHours(
        grid[there],
        np.where(known, used, 0)[there],
        known[there],
        np.where(known, measured, 0)[there],
        np.where(known, least, 0)[there],
    )


def _found(hours: ChannelHours | None, grid: Ints) -> tuple[Ints, ChannelHours]:
    """Return the row of each hour of a grid, −1 where there is none, and what holds these rows."""
    if hours is None or not len(hours.hour_ms):
        nothing = np.zeros(1, np.int64)
        none = ChannelHours(nothing, nothing, nothing.astype(np.bool_), nothing, nothing)
        return np.full(len(grid), -1), none
    rows = np.minimum(np.searchsorted(hours.hour_ms, grid), len(hours.hour_ms) - 1)
    return np.where(hours.hour_ms[rows] == grid, rows, -1), hours


def _parts(used: Ints, term: Term) -> Ints:
    """Return what a term takes of amounts; in Python's integers, for areas are long numbers."""
    if term.part == term.whole:
        return used
    each = [part_of(one, term.before, term.part, term.whole) for one in used.tolist()]
    return np.array(each, np.int64)


def _rounded(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
