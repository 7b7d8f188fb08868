"""When a transfer has waited long enough: it is done, or ends with what refused it."""

from typing import Any

from psycopg import Connection

from storage.compact import movements
from storage.tasks import Done, Task
from worker.registered import kind


@kind(movements.DUE)
def do_due(connection: Connection[Any], task: Task) -> Done:
    """Do what is due; what was cancelled meanwhile stays so."""
    return Done({"state": movements.do_due(connection, int(task.key))})
