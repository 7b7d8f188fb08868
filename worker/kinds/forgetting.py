"""Every night: refused messages, answers and tasks that were kept long enough go, no others."""

from datetime import UTC, datetime
from typing import Any, Final

from psycopg import Connection

from storage import answered, connections, tasks
from storage.connections import WRITING, Bounds
from storage.readings import rejects
from storage.readings.rejects import Retention
from storage.tasks import Again, Task
from worker.registered import kind, tonight

KIND: Final = "kept.forget"
_MOST: Final = 10_000  # of a transaction


def plan(url: str, keep: Retention, bounds: Bounds = WRITING) -> None:
    """Have it done every night with these days, whatever was planned before.

    url: the worker's login.
    """
    days = {"resolved_days": keep.resolved_days, "waiting_days": keep.waiting_days}
    with connections.writer(url, "commonwatt worker", bounds) as connection:
        tasks.add(connection, KIND, "all", datetime.now(UTC), days)


@kind(KIND)
def forget(connection: Connection[Any], task: Task) -> Again:
    """Delete some; come again at once where more may be left, else next night."""
    gone = max(
        rejects.forget(connection, Retention(**task.payload), _MOST),
        answered.forget(connection, _MOST),
        tasks.forget(connection, _MOST),
    )
    now = datetime.now(UTC)
    return Again(now if gone == _MOST else tonight(now))
