"""TimescaleDB as it must be before the first step; conversion that holds nobody up."""

import secrets
import threading
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from metering.errors import InputError
from storage import columnstore, connections, migrate, preconditions
from storage.readings.store import Store
from tests.databases import PASSWORDS
from tests.storage.test_engines import END, convert, has_timescaledb, make, readings, write
from tests.storage.world import START_MS, SentReading, batch_of
from tests.worker.test_usage import HOUR_MS, worker

pytestmark = pytest.mark.timescaledb


@pytest.fixture
def timescaledb(server):
    if not has_timescaledb(server):
        pytest.skip("this server has no TimescaleDB")
    return server


def answering(**words):
    """A connection that gives these answers, for states that this server is not in."""

    class Answers:
        def execute(self, query, parameters=()):
            self.row = next(
                row for name, row in words.items() if getattr(preconditions, name) == query
            )
            return self

        def fetchone(self):
            return self.row

    return Answers()


@pytest.mark.parametrize(
    ("words", "code", "mends"),
    [
        ({"_OFFERED": None}, "no_timescaledb", "Install TimescaleDB 2.29"),
        ({"_OFFERED": ("2.28.1", None)}, "old_timescaledb", "Install 2.29"),
        ({"_OFFERED": ("2.29.2", "2.17.0")}, "old_timescaledb", "ALTER EXTENSION timescaledb"),
        (
            {"_OFFERED": ("2.29.2", None), "_PRELOADED": (False,)},
            "timescaledb_not_preloaded", "shared_preload_libraries = 'timescaledb'",
        ),
        (
            {"_OFFERED": ("2.30.0-dev", None), "_PRELOADED": (True,), "_MAY_CREATE": (False,)},
            "may_not_create_extension", "CREATE EXTENSION timescaledb",
        ),
    ],
)  # fmt: skip
def test_what_timescaledb_lacks_is_said_with_what_mends_it(words, code, mends):
    with pytest.raises(InputError) as refused:
        preconditions.make_timescaledb(answering(**words))

    assert refused.value.code == f"migrate.{code}"
    assert mends in refused.value.next_en
    assert "--engine plain" in refused.value.next_en
    assert "--engine plain" in refused.value.next_zh


def test_an_edition_without_columnstore_is_refused_before_any_step(timescaledb, empty, monkeypatch):
    """The edition is the server's; another one answers the same question with this word."""
    monkeypatch.setattr(preconditions, "_EDITION", "SELECT 'apache'")

    with pytest.raises(InputError) as refused:
        migrate.migrate(empty, engine="timescaledb")

    assert refused.value.code == "migrate.timescaledb_edition"
    assert "timescaledb.license = 'timescale'" in refused.value.next_en
    with psycopg.connect(empty) as connection:
        assert connection.execute("SELECT to_regclass('migration')").fetchone() == (None,)
        assert connection.execute(
            "SELECT count(*) FROM pg_extension WHERE extname = 'timescaledb'"
        ).fetchone() == (0,)


def empty_name(url: str) -> str:
    return psycopg.conninfo.conninfo_to_dict(url)["dbname"]


@pytest.fixture
def owners(timescaledb) -> Iterator[list[str]]:
    """Two databases of owners who may create roles and are no superusers."""
    names = [f"cwt_own_{secrets.token_hex(4)}" for _ in range(2)]
    with psycopg.connect(timescaledb.admin_url, autocommit=True) as admin:
        for name in names:
            admin.execute(f"CREATE ROLE {name} LOGIN CREATEROLE PASSWORD 'own'".encode())
            admin.execute(f"CREATE DATABASE {name} OWNER {name}".encode())
    yield [make_conninfo(timescaledb.named(name), user=name, password="own") for name in names]
    with psycopg.connect(timescaledb.admin_url, autocommit=True) as admin:
        for name in names:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
        for name in names:
            for group in migrate.GROUPS:
                admin.execute(f"DROP ROLE IF EXISTS {name}_{group}".encode())
            admin.execute(f"DROP OWNED BY {name} CASCADE".encode())
            admin.execute(f"DROP ROLE {name}".encode())


def test_a_second_database_of_another_owner_migrates_once_it_may_use_the_roles(owners, timescaledb):
    """The roles are the server's, and were there before either: so each is told what to run."""
    for url in owners:
        with pytest.raises(InputError) as refused:
            migrate.migrate(url, engine="timescaledb")
        assert refused.value.code == "migrate.roles_of_another"
        (statement,) = (part for part in refused.value.next_en.split(": ") if "GRANT" in part)
        with psycopg.connect(timescaledb.admin_url, autocommit=True) as admin:
            admin.execute(statement.rstrip(".").encode())

        assert migrate.migrate(url, engine="timescaledb", passwords=PASSWORDS)
        assert migrate.migrate(url) == []
        with psycopg.connect(url) as connection:
            assert migrate.engine_of(connection)[0] == "timescaledb"
            assert connection.execute(
                "SELECT count(*) FROM timescaledb_information.hypertables"
            ).fetchone() == (2,)


@pytest.mark.parametrize(
    ("attributes", "owner", "code", "mends"),
    [
        ("NOCREATEROLE", True, "migrate.may_not_make_roles", "CREATEROLE"),
        ("CREATEROLE", False, "migrate.not_the_owner", "ALTER DATABASE"),
    ],
)
def test_a_login_that_is_too_weak_is_told_what_it_lacks(
    server, empty, attributes, owner, code, mends
):
    name, database = f"cwt_weak_{secrets.token_hex(4)}", empty_name(empty)
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {name} LOGIN {attributes} PASSWORD 'weak'".encode())
        if owner:
            admin.execute(f"ALTER DATABASE {database} OWNER TO {name}".encode())
    try:
        with pytest.raises(InputError) as refused:
            migrate.migrate(make_conninfo(empty, user=name, password="weak"))
        assert refused.value.code == code
        assert mends in refused.value.next_en
        with psycopg.connect(server.admin_url, autocommit=True) as admin:
            statement = refused.value.next_en.split(": ")[1].rstrip(".")
            admin.execute(statement.encode())  # what is said can be done
    finally:
        with psycopg.connect(server.admin_url, autocommit=True) as admin:
            admin.execute(f"ALTER DATABASE {database} OWNER TO CURRENT_USER".encode())
            admin.execute(f"DROP ROLE {name}".encode())


def interval(database) -> timedelta:
    with psycopg.connect(database.admin_url) as connection:
        (found,) = {
            row[0]
            for row in connection.execute(
                """SELECT time_interval FROM timescaledb_information.dimensions
                    WHERE hypertable_name IN ('reading', 'usage_hour')"""
            )
        }
    return found


def test_chunks_are_as_long_as_the_setting_says_from_then_on(timescaledb, of_engine):
    database = of_engine("timescaledb")
    assert interval(database) == timedelta(days=30)

    migrate.migrate(database.admin_url, chunk_days=7)
    assert interval(database) == timedelta(days=7)
    migrate.migrate(database.admin_url)
    assert interval(database) == timedelta(days=7)


LATE_MS = START_MS + 4 * 24 * HOUR_MS + 60_000
SLOW = """
    CREATE OR REPLACE FUNCTION storage.convert_old_chunk(before timestamptz) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_catalog, pg_temp SET lock_timeout = '1s' AS $$
    DECLARE
        chunk regclass;
    BEGIN
        FOR chunk IN SELECT format('%I.%I', chunk_schema, chunk_name)::regclass
                       FROM timescaledb_information.chunks WHERE hypertable_name = 'reading' LOOP
            EXECUTE format('LOCK TABLE %s IN EXCLUSIVE MODE', chunk);
        END LOOP;
        PERFORM pg_sleep(600);
        RETURN true;
    END $$
"""


def test_who_writes_to_a_chunk_that_is_being_converted_is_not_held_up(timescaledb, of_engine):
    """However long a conversion would take: here it holds its chunks for ten minutes."""
    database, _ = make(of_engine, "timescaledb")
    write(database, readings()[0])
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        admin.execute(SLOW)
    url, outcome = database.url("worker"), []

    def go_on() -> None:
        with connections.writer(url, "test") as connection:
            outcome.append(columnstore.convert_one(connection, END, url))

    converting = threading.Thread(target=go_on)
    converting.start()
    until_locked(database)
    bounds = connections.Bounds(60.0, 60.0)
    store = Store(database.url("collector"), "test", bounds=bounds)
    store.write(*batch_of([SentReading("k0", LATE_MS, 916.0, 1)]), [])
    store.close()
    converting.join(60)

    assert outcome == [False]
    with psycopg.connect(database.admin_url) as connection:
        asked = "SELECT count(*) FROM reading WHERE storage.ms(at) = %s"
        assert connection.execute(asked, [LATE_MS]).fetchone() == (1,)


def until_locked(database) -> None:
    asked = """SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                WHERE l.mode = 'ExclusiveLock' AND l.locktype = 'relation' AND d.datname = %s"""
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        for _ in range(600):
            if connection.execute(asked, [database.name]).fetchone()[0]:
                return
            threading.Event().wait(0.05)
    raise AssertionError("nothing was locked")


def test_a_conversion_ends_when_the_worker_is_told_to_stop(timescaledb, of_engine):
    database, _ = make(of_engine, "timescaledb")
    write(database, readings()[0])
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        admin.execute(SLOW)
    url = database.url("worker")

    with connections.writer(url, "test") as connection:
        assert not columnstore.convert_one(connection, END, url, lambda: True)
        assert connection.execute("SHOW statement_timeout").fetchone() != ("0",)


def test_a_chunk_that_was_in_use_is_converted_at_another_time(timescaledb, of_engine):
    database, _ = make(of_engine, "timescaledb")
    write(database, readings()[0])
    worker(database).drain()
    with psycopg.connect(database.url("collector")) as writing:
        writing.execute("INSERT INTO reading SELECT * FROM reading LIMIT 0")
        writing.execute(
            "UPDATE reading SET seq = seq WHERE channel_id = (SELECT min(channel_id) FROM reading)"
        )
        assert convert(database) == 0
        writing.rollback()

    assert convert(database) == 6
