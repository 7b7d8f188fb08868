"""Every night: whether books, log and runs agree, where the chain ends, and who is short."""

from datetime import UTC, datetime
from typing import Any

from psycopg import Connection

from compact.indicators import SHARED
from storage import days
from storage.compact import covers, second_log
from storage.tasks import Again, Task
from worker.registered import kind, tonight


@kind(second_log.KIND)
def reconcile(connection: Connection[Any], task: Task) -> Again:
    """Compare a union's books, publish the chain's end, and come again next night.

    On the night after the day by which a year's use is to be covered, how all stand is kept.
    """
    union_id = int(task.key)
    second_log.compare(connection, union_id)
    for indicator in SHARED:
        covers.freeze_due(connection, union_id, indicator.value, days.today(connection))
    return Again(tonight(datetime.now(UTC), days.zone(connection)))
