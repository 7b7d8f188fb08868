"""What the collector sees of gateways: when, how often, which numbers, what was refused.

A gateway's row is written with a batch at most every ten seconds; what comes in between is counted
in memory, and goes with its next batch. What a collector that is killed has counted by then is
lost: these rows tell of habits, and no reading depends on them.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from psycopg import Connection

from metering.messages import Message, Readings, Stored
from storage.readings.watched import Watched

_EVERY_S: Final = 10.0
_MOST_SEQS: Final = 10_000  # of a gateway, in memory
_MOST_GATEWAYS: Final = 100_000

_SEEN: Final = """
    INSERT INTO gateway_seen AS s (gateway_id, seen_at, receipted_at, ahead_ms, seqs)
    SELECT g.id, to_timestamp(n.seen / 1000.0),
           CASE WHEN n.seqs <> '{}' THEN to_timestamp(n.seen / 1000.0) END,
           CASE WHEN n.ahead IS NULL THEN '{}' ELSE ARRAY[n.ahead] END, n.seqs::int8multirange
      FROM unnest(%(name)s::text[], %(seen)s::bigint[], %(ahead)s::bigint[], %(seqs)s::text[])
           AS n (name, seen, ahead, seqs)
      JOIN gateway g ON g.name = n.name
     ORDER BY g.id
    ON CONFLICT (gateway_id) DO UPDATE SET
        every_s = CASE WHEN EXCLUDED.seen_at > s.seen_at THEN storage.last_of(
            s.every_s || extract(epoch FROM EXCLUDED.seen_at - s.seen_at)::integer, 64)
            ELSE s.every_s END,
        seen_at = greatest(s.seen_at, EXCLUDED.seen_at),
        receipted_at = greatest(s.receipted_at, EXCLUDED.receipted_at),
        ahead_ms = storage.last_of(s.ahead_ms || EXCLUDED.ahead_ms, 64),
        seqs = storage.last_ranges(s.seqs + EXCLUDED.seqs, 100)
"""
_COUNTED: Final = """
    INSERT INTO gateway_day AS d (gateway_id, day, messages, refused)
    SELECT g.id, storage.civil_day(to_timestamp(n.seen / 1000.0), storage.civil_zone()),
           n.messages, n.refused
      FROM unnest(%(name)s::text[], %(seen)s::bigint[], %(messages)s::bigint[],
                  %(refused)s::bigint[]) AS n (name, seen, messages, refused)
      JOIN gateway g ON g.name = n.name
     ORDER BY g.id
    ON CONFLICT (gateway_id, day) DO UPDATE SET messages = d.messages + EXCLUDED.messages,
        refused = d.refused + EXCLUDED.refused
"""


@dataclass(slots=True)
class Sighting:
    """What was seen of one gateway; seen_ms, ahead_ms: of the last message."""

    messages: int = 0
    refused: int = 0
    seen_ms: int = 0
    ahead_ms: int | None = None
    seqs: set[int] = field(default_factory=set)

    def add(self, other: "Sighting") -> None:
        """Take in what was seen since."""
        self.messages += other.messages
        self.refused += other.refused
        self.seen_ms = other.seen_ms
        self.ahead_ms = self.ahead_ms if other.ahead_ms is None else other.ahead_ms
        if len(self.seqs) < _MOST_SEQS:
            self.seqs |= other.seqs


class Sightings:
    """Counts what batches say of gateways, and writes it down with them."""

    def __init__(self) -> None:
        self._kept: dict[str, Sighting] = {}  # committed, and not written down yet
        self._written_s: dict[str, float] = {}
        self._watched = Watched()

    def note(
        self,
        connection: Connection[Any],
        batch: Sequence[Message],
        readings: Readings,
        stored: Stored,
    ) -> Callable[[], None]:
        """Write down what is due, in the batch's transaction; call what is returned after it."""
        self._watched.keep(connection, batch, readings, stored)
        fresh, now_s = _seen(batch, readings, stored), time.monotonic()
        due = [name for name in fresh if self._is_due(name, now_s)]
        _write(connection, {name: _joined(self._kept.get(name), fresh[name]) for name in due})

        def committed() -> None:
            for name in due:
                self._kept.pop(name, None)
                self._written_s[name] = now_s
                del fresh[name]
            for name, one in fresh.items():
                self._kept[name] = _joined(self._kept.get(name), one)
            if len(self._written_s) > _MOST_GATEWAYS:
                self._written_s.clear()
                self._kept.clear()

        return committed

    def _is_due(self, name: str, now_s: float) -> bool:
        """Return whether ten seconds are over, or somebody looks."""
        return name in self._watched or now_s - self._written_s.get(name, -_EVERY_S) >= _EVERY_S


def _joined(before: Sighting | None, since: Sighting) -> Sighting:
    joined = Sighting()
    for one in (before, since):
        if one is not None:
            joined.add(one)
    return joined


def _seen(batch: Sequence[Message], readings: Readings, stored: Stored) -> dict[str, Sighting]:
    """Return what a batch says of its gateways."""
    seen: dict[str, Sighting] = {}
    refused = {one.message for one in stored.rejected}
    newest = _newest(len(batch), readings)
    for place, (message, seq) in enumerate(zip(batch, stored.seqs, strict=True)):
        one = seen.get(message.gateway)
        if one is None:
            one = seen[message.gateway] = Sighting()
        one.messages += 1
        one.refused += place in refused
        one.seen_ms = message.received_ms
        at_ms = newest[place]
        if at_ms is not None:
            one.ahead_ms = at_ms - message.received_ms
        if seq is not None:
            one.seqs.add(seq)
    return seen


def _write(connection: Connection[Any], seen: dict[str, Sighting]) -> None:
    if not seen:
        return
    rows = seen.values()
    columns = {
        "name": list(seen),
        "seen": [one.seen_ms for one in rows],
        "ahead": [one.ahead_ms for one in rows],
        "seqs": [_ranges(one.seqs) for one in rows],
        "messages": [one.messages for one in rows],
        "refused": [one.refused for one in rows],
    }
    connection.execute(_SEEN, columns)
    connection.execute(_COUNTED, columns)


def _newest(messages: int, readings: Readings) -> list[int | None]:
    """Return of each message its newest instant, None where it names none."""
    never = np.iinfo(np.int64).min
    newest = np.full(messages, never, np.int64)
    timed = ~readings.arrival
    np.maximum.at(newest, readings.message[timed], readings.at_ms[timed])
    return [None if at == never else at for at in newest.tolist()]


def _ranges(seqs: set[int]) -> str:
    """Return numbers as PostgreSQL writes a multirange of them."""
    parts: list[list[int]] = []
    for seq in sorted(seqs):
        if parts and seq == parts[-1][1] + 1:
            parts[-1][1] = seq
        else:
            parts.append([seq, seq])
    return "{" + ",".join(f"[{first},{last}]" for first, last in parts) + "}"
