"""Stretches of time in which something holds, row by row."""

from typing import Any

import numpy as np

from analytics.moments import Bools, Floats, Ints


def stretches(mask: Bools) -> tuple[Ints, Ints, Ints]:
    """Return (k,) row, first and end (excluded) of each stretch of true, in order."""
    edges = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    row, first = np.nonzero(edges == 1)
    _, end = np.nonzero(edges == -1)
    return row, first, end


def filled(mask: Bools, least: int) -> Bools:
    """Return the mask without stretches that are shorter than so many."""
    row, first, end = stretches(mask)
    some = end - first >= least
    change = np.zeros((mask.shape[0], mask.shape[1] + 1), np.int8)
    change[row[some], first[some]] = 1
    change[row[some], end[some]] -= 1
    return np.asarray(np.cumsum(change, axis=1, dtype=np.int8)[:, :-1] > 0)


def running_mean(values: Floats, width: int) -> Floats:
    """Return (m, n) the mean of known values around each place; NaN where none is known."""
    known = np.isfinite(values)
    sums: Any = np.pad(np.cumsum(np.where(known, values, 0.0), axis=1), ((0, 0), (1, 0)))
    counts: Any = np.pad(np.cumsum(known, axis=1), ((0, 0), (1, 0)))
    n = values.shape[1]
    first = np.maximum(np.arange(n) - width // 2, 0)
    end = np.minimum(np.arange(n) + width // 2 + 1, n)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((sums[:, end] - sums[:, first]) / (counts[:, end] - counts[:, first]))
