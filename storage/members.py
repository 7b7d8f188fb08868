"""Members' logins that read: their bounds, and giving back what they changed of themselves."""

from typing import Any, Final

import psycopg
from psycopg import Connection, sql

# Run by the worker, as whoever migrated: only that login may alter roles and end their sessions.
# Roles that hold more than the boards are never touched, whatever the table says.
_KEEPER: Final = """
CREATE FUNCTION storage.keep_members(
    transaction_s float8, active_s float8, idle_s float8
) RETURNS TABLE (login text, what text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $keeper$
DECLARE
    one record;
    part text;
    place text;
    changed boolean;
BEGIN
    IF NOT pg_try_advisory_xact_lock(24, 0) THEN
        RETURN;
    END IF;
    FOR one IN
        SELECT r.oid, m.name, m.verifier, m.settings
          FROM storage.member_login m JOIN pg_roles r ON r.rolname = m.name
         WHERE NOT (r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication)
           AND pg_has_role(r.oid, 'commonwatt_boards', 'MEMBER')
         ORDER BY m.name
    LOOP
        login := one.name;
        changed := false;
        IF EXISTS (SELECT FROM pg_db_role_setting WHERE setrole = one.oid AND setdatabase <> 0)
           OR one.settings IS DISTINCT FROM
              (SELECT array_agg(s ORDER BY s COLLATE "C")
                 FROM pg_db_role_setting, unnest(setconfig) s
                WHERE setrole = one.oid AND setdatabase = 0) THEN
            FOR place IN SELECT d.datname FROM pg_db_role_setting x
                           JOIN pg_database d ON d.oid = x.setdatabase
                          WHERE x.setrole = one.oid LOOP
                EXECUTE format('ALTER ROLE %I IN DATABASE %I RESET ALL', one.name, place);
            END LOOP;
            EXECUTE format('ALTER ROLE %I RESET ALL', one.name);
            FOREACH part IN ARRAY one.settings LOOP
                EXECUTE format('ALTER ROLE %I SET %I = %L', one.name, split_part(part, '=', 1),
                               substr(part, strpos(part, '=') + 1));
            END LOOP;
            changed := true;
            what := 'settings';
            RETURN NEXT;
        END IF;
        IF NOT has_column_privilege('pg_authid', 'rolpassword', 'SELECT') THEN
            -- Nobody says what it is now: it is given what it was.
            EXECUTE format('ALTER ROLE %I PASSWORD %L', one.name, one.verifier);
        ELSIF (SELECT rolpassword FROM pg_authid WHERE oid = one.oid)
              IS DISTINCT FROM one.verifier THEN
            EXECUTE format('ALTER ROLE %I PASSWORD %L', one.name, one.verifier);
            changed := true;
            what := 'password';
            RETURN NEXT;
        END IF;
        what := 'session';
        FOR part IN
            SELECT CASE WHEN pg_terminate_backend(a.pid) THEN a.pid::text END
              FROM pg_stat_activity a
             WHERE a.usesysid = one.oid
               AND (changed
                    OR a.xact_start < clock_timestamp() - make_interval(secs => transaction_s)
                    OR (a.state = 'active'
                        AND a.query_start < clock_timestamp() - make_interval(secs => active_s))
                    OR a.state_change < clock_timestamp() - make_interval(secs => idle_s))
        LOOP
            RETURN NEXT;
        END LOOP;
    END LOOP;
END
$keeper$;
REVOKE ALL ON FUNCTION storage.keep_members FROM public;
GRANT EXECUTE ON FUNCTION storage.keep_members TO commonwatt_worker;
"""
_FORGET: Final = "DROP FUNCTION IF EXISTS storage.keep_members"
_REMEMBER = """
    INSERT INTO storage.member_login (name, verifier, settings) VALUES (%s, %s, %s)
    ON CONFLICT (name) DO UPDATE
       SET verifier = excluded.verifier, settings = excluded.settings, made_at = now()
"""
_SETTINGS = """
    SELECT array_agg(s ORDER BY s COLLATE "C") FROM pg_db_role_setting d
      JOIN pg_roles r ON r.oid = d.setrole, unnest(d.setconfig) AS s
     WHERE r.rolname = %s AND d.setdatabase = 0
"""
_SUPER = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
_KEPT = """
    SELECT r.rolsuper OR r.rolcreaterole FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner
     WHERE p.oid = 'storage.keep_members(float8, float8, float8)'::regprocedure
"""
_KEEP = """
    WITH kept AS (SELECT login, what FROM storage.keep_members(%s, %s, %s)), said AS (
        INSERT INTO member_login_kept (login, what) SELECT login, what FROM kept)
    SELECT login, what FROM kept
"""
# A statement ends after 15 s and an idle transaction after 60 s by the login's own settings, which
# it may change: these are for who did.
TRANSACTION_S: Final = 90.0
ACTIVE_S: Final = 30.0
IDLE_S: Final = 3600.0


def make_keeper(connection: Connection[Any]) -> None:
    """Make the function by which the worker keeps members' logins, as the login that migrates."""
    with connection.transaction():
        connection.execute(_FORGET.encode())
        connection.execute(_KEEPER.encode())


def verifier(connection: Connection[Any], name: str, password: str) -> str:
    """Return what the server keeps of a password."""
    made = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256")
    return made.decode()


def remember(connection: Connection[Any], name: str, made: str) -> None:
    """Remember what a login was given; its settings are as they are now."""
    row = connection.execute(_SETTINGS, [name]).fetchone()
    connection.execute(_REMEMBER, [name, made, row[0] if row and row[0] else []])


def let_be_ended(connection: Connection[Any], name: str) -> None:
    """Let whoever made a login see and end its sessions, where that is no superuser."""
    row = connection.execute(
        "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    if row == (True,):
        return
    connection.execute(
        sql.SQL("GRANT {} TO CURRENT_USER WITH INHERIT TRUE, SET FALSE").format(
            sql.Identifier(name)
        )
    )


def keep(
    connection: Connection[Any],
    *,
    transaction_s: float = TRANSACTION_S,
    active_s: float = ACTIVE_S,
    idle_s: float = IDLE_S,
) -> list[tuple[str, str]]:
    """End members' sessions beyond the bounds and give back what they changed; return whose what.

    what: session, settings or password.
    """
    rows = connection.execute(_KEEP, [transaction_s, active_s, idle_s]).fetchall()
    return [(row[0], row[1]) for row in rows]


def kept(connection: Connection[Any]) -> bool:
    """Return whether the keeper can do its work; nothing of it is done."""
    try:
        row = connection.execute(_KEPT).fetchone()
    except (psycopg.errors.UndefinedFunction, psycopg.errors.InvalidSchemaName):
        return False
    return row == (True,)
