"""The queue of what is to be recomputed: spans of channels' time, taken oldest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from storage.columns import Columns, copy_out

# How many readings wait is guessed from the period; the oldest wait in front. What only goes on is
# told apart, for it costs little.
_CANDIDATES = """
    SELECT q.channel_id,
           (extract(epoch FROM q.last - q.first) / (SELECT min(period_s) FROM channel_setting s
             WHERE s.channel_id = q.channel_id::bigint AND s.known_until IS NULL))::bigint + 2,
           q.added AND coalesce(q.first > e.at, false)
      FROM (SELECT channel_id, min(id) AS oldest, min(first) AS first, max(last) AS last,
                   bool_and(added) AS added
              FROM stale_usage WHERE NOT channel_id = ANY(%(without)s)
             GROUP BY channel_id ORDER BY oldest LIMIT %(most)s) q
      LEFT JOIN usage_end e ON e.channel_id = q.channel_id
     ORDER BY q.oldest
"""

# A statement of its own: what is read after it cannot be older than the lock. Plain FOR UPDATE
# would block foreign keys of what is registered and said meanwhile.
_LOCK = """
    SELECT c.id FROM unnest(%s::integer[]) WITH ORDINALITY AS w (id, place)
      JOIN channel c ON c.id = w.id
     ORDER BY w.place FOR NO KEY UPDATE OF c SKIP LOCKED LIMIT %s
"""

_QUEUED = """
    SELECT id, channel_id, first, last, added
      FROM stale_usage WHERE channel_id = ANY(%(channels)s)
"""

_FORGET = "DELETE FROM stale_usage WHERE id = ANY(%s)"

_QUEUE = """
    INSERT INTO stale_usage (channel_id, first, last, added)
    SELECT channel, to_timestamp(first / 1000.0), to_timestamp(last / 1000.0), added
      FROM unnest(%s::integer[], %s::bigint[], %s::bigint[], %s::boolean[])
           AS q (channel, first, last, added)
"""

QUICK: Final = 10  # channels that only go on cost about as much as one that is judged by its past


class _Waiting(NamedTuple):
    """A channel that waits, about how many readings of it, and whether it only goes on."""

    id: int
    readings: int
    goes_on: bool


@dataclass(frozen=True, slots=True)
class Spans:
    """Stretches of channels' time, sorted by (channel, first); columns of equal length, in ms."""

    channel_id: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]


def take(
    connection: Connection[Any],
    *,
    channels: int,
    readings: int,
    beside: int,
    without: Sequence[int] = (),
) -> tuple[list[int], Columns, bool]:
    """Lock channels that wait, oldest first; return them, their queue rows, and whether more wait.

    The rows have id, channel_id, first and last [ms], added.
    channels, readings: about as many of both as are wanted; at least one channel where one is free.
        Of those that only go on ten count as one, unless one alone is wanted.
    beside: of the others about as many readings, and one channel at least, where some only go on.
    """
    waiting = connection.execute(
        _CANDIDATES, {"most": 2 * QUICK * channels, "without": list(without)}
    ).fetchall()
    if not waiting:
        return [], {}, False
    ordered, room = _ordered(
        [_Waiting(one, min(int(guess or 2), readings), on) for one, guess, on in waiting],
        channels,
        readings,
        beside,
    )
    locked = [row[0] for row in connection.execute(_LOCK, [[one.id for one in ordered], room])]
    if not locked:
        return [], {}, False
    queued = copy_out(
        connection,
        _QUEUED,
        {"id": "int8", "channel_id": "int4", "first": "at", "last": "at", "added": "bool"},
        {"channels": locked},
    )
    return locked, queued, len(waiting) > len(locked)


def _ordered(
    waiting: list[_Waiting], channels: int, readings: int, beside: int
) -> tuple[list[_Waiting], int]:
    """Return whom to try to lock, first those who are wanted, and how many these are."""
    quick = [one for one in waiting if one.goes_on] if channels > 1 else []
    others = [one for one in waiting if not one.goes_on] if quick else waiting
    if quick and others:
        fit = sum(so_far <= beside for so_far in accumulate(one.readings for one in others))
        fit = min(max(1, fit), channels // 2)
        first = QUICK * (channels - fit)
        ordered = [*quick[:first], *others[:fit], *quick[first:], *others[fit:]]
        return ordered, len(quick[:first]) + fit
    fit = QUICK * channels if quick else channels
    return waiting, max(1, min(fit, readings * len(waiting) // sum(w.readings for w in waiting)))


def finish(
    connection: Connection[Any], ids: Sequence[int], rest: Spans, added: NDArray[np.bool_]
) -> None:
    """Forget queue rows that were read, and queue what did not fit.

    added: of each span of the rest, whether readings only came.
    """
    connection.execute(_FORGET, [list(ids)])
    if len(rest.channel_id):
        columns = (rest.channel_id, rest.first, rest.last, added)
        connection.execute(_QUEUE, [column.tolist() for column in columns])
