"""Databases of tests: copies of one that was migrated once, made and dropped without waiting."""

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
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


@contextmanager
def copied(
    server: Server,
    template: str,
    known: Mapping[str, Any] | None = None,
    *,
    filled: bool = False,
) -> Iterator[Database]:
    """Lend a copy of the template: all that migrating makes but the logins is in it already."""
    name = f"cwt_{secrets.token_hex(6)}"
    how = "STRATEGY file_copy" if server.ours else ""
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {how}'.encode())
    try:
        migrate.give_logins(server.named(name), PASSWORDS)
        yield Database(name, server.named(name), known, filled)
    finally:
        drop(server, name)


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
        for _ in range(_LOOKS):  # FORCE itself looks again after 100 ms only
            if not connection.execute(_SENT_AWAY, [name]).rowcount:
                break
            time.sleep(0.003)
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
        for group in migrate.GROUPS:
            connection.execute(f'DROP ROLE IF EXISTS "{name}_{group}"'.encode())
