"""The demo's database: made on the server that there is, with a login for each of its processes."""

from collections.abc import Mapping
from typing import Final

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from cli.wiring import away
from storage import migrate
from storage.connections import MIGRATING, opened
from worker.kinds import findings, forecasts

# On these nobody keeps tables; any other database that a URL names is meant itself.
_NOBODYS: Final = {"", "postgres", "template1"}


def named(admin_url: str, name: str) -> str:
    """Return the administrator's URL of the demo's database."""
    with away():
        meant = conninfo_to_dict(admin_url).get("dbname") or ""
    return make_conninfo(admin_url, dbname=name) if meant in _NOBODYS else admin_url


def ensure(admin_url: str, name: str) -> bool:
    """Make the database where there is none; return whether it had to be made."""
    url = named(admin_url, name)
    wanted = conninfo_to_dict(url)["dbname"]
    with away(), _server(admin_url) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [wanted]).fetchone():
            return False
        make = sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(str(wanted)))
        connection.execute(make)
        return True


def look(worker_url: str) -> None:
    """Have what stands out of the hours sought at once, where others wait for the night."""
    with away():
        findings.plan(worker_url)


def foresee(worker_url: str) -> None:
    """Have forecasts made at once, beside quotas that are issued."""
    with away():
        forecasts.plan(worker_url)


def drop(admin_url: str, name: str) -> None:
    """Remove the demo's own database and its logins; one that the URL names stays."""
    if named(admin_url, name) == admin_url:
        return
    with away(), _server(admin_url) as connection:
        drop_it = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        connection.execute(drop_it)
        for group in migrate.GROUPS:
            login = sql.Identifier(f"{name}_{group}")
            connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(login))


def logins(url: str, passwords: Mapping[str, str]) -> dict[str, str]:
    """Return the URLs of api, collector and worker."""
    name = conninfo_to_dict(url)["dbname"]
    return {
        group: make_conninfo(url, user=f"{name}_{group}", password=password)
        for group, password in passwords.items()
    }


def _server(admin_url: str) -> psycopg.Connection[tuple[object, ...]]:
    """Connect where databases can be made."""
    meant = conninfo_to_dict(admin_url).get("dbname") or ""
    url = admin_url if meant in _NOBODYS - {""} else make_conninfo(admin_url, dbname="postgres")
    return opened(url, "commonwatt demo", MIGRATING, answers_s=10)
