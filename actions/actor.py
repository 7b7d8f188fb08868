"""Who acts, on which database, on which day; every action has its actor."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any, Final

import psycopg
from psycopg import Connection, errors
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from actions import driver_errors
from actions.rights import holds, right_of
from actions.routes import OURS, Routes
from metering.errors import EnergyError, NotFoundError
from storage.connections import READING, Bounds

SYSTEM: Final = "user:1"  # acts where no person does

_READ_ONLY = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_WHO = """
    SELECT set_config('commonwatt.actor', %s, true), set_config('commonwatt.today', %s, true),
           set_config('commonwatt.reckons', %s, true)
"""
_AUDIT_ENTRY = "INSERT INTO audit_entry (actor, act, subject, detail) VALUES (%s, %s, %s, %s)"


class DeniedError(NotFoundError):
    """The actor may look, but not do this."""


class Actor:
    """Who acts, on one database.

    name: "user:<id>"; sees what its grants cover, nothing without one.
    today: the day that counts as today; None is the database's own.
    sink: where readings go, on the collector's login; None where none are taken here.
    routes: whose messages are, and what they say.
    broker: where gateways reach the broker; empty where nobody said.
    """

    def __init__(
        self,
        pool: ConnectionPool[Connection[TupleRow]],
        name: str,
        today: date | None = None,
        sink: object | None = None,
        routes: Routes = OURS,
        broker: str = "",
    ) -> None:
        self.pool = pool
        self.name = name
        self.today = today
        self.sink = sink
        self.routes = routes
        self.broker = broker

    @contextmanager
    def look(
        self, *, reckons: bool = False, wait_s: float | None = None
    ) -> Iterator[Connection[TupleRow]]:
        """Lend a read-only transaction, in which everything is of one moment.

        reckons: reads all rows of a planned union, to compute from; none of them may be shown.
        wait_s: how long to wait for a connection, where not as long as others.
        """
        with ours(), self.pool.connection(timeout=wait_s) as connection:
            connection.execute(_READ_ONLY)
            self._sit(connection, reckons=reckons)
            yield connection

    @contextmanager
    def act(
        self,
        act: str,
        subject: object,
        detail: Mapping[str, Any] | None = None,
        *,
        dry_run: bool = False,
    ) -> Iterator[Connection[TupleRow]]:
        """Lend a transaction to change something in, and write down who did what.

        act: names the right that is asked for. detail: read when the change is done, so the
        change may add to it.
        dry_run: whoever may not do it may not try it either; nothing of it is kept.
        """
        with self.change(dry_run=dry_run) as connection:
            right = right_of(act)
            if right is None or not holds(connection, right):
                raise denied(act)
            yield connection
            self.note(connection, act, subject, detail or {})

    @contextmanager
    def change(self, *, dry_run: bool = False) -> Iterator[Connection[TupleRow]]:
        """Lend a transaction to whoever asks for the right, and notes what was done, in it."""
        with (
            ours(),
            self.pool.connection() as connection,
            connection.transaction(force_rollback=dry_run),
        ):
            self._sit(connection, reckons=True)
            yield connection

    def note(
        self, connection: Connection[TupleRow], act: str, subject: object, detail: Mapping[str, Any]
    ) -> None:
        """Write the audit entry of what this transaction did."""
        payload = json.dumps(detail, default=str, ensure_ascii=False)
        connection.execute(_AUDIT_ENTRY, [self.name, act, str(subject), payload])

    def _sit(self, connection: Connection[TupleRow], *, reckons: bool) -> None:
        today = self.today.isoformat() if self.today else ""
        connection.execute(_WHO, [self.name, today, "on" if reckons else "off"])


def open_pool(
    url: str,
    *,
    min_size: int = 1,
    max_size: int = 8,
    wait_s: float = 10,
    bounds: Bounds = READING,
) -> ConnectionPool[Connection[TupleRow]]:
    """Open connections of the application's login, lent to one transaction each.

    wait_s: how long to wait for a connection.
    """
    return ConnectionPool(
        url,
        min_size=min_size,
        max_size=max_size,
        timeout=wait_s,
        open=True,
        check=ConnectionPool.check_connection,
        kwargs={
            "connect_timeout": 5,
            "application_name": "commonwatt",
            "options": bounds.options,
        },
    )


@contextmanager
def ours() -> Iterator[None]:
    """Turn the driver's errors into those that people can act on."""
    try:
        yield
    except psycopg.Error as error:
        raise _in_our_words(error) from error


def denied(act: str) -> DeniedError:
    """Return the refusal of an act that needs more rights."""
    return DeniedError(
        "access.denied",
        zh="您没有进行此操作的权限。",
        en="You do not have the right to do this.",
        next_zh="请联系您所在机关的系统管理员。",
        next_en="Ask the administrator of your office.",
        where={"act": act},
    )


def _in_our_words(error: psycopg.Error) -> EnergyError:
    if isinstance(error, errors.InsufficientPrivilege):
        return denied("")
    return driver_errors.in_our_words(error)
