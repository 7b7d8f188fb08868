"""What institutions used each day, as energy, CO2 or water, in columns for forecasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

_AT_ONCE: Final = 500  # institutions: three years of days are half a million numbers
_SEEN: Final = "SELECT * FROM access.energy_days(%s::integer[], %s, %s, %s, %s)"
_ALL: Final = "SELECT * FROM storage.energy_days(%s::integer[], %s, %s, %s, %s)"


@dataclass(frozen=True, slots=True, eq=False)
class EnergyDays:
    """Columns, row i is one institution. grams: (m, n), of water litres; NaN where unknown.

    billed: (m,) whether a carrier of it is known by bills alone, of which no day is known.
    """

    institution: list[int]
    grams: NDArray[np.float64]
    billed: NDArray[np.bool_]


def energy_days(
    connection: Connection[Any],
    ids: Sequence[int],
    span: tuple[date, date],
    counts: tuple[str, str],
    *,
    of_all: bool = False,
) -> EnergyDays:
    """Return what those of them that the viewer sees used, each day from one to another.

    counts: by which profile, and which quantity. of_all: asked by the worker, without a viewer.
    """
    first, last = span
    until = last + timedelta(days=1)
    found: list[int] = []
    billed: list[bool] = []
    grams = [np.empty((0, (until - first).days))]
    for start in range(0, len(ids), _AT_ONCE):
        some = list(ids[start : start + _AT_ONCE])
        asked = [some, first, until, *counts]
        rows = connection.execute(_ALL if of_all else _SEEN, asked).fetchall()
        found += [int(row[0]) for row in rows]
        billed += [bool(row[2]) for row in rows]
        grams += [np.array(row[1], float)[None, :] for row in rows]  # None becomes NaN
    return EnergyDays(found, np.concatenate(grams), np.array(billed, bool))
