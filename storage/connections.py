"""The connections of those who write readings and usage."""

from typing import Any

import psycopg
from psycopg import Connection


def writer(url: str, name: str) -> Connection[Any]:
    """Open a connection that is fit to write, whichever the engine.

    name: what the server's list of sessions shows.
    """
    connection: Connection[Any] = psycopg.connect(
        url, autocommit=True, connect_timeout=5, application_name=name
    )
    connection.execute("SET timezone = 'UTC'")
    # However late readings are, they are taken: a batch has its own limits. Plain PostgreSQL
    # lets the setting stand and never asks for it.
    connection.execute("SET timescaledb.max_tuples_decompressed_per_dml_transaction = 0")
    return connection
