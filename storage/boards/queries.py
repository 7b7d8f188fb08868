"""Queries of boards, run as their viewer; and the logins by which Grafana reads as a member."""

from typing import Any

from psycopg import Connection, sql

from storage.access import members
from storage.connections import ROOM, give_room
from storage.migrate import BOARDS, OWNER

_REGION = """
    SELECT region_id FROM region_fact
     WHERE code = %s AND known_until IS NULL
       AND storage.civil_day() >= valid_from
       AND (valid_to IS NULL OR storage.civil_day() < valid_to)
"""
_GRANTED = "SELECT 1 FROM access_grant WHERE viewer = %s AND region_id = %s AND valid_to IS NULL"
_GRANT = """
    INSERT INTO access_grant (viewer, role, scope, region_id) VALUES (%s, 'reader', 'region', %s)
"""
_LIMITS = (
    ("default_transaction_read_only", "on"),
    ("statement_timeout", "15s"),
    ("idle_in_transaction_session_timeout", "60s"),
    ("search_path", "report"),
    ("timezone", "UTC"),
)
# Who adds up hundreds of thousands of rows does it in memory, and from an index where that has all.
_CONNECTIONS = 10


def answer(
    connection: Connection[Any], query: str, most_rows: int
) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Return the names of the columns of a board's query, and its first rows."""
    give_room(connection)
    cursor = connection.execute(query.encode())
    names = tuple(column.name for column in cursor.description or ())
    return names, cursor.fetchmany(most_rows)


def region_of_code(connection: Connection[Any], code: str) -> int | None:
    """Return the region of a code, None where there is none."""
    row = connection.execute(_REGION, [code]).fetchone()
    return None if row is None else int(row[0])


def member_login(database: str, code: str) -> str:
    """Return the name of a member's login at a database."""
    return f"{database}_gf_{code}"


def make_member_login(connection: Connection[Any], code: str, region_id: int, password: str) -> str:
    """Make or renew the login that reads what a region may see, over barrier views alone.

    connection: of a login that may create roles. The name decides who looks, and no setting that
    a viewer could send along does.
    """
    name = member_login(connection.info.dbname, code)
    role = sql.Identifier(name)
    with connection.transaction():
        known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
        if not known:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOINHERIT").format(role))
        members.let_be_kept(connection, name)
        made = members.verifier(connection, name, password)
        connection.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {} CONNECTION LIMIT {}").format(
                role, sql.Literal(made), sql.Literal(_CONNECTIONS)
            )
        )
        for setting, value in (*_LIMITS, *ROOM):
            connection.execute(
                sql.SQL("ALTER ROLE {} SET {} = {}").format(
                    role, sql.Identifier(setting), sql.Literal(value)
                )
            )
        connection.execute(
            sql.SQL("GRANT {} TO {} WITH INHERIT TRUE, SET FALSE").format(
                sql.Identifier(BOARDS), role
            )
        )
        connection.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                sql.Identifier(connection.info.dbname), role
            )
        )
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(OWNER)))
        members.remember(connection, name, made)
        if not connection.execute(_GRANTED, [f"login:{name}", region_id]).fetchone():
            connection.execute(_GRANT, [f"login:{name}", region_id])
    return name
