"""Periods of any length as two instants: whether a last day is part of one, and how long one is."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from collector.files.answers import Answers
from collector.files.gathered import Chunk
from collector.files.instants import LOCAL

DAY_MS: Final = 86_400_000
_QUARTER_MS: Final = 900_000


def days_only(chunk: Chunk) -> bool:
    """Return whether all periods begin and end at midnight of a wall clock."""
    local = (chunk.at_ms > LOCAL // 2) & (chunk.from_ms > LOCAL // 2)
    midnight = ((chunk.at_ms - LOCAL) % DAY_MS == 0) & ((chunk.from_ms - LOCAL) % DAY_MS == 0)
    return len(chunk) > 0 and bool((local & midnight).all())


def midnights(chunk: Chunk) -> bool:
    """Return whether all times are midnights of a wall clock."""
    local = chunk.at_ms > LOCAL // 2
    return len(chunk) > 0 and bool((local & ((chunk.at_ms - LOCAL) % DAY_MS == 0)).all())


def last_day_in(chunk: Chunk, answers: Answers) -> bool | None:
    """Return whether the last day of each period is part of it; None where nothing tells.

    A period that begins on the day on which the one before ends leaves that day out; one that
    begins the day after, or ends on its first day, holds it.
    """
    if answers.last_day is not None:
        return answers.last_day == "in"
    order = np.lexsort((chunk.from_ms, chunk.message))
    message, begins, ends = (getattr(chunk, n)[order] for n in ("message", "from_ms", "at_ms"))
    same = message[1:] == message[:-1]
    shared = bool((same & (begins[1:] == ends[:-1]) & (begins[:-1] < ends[:-1])).any())
    apart = bool((same & (begins[1:] == ends[:-1] + DAY_MS)).any() or (begins == ends).any())
    return None if shared == apart else apart


def with_last_day(chunk: Chunk, rows: NDArray[np.bool_] | None = None) -> None:
    """Let periods end when their last day does."""
    chunk.at_ms += DAY_MS if rows is None else np.where(rows, DAY_MS, 0)


def last_grain(chunk: Chunk) -> int:
    """Return what periods leave out at their ends: of 00:00–00:14 a minute, or a second; else 0.

    All begin at a quarter of an hour, and none ends at one, but the same little before. [ms]
    """
    begins, ends = (
        np.where(one > LOCAL // 2, one - LOCAL, one) for one in (chunk.from_ms, chunk.at_ms)
    )
    if not len(chunk) or bool((begins % _QUARTER_MS).any()):
        return 0
    return next((g for g in (60_000, 1000) if not bool(((ends + g) % _QUARTER_MS).any())), 0)


def lasting(chunk: Chunk, length_ms: int) -> None:
    """Let rows that say only when use begins last so long."""
    chunk.at_ms += length_ms


def until_next(chunk: Chunk) -> NDArray[np.int64] | None:
    """Return how long the use lasts that begins at each time; None where the times do not tell.

    To the next month, where all times begin one; else as long as the least step of its series, of
    which every other is a multiple. A series of one time has the step that all others have.
    """
    local = chunk.at_ms > LOCAL // 2
    if bool(local.any()) and not bool(local.all()):  # nobody can tell how far apart they are
        return None
    month = _months(chunk)
    if month is not None:
        return month
    order = np.lexsort((chunk.at_ms, chunk.message))
    series, at = chunk.message[order], chunk.at_ms[order]
    steps, of = np.diff(at), series[1:]
    steps, of = (one[(np.diff(series) == 0) & (np.diff(at) > 0)] for one in (steps, of))
    if not len(steps):
        return None
    least = np.full(int(series.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(least, of, steps)
    if bool((steps % least[of]).any()):
        return None
    found = np.unique(least[of])
    alone = least == np.iinfo(np.int64).max
    if bool(alone[np.unique(series)].any()) and len(found) > 1:
        return None
    least[alone] = found[0]
    lengths: NDArray[np.int64] = least[chunk.message]
    return lengths


def _months(chunk: Chunk) -> NDArray[np.int64] | None:
    """Return the lengths of months, where all times begin one by a wall clock, and of several."""
    if not bool((chunk.at_ms > LOCAL // 2).all()):
        return None
    at = (chunk.at_ms - LOCAL).astype("M8[ms]")
    months = at.astype("M8[M]")
    if not bool((months == at).all()) or len(np.unique(months)) < 2:
        return None
    lengths: NDArray[np.int64] = ((months + 1).astype("M8[ms]") - at).astype(np.int64)
    return lengths


def backwards(chunk: Chunk) -> NDArray[np.bool_]:
    """Return which periods do not end after they begin."""
    found: NDArray[np.bool_] = (chunk.from_ms >= 0) & (chunk.at_ms <= chunk.from_ms)
    return found
