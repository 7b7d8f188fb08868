"""Old months go into columnstore where the engine has one; late readings lie beside it."""

from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg import Connection

from storage import migrate

_IN_USE: Final = (
    psycopg.errors.LockNotAvailable,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
)

_CONVERT = "SELECT storage.convert_old_chunk(%s)"


def convert_one(connection: Connection[Any], before: datetime) -> bool:
    """Convert one chunk that ends before an instant; return whether there was any.

    Plain PostgreSQL has none. Where another worker converts, or somebody writes to the chunk, it
    is left for later.
    """
    if migrate.engine_of(connection)[0] != "timescaledb":
        return False
    try:
        found = connection.execute(_CONVERT, [before]).fetchone()
    except _IN_USE:
        return False
    assert found is not None
    return bool(found[0])
