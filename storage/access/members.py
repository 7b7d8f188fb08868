"""Members' logins that read: their bounds, and giving back what they changed of themselves."""

from typing import Any, Final

from psycopg import Connection, sql

# Run by the worker, as whoever migrated: only that login may alter roles and end their sessions.
# Roles that hold more than the boards are never touched, whatever the table says.
_KEEPER: Final = """
CREATE FUNCTION storage.keep_members(
    transaction_s float8, active_s float8, idle_s float8, age_s float8, notify_share float8
) RETURNS TABLE (login text, what text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $keeper$
DECLARE
    one record;
    part text;
    place text;
    changed boolean;
    -- A listener that stays in a transaction keeps every notification of the server.
    filling boolean := pg_notification_queue_usage() >= notify_share;
BEGIN
    IF NOT pg_try_advisory_xact_lock(24, 0) THEN
        RETURN;
    END IF;
    FOR one IN
        SELECT r.oid, m.name, m.verifier, m.settings
          FROM storage.member_login m JOIN pg_roles r ON r.rolname = m.name
         WHERE NOT (r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication)
           AND pg_has_role(r.oid, 'commonwatt_boards', 'MEMBER')
           -- What whoever migrated may not alter is not tried: the others are kept all the same.
           AND EXISTS (SELECT FROM pg_roles k WHERE k.rolname = current_user
                          AND (k.rolsuper OR k.rolcreaterole
                               AND pg_has_role(k.oid, r.oid, 'MEMBER WITH ADMIN OPTION')
                               AND pg_has_role(k.oid, r.oid, 'USAGE')))
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
        FOR what, place IN
            SELECT e.why, CASE WHEN pg_terminate_backend(e.pid) THEN e.pid::text END
              FROM (SELECT a.pid,
                           CASE WHEN changed
                                  OR a.xact_start < now - make_interval(secs => transaction_s)
                                  OR (a.state = 'active'
                                      AND a.query_start < now - make_interval(secs => active_s))
                                  OR a.state_change < now - make_interval(secs => idle_s)
                                THEN 'session'
                                WHEN filling AND a.xact_start < now - interval '1 second'
                                THEN 'notifications'
                                WHEN a.state = 'idle'
                                  AND a.backend_start < now - make_interval(secs => age_s)
                                THEN 'age' END AS why
                      FROM pg_stat_activity a, clock_timestamp() AS now
                     WHERE a.usesysid = one.oid OFFSET 0) e
             WHERE e.why IS NOT NULL
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
# Who made the keeper alters and ends for it, as far as that login may.
_KEEPER_OF = """
    SELECT r.oid, r.rolname, r.rolsuper, r.rolcreaterole
      FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner
     WHERE p.pronamespace = 'storage'::regnamespace AND p.proname = 'keep_members'
"""
_BEYOND = """
    SELECT r.rolname FROM pg_roles r
     WHERE r.rolcanlogin AND NOT (r.rolsuper OR r.rolcreaterole OR r.rolcreatedb)
       AND r.oid <> %(keeper)s::oid
       AND pg_has_role(r.oid, %(members)s, 'MEMBER')
       AND NOT (%(creates)s AND pg_has_role(%(keeper)s::oid, r.oid, 'MEMBER WITH ADMIN OPTION')
                AND pg_has_role(%(keeper)s::oid, r.oid, 'USAGE'))
     ORDER BY 1
"""
_KEEP = """
    WITH kept AS (SELECT login, what FROM storage.keep_members(%s, %s, %s, %s, %s)), written AS (
        INSERT INTO member_login_kept (login, what) SELECT login, what FROM kept)
    SELECT login, what FROM kept
"""
# A statement ends after 15 s and an idle transaction after 60 s by the login's own settings, which
# it may change: these are for who did.
TRANSACTION_S: Final = 90.0
ACTIVE_S: Final = 30.0
IDLE_S: Final = 3600.0
# What somebody sets in a session that is lent from one to the next is over with it.
AGE_S: Final = 900.0
NOTIFY_SHARE: Final = 0.1  # of the server's queue of notifications, which holds 8 GB


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


def let_be_kept(connection: Connection[Any], name: str) -> None:
    """Let whoever migrated alter a login, see its sessions and end them, if no superuser did."""
    row = connection.execute(_KEEPER_OF).fetchone()
    if row is None or row[2]:
        return
    keeper = row[1]
    # Whoever made a login may alter it already, and cannot give that to itself again.
    admin = "" if keeper == connection.info.user else "ADMIN TRUE, "
    connection.execute(
        sql.SQL(f"GRANT {{}} TO {{}} WITH {admin}INHERIT TRUE, SET FALSE").format(
            sql.Identifier(name), sql.Identifier(keeper)
        )
    )


def keep(
    connection: Connection[Any],
    *,
    transaction_s: float = TRANSACTION_S,
    active_s: float = ACTIVE_S,
    idle_s: float = IDLE_S,
    age_s: float = AGE_S,
    notify_share: float = NOTIFY_SHARE,
) -> list[tuple[str, str]]:
    """End members' sessions beyond the bounds and give back what they changed; return whose what.

    age_s: of a session that does nothing just now. notify_share: of the queue of notifications,
    from which on members' transactions are ended, for a listener among them holds it.
    what: settings, password; of a session that was ended: session, age, notifications.
    """
    bounds = [transaction_s, active_s, idle_s, age_s, notify_share]
    rows = connection.execute(_KEEP, bounds).fetchall()
    return [(row[0], row[1]) for row in rows]


def beyond(connection: Connection[Any], group: str) -> tuple[str, ...]:
    """Return the members' logins of the server that the keeper can neither alter nor end.

    group: the role that members' logins hold.
    """
    row = connection.execute(_KEEPER_OF).fetchone()
    keeper, _, super_, creates = row or (0, "", False, False)
    if super_:
        return ()
    asked = {"members": group, "creates": creates and keeper != 0, "keeper": keeper}
    return tuple(name for (name,) in connection.execute(_BEYOND, asked))
