"""Rows of a file that a clock which fell back has stamped: the order of the lines tells them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from metering.channels import Kind
from metering.clocks import BEHIND_MS
from storage.readings.binding import Bound
from storage.readings.fitting import fitting


def behind(connection: Connection[Any], bound: Bound) -> NDArray[np.bool_]:
    """Return which readings of a file bear a time that cannot be theirs.

    In the order of the lines (of sequence numbers, where there are any) a register's value goes on
    while its time goes back by more than a day, to where the value does not fit. A file whose
    newest rows come first goes back in time and in value, and is right.
    """
    if not len(bound.place):
        return np.zeros(0, np.bool_)
    order = np.lexsort((bound.place, bound.seq, bound.channel_id))
    same = np.diff(bound.channel_id[order]) == 0
    if not (same & (np.diff(bound.at_ms[order]) < 0)).any():  # as nearly every file
        return np.zeros(len(order), np.bool_)
    doubtful = np.zeros(len(order), np.bool_)
    doubtful[order] = _goes_on(bound.only(order))
    turn = np.empty(len(order), np.int64)
    turn[order] = np.arange(1, len(order) + 1)
    return doubtful & ~fitting(connection, replace(bound, seq=turn), doubtful)


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
