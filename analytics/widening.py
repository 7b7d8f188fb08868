"""How far a change of readings reaches: what must be read, and which time is to be replaced.

A verdict looks at readings around it, so a change is judged anew from one calm stretch or exchange
to the next: what lies beyond cannot differ. Where a window of readings ends before that is found,
the answer is None, and the caller reads further.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from analytics.limits import is_short, within
from analytics.lines import BOUNDS, Bounds, Line, line_of
from analytics.steps import Bools, EffectiveReadings, Ints

FAR_MS: Final = 2**62


@dataclass(frozen=True, slots=True)
class Window:
    """Readings of one register, and whether they reach its first and its last one.

    effective: as they are now.
    """

    effective: EffectiveReadings
    whole_before: bool = True
    whole_after: bool = True


class Widened(NamedTuple):
    """Rows first .. beyond − 1 to judge, and the time whose steps may differ.

    start_ms, stop_ms: steps that end by the one or begin by the other are as they were; ±2^62
        where everything to that side may differ.
    """

    first: int
    beyond: int
    start_ms: int
    stop_ms: int


class _Looked(NamedTuple):
    line: Line
    rise: Ints
    plain: Bools  # steps that rise by no more than can be, and hide no whole turn


def widened(
    window: Window, lo_ms: int, hi_ms: int, bounds: Bounds = BOUNDS, *, added: bool = False
) -> Widened | None:
    """Return what a change from lo_ms to hi_ms can touch; None where more must be read.

    added: readings only came, none went or changed, and no exchange either. In calm data then only
        the neighbours' steps change.
    """
    line = line_of(window.effective)
    rise, at = line.rise, line.at
    looked = _Looked(line, rise, plain_steps(line, rise))
    before = int(np.searchsorted(at, lo_ms, "left"))
    after = int(np.searchsorted(at, hi_ms, "right"))
    if added and (near := _neighbours(window, looked, before, after, bounds)):
        return near
    left = _side(window, looked, before - 1, -1, bounds)
    right = _side(window, looked, after, 1, bounds)
    if left is None or right is None:
        return None
    return Widened(left[0], right[0] + 1, left[1], right[1])


def plain_steps(line: Line, rise: Ints) -> Bools:
    """Return which steps rise by no more than can be, and not by a whole turn more; (n - 1,)."""
    most, wraps, time = line.most[:-1], line.wraps[:-1], np.diff(line.at)
    plain: Bools = line.follows & (rise >= 0)
    plain &= within(rise, most, time)
    if wraps.any():
        long = np.flatnonzero(plain & (wraps > 0) & ~is_short(time, line.period[:-1]))
        plain[long] = ~within(rise[long] + wraps[long], most[long], time[long])
    return plain


def _neighbours(
    window: Window, looked: _Looked, before: int, after: int, bounds: Bounds
) -> Widened | None:
    """Return the steps beside readings that came into a calm stretch, or None."""
    at, n = looked.line.at, len(looked.line.at)
    left, right = before - 1 - bounds.calm, after + bounds.calm
    if (left < 0 and not window.whole_before) or (right > n - 1 and not window.whole_after):
        return None
    right = min(right, n - 1)
    rises = right == n - 1 or bool((looked.rise[after:right] > 0).any())
    if not (rises and bool(looked.plain[max(left, 0) : right].all())):
        return None
    start_ms = int(at[before - 1]) if before else -FAR_MS
    stop_ms = int(at[after]) if after < n else FAR_MS
    return Widened(max(before - 1, 0), min(after + 1, n), start_ms, stop_ms)


def _side(
    window: Window, looked: _Looked, row: int, way: int, bounds: Bounds
) -> tuple[int, int] | None:
    """Return the last row to read to one side, and the instant up to which steps may differ.

    That is an exchange, or the first rise with a calm stretch on each side of it; where there is
    none within reach, as far as influence can go.
    """
    n, line = len(looked.line.at), looked.line
    edge, cut, ended = _calm(looked, row, way, bounds)
    if ended:
        if not (window.whole_before if way < 0 else window.whole_after):
            return None
        return (0, -FAR_MS) if way < 0 else (n - 1, FAR_MS)
    if cut >= 0:
        return edge, int(line.at[cut])
    rim = int(line.at[edge]) + way * bounds.far_ms
    far = int(np.searchsorted(line.at, rim + way * bounds.far_ms)) + way * bounds.reach
    if not 0 <= far < n and not (window.whole_before if way < 0 else window.whole_after):
        return None
    return min(max(far, 0), n - 1), rim


def _calm(looked: _Looked, row: int, way: int, bounds: Bounds) -> tuple[int, int, bool]:
    """Return where the walk from a row stops, the row where steps are as before, and whether
    the readings end first; the row is −1 where none was found within reach."""
    line, n = looked.line, len(looked.line.at)
    calm, cut, edge = 0, -1, row
    while 0 <= edge < n and abs(edge - row) < bounds.reach:
        if line.into[edge] != line.out[edge] and line.into[edge] >= 0:
            return edge, edge, False
        step = edge - 1 if way < 0 else edge
        if not 0 <= step < n - 1:
            return edge, -1, True
        calm = calm + 1 if looked.plain[step] else 0
        cut = cut if looked.plain[step] else -1
        if cut < 0 and calm > bounds.calm and looked.rise[step] > 0:
            cut, calm = edge, 0
        if cut >= 0 and calm >= bounds.calm:
            return edge, cut, False
        edge += way
    if not 0 <= edge < n:
        return edge, -1, True
    return edge, -1, False
