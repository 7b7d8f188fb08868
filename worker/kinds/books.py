"""Every night: whether books, second log and runs agree, and where the log's chain ends."""

from datetime import UTC, datetime
from typing import Any

from psycopg import Connection

from storage import days
from storage.compact import second_log
from storage.tasks import Again, Task
from worker.registered import kind, tonight


@kind(second_log.KIND)
def reconcile(connection: Connection[Any], task: Task) -> Again:
    """Compare a union's books, publish the chain's end, and come again next night."""
    second_log.compare(connection, int(task.key))
    return Again(tonight(datetime.now(UTC), days.zone(connection)))
