"""From the unit that a message names to whole quanta of the channel, exactly or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from metering.channels import Kind
from metering.units import conversion

_UNITS = """
    SELECT c.id, c.unit, c.kind, k.quantum, k.code
      FROM channel c JOIN carrier k ON k.code = c.carrier
     WHERE c.id = ANY(%s)
"""


def scales(
    connection: Connection[Any],
    units: Sequence[str | None],
    found: NDArray[np.int64],
    rows: list[tuple[Any, ...]],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return of each reading what its value is multiplied with, and divided by, for quanta.

    Both are whole numbers, so that what is exact in the sender's unit stays so; 0 where the unit
    cannot be converted.
    """
    ids = sorted({rows[row][1] for row in found.tolist() if row >= 0})
    known = {of: rest for of, *rest in connection.execute(_UNITS, [ids])}
    made: dict[tuple[int, str | None], tuple[int, int]] = {}

    def scale(row: int, sent: str | None) -> tuple[int, int]:
        channel_id, per_unit = rows[row][1], rows[row][3]
        unit, kind, *of = known[channel_id]
        ratio = Fraction(1) if sent is None else conversion(sent, unit, Kind(kind), *of)
        return (0, 1) if ratio is None else (per_unit * ratio).as_integer_ratio()

    pairs = list(zip(found.tolist(), units, strict=True))
    for row, sent in set(pairs):
        made[row, sent] = (1, 1) if row < 0 else scale(row, sent)
    columns = np.array([made[one] for one in pairs], np.float64).reshape(len(pairs), 2)
    return columns[:, 0], columns[:, 1]
