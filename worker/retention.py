"""Every night: refused messages and answers that were kept long enough are deleted, no others."""

from datetime import UTC, datetime
from typing import Any, Final

from psycopg import Connection

from storage import answered, attachments, connections, due, file_done
from storage.connections import WRITING, Bounds
from storage.due import Due
from storage.readings import rejects
from storage.readings.rejects import Retention

KIND: Final = "rejects.forget"  # of rows of `due`; their key says how long: days/days
_MOST: Final = 10_000  # of a transaction

_OTHERS = "DELETE FROM due WHERE kind = %s AND key <> %s"


def plan(url: str, keep: Retention, bounds: Bounds = WRITING) -> None:
    """Have it done every night with these days, whatever was planned before.

    url: the worker's login.
    """
    key = f"{keep.resolved_days}/{keep.waiting_days}"
    worker = connections.writer(url, "commonwatt worker", bounds)
    with worker as connection, connection.transaction():
        connection.execute(_OTHERS, [KIND, key])
        due.add(connection, KIND, key, datetime.now(UTC))


def forget(connection: Connection[Any], taken: Due, tonight: datetime) -> datetime:
    """Delete some; return when to come again, at once where more may be left."""
    resolved, waiting = (int(days) for days in taken.key.split("/"))
    gone = rejects.forget(connection, Retention(resolved, waiting), _MOST)
    others = (answered.forget, file_done.forget, attachments.forget)
    gone = max(gone, *(forget_some(connection, _MOST) for forget_some in others))
    return datetime.now(UTC) if gone == _MOST else tonight
