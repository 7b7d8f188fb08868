"""Every night: refused messages, answers, files and tasks that were kept long enough go."""

from datetime import UTC, datetime
from typing import Any, Final

from psycopg import Connection

from storage import answered, attachments, connections, days, file_done, tasks
from storage.accounts import alarms
from storage.connections import WRITING, Bounds
from storage.readings import imports, minutes, reading_files, rejects, unbound, watched
from storage.readings.rejects import Retention
from storage.tasks import Again, Task
from worker.registered import kind, tonight

KIND: Final = "kept.forget"
_MOST: Final = 10_000  # of a transaction
_OTHERS: Final = (
    alarms.forget,
    answered.forget,
    attachments.forget,
    file_done.forget,
    imports.forget,
    minutes.forget,
    reading_files.settle,
    reading_files.forget,
    tasks.forget,
    watched.forget,
)


def plan(url: str, keep: Retention, bounds: Bounds = WRITING) -> None:
    """Have it done every night with these days, whatever was planned before.

    url: the worker's login.
    """
    keeping = {"resolved_days": keep.resolved_days, "waiting_days": keep.waiting_days}
    with connections.writer(url, "commonwatt worker", bounds) as connection:
        tasks.add(connection, KIND, "all", datetime.now(UTC), keeping)


@kind(KIND)
def forget(connection: Connection[Any], task: Task) -> Again:
    """Delete some; come again at once where more may be left, else next night."""
    gone = max(
        rejects.forget(connection, Retention(**task.payload), _MOST),
        unbound.forget(connection, Retention(**task.payload), _MOST),
        *(forget_some(connection, _MOST) for forget_some in _OTHERS),
    )
    now = datetime.now(UTC)
    return Again(now if gone == _MOST else tonight(now, days.zone(connection)))
