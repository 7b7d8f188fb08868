"""Old months go into columnstore where the engine has one; late readings lie beside it.

Whoever converts a chunk holds its writers up for as long as that takes: minutes, where a chunk is
large. So somebody looks on meanwhile, and ends the conversion as soon as anybody waits for it.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg import Connection

from storage.connections import opened

_IN_USE: Final = (
    psycopg.errors.LockNotAvailable,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
    psycopg.errors.QueryCanceled,
)
_LOOK_EVERY_S: Final = 0.5

_ENGINE = "SELECT name FROM engine"
_CONVERT = "SELECT storage.convert_old_chunk(%s)"
_WAITED_FOR = """
    SELECT EXISTS (SELECT FROM pg_catalog.pg_locks l
                    WHERE NOT l.granted AND %(pid)s = ANY (pg_blocking_pids(l.pid)))
"""
_END = "SELECT pg_cancel_backend(%(pid)s)"
_SET_INTERVAL = "SELECT set_chunk_time_interval(%s::regclass, %s * interval '1 day')"


def convert_one(
    connection: Connection[Any],
    before: datetime,
    url: str,
    stop: Callable[[], bool] = lambda: False,
) -> bool:
    """Convert one chunk that ends before an instant; return whether there was any.

    Plain PostgreSQL has none. Where another worker converts, or anybody writes to the chunk before
    or while it is converted, it is left as it is, for another time.

    url: of the same login, for who looks on. stop: whether to end.
    """
    row = connection.execute(_ENGINE).fetchone()
    if row is None or row[0] != "timescaledb":
        return False
    try:
        with _yielding(url, connection.info.backend_pid, stop), connection.transaction():
            # However long it takes: it ends once somebody waits, not at an hour of its own.
            connection.execute("SELECT set_config('statement_timeout', '0', true)")
            found = connection.execute(_CONVERT, [before]).fetchone()
    except _IN_USE:
        return False
    assert found is not None
    return bool(found[0])


def set_chunk_days(connection: Connection[Any], days: int) -> None:
    """Let chunks of readings and hours that begin from now on be so long; as their owner."""
    for table in ("public.reading", "public.usage_hour"):
        connection.execute(_SET_INTERVAL, [table, days])


@contextmanager
def _yielding(url: str, pid: int, stop: Callable[[], bool]) -> Iterator[None]:
    """End what a session does as soon as another waits for it, or it is told to stop."""
    with opened(url, "commonwatt columnstore") as beside:
        done = threading.Event()
        looker = threading.Thread(
            target=_look_on, name="columnstore", args=(beside, pid, stop, done)
        )
        looker.start()
        try:
            yield
        finally:
            done.set()
            looker.join()


def _look_on(
    beside: Connection[Any], pid: int, stop: Callable[[], bool], done: threading.Event
) -> None:
    while not done.wait(_LOOK_EVERY_S):
        waits = beside.execute(_WAITED_FOR, {"pid": pid}).fetchone()
        if stop() or (waits is not None and waits[0]):
            beside.execute(_END, {"pid": pid})
