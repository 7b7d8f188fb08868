"""What a file that corrects stands beside, and the record of what people did with readings."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from metering.messages import AuditNote
from storage.readings.binding import Bound

# The limit makes it one look-up a reading. A file that was taken back is none.
_STOOD = """
    SELECT i.place - 1, r.rank, r.seq, r.value,
           (SELECT file_id FROM amendment a
             WHERE r.rank = 1 AND a.id = r.seq AND a.known_until IS NULL)
      FROM unnest(%s::integer[], %s::bigint[]) WITH ORDINALITY AS i (channel_id, at_ms, place)
     CROSS JOIN LATERAL (
           SELECT rank, seq, value FROM report.reading
            WHERE channel_id = i.channel_id AND at = to_timestamp(i.at_ms / 1000.0) LIMIT 1) r
"""
_AUDIT_ENTRY = "INSERT INTO audit_entry (actor, act, subject, detail) VALUES (%s, %s, %s, %s)"


@dataclass(frozen=True, slots=True)
class StoredRows:
    """What stands at the instants of readings; columns as long as these.

    there: whether anything does. file_id: of the file that it corrects by, else 0.
    value: in quanta of the channel; void: whether a person said that nothing counts.
    """

    there: NDArray[np.bool_]
    rank: NDArray[np.int64]
    seq: NDArray[np.int64]
    value: NDArray[np.int64]
    void: NDArray[np.bool_]
    file_id: NDArray[np.int64]


def stood(connection: Connection[Any], bound: Bound) -> StoredRows:
    """Return what stands at the instants of bound readings, as far as the viewer sees it."""
    asked = [bound.channel_id.tolist(), bound.at_ms.tolist()]
    rows = connection.execute(_STOOD, asked).fetchall()
    places = np.array([row[0] for row in rows], np.int64)
    there = np.zeros(len(bound.at_ms), np.bool_)
    there[places] = True
    void = there.copy()
    void[places] = [row[3] is None for row in rows]
    numbers = np.zeros((4, len(there)), np.int64)  # rank, seq, value, file_id
    for at, column in enumerate(numbers, 1):
        column[places] = [row[at] or 0 for row in rows]
    rank, seq, value, file_id = numbers
    return StoredRows(there, rank, seq, value, void, file_id)


def write_down(connection: Connection[Any], audit: AuditNote) -> None:
    """Keep who did what, in the caller's transaction."""
    payload = json.dumps(audit.detail, default=str, ensure_ascii=False)
    connection.execute(_AUDIT_ENTRY, [audit.actor, audit.act, audit.subject, payload])
