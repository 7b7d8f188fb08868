"""How the database is: its version against ours, what waits, what was delivered; counts alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from storage import migrate, replay

# A queue from which nothing was taken for so long, while something waits, stands still.
PATIENCE: Final = timedelta(minutes=10)

_NOTIFY_SHARE = "SELECT pg_notification_queue_usage()"
_BACKLOG = "SELECT usage_rows, account_rows, task_rows, task_since FROM access.backlog()"
_QUEUES = "SELECT queue, rows, oldest, set_aside, looked_at, moved_at FROM access.queues()"
_PULSE = """
    INSERT INTO worker_lane AS l (queue, looked_at, moved_at)
    VALUES (%(queue)s, now(), CASE WHEN %(moved)s THEN now() END)
    ON CONFLICT (queue) DO UPDATE
       SET looked_at = now(), moved_at = coalesce(excluded.moved_at, l.moved_at)
"""
_TAKEN = "SELECT number FROM migration"
_TALLY = "SELECT collector, messages, stored, revised, duplicates, last_at FROM intake_tally"
_REJECTS = "SELECT reason, messages, readings FROM access.rejects_by_reason()"


@dataclass(frozen=True, slots=True)
class Backlog:
    """Rows that wait: use and accounts to recompute, and tasks whose hour has come."""

    usage_rows: int
    account_rows: int
    task_rows: int
    task_since: datetime | None


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits in a queue (usage, accounts, tasks), and when it last moved.

    oldest: since when the oldest row waits, of those that are not set aside. looked_at, moved_at:
    when a worker last looked, and last took something; None is never.
    """

    queue: str
    rows: int
    oldest: datetime | None
    set_aside: int
    looked_at: datetime | None
    moved_at: datetime | None

    def is_stalled(self, now: datetime, patience: timedelta = PATIENCE) -> bool:
        """Whether something has waited for long, and nothing was taken for as long."""
        since = max((at for at in (self.oldest, self.moved_at) if at), default=now)
        return self.oldest is not None and now - since > patience


@dataclass(frozen=True, slots=True)
class Tally:
    """What one collector has delivered since it first ran."""

    collector: str
    messages: int
    stored: int
    revised: int
    duplicates: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Rejects:
    """Messages that wait for the same reason, and their readings where these can be counted."""

    reason: str
    messages: int
    readings: int


def missing_migrations(connection: Connection[Any]) -> list[str]:
    """Return the files of this version that the database has not taken, or has otherwise."""
    engine, _ = migrate.engine_of(connection)
    taken = {row[0] for row in connection.execute(_TAKEN)}
    pending = (
        file.name for file in migrate.files() if file.is_for(engine) and file.number not in taken
    )
    return [*pending, *replay.changed(connection, engine)]


def backlog(connection: Connection[Any]) -> Backlog:
    """Return how much waits."""
    with connection.cursor(row_factory=class_row(Backlog)) as cursor:
        found = cursor.execute(_BACKLOG).fetchone()
    assert found is not None
    return found


def queues(connection: Connection[Any]) -> list[Queue]:
    """Return each queue of the worker: usage, accounts, tasks."""
    with connection.cursor(row_factory=class_row(Queue)) as cursor:
        return cursor.execute(_QUEUES).fetchall()


def notify_share(connection: Connection[Any]) -> float:
    """Return how much of the server's queue of notifications is taken, from 0 to 1."""
    row = connection.execute(_NOTIFY_SHARE).fetchone()
    return 0.0 if row is None else float(row[0])


def pulse(connection: Connection[Any], queue: str, *, moved: bool) -> None:
    """Say that a worker looked at a queue, and whether it took something."""
    connection.execute(_PULSE, {"queue": queue, "moved": moved})


def tally(connection: Connection[Any]) -> list[Tally]:
    """Return what each collector has delivered."""
    with connection.cursor(row_factory=class_row(Tally)) as cursor:
        return cursor.execute(_TALLY).fetchall()


def rejects(connection: Connection[Any]) -> list[Rejects]:
    """Return how many messages wait, by reason."""
    with connection.cursor(row_factory=class_row(Rejects)) as cursor:
        return cursor.execute(_REJECTS).fetchall()
