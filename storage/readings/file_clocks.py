"""Rows of a file that a clock which fell back has stamped: the order of the lines tells them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from metering.channels import Kind
from metering.clocks import BEHIND_MS
from storage.readings.binding import Bound
from storage.readings.fitting import fitting

_WINDOW: Final = 1 << 16  # readings looked at together, or those of one channel


def behind(connection: Connection[Any], bound: Bound) -> NDArray[np.bool_]:
    """Return which readings of a file bear a time that cannot be theirs.

    In the order of the lines (of sequence numbers, where there are any) a register's value goes on
    while its time goes back by more than a day, to where the value does not fit. A file whose
    newest rows come first goes back in time and in value, and is right.
    """
    if not len(bound.place):
        return np.zeros(0, np.bool_)
    order = np.lexsort((bound.place, bound.seq, bound.channel_id))
    doubtful = np.zeros(len(order), np.bool_)
    for rows in _by_channels(bound, order):
        doubtful[rows] = _goes_on(bound.only(rows))
    if not doubtful.any():
        return doubtful
    turn = np.empty(len(order), np.int64)
    turn[order] = np.arange(1, len(order) + 1)
    return doubtful & ~fitting(connection, replace(bound, seq=turn), doubtful)


def _by_channels(bound: Bound, order: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    """Return the places of some channels at a time, for all of them may be many."""
    ordered = bound.channel_id[order]
    ends = np.append(np.flatnonzero(np.diff(ordered)) + 1, len(order))
    first = 0
    for end in ends.tolist():
        if end - first >= _WINDOW or end == len(order):
            yield order[first:end]
            first = end


def _goes_on(rows: Bound) -> NDArray[np.bool_]:
    """Return which registers' rows lie a day before an earlier one, and between their neighbours.

    rows: by channel, each in the order of its lines.
    """
    same = np.append(False, rows.channel_id[1:] == rows.channel_id[:-1])
    back = np.zeros(len(same), np.bool_)
    begins = np.flatnonzero(~same)
    for first, last in zip(begins, np.append(begins[1:], len(same)), strict=True):
        at_ms = rows.at_ms[first:last]
        back[first:last] = at_ms < np.maximum.accumulate(at_ms) - BEHIND_MS
    rises = same & np.append(False, rows.value[1:] >= rows.value[:-1])
    goes_on = np.append(rises[1:] | ~same[1:], True)[: len(same)]
    found: NDArray[np.bool_] = back & rises & goes_on & (rows.kind == Kind.REGISTER)
    return found
