"""Whoever names no database or broker means the embedded ones, if these run: each its own login."""

import json
import secrets
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from psycopg import sql
from psycopg.conninfo import make_conninfo

from cli import services
from cli.broker_reload import hang_up
from cli.services.place import MOSQUITTO
from cli.services.ports import HOST
from cli.services.state import Layout, Running, read_json, write_private
from cli.settings import Settings
from metering.errors import ConflictError
from storage.connections import MIGRATING, opened

Login = Literal["owner", "api", "collector", "worker", "gateways"]
NAME: Final = "energy"  # of the database that `commonwatt migrate` makes on the embedded server
_LOGINS: Final = "database.logins.json"
_GROUPS: Final = ("api", "collector", "worker")


def filled(settings: Settings, login: Login) -> Settings:
    """Return the settings, with addresses of the embedded services where none is named.

    A database that is named is meant as it stands: nothing of the embedded one is mixed in.
    """
    running = _running(settings)
    if running is None:
        return settings
    update: dict[str, object] = {}
    if settings.broker_url is None:
        theirs = running.gateway_url if login == "gateways" else ""
        update["broker_url"] = theirs or running.broker_url
        update["broker_version"] = running.mqtt_version
        port = urlsplit(running.broker_url).port
        update["gateways_broker"] = settings.gateways_broker or f"mqtt://{HOST}:{port}"
    if login == "gateways":  # they have no business in the database
        return settings.model_copy(update=update)
    if settings.database_url is None and running.postgres_pid is not None:
        if login == "owner":
            update["database_url"] = own(running)
        else:
            passwords = read_json(_path(settings.state))
            if not passwords:
                raise _not_migrated()
            update["database_url"] = _url(running, login, passwords[login])
            taking = settings.collector_database_url
            collector = _url(running, "collector", passwords["collector"])
            update["collector_database_url"] = taking or collector
    return settings.model_copy(update=update)


def made(settings: Settings) -> dict[str, str]:
    """Make the embedded database if it is meant and not there; return its logins' passwords."""
    running = _running(settings)
    if settings.database_url is not None or running is None or running.postgres_pid is None:
        return {}
    if not exists(running):
        make = sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(NAME))
        with opened(running.database_url, "commonwatt migrate", MIGRATING) as connection:
            connection.execute(make)
    path = _path(settings.state)
    passwords = {name: secrets.token_urlsafe(18) for name in _GROUPS} | read_json(path)
    passwords |= {g: asked for g in _GROUPS if (asked := getattr(settings, f"{g}_password"))}
    write_private(path, json.dumps(passwords, indent=1))
    return passwords


def known(state: Path) -> bool:
    """Return whether a state folder has logins of such a database."""
    return _path(state).exists()


def own(running: Running) -> str:
    """Return the owner's URL of the database that `commonwatt migrate` makes."""
    return make_conninfo(running.database_url, dbname=NAME)


def exists(running: Running) -> bool:
    """Return whether the embedded server has our database yet."""
    with opened(running.database_url, "commonwatt") as connection:
        wanted = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = %s)"
        row = connection.execute(wanted, [NAME]).fetchone()
    return bool(row and row[0])


def broker_folder(settings: Settings, broker_url: str) -> Path | None:
    """Return where the embedded broker's files are, None where the address is another's."""
    record = services.status(settings.state).record
    running = record.running if record is not None else None
    if record is None or running is None or running.broker_pid is None:
        return None
    return Path(record.place, MOSQUITTO) if broker_url == running.broker_url else None


def reload_broker(settings: Settings) -> None:
    """Have the embedded broker read its files; amqtt looks at them by itself."""
    running = _running(settings)
    if running is not None and running.broker_pid and running.broker.startswith(MOSQUITTO):
        hang_up(running.broker_pid)


def _path(state: Path) -> Path:
    return Layout(state.absolute()).root / _LOGINS


def _running(settings: Settings) -> Running | None:
    record = services.status(settings.state).record
    return record.running if record is not None else None


def _url(running: Running, login: Login, password: str) -> str:
    user = f"{NAME}_{login}"
    return make_conninfo(running.database_url, dbname=NAME, user=user, password=password)


def _not_migrated() -> ConflictError:
    return ConflictError(
        "embedded.not_migrated",
        zh="内置的数据库还没有数据表。",
        en="The embedded database has no tables yet.",
        next_zh="请先运行 commonwatt migrate。",
        next_en="Run commonwatt migrate first.",
    )
