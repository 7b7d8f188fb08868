"""Every connection of ours is opened here, and the bounds of its session are said here."""

from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import Connection


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a session may wait for a lock, take for a statement, idle in a transaction.

    Whoever holds what a writer needs for longer is in the way of everybody: the writer lets go,
    says so and tries again. A statement that takes longer is one whose readings are too many, or a
    plan gone wrong. A transaction that does nothing is ended, so that none of ours lasts for ever.
    """

    lock_s: float
    statement_s: float
    idle_s: float = 120.0

    @property
    def options(self) -> str:
        """What is said to the server as the session begins; its zone is UTC."""
        return (
            f"-c timezone=UTC -c lock_timeout={int(self.lock_s * 1000)}"
            f" -c statement_timeout={int(self.statement_s * 1000)}"
            f" -c idle_in_transaction_session_timeout={int(self.idle_s * 1000)}"
        )


READING: Final = Bounds(30.0, 30.0)
WRITING: Final = Bounds(30.0, 600.0)
# Another migration may be at work, and a step may rewrite a table; neither lasts for ever.
MIGRATING: Final = Bounds(600.0, 6 * 3600.0)

# What whoever adds up many rows asks of the planner.
ROOM: Final = (("work_mem", "32MB"), ("random_page_cost", "1.1"))


def opened(
    url: str, name: str, bounds: Bounds = READING, *, answers_s: int = 5
) -> Connection[tuple[Any, ...]]:
    """Open a connection of which every statement is a transaction, unless one is begun.

    name: what the server's list of sessions shows. answers_s: how long the server may take.
    """
    return psycopg.connect(
        url,
        autocommit=True,
        connect_timeout=answers_s,
        application_name=name,
        options=bounds.options,
    )


def writer(url: str, name: str, bounds: Bounds = WRITING) -> Connection[Any]:
    """Open a connection that is fit to write, whichever the engine."""
    connection = opened(url, name, bounds)
    # However late readings are, they are taken: a batch has its own limits. Plain PostgreSQL
    # lets the setting stand and never asks for it.
    connection.execute("SET timescaledb.max_tuples_decompressed_per_dml_transaction = 0")
    return connection


def give_room(connection: Connection[Any]) -> None:
    """Let the transaction add up many rows."""
    for setting, value in ROOM:
        connection.execute("SELECT set_config(%s, %s, true)", [setting, value])
