"""What is still to be told of readings that were stored: finer than the quantum, or of a clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.rows import class_row

from storage.readings.binding import Bound
from storage.readings.refusing import BEHIND

ROUNDED: Final = "rounded"
CLOCK: Final = BEHIND

_ADD = """
    INSERT INTO intake_mark AS m (channel_id, mark, readings, first, last)
    SELECT channel, %(mark)s, readings, to_timestamp(first / 1000.0), to_timestamp(last / 1000.0)
      FROM unnest(%(channel)s::integer[], %(readings)s::bigint[], %(first)s::bigint[],
                  %(last)s::bigint[]) AS s (channel, readings, first, last)
     ORDER BY channel
    ON CONFLICT (channel_id, mark) DO UPDATE SET readings = m.readings + EXCLUDED.readings,
        first = least(m.first, EXCLUDED.first), last = greatest(m.last, EXCLUDED.last)
"""

_OF = """
    SELECT mark, readings, first, last FROM intake_mark WHERE channel_id = %s ORDER BY mark
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """How many readings of a channel bear a mark, and of which time.

    mark: rounded, where they were finer than the quantum; clock.behind, where the clock of their
        gateway seems to have fallen back, and nothing around them says so.
    """

    mark: str
    readings: int
    first: datetime
    last: datetime


def add(connection: Connection[Any], mark: str, bound: Bound, some: NDArray[np.bool_]) -> None:
    """Count readings under a mark of their channels."""
    if not some.any():
        return
    ids, of = np.unique(bound.channel_id[some], return_inverse=True)
    first = np.full(len(ids), np.iinfo(np.int64).max)
    last = np.full(len(ids), np.iinfo(np.int64).min)
    np.minimum.at(first, of, bound.at_ms[some])
    np.maximum.at(last, of, bound.at_ms[some])
    columns = {"channel": ids, "readings": np.bincount(of), "first": first, "last": last}
    connection.execute(_ADD, {"mark": mark, **{name: c.tolist() for name, c in columns.items()}})


def of_channel(connection: Connection[Any], channel_id: int) -> list[Mark]:
    """Return the marks of a channel."""
    with connection.cursor(row_factory=class_row(Mark)) as cursor:
        return cursor.execute(_OF, [channel_id]).fetchall()
