"""When a database is not copied into one with TimescaleDB, each time with what mends it."""

from typing import Any

from psycopg import Connection

from metering.errors import ConflictError, InputError
from storage import migrate

_SEES_ALL = "SELECT rolsuper OR rolbypassrls, rolname FROM pg_roles WHERE rolname = current_user"
_OTHERS = """
    SELECT DISTINCT usename::text FROM pg_stat_activity
     WHERE datname = current_database() AND usename = ANY(%s) ORDER BY 1
"""
_MAY_COPY = """
    SELECT rolsuper OR (rolbypassrls
                        AND has_parameter_privilege('session_replication_role', 'SET')), rolname
      FROM pg_roles WHERE rolname = current_user
"""


def hidden_rows(source: Connection[Any]) -> None:
    """Refuse a login from which policies hide rows."""
    sees, login = source.execute(_SEES_ALL).fetchone() or (False, "")
    if not sees:
        raise InputError(
            "copying.sees_part",
            zh=f"登录 {login} 看不到原库的全部数据。",
            en=f"The login {login} does not see all rows of the old database.",
            next_zh=f"请用超级用户登录,或由其执行:ALTER ROLE {login} BYPASSRLS。",
            next_en=f"Use a superuser's login, or let one run: ALTER ROLE {login} BYPASSRLS.",
            where={"field": "COMMONWATT_DATABASE_URL"},
        )


def in_use(source: Connection[Any]) -> None:
    """Refuse a database that anybody of ours is at work in: what they write would be left out."""
    logins = list(migrate.login_names(source).values())
    if found := [name for (name,) in source.execute(_OTHERS, [logins])]:
        names = ", ".join(found)
        raise ConflictError(
            "copying.in_use",
            zh=f"原库仍在使用:{names}。",
            en=f"The old database is in use: {names}.",
            next_zh="请先停止 serve、collect、work,再运行一次。",
            next_en="Stop serve, collect and work, then run it again.",
            where={"logins": names},
        )


def may_not_copy(target: Connection[Any]) -> None:
    """Refuse a login that could not write rows as they are."""
    may, login = target.execute(_MAY_COPY).fetchone() or (False, "")
    if not may:
        raise InputError(
            "copying.may_not_write",
            zh=f"登录 {login} 不能在新库中原样写入数据。",
            en=f"The login {login} may not write rows as they are into the new database.",
            next_zh=f"请用超级用户登录,或由其执行:ALTER ROLE {login} BYPASSRLS;"
            f"GRANT SET ON PARAMETER session_replication_role TO {login}。",
            next_en=f"Use a superuser's login, or let one run: ALTER ROLE {login} BYPASSRLS; "
            f"GRANT SET ON PARAMETER session_replication_role TO {login}.",
            where={"field": "COMMONWATT_NEW_DATABASE_URL"},
        )


def not_plain(name: str, engine: str) -> ConflictError:
    """Return the refusal of a source that has TimescaleDB."""
    return ConflictError(
        "copying.not_plain",
        zh=f"数据库 {name} 已使用 {engine}。",
        en=f"The database {name} has {engine} already.",
        next_zh="无需复制;请核对 COMMONWATT_DATABASE_URL。",
        next_en="There is nothing to copy; check COMMONWATT_DATABASE_URL.",
        where={"field": "COMMONWATT_DATABASE_URL"},
    )


def not_of_this_version(name: str, missing: int) -> ConflictError:
    """Return the refusal of a source that lacks steps."""
    return ConflictError(
        "copying.other_version",
        zh=f"数据库 {name} 缺少 {missing} 个迁移步骤。",
        en=f"The database {name} lacks {missing} migrations.",
        next_zh="请先对它运行 commonwatt migrate,再复制。",
        next_en="Run commonwatt migrate on it first, then copy.",
        where={"field": "COMMONWATT_DATABASE_URL"},
    )


def not_empty(name: str) -> ConflictError:
    """Return the refusal of a target that has tables, and of no copy."""
    return ConflictError(
        "copying.not_empty",
        zh=f"新库 {name} 中已有数据表,且不是未完成的复制。",
        en=f"The new database {name} has tables, and not of a copy that came to an end halfway.",
        next_zh="请用 createdb 新建一个空库。",
        next_en="Make an empty one with createdb.",
        where={"field": "COMMONWATT_NEW_DATABASE_URL"},
    )


def another_source(name: str) -> ConflictError:
    """Return the refusal of a target that holds part of another database."""
    return ConflictError(
        "copying.another_source",
        zh=f"新库 {name} 中是另一个数据库未完成的复制。",
        en=f"The new database {name} holds part of another database.",
        next_zh="请核对两个地址,或用 createdb 新建一个空库。",
        next_en="Check both addresses, or make an empty database with createdb.",
        where={"field": "COMMONWATT_NEW_DATABASE_URL"},
    )
