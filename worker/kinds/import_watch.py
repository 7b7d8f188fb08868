"""Large files: one whose program died is told to be interrupted, one that is counted to be so."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from psycopg import Connection

from actions.readings.large_imports import WATCH
from storage.readings import imports
from storage.tasks import Again, Done, Task
from worker.registered import kind

_DIED: Final = {
    "code": "import.died",
    "zh": "导入该文件的程序中途结束,没有导入任何内容",
    "en": "The program that took the file ended midway; nothing of it was kept",
    "next_zh": "请重新发送该文件。",
    "next_en": "Send the file again.",
}
_EVERY: Final = timedelta(seconds=10)


@kind(WATCH)
def watch(connection: Connection[Any], task: Task) -> Again | Done:
    """Look how far a file is, until nothing more will become of it."""
    import_id = int(task.key)
    imports.interrupt(connection, import_id, _DIED)
    found = imports.one(connection, import_id)
    if found is not None and found.state == "stored":
        if imports.waits(connection, import_id) != (0, 0):
            return Again(datetime.now(UTC) + _EVERY)
        imports.counted(connection, import_id)
        return Done({"state": "in_accounts"})
    if found is not None and found.state in imports.OPEN:
        return Again(datetime.now(UTC) + _EVERY)
    return Done({"state": found.state if found else "gone"})
