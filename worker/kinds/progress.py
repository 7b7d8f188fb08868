"""Every night: how far members and institutions are on their paths, and targets are reached."""

from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Connection

from compact.indicators import SHARED
from storage import days
from storage.compact import progress, target_progress
from storage.tasks import Again, Task
from worker.registered import kind, tonight


@kind(progress.KIND)
def record_progress(connection: Connection[Any], task: Task) -> Again:
    """Record the progress of a union at the end of its yesterday, and come again next night."""
    now = datetime.now(UTC)
    union_id = int(task.key)
    yesterday = progress.today(connection, union_id) - timedelta(days=1)
    for indicator in SHARED:
        progress.record(connection, union_id, indicator.value, yesterday)
    target_progress.record(connection, union_id, yesterday)
    return Again(tonight(now, days.zone(connection)))
