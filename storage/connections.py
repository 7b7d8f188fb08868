"""The connections of those who write, and the bounds of every session of ours."""

from typing import Any, Final

import psycopg
from psycopg import Connection

# Whoever holds what a writer needs for longer than that is in the way of everybody: the writer
# lets go, says so and tries again. A statement of a writer that takes longer than this is one
# whose readings are too many, or a plan gone wrong.
LOCK_S: Final = 30.0
STATEMENT_S: Final = 600.0


def writer(
    url: str, name: str, *, lock_s: float = LOCK_S, statement_s: float = STATEMENT_S
) -> Connection[Any]:
    """Open a connection that is fit to write, whichever the engine.

    name: what the server's list of sessions shows. lock_s, statement_s: how long a statement may
    wait for a lock, and take.
    """
    connection: Connection[Any] = psycopg.connect(
        url,
        autocommit=True,
        connect_timeout=5,
        application_name=name,
        options=bounds(lock_s, statement_s),
    )
    # However late readings are, they are taken: a batch has its own limits. Plain PostgreSQL
    # lets the setting stand and never asks for it.
    connection.execute("SET timescaledb.max_tuples_decompressed_per_dml_transaction = 0")
    return connection


def bounds(lock_s: float, statement_s: float) -> str:
    """Return a session's options: UTC, and how long it may wait for a lock or take for one thing.

    A transaction that does nothing is ended too, so that none of ours can be in the way for ever.
    """
    return (
        f"-c timezone=UTC -c lock_timeout={int(lock_s * 1000)}"
        f" -c statement_timeout={int(statement_s * 1000)}"
        " -c idle_in_transaction_session_timeout=120000"
    )
