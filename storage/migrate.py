"""Brings a database to this version: roles, tables, definitions, reference values; forward only."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal

from psycopg import Connection, errors, sql

from metering.errors import ConflictError
from storage import columnstore, days, preconditions, provisioning, replay, seeds
from storage.access import members
from storage.connections import MIGRATING, Bounds, opened

Engine = Literal["plain", "timescaledb"]
Say = Callable[[str], None]

GROUPS = ("api", "collector", "worker")
CHANGED = "migrate.changed_file"  # the code of a refusal that the demo knows a way out of
OWNER = "commonwatt_owner"
JOURNAL = "commonwatt_journal"  # writes the second log, and is nobody's login
BOARDS = "commonwatt_boards"  # reads schema report alone; members' logins for Grafana hold it
_LOCK = 7_236_482_911  # any number of our own; whoever migrates holds it
_NAME = re.compile(r"(\d{4})_\w+\.sql")


@dataclass(frozen=True, slots=True)
class File:
    """One numbered step; its checksum is written down when it has been taken."""

    number: int
    name: str
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    def is_for(self, engine: str) -> bool:
        """Return whether this engine takes the file."""
        return replay.is_for(self.text, engine)


def files() -> list[File]:
    """Return the steps of this version in their order."""
    found = [
        File(int(match.group(1)), path.name, path.read_text(encoding="utf-8"))
        for path in resources.files("storage").joinpath("migrations").iterdir()
        if (match := _NAME.fullmatch(path.name))
    ]
    return sorted(found, key=lambda file: file.number)


def migrate(
    url: str,
    *,
    passwords: Mapping[str, str] | None = None,
    engine: Engine | None = None,
    chunk_days: int | None = None,
    zone: str | None = None,
    say: Say = lambda _: None,
    bounds: Bounds = MIGRATING,
) -> list[str]:
    """Take every step that this database has not seen; return the names of those taken.

    All of it is one transaction: an end halfway leaves the database as it was.

    url: a login that may create roles and owns the database.
    passwords: for the logins of `GROUPS`; None leaves the logins as they are.
    engine: wanted at the first migration; None takes TimescaleDB where it is installed.
    chunk_days: how long chunks of readings and hours are from now on; None leaves it as it is.
    zone: of days that belong to no meter; None leaves it as it is.
    """
    with opened(url, "commonwatt migrate", bounds) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        preconditions.refuse_rights(connection, _roles())
        _make_roles(connection, passwords or {})
        writers = [OWNER, JOURNAL, *(f"commonwatt_{group}" for group in GROUPS)]
        provisioning.refuse(connection, writers)
        chosen = _engine(connection, engine)
        with connection.transaction():
            _become_owner(connection)
            taken = _take_all(connection, chosen, say)
            if zone is not None:
                days.set_zone(connection, zone)
            seeds.load(connection)
            if chunk_days is not None and chosen == "timescaledb":
                columnstore.set_chunk_days(connection, chunk_days)
            provisioning.steady(connection)
        members.make_keeper(connection)
        return taken


def give_logins(url: str, passwords: Mapping[str, str]) -> None:
    """Give a copy of a database that is migrated the logins of its own name."""
    with opened(url, "commonwatt migrate", MIGRATING) as connection:
        _make_roles(connection, passwords)


def login_names(connection: Connection[Any]) -> dict[str, str]:
    """Return the database's own logins, by group."""
    name = connection.info.dbname
    return {group: f"{name}_{group}" for group in GROUPS}


def engine_of(connection: Connection[Any]) -> tuple[str, str]:
    """Return the engine's name, and its version as the server says it now."""
    row = connection.execute(
        """SELECT name, current_setting('server_version'),
                  (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb')
             FROM engine"""
    ).fetchone()
    if row is None:
        raise ConflictError(
            "migrate.not_migrated",
            zh="该数据库尚未建立 CommonWatt 的表。",
            en="This database has no tables of CommonWatt yet.",
            next_zh="请先运行 commonwatt migrate。",
            next_en="Run commonwatt migrate first.",
        )
    name, server, extension = row
    return name, f"PostgreSQL {server}" + (f" + TimescaleDB {extension}" if extension else "")


def _roles() -> list[str]:
    """Return the roles that all databases of ours on a server share."""
    return [OWNER, JOURNAL, BOARDS, *(f"commonwatt_{group}" for group in GROUPS)]


def _make_roles(connection: Connection[Any], passwords: Mapping[str, str]) -> None:
    database = sql.Identifier(connection.info.dbname)
    for role in _roles():
        _make_role(connection, role, "NOLOGIN")
    for role in (OWNER, JOURNAL):
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(role)))
    _make_journal(connection)
    connection.execute(
        sql.SQL("GRANT CREATE, CONNECT, TEMPORARY ON DATABASE {} TO {}").format(
            database, sql.Identifier(OWNER)
        )
    )
    connection.execute(
        sql.SQL("GRANT CREATE, USAGE ON SCHEMA public TO {}").format(sql.Identifier(OWNER))
    )
    connection.execute(
        sql.SQL("REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC").format(database)
    )
    for group, login in login_names(connection).items():
        if group not in passwords:
            continue
        _make_role(connection, login, "LOGIN")
        connection.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                sql.Identifier(login), sql.Literal(passwords[group])
            )
        )
        connection.execute(
            sql.SQL("GRANT {} TO {}").format(
                sql.Identifier(f"commonwatt_{group}"), sql.Identifier(login)
            )
        )
        connection.execute(
            sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(
                database, sql.Identifier(login)
            )
        )


def _make_journal(connection: Connection[Any]) -> None:
    """Make the second log's schema: whoever owns the books reads it, and makes nothing in it."""
    journal, owner = sql.Identifier(JOURNAL), sql.Identifier(OWNER)
    for statement in (
        sql.SQL("CREATE SCHEMA IF NOT EXISTS journal AUTHORIZATION {}").format(journal),
        sql.SQL("GRANT USAGE ON SCHEMA journal TO {}").format(owner),
        sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(journal),
    ):
        connection.execute(statement)


def _make_role(connection: Connection[Any], role: str, kind: str) -> None:
    """Make a role where there is none; somebody else may be making it at the same time."""
    try:
        connection.execute(sql.SQL(f"CREATE ROLE {{}} {kind}").format(sql.Identifier(role)))
    except (errors.DuplicateObject, errors.UniqueViolation):
        return


def _engine(connection: Connection[Any], wanted: Engine | None) -> Engine:
    """Return the engine this database has, or from now on will have."""
    exists = connection.execute("SELECT to_regclass('public.engine')").fetchone()
    if exists and exists[0]:
        row = connection.execute("SELECT name FROM engine").fetchone()
        if row:
            return _kept(row[0], wanted)
    plain = wanted == "plain" or (wanted is None and not preconditions.offered(connection))
    if not plain:
        preconditions.make_timescaledb(connection)
    connection.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    return "plain" if plain else "timescaledb"


def _kept(has: Engine, wanted: Engine | None) -> Engine:
    if wanted is not None and wanted != has:
        raise ConflictError(
            "migrate.other_engine",
            zh=f"该数据库首次迁移时选定了 {has},不能改为 {wanted}。",
            en=f"This database was first migrated for {has}, not for {wanted}.",
            next_zh="请新建数据库,再用 commonwatt migrate --to-timescaledb 复制过去。",
            next_en="Make a new database and copy this one into it: commonwatt migrate "
            "--to-timescaledb URL.",
        )
    return has


def _done(connection: Connection[Any]) -> dict[int, str]:
    connection.execute(
        """CREATE TABLE IF NOT EXISTS migration (
               number integer PRIMARY KEY, name text NOT NULL, sha256 text NOT NULL,
               taken_at timestamptz NOT NULL DEFAULT now())"""
    )
    replay.keep_book(connection)
    return dict(connection.execute("SELECT number, sha256 FROM migration").fetchall())


def _same(file: File, sha256: str) -> None:
    if file.sha256 != sha256:
        raise ConflictError(
            CHANGED,
            zh=f"迁移文件 {file.name} 与数据库中已执行的内容不同。",
            en=f"{file.name} differs from what this database has taken.",
            next_zh="已执行的迁移不得修改:请恢复该文件,另增编号更大的文件。",
            next_en="Taken files never change: restore it and add a file with a higher number.",
            where={"file": file.name},
        )


def _take_all(connection: Connection[Any], engine: Engine, say: Say) -> list[str]:
    """Take the steps that are still to be taken, and make all definitions anew if any changed."""
    pending = _pending(connection, engine)
    changed = replay.changed(connection, engine)
    if not pending and not changed:
        return []
    replay.drop(connection)
    for file in pending:
        say(file.name)
        _take(connection, file, engine)
    for name in changed:
        say(name)
    replay.make(connection, engine)
    return [*(file.name for file in pending), *changed]


def _pending(connection: Connection[Any], engine: Engine) -> list[File]:
    """Return the files that are still to be taken; those that were must be as they were then."""
    done = _done(connection)
    for file in files():
        if file.number in done:
            _same(file, done[file.number])
    return [file for file in files() if file.number not in done and file.is_for(engine)]


def _take(connection: Connection[Any], file: File, engine: Engine) -> None:
    connection.execute(file.text.encode())
    if file.number == 1:
        connection.execute(
            "INSERT INTO engine (name, version) VALUES (%s, current_setting('server_version'))",
            [engine],
        )
    connection.execute(
        "INSERT INTO migration (number, name, sha256) VALUES (%s, %s, %s)",
        [file.number, file.name, file.sha256],
    )


def _become_owner(connection: Connection[Any]) -> None:
    """Own what is made until the transaction ends."""
    connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(OWNER)))
