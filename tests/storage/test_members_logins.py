"""A member's login that reads cannot stop those who write, whatever it says to the server."""

import contextlib
import threading
import time
from datetime import UTC, datetime

import psycopg
import pytest
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.pq import Format

from cli import checkup_logins
from storage import connections, health, provisioning
from storage.access import members
from storage.migrate import BOARDS
from tests.dashboards.boards.conftest import PASSWORD, member
from worker.loop import Worker, WorkSettings

__all__ = ["member"]

HOSTILE = (
    "SET TimeZone = 'Pacific/Kiritimati'",
    "SET DateStyle = 'German, DMY'",
    "SET IntervalStyle = 'sql_standard'",
    "SET commonwatt.today = '2016-03-02'",
    "SET commonwatt.actor = 'user:1'",
    "SET commonwatt.reckons = 'on'",
    "SET search_path = pg_temp, public",
    "SET transform_null_equals = on",
    "SET standard_conforming_strings = off",
    "SET enable_nestloop = off",
    "SET jit = on",
    "SET row_security = off",
)


def opened(member) -> psycopg.Connection:
    url = psycopg.conninfo.make_conninfo(
        member.world.database.admin_url, user=member.login, password=PASSWORD
    )
    return psycopg.connect(url, autocommit=True)


def keep(member, **bounds: float) -> list[tuple[str, str]]:
    with connections.writer(member.world.database.url("worker"), "test") as worker:
        return members.keep(worker, **bounds)


REFUSED = (
    "SELECT pg_advisory_lock(12, 1)",
    "SELECT pg_advisory_xact_lock(storage.figures_lock())",
    "SELECT pg_advisory_xact_lock(hashtext('account_figure'))",
    "SELECT pg_try_advisory_lock(7236482911)",
    "SELECT pg_try_advisory_xact_lock_shared(1)",
    "SELECT pg_advisory_unlock_all()",
    "SELECT lo_create(0)",
    "SELECT lo_creat(-1)",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT pg_logical_emit_message(false, 'x', repeat('x', 1000))",
    "CREATE TEMPORARY TABLE mine (x integer)",
    "CREATE TEMPORARY VIEW mine AS SELECT 1",
    "SELECT * INTO TEMPORARY mine FROM institution",
    "CREATE FUNCTION pg_temp.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "LOCK TABLE report.account IN EXCLUSIVE MODE",
    "LOCK TABLE pg_catalog.pg_class IN SHARE MODE",
    "LOCK TABLE public.account IN ACCESS SHARE MODE",
    "SELECT * FROM institution FOR UPDATE",
    "SELECT * FROM report.account FOR KEY SHARE",
    "ALTER ROLE CURRENT_USER CONNECTION LIMIT 100",
    "ALTER ROLE CURRENT_USER VALID UNTIL '2000-01-01'",
    "REVOKE commonwatt_boards FROM CURRENT_USER",
    "DO $$ BEGIN PERFORM pg_advisory_lock(1); END $$",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename <> current_user",
    "SELECT setval('public.app_user_id_seq', 1)",
    "SELECT storage.ensure_months(now(), now() + interval '10 years')",
    "SELECT storage.keep_members(1, 1, 1, 1, 1)",
    "SELECT verifier FROM storage.member_login",
    "SELECT access.retry_set_aside(NULL)",
)


def test_it_takes_no_lock_and_writes_nothing(member):
    taken = []
    with opened(member) as mine:
        mine.execute("SET default_transaction_read_only = off")
        for statement in REFUSED:
            try:
                with mine.transaction():
                    mine.execute(statement)
            except psycopg.errors.InsufficientPrivilege:
                continue
            taken.append(statement)
    assert taken == []


def test_our_writers_keep_what_the_public_lost(member):
    with connections.writer(member.world.database.url("worker"), "test") as worker:
        worker.execute("SELECT pg_advisory_lock(1, 1)")
        worker.execute("CREATE TEMPORARY TABLE mine (x integer)")
    with psycopg.connect(member.world.database.admin_url) as admin:
        found = provisioning.openings(admin, BOARDS)
    assert (found.functions, found.temporary, found.unlimited) == ((), False, ())
    assert not found.prepared


def test_what_a_server_was_not_provisioned_for_is_told(member):
    member.world.admin("GRANT EXECUTE ON FUNCTION pg_catalog.pg_advisory_lock(bigint) TO PUBLIC")
    database = member.world.database.name
    member.world.admin(f'GRANT TEMPORARY ON DATABASE "{database}" TO PUBLIC')
    member.world.admin(f'ALTER ROLE "{member.login}" CONNECTION LIMIT -1')
    with psycopg.connect(member.world.database.admin_url) as admin:
        found = provisioning.openings(admin, BOARDS)

    assert found.functions == ("pg_advisory_lock(bigint)",)
    assert found.temporary
    assert found.unlimited == (member.login,)


def test_doctor_names_a_server_on_which_a_transaction_outlives_its_session(member, monkeypatch):
    with psycopg.connect(member.world.database.admin_url) as admin:
        assert not any("prepared" in one.en for one in checkup_logins.openings(admin))
        monkeypatch.setattr(provisioning, "_PREPARED", "SELECT true")
        (found,) = [one for one in checkup_logins.openings(admin) if "prepared" in one.en]
    assert "max_prepared_transactions = 0" in found.next_en


def test_a_weak_login_that_migrates_changes_nothing_and_fails_nowhere(member):
    member.world.admin("GRANT EXECUTE ON FUNCTION pg_catalog.lo_create(oid) TO PUBLIC")
    with psycopg.connect(member.world.database.url("api"), autocommit=True) as weak:
        provisioning.refuse(weak, ["commonwatt_owner"])
        assert provisioning.openings(weak, BOARDS).functions == ("lo_create(oid)",)


def test_a_login_that_nobody_thought_of_does_not_even_enter(member):
    world, name = member.world, f"{member.world.database.name}_stranger"
    world.admin(f"CREATE ROLE \"{name}\" LOGIN PASSWORD 'a stranger'")
    try:
        url = psycopg.conninfo.make_conninfo(
            world.database.admin_url, user=name, password="a stranger"
        )
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(url)
        # Let in by somebody's slip, and made one of the boards' logins: nothing was granted to it.
        world.admin(f'GRANT CONNECT ON DATABASE "{world.database.name}" TO "{name}"')
        world.admin(f'GRANT commonwatt_boards TO "{name}"')
        with psycopg.connect(url, autocommit=True) as stranger:
            views = stranger.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = 'report'::regnamespace "
                "AND relkind = 'v' ORDER BY 1"
            ).fetchall()
            told = {
                view: stranger.execute(f"SELECT count(*) FROM report.{view}".encode()).fetchone()
                for (view,) in views
            }
    finally:
        world.admin(f'DROP OWNED BY "{name}"')
        world.admin(f'DROP ROLE "{name}"')
    public = {"carrier", "profile", "region", "region_within", "institution_class"}
    assert len(told) > 30
    assert {view for view, (count,) in told.items() if count} <= public


def test_it_has_a_limit_of_connections(member):
    with contextlib.ExitStack() as stack:
        for _ in range(9):  # the world's own is the tenth
            stack.enter_context(opened(member))
        with pytest.raises(psycopg.OperationalError, match="too many connections"):
            opened(member)


def test_sessions_beyond_the_bounds_are_ended_and_others_are_not(member):
    with opened(member) as idle, opened(member) as holding, opened(member) as honest:
        holding.execute("SET idle_in_transaction_session_timeout = 0")
        holding.execute("BEGIN")
        holding.execute("SELECT count(*) FROM institution")
        time.sleep(1.2)
        honest.execute("SELECT 1")

        assert keep(member, transaction_s=1, active_s=60, idle_s=3600) == [
            (member.login, "session")
        ]

        with pytest.raises(psycopg.OperationalError):
            holding.execute("SELECT 1")
        idle.execute("SELECT 1")
        honest.execute("SELECT 1")
        with contextlib.suppress(psycopg.Error):
            holding.rollback()


def test_a_statement_without_end_is_ended(member):
    with opened(member) as busy:
        busy.execute("SET statement_timeout = 0")
        errors: list[Exception] = []

        def sleep() -> None:
            try:
                busy.execute("SELECT pg_sleep(60)")
            except psycopg.Error as error:
                errors.append(error)

        thread = threading.Thread(target=sleep)
        thread.start()
        time.sleep(1.5)
        assert keep(member, active_s=1) == [(member.login, "session")]
        thread.join(timeout=20)
    assert len(errors) == 1


def test_settings_and_password_that_it_changed_are_given_back(member):
    database = member.world.database.name
    with opened(member) as mine:
        mine.execute("SET default_transaction_read_only = off")
        mine.execute("ALTER ROLE CURRENT_USER SET statement_timeout = 0")
        mine.execute("ALTER ROLE CURRENT_USER SET timezone = 'Pacific/Kiritimati'")
        mine.execute(f'ALTER ROLE CURRENT_USER IN DATABASE "{database}" SET jit = off')
        mine.execute("ALTER ROLE CURRENT_USER PASSWORD 'nobody else knows'")
        with pytest.raises(psycopg.OperationalError):
            opened(member)

        kept = keep(member)

        assert kept[:2] == [(member.login, "settings"), (member.login, "password")]
        assert {what for _, what in kept[2:]} == {"session"}
        with pytest.raises(psycopg.OperationalError):
            mine.execute("SELECT 1")
    with opened(member) as again:
        assert again.execute("SHOW statement_timeout").fetchone() == ("15s",)
        assert again.execute("SHOW timezone").fetchone() == ("UTC",)
    assert keep(member) == []
    told = member.world.admin("SELECT DISTINCT login, what FROM member_login_kept ORDER BY what")
    assert told == [(member.login, what) for what in ("password", "session", "settings")]


def test_the_worker_does_it_by_itself(member):
    with opened(member) as mine:
        mine.execute("SET default_transaction_read_only = off")
        mine.execute("ALTER ROLE CURRENT_USER SET statement_timeout = 0")
    errors = []
    worker = Worker(
        member.world.database.url("worker"),
        WorkSettings(),
        lambda event, **facts: errors.append((event, facts.get("what"))),
    )

    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    until = time.monotonic() + 30
    while ("members.kept", "settings") not in errors and time.monotonic() < until:
        time.sleep(0.05)
    stop.set()
    thread.join()

    assert ("members.kept", "settings") in errors


def test_another_role_is_never_touched_whatever_the_table_says(member):
    admin = member.world.database.admin_url
    user = psycopg.conninfo.conninfo_to_dict(admin)["user"]
    member.world.admin(
        "INSERT INTO storage.member_login VALUES (%s, 'SCRAM-SHA-256$4096:x', '{}')", user
    )

    assert keep(member) == []
    psycopg.connect(admin).close()


class Bytes(Loader):
    """What the server sent."""

    format = Format.BINARY

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


def views(connection: psycopg.Connection) -> dict[str, list[str]]:
    """Return what every view of `report` shows; instants as they are, in whatever zone."""
    connection.adapters.register_loader("date", Bytes)  # Python has no infinite day
    names = connection.execute(
        """SELECT c.relname FROM pg_catalog.pg_class c
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'report' AND c.relkind = 'v' ORDER BY 1"""
    ).fetchall()
    return {
        name: sorted(
            str([_utc(value) for value in row])
            for row in connection.execute(f"SELECT * FROM report.{name}".encode(), binary=True)
        )
        for (name,) in names
    }


def _utc(value: object) -> object:
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else value


def test_what_a_colleague_set_in_the_session_changes_no_figure(member):
    with opened(member) as plain:
        before = views(plain)
    with opened(member) as lent:
        for statement in HOSTILE:
            lent.execute(statement)
        assert views(lent) == before
    assert sum(map(len, before.values())) > 50


# What breaks whatever comes after it, ours or not; nothing but the end of the session mends it.
OF_ANY_SESSION = {"client_encoding", "restrict_nonsystem_relation_kind", "exit_on_error"}
SETTINGS = """
    SELECT name, vartype, coalesce(enumvals, '{}'), min_val, max_val, setting
      FROM pg_settings
     WHERE context = 'user' AND name !~ '_timeout$' AND name <> ALL(%s)
     ORDER BY name
"""


def extremes(vartype: str, enum: list[str], least: str, most: str, now: str) -> list[str]:
    """Return what a setting can be, from one end to the other."""
    if vartype == "bool":
        return ["on", "off"]
    if vartype == "enum":
        return enum
    return [least, most] if vartype in {"integer", "real"} else [now]


@pytest.mark.parametrize("end", [0, -1])
def test_nothing_that_can_be_set_changes_or_breaks_what_a_colleague_sees(member, end):
    with opened(member) as plain:
        before = views(plain)
    taken = []
    with opened(member) as lent:
        found = lent.execute(SETTINGS, [sorted(OF_ANY_SESSION)]).fetchall()
        for name, *rest in found:
            with contextlib.suppress(psycopg.Error):  # some go only with others
                lent.execute("SELECT set_config(%s, %s, false)", [name, extremes(*rest)[end]])
                taken.append(name)
        assert views(lent) == before
    assert {"row_security", "work_mem", "enable_seqscan"} <= set(taken)
    assert len(taken) > 80


def test_a_session_lent_on_for_long_is_ended_between_two_statements(member):
    with opened(member) as lent, opened(member) as busy:
        lent.execute("SET statement_timeout = 1")
        busy.execute("BEGIN")
        busy.execute("SELECT 1")
        time.sleep(0.5)

        assert keep(member, age_s=60) == []
        assert keep(member, age_s=0.2) == [(member.login, "age")] * 2  # the world's own, too

        with pytest.raises(psycopg.OperationalError):
            lent.execute("SELECT 1")
        busy.execute("COMMIT")


def test_a_listener_that_holds_the_queue_of_notifications_is_ended(member):
    with opened(member) as listening, opened(member) as sending, opened(member) as honest:
        listening.execute("LISTEN anything")
        listening.execute("BEGIN")
        listening.execute("SELECT 1")
        for part in range(40):
            sending.execute(
                "SELECT count(pg_notify('anything', repeat('x', 7900) || %s || i)) "
                "FROM generate_series(1, 100) i",
                [part],
            )
        with connections.writer(member.world.database.url("worker"), "test") as worker:
            filled = health.notify_share(worker)
        assert filled > 0.003
        time.sleep(1.1)

        assert keep(member, notify_share=0.5) == []
        assert keep(member, notify_share=filled) == [(member.login, "notifications")]

        with pytest.raises(psycopg.OperationalError):
            listening.execute("SELECT 1")
        honest.execute("SELECT 1")
        with connections.writer(member.world.database.url("worker"), "test") as worker:
            assert health.notify_share(worker) < filled / 2
        with contextlib.suppress(psycopg.Error):
            listening.rollback()


def test_no_view_or_function_asks_the_session_which_day_it_is(member):
    loose = member.world.admin(
        """SELECT 'report.' || relname FROM pg_class
            WHERE relnamespace = 'report'::regnamespace AND relkind = 'v'
              AND pg_get_viewdef(oid) ~* 'current_date|localtime'
           UNION ALL
           SELECT p.oid::regprocedure::text FROM pg_proc p
             JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE n.nspname IN ('access', 'report', 'storage') AND p.prosecdef
              AND p.proname <> 'keep_members'
              AND NOT EXISTS (SELECT FROM unnest(p.proconfig) c WHERE c ~* '^timezone=')"""
    )
    assert loose == []
