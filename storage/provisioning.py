"""What a server must refuse to logins that only read, and who may use it all the same."""

from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import Connection, sql

# No lock that a writer waits for, nothing that fills the disk: PostgreSQL opens these to everybody.
_OPEN: Final = """
    SELECT p.oid::regprocedure::text FROM pg_catalog.pg_proc p
     WHERE p.pronamespace = 'pg_catalog'::regnamespace
       AND (p.proname ~ '^pg_(try_)?advisory_' OR p.proname ~ '^lo_' OR p.proname = 'lowrite'
            OR p.proname = 'pg_logical_emit_message')
       AND has_function_privilege('public', p.oid, 'EXECUTE')
     ORDER BY 1
"""
_REFUSE: Final = "REVOKE EXECUTE ON FUNCTION {} FROM PUBLIC"
_ALLOW: Final = "GRANT EXECUTE ON FUNCTION {} TO {}"
_TEMPORARY: Final = """
    SELECT EXISTS (SELECT FROM pg_database d, aclexplode(coalesce(d.datacl,
                       acldefault('d', d.datdba))) a
                    WHERE d.datname = current_database() AND a.grantee = 0
                      AND a.privilege_type IN ('TEMPORARY', 'CONNECT'))
"""
# Where a member's login could make what it may not make here.
_ELSEWHERE: Final = """
    SELECT d.datname FROM pg_database d
     WHERE d.datallowconn AND d.datname <> current_database()
       AND EXISTS (SELECT FROM aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) c
                    WHERE c.grantee = 0 AND c.privilege_type = 'CONNECT')
       AND EXISTS (SELECT FROM aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) t
                    WHERE t.grantee = 0 AND t.privilege_type = 'TEMPORARY')
     ORDER BY 1
"""
# A transaction that is prepared keeps its locks, and dead rows, when its session has been ended.
_PREPARED: Final = "SELECT current_setting('max_prepared_transactions')::integer > 0"
# Functions that run as their owner and would ask the session for its zone, or what they call would.
_UNSTEADY: Final = """
    SELECT p.oid::regprocedure::text
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE n.nspname IN ('access', 'report', 'storage') AND p.prosecdef AND p.prokind = 'f'
       AND NOT EXISTS (SELECT FROM unnest(p.proconfig) AS c WHERE c ~* '^timezone=')
       AND pg_has_role(current_user, p.proowner, 'USAGE')
     ORDER BY 1
"""
_MEMBERS = """
    SELECT r.rolname, r.rolconnlimit FROM pg_roles r
     WHERE r.rolcanlogin AND NOT (r.rolsuper OR r.rolcreaterole)
       AND pg_has_role(r.oid, %s, 'MEMBER')
     ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Openings:
    """What is still open to every login that reaches the database.

    functions: that lock, or write large objects or the log. temporary: tables, or the database
    itself. elsewhere: other databases of the server where everybody may make temporary tables.
    unlimited: members' logins without a limit of connections. prepared: they may leave
    transactions behind that no end of a session ends.
    """

    functions: tuple[str, ...]
    temporary: bool
    elsewhere: tuple[str, ...]
    unlimited: tuple[str, ...]
    prepared: bool


def refuse(connection: Connection[Any], allowed: list[str]) -> None:
    """Take from the public what no reader needs, and leave it to our writers.

    connection: of a superuser; another login changes nothing, and `openings` says so.
    """
    for function in _names(connection, _OPEN):
        named = sql.SQL(function)  # the server's own spelling
        try:
            with connection.transaction():
                roles = sql.SQL(", ").join(map(sql.Identifier, allowed))
                connection.execute(sql.SQL(_ALLOW).format(named, roles))
                connection.execute(sql.SQL(_REFUSE).format(named))
        except psycopg.errors.InsufficientPrivilege:
            return


def steady(connection: Connection[Any]) -> None:
    """Let our functions that run as their owner need no session's zone."""
    for function in _names(connection, _UNSTEADY):
        connection.execute(
            sql.SQL("ALTER FUNCTION {} SET timezone = 'UTC'").format(sql.SQL(function))
        )


def openings(connection: Connection[Any], members: str) -> Openings:
    """Return what is still open.

    members: the role that members' logins hold.
    """
    temporary, prepared = (
        bool(row and row[0])
        for row in (connection.execute(query).fetchone() for query in (_TEMPORARY, _PREPARED))
    )
    logins = connection.execute(_MEMBERS, [members]).fetchall()
    return Openings(
        functions=tuple(_names(connection, _OPEN)),
        temporary=temporary,
        elsewhere=tuple(_names(connection, _ELSEWHERE)) if logins else (),
        unlimited=tuple(name for name, limit in logins if limit < 0),
        prepared=prepared and bool(logins),
    )


def _names(connection: Connection[Any], query: str) -> list[str]:
    return [row[0] for row in connection.execute(query.encode())]
