"""What collectors do, by the minute, and how each is: written beside what they store."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from metering.messages import Message, Stored

KEPT: Final = timedelta(days=31)
BEAT: Final = timedelta(seconds=5)

_TALLY: Final = """
    INSERT INTO intake_tally AS t (collector, messages, stored, revised, duplicates, last_at)
    VALUES (%(name)s, %(messages)s, %(stored)s, %(revised)s, %(duplicates)s, now())
    ON CONFLICT (collector) DO UPDATE SET messages = t.messages + EXCLUDED.messages,
        stored = t.stored + EXCLUDED.stored, revised = t.revised + EXCLUDED.revised,
        duplicates = t.duplicates + EXCLUDED.duplicates, last_at = now()
"""
_COUNT: Final = """
    INSERT INTO intake_minute AS m (minute, collector, messages, stored, revised, duplicates,
                                    refused, commits, write_ms, write_most_ms, lag_most_ms)
    VALUES (date_trunc('minute', now(), 'UTC'), %(name)s, %(messages)s, %(stored)s, %(revised)s,
            %(duplicates)s, %(refused)s, %(commits)s, %(write_ms)s, %(write_ms)s, %(lag_ms)s)
    ON CONFLICT (minute, collector) DO UPDATE SET
        messages = m.messages + EXCLUDED.messages, stored = m.stored + EXCLUDED.stored,
        revised = m.revised + EXCLUDED.revised, duplicates = m.duplicates + EXCLUDED.duplicates,
        refused = m.refused + EXCLUDED.refused, commits = m.commits + EXCLUDED.commits,
        write_ms = m.write_ms + EXCLUDED.write_ms,
        write_most_ms = greatest(m.write_most_ms, EXCLUDED.write_most_ms),
        lag_most_ms = greatest(m.lag_most_ms, EXCLUDED.lag_most_ms)
"""
_BEAT: Final = """
    INSERT INTO collector_beat (collector, began_at, beat_at, state, unacknowledged, oldest_at,
                                held, held_bytes)
    VALUES (%(name)s, %(began_at)s, now(), %(state)s, %(unacknowledged)s,
            now() - make_interval(secs => %(oldest_s)s), %(held)s, %(held_bytes)s)
    ON CONFLICT (collector) DO UPDATE SET
        began_at = EXCLUDED.began_at, beat_at = EXCLUDED.beat_at, state = EXCLUDED.state,
        unacknowledged = EXCLUDED.unacknowledged, oldest_at = EXCLUDED.oldest_at,
        held = EXCLUDED.held, held_bytes = EXCLUDED.held_bytes
"""
_FORGET: Final = """
    DELETE FROM intake_minute WHERE (minute, collector) IN (
           SELECT minute, collector FROM intake_minute WHERE minute < now() - %s
            ORDER BY minute LIMIT %s)
"""
_COLLECTORS: Final = """
    SELECT c.collector, c.messages, c.stored, c.revised, c.duplicates, c.last_at, c.began_at,
           c.state, c.silent, c.unacknowledged, c.held, c.held_bytes,
           extract(epoch FROM now() - c.beat_at)::float8 AS beat_age_s,
           extract(epoch FROM now() - c.oldest_at)::float8 AS oldest_s,
           coalesce(r.stored / r.over_s, 0)::float8 AS stored_per_s,
           coalesce(r.messages / r.over_s, 0)::float8 AS messages_per_s,
           r.write_ms, r.write_most_ms, r.lag_most_ms
      FROM report.collector c
      LEFT JOIN (
           SELECT collector, sum(stored) AS stored, sum(messages) AS messages,
                  extract(epoch FROM now() - date_trunc('minute', now()) + interval '1 minute')
                      AS over_s,
                  (sum(write_ms) / nullif(sum(commits), 0))::float8 AS write_ms,
                  max(write_most_ms) AS write_most_ms, max(lag_most_ms) AS lag_most_ms
             FROM report.intake_minute
            WHERE minute >= date_trunc('minute', now()) - interval '1 minute'
            GROUP BY 1) r USING (collector)
     ORDER BY c.collector
"""


class Stopwatch:
    """How long the last transaction took, its commit included; told by the next one.

    What a transaction writes of itself cannot hold its own commit, which is most of it.
    """

    def __init__(self) -> None:
        self.last_ms: int | None = None
        self._began_s = 0.0

    def __enter__(self) -> None:
        self._began_s = time.monotonic()

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.last_ms = int((time.monotonic() - self._began_s) * 1000)


@dataclass(frozen=True, slots=True)
class Collector:
    """What one collector, or other door, has delivered, and how it is.

    state: connected, broker_away, stopped; None for a door that says nothing of itself. silent: it
    ought to, and does not any more.
    beat_age_s: since it last said so. oldest_s: for how long the first of the messages waits that
    are not acknowledged. The rates are of the current minute and the one before; the rest of them,
    None where nothing was stored then: write_ms of a transaction on average, lag_most_ms the
    longest from a message's arrival to its commit.
    """

    collector: str
    messages: int | None
    stored: int | None
    revised: int | None
    duplicates: int | None
    last_at: datetime | None
    began_at: datetime | None
    state: str | None
    silent: bool
    unacknowledged: int | None
    held: int | None
    held_bytes: int | None
    beat_age_s: float | None
    oldest_s: float | None
    stored_per_s: float
    messages_per_s: float
    write_ms: float | None
    write_most_ms: int | None
    lag_most_ms: int | None


@dataclass(frozen=True, slots=True)
class Beat:
    """How a collector is now; oldest_s: for how long its first unacknowledged message waits."""

    name: str
    began_at: datetime
    state: str
    unacknowledged: int
    oldest_s: float | None
    held: int
    held_bytes: int


def tally(connection: Connection[Any], name: str, messages: int, counts: Mapping[str, int]) -> None:
    """Count what was delivered; counts: inserted, revised and duplicates."""
    told = {"stored": counts["inserted"], **{of: counts[of] for of in ("revised", "duplicates")}}
    connection.execute(_TALLY, {"name": name, "messages": messages, **told})


def count(
    connection: Connection[Any],
    name: str,
    batch: Sequence[Message],
    stored: Stored,
    stopwatch: Stopwatch,
) -> None:
    """Count a batch in the transaction that stores it."""
    lag_ms = time.time_ns() // 1_000_000 - min((one.received_ms for one in batch), default=0)
    connection.execute(
        _COUNT,
        {
            "name": name,
            "messages": len(batch),
            "stored": stored.inserted,
            "revised": stored.revised,
            "duplicates": stored.duplicates,
            "refused": len(stored.rejected),
            "commits": int(stopwatch.last_ms is not None),
            "write_ms": stopwatch.last_ms or 0,
            "lag_ms": max(0, lag_ms) if batch else 0,
        },
    )


def beat(connection: Connection[Any], one: Beat) -> None:
    """Write down how a collector is."""
    connection.execute(_BEAT, {name: getattr(one, name) for name in Beat.__dataclass_fields__})


def collectors(connection: Connection[Any]) -> list[Collector]:
    """Return every collector and other door that ever delivered."""
    with connection.cursor(row_factory=class_row(Collector)) as cursor:
        return cursor.execute(_COLLECTORS).fetchall()


def forget(connection: Connection[Any], most: int) -> int:
    """Delete minutes that were kept long enough; return how many."""
    return connection.execute(_FORGET, [KEPT, most]).rowcount
