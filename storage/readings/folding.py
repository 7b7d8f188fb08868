"""A batch put in order: who stands of several of one instant, and which runs of days it touches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from storage.readings.binding import Bound

_DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Fold:
    """A batch folded by (channel, at): who stands in it, and what else was said.

    effective, outdone: places in the bound columns, sorted by (channel, at).
    duplicates: readings that the batch says more than once.
    """

    effective: NDArray[np.intp]
    outdone: NDArray[np.intp]
    duplicates: int


def fold(bound: Bound) -> Fold:
    """Return the greatest (rank, seq, value) of each (channel, at), and the different others."""
    order = np.lexsort((bound.at_ms, bound.channel_id))
    if not _same_key(bound, order).any():  # as nearly every batch
        return Fold(order, np.empty(0, np.intp), 0)
    order = np.lexsort((bound.value, bound.seq, bound.at_ms, bound.channel_id))
    seq, value = bound.seq[order], bound.value[order]
    same_key = _same_key(bound, order)
    same = same_key & (seq[1:] == seq[:-1]) & (value[1:] == value[:-1])
    last = np.append(~same_key, True)[: len(order)]
    repeated = np.append(same, False)[: len(order)]
    return Fold(order[last], order[~last & ~repeated], int(repeated.sum()))


def _same_key(bound: Bound, order: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which readings have the channel and instant of the one after, in an order."""
    same: NDArray[np.bool_] = np.diff(bound.channel_id[order]) == 0
    same &= np.diff(bound.at_ms[order]) == 0
    return same


def runs_of_days(bound: Bound, places: NDArray[np.intp]) -> list[list[int]]:
    """Return channels, first and last instants of the runs of days that readings touch.

    places: of the readings, sorted by (channel, at).
    """
    channel, at = bound.channel_id[places], bound.at_ms[places]
    apart = (channel[1:] != channel[:-1]) | (np.diff(at // _DAY_MS) > 1)
    starts = np.flatnonzero(np.append(True, apart))
    ends = np.append(starts[1:], len(places)) - 1
    return [channel[starts].tolist(), at[starts].tolist(), at[ends].tolist()]
