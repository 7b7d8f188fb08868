"""What must be so before the first step: the login's rights, and TimescaleDB as it must be.

Found missing halfway, any of these would leave half a schema and a driver's words; each refusal
here names the statement, setting or option that mends it.
"""

from typing import Any, Final

from psycopg import Connection

from metering.errors import InputError

LEAST: Final = (2, 29)
_LEAST_TEXT: Final = ".".join(str(part) for part in LEAST)

_MAY = """
    SELECT r.rolsuper, r.rolsuper OR r.rolcreaterole,
           pg_has_role(current_user, d.datdba, 'USAGE'), r.rolname, d.datname
      FROM pg_roles r, pg_database d
     WHERE r.rolname = current_user AND d.datname = current_database()
"""
# Roles are the server's: another database of ours may have made them, under another owner.
_NOT_OURS = """
    SELECT rolname FROM pg_roles
     WHERE rolname = ANY(%s)
       AND NOT pg_has_role(current_user, oid, 'USAGE WITH ADMIN OPTION') ORDER BY rolname
"""
_OFFERED = """
    SELECT default_version, installed_version FROM pg_available_extensions
     WHERE name = 'timescaledb'
"""
# Only the library that the server loads at its start knows this setting.
_PRELOADED = "SELECT current_setting('timescaledb.disable_load', true) IS NOT NULL"
_EDITION = "SELECT current_setting('timescaledb.license', true)"
_MAY_CREATE = "SELECT has_database_privilege(current_database(), 'CREATE')"


def refuse_rights(connection: Connection[Any], roles: list[str]) -> None:
    """Refuse a login that could not make roles, or not give itself those that are there."""
    row = connection.execute(_MAY).fetchone()
    assert row is not None
    superuser, makes_roles, owns, login, database = row
    if not makes_roles:
        raise _no_roles(login)
    if not owns:
        raise _no_owner(login, database)
    foreign = [name for (name,) in connection.execute(_NOT_OURS, [roles])]
    if foreign and not superuser:
        raise _foreign_roles(login, foreign)


def offered(connection: Connection[Any]) -> bool:
    """Return whether the server has TimescaleDB at all."""
    return connection.execute(_OFFERED).fetchone() is not None


def make_timescaledb(connection: Connection[Any]) -> None:
    """Make the extension, or refuse a server whose TimescaleDB would fail at a later step."""
    row = connection.execute(_OFFERED).fetchone()
    if row is None:
        raise _not_offered()
    default, installed = row
    if _parts(installed or default) < LEAST:
        raise _too_old(default, installed)
    if not _said(connection, _PRELOADED):
        raise _not_preloaded()
    if installed is None and not _said(connection, _MAY_CREATE):
        raise _may_not_create()
    with connection.transaction():  # refused, it leaves no extension
        connection.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
        edition = _said(connection, _EDITION)
        if edition != "timescale":
            raise _other_edition(str(edition))


def _said(connection: Connection[Any], query: str) -> Any:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("-")[0].split(".") if part.isdigit())[:2]


def _no_roles(login: str) -> InputError:
    return InputError(
        "migrate.may_not_make_roles",
        zh=f"登录 {login} 不能建角色。",
        en=f"The login {login} may not create roles.",
        next_zh=f"请由超级用户执行:ALTER ROLE {login} CREATEROLE。",
        next_en=f"Let a superuser run: ALTER ROLE {login} CREATEROLE.",
        where={"field": "COMMONWATT_DATABASE_URL"},
    )


def _no_owner(login: str, database: str) -> InputError:
    return InputError(
        "migrate.not_the_owner",
        zh=f"数据库 {database} 不属于登录 {login}。",
        en=f"The database {database} does not belong to the login {login}.",
        next_zh=f"请由超级用户执行:ALTER DATABASE {database} OWNER TO {login}。",
        next_en=f"Let a superuser run: ALTER DATABASE {database} OWNER TO {login}.",
        where={"field": "COMMONWATT_DATABASE_URL"},
    )


def _foreign_roles(login: str, roles: list[str]) -> InputError:
    statement = f"GRANT {', '.join(roles)} TO {login} WITH ADMIN OPTION"
    return InputError(
        "migrate.roles_of_another",
        zh=f"该服务器上已有另一个 CommonWatt 库建立的角色,登录 {login} 尚不能使用:"
        f"{', '.join(roles)}。",
        en="Another database of CommonWatt on this server made the roles "
        f"{', '.join(roles)}, and the login {login} may not give them yet.",
        next_zh=f"请由超级用户或前一个库的所有者执行:{statement}。",
        next_en=f"Let a superuser, or the owner of the first database, run: {statement}.",
        where={"field": "COMMONWATT_DATABASE_URL"},
    )


def _not_offered() -> InputError:
    return InputError(
        "migrate.no_timescaledb",
        zh="该服务器未安装 TimescaleDB。",
        en="This server has no TimescaleDB.",
        next_zh=f"请安装 TimescaleDB ≥ {_LEAST_TEXT},或使用 --engine plain。",
        next_en=f"Install TimescaleDB {_LEAST_TEXT} or newer, or use --engine plain.",
    )


def _too_old(default: str, installed: str | None) -> InputError:
    newer = _parts(default) >= LEAST
    return InputError(
        "migrate.old_timescaledb",
        zh=f"TimescaleDB {installed or default} 太旧,需要 ≥ {_LEAST_TEXT}。",
        en=f"TimescaleDB {installed or default} is too old: {_LEAST_TEXT} or newer is needed.",
        next_zh=("请在新会话中首先执行:ALTER EXTENSION timescaledb UPDATE" if newer
                 else f"请在服务器上安装 ≥ {_LEAST_TEXT}") + ",或使用 --engine plain。",
        next_en=("Run first in a new session: ALTER EXTENSION timescaledb UPDATE" if newer
                 else f"Install {_LEAST_TEXT} or newer on the server")
        + ", or use --engine plain.",
    )  # fmt: skip


def _not_preloaded() -> InputError:
    return InputError(
        "migrate.timescaledb_not_preloaded",
        zh="服务器启动时没有加载 TimescaleDB。",
        en="The server does not load TimescaleDB when it starts.",
        next_zh="请在 postgresql.conf 中设 shared_preload_libraries = 'timescaledb' 并重启服务器,"
        "或使用 --engine plain。",
        next_en="Set shared_preload_libraries = 'timescaledb' in postgresql.conf and restart the "
        "server, or use --engine plain.",
    )


def _may_not_create() -> InputError:
    return InputError(
        "migrate.may_not_create_extension",
        zh="该登录不能在此库中建扩展。",
        en="This login may not create extensions in this database.",
        next_zh="请由超级用户在此库中执行:CREATE EXTENSION timescaledb,或使用 --engine plain。",
        next_en="Let a superuser run CREATE EXTENSION timescaledb in this database, or use "
        "--engine plain.",
    )


def _other_edition(edition: str) -> InputError:
    return InputError(
        "migrate.timescaledb_edition",
        zh=f"该服务器的 TimescaleDB 是 {edition} 版,没有列存(columnstore)。",
        en=f"This server's TimescaleDB is of the edition {edition}, which has no columnstore.",
        next_zh="请在 postgresql.conf 中设 timescaledb.license = 'timescale' 并重新加载"
        "(或换装社区版软件包),或使用 --engine plain。",
        next_en="Set timescaledb.license = 'timescale' in postgresql.conf and reload (or install "
        "the community edition's package), or use --engine plain.",
    )
