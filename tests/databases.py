"""Databases of tests: copies of one that was migrated once, made and dropped without waiting."""

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from storage import migrate

_LOOKS = 50
_SENT_AWAY = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
PASSWORDS = {group: f"{group}-of-the-tests" for group in migrate.GROUPS}


@dataclass(frozen=True, slots=True)
class Server:
    """A database server on which tests may make databases.

    ours: nobody else's, so it need not outlive the machine: what it writes is not waited for.
    """

    admin_url: str
    ours: bool = False

    def named(self, database: str) -> str:
        """Return the administrator's URL of another database."""
        return psycopg.conninfo.make_conninfo(self.admin_url, dbname=database)


@dataclass(frozen=True, slots=True)
class Database:
    """A migrated database of one test.

    known: what is in it already, by name, where the fixture `peopled` or `full` was asked for.
    filled: whether readings and accounts are, too.
    """

    name: str
    admin_url: str
    known: Mapping[str, Any] | None = None
    filled: bool = False

    def url(self, group: str) -> str:
        """Return the URL of the login of api, collector or worker."""
        return psycopg.conninfo.make_conninfo(
            self.admin_url, user=f"{self.name}_{group}", password=PASSWORDS[group]
        )


def hurry(admin_url: str) -> None:
    """Let nothing wait for the disk: a process that is killed loses nothing by it, only a machine.

    A database is made in a tenth of the time, and dropped in a thirtieth. Logging in, which tests
    do thousands of times, takes a third of the processor: their passwords are no secret.
    """
    with psycopg.connect(admin_url, autocommit=True) as connection:
        for setting in ("fsync = off", "full_page_writes = off", "scram_iterations = 1"):
            connection.execute(f"ALTER SYSTEM SET {setting}".encode())
        connection.execute("SELECT pg_reload_conf()")


@contextmanager
def template(server: Server, make: Callable[[str], object], like: str = "") -> Iterator[str]:
    """Lend a database to be copied: an empty one, or one like another, and what is made in it."""
    name = f"cwt_{secrets.token_hex(4)}"
    of = f'TEMPLATE "{like}"' if like else ""
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" {of} IS_TEMPLATE true'.encode())
    make(name)
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
    try:
        yield name
    finally:
        with psycopg.connect(server.admin_url, autocommit=True) as connection:
            connection.execute(f'ALTER DATABASE "{name}" IS_TEMPLATE false'.encode())
        drop(server, name)


@dataclass
class Copies:
    """Copies of templates; one to which nothing was written is lent to the next who asks.

    Whatever writes, even what is undone, takes a number of the server's transactions: where none
    was taken meanwhile, the copy is as it was made. Making and dropping one takes longer than most
    tests that only look.
    """

    server: Server
    _spare: dict[str, Database] = field(default_factory=dict)

    @contextmanager
    def lent(
        self, template: str, known: Mapping[str, Any] | None = None, *, filled: bool = False
    ) -> Iterator[Database]:
        """Lend a copy: all that migrating makes but the logins is in the template already."""
        database = self._spare.pop(template, None) or self._made(template, known, filled)
        begun = _transactions(self.server, database.name)
        try:
            yield database
        finally:
            if _transactions(self.server, database.name) == begun:
                self._spare[template] = database
            else:
                drop(self.server, database.name)

    def close(self) -> None:
        """Drop what nobody has."""
        for database in self._spare.values():
            drop(self.server, database.name)
        self._spare.clear()

    def _made(self, template: str, known: Mapping[str, Any] | None, filled: bool) -> Database:
        name = f"cwt_{secrets.token_hex(6)}"
        how = "STRATEGY file_copy" if self.server.ours else ""
        with psycopg.connect(self.server.admin_url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {how}'.encode())
        try:
            migrate.give_logins(self.server.named(name), PASSWORDS)
        except BaseException:
            drop(self.server, name)
            raise
        return Database(name, self.server.named(name), known, filled)


def _transactions(server: Server, name: str) -> int:
    """Return the number that the next transaction takes that writes, once nobody is connected."""
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        _send_away(connection, name)
        row = connection.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())").fetchone()
    assert row is not None
    return int(row[0])


@contextmanager
def made(server: Server, engine: migrate.Engine) -> Iterator[Database]:
    name = f"cwt_{secrets.token_hex(6)}"
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    try:
        migrate.migrate(server.named(name), passwords=PASSWORDS, engine=engine)
        yield Database(name, server.named(name))
    finally:
        drop(server, name)


def drop(server: Server, name: str) -> None:
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        _send_away(connection, name)
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
        for group in migrate.GROUPS:
            connection.execute(f'DROP ROLE IF EXISTS "{name}_{group}"'.encode())


def _send_away(connection: psycopg.Connection[Any], name: str) -> None:
    """End the connections to a database; FORCE itself looks again after 100 ms only."""
    for _ in range(_LOOKS):
        if not connection.execute(_SENT_AWAY, [name]).rowcount:
            break
        time.sleep(0.003)
