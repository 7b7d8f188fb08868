"""Findings on hours: spikes, stuck runs, zeros while in use, overuse. Nothing is changed by them.

Each row says of which meter, from which hour, how long, what was used and what was expected, and
by which version of the method; people confirm or dismiss it. What is confirmed is applied by an
act, and a dismissal widens the band of those hours of the week.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from analytics.moments import Bools, Floats, Ints
from analytics.stretches import filled, running_mean, stretches
from analytics.weekly import WEEK, Usual, usual

KINDS: Final = ("spike", "stuck", "zero", "overuse", "idle", "level")
METHOD: Final = "weekly-1"  # of all these limits together: a new one is a new version

_SPIKE: Final = 8.0  # spreads above the usual
_SPIKE_TOP: Final = 1.25  # times what the meter seldom exceeds
_STUCK_RUN: Final = 5  # equal values in a row
_STUCK_USUAL: Final = 0.02  # of the hours repeat the one before here and there, or
_STUCK_OFTEN: Final = 0.04  # in runs: then equal values are this meter's way, and no fault
_ZERO_PART: Final = 0.02  # of the usual use
_ZERO: Final = -2.5  # spreads
_ZERO_RUN: Final = 2  # hours
_OVER: Final = 3.5  # spreads, on average over some hours, and
_OVER_OWN: Final = 0.97  # of a meter's own hours are below: some are never steady
_OVER_PART: Final = 1.3  # of the usual use
_OVER_AROUND: Final = 9
_OVER_GAP: Final = 8  # hours between that do not part a stretch
_OVER_RUN: Final = 12
_MOST: Final = 15.0  # spreads that one hour can add to an average


@dataclass(frozen=True, slots=True)
class Findings:
    """Columns of equal length, row i is one finding.

    kind: a place in KINDS. meter: the row of the meter. first: its first hour, hours: how many.
    used, expected: in these hours, in the unit of use. score: how far beyond, in spreads.
    """

    kind: Ints
    meter: Ints
    first: Ints
    hours: Ints
    used: Floats
    expected: Floats
    score: Floats

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def size(self) -> Floats:
        """How much more was used than expected; negative where less was."""
        return self.used - self.expected

    def in_kgce(self, kgce_per_unit: ArrayLike) -> Floats:
        """Return the sizes in standard coal, by what each meter's unit comes to; NaN unknown."""
        return np.asarray(self.size * np.asarray(kgce_per_unit, float)[self.meter])

    @classmethod
    def of(cls, parts: Iterable[Findings]) -> Findings:
        """Return several together, in order of meter and time."""
        some = list(parts)
        columns: dict[str, Any] = {
            one.name: np.concatenate([getattr(part, one.name) for part in some])
            for one in fields(cls)
        }
        order = np.lexsort((columns["kind"], columns["first"], columns["meter"]))
        return cls(**{name: column[order] for name, column in columns.items()})


def found(
    use: ArrayLike,
    known: Usual | None = None,
    wide: ArrayLike | None = None,
    is_open: Bools | None = None,
) -> Findings:
    """Return what stands out of the hours of meters.

    use: (m, n) of civil hours from a midnight, whole days, NaN where unknown. wide: (m, 168), by
    how much dismissals have widened the band of each hour of the week; the first is that of the
    first hour here. is_open: (n,) or (m, n) hours in which zeros matter; without it, all.
    """
    hours = np.atleast_2d(np.asarray(use, float))
    about = usual(hours) if known is None else known
    score = about.score(hours)
    if wide is not None:
        factor = np.asarray(wide, float)
        score = score / np.tile(factor, (1, -(-hours.shape[1] // WEEK)))[:, : hours.shape[1]]
    masks = (
        _spikes(hours, about, score),
        _stuck(hours),
        _zeros(hours, about, score, is_open),
        _overuse(hours, about, score),
    )
    return Findings.of(
        rows_of(kind, mask, hours, about.level, score) for kind, mask in enumerate(masks)
    )


def rows_of(kind: int, mask: Bools, use: Floats, expected: Floats, score: Floats) -> Findings:
    """Return the stretches of a mask as findings; unknown hours count for nothing."""
    meter, first, end = stretches(mask)
    both = np.isfinite(use) & np.isfinite(expected)
    used, would = (_between(np.where(both, one, 0.0), meter, first, end) for one in (use, expected))
    far = _between(np.abs(np.nan_to_num(score, posinf=0.0, neginf=0.0)), meter, first, end)
    length = end - first
    return Findings(np.full(len(meter), kind), meter, first, length, used, would, far / length)


def _between(values: Floats, row: Ints, first: Ints, end: Ints) -> Floats:
    sums = np.pad(np.cumsum(values, axis=1), ((0, 0), (1, 0)))
    return np.asarray(sums[row, end] - sums[row, first])


def _spikes(use: Floats, about: Usual, score: Floats) -> Bools:
    """Far above what is usual for the hour, and above what the meter seldom exceeds at all."""
    return np.asarray((score > _SPIKE) & (use > _SPIKE_TOP * about.top))


def _stuck(use: Floats) -> Bools:
    """One value again and again, on a meter that does not repeat itself."""
    again = np.zeros(use.shape, np.bool_)
    again[:, 1:] = (use[:, 1:] == use[:, :-1]) & (use[:, 1:] != 0)
    run = filled(again, _STUCK_RUN - 1)
    apart = (again & ~run).sum(axis=1, keepdims=True)
    hours = np.maximum(np.isfinite(use).sum(axis=1, keepdims=True), 1)
    run[:, :-1] |= run[:, 1:]  # with the value that was repeated
    seldom = run.sum(axis=1, keepdims=True) < _STUCK_OFTEN * hours
    return np.asarray(run & (apart < _STUCK_USUAL * hours) & seldom)


def _zeros(use: Floats, about: Usual, score: Floats, is_open: Bools | None) -> Bools:
    """Nothing, or next to nothing, where something is always used; with an open hour in it."""
    nothing = (use <= _ZERO_PART * about.level) & (score < _ZERO) & (about.level > 0)
    runs = filled(nothing, _ZERO_RUN)
    if is_open is None:
        return runs
    row, first, end = stretches(runs)
    opened = np.pad(np.cumsum(np.atleast_2d(is_open), axis=1), ((0, 0), (1, 0)))
    whose = row if len(opened) > 1 else np.zeros_like(row)
    for place in np.flatnonzero(opened[whose, end] == opened[whose, first]):
        runs[row[place], first[place] : end[place]] = False
    return runs


def _overuse(use: Floats, about: Usual, score: Floats) -> Bools:
    """More than usual for half a day or longer, hour upon hour: left running, or a leak."""
    known = np.isfinite(use) & np.isfinite(about.level)
    far = running_mean(np.clip(score, -_MOST, _MOST), _OVER_AROUND)
    used, usually = (running_mean(np.where(known, one, np.nan), _OVER_AROUND)
                     for one in (use, about.level))  # fmt: skip
    own = np.fmax(_top(far, _OVER_OWN), _OVER)
    with np.errstate(invalid="ignore"):
        over = filled((far > own) & (used > _OVER_PART * usually), _OVER_AROUND - 1)
    return filled(~filled(~over, _OVER_GAP + 1), _OVER_RUN)


def _top(values: Floats, part: float) -> Floats:
    """Return (m, 1) what so great a part of a row's known values does not exceed."""
    ordered = np.sort(values, axis=1)
    known = np.isfinite(ordered).sum(axis=1)
    place = np.maximum(np.ceil(part * known).astype(np.int64) - 1, 0)
    return np.take_along_axis(ordered, place[:, None], axis=1)
