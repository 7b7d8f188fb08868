"""A database server of one test, which may be made to fail as no shared one may."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from cli import services
from storage import migrate

_PASSWORDS = {group: f"{group}-of-chaos" for group in migrate.GROUPS}


@dataclass(frozen=True, slots=True)
class OwnServer:
    """A migrated database on a server that waits for its disk, as an installed one does."""

    admin_url: str

    def url(self, group: str) -> str:
        """Return the URL of a login."""
        parts = {"user": f"chaos_{group}", "password": _PASSWORDS[group]}
        return psycopg.conninfo.make_conninfo(self.admin_url, **parts)


@contextmanager
def own_server(folder: Path) -> Iterator[OwnServer]:
    """Start a server in a folder, and end it; its supervisor starts it again when it falls."""
    with services.up(folder, broker_url="mqtt://127.0.0.1:1") as running:
        url = running.running.database_url
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE chaos")
        made = OwnServer(psycopg.conninfo.make_conninfo(url, dbname="chaos"))
        migrate.migrate(made.admin_url, passwords=_PASSWORDS)
        yield made
    services.remove(folder)
