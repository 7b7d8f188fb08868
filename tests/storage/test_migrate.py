"""Facts about migrations: taken once, never changed, and every value has its source."""

import re
from pathlib import Path

import psycopg
import pytest

from metering.errors import ConflictError, InputError
from storage import migrate


def test_a_second_migration_takes_nothing(database):
    assert migrate.migrate(database.admin_url) == []


def test_a_changed_file_is_refused(database, monkeypatch):
    changed = [
        migrate.File(file.number, file.name, file.text + "\n-- changed") for file in migrate.files()
    ]
    monkeypatch.setattr(migrate, "files", lambda: changed)

    with pytest.raises(ConflictError, match="differs from what this database has taken"):
        migrate.migrate(database.admin_url)


def test_another_engine_than_the_first_is_refused(database):
    with psycopg.connect(database.admin_url) as connection:
        has, _ = migrate.engine_of(connection)
    other = "plain" if has == "timescaledb" else "timescaledb"

    with pytest.raises((ConflictError, InputError)):
        migrate.migrate(database.admin_url, engine=other)


@pytest.mark.parametrize("last", [1, 5])
def test_an_end_at_any_step_leaves_nothing(empty, last):
    def end(name):
        if int(name[:4]) > last:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        migrate.migrate(empty, engine="plain", say=end)
    with psycopg.connect(empty) as connection:
        assert connection.execute("SELECT to_regclass('engine')").fetchone() == (None,)

    taken = migrate.migrate(empty, engine="plain")

    assert int(taken[0][:4]) == 1
    with psycopg.connect(empty) as connection:
        assert migrate.engine_of(connection)[0] == "plain"


def test_every_reference_value_names_its_source(database):
    with psycopg.connect(database.admin_url) as connection:
        for table in ("carrier", "coefficient", "co2_factor", "grid_factor", "region_fact"):
            rows = connection.execute(
                f"SELECT count(*), count(*) FILTER (WHERE source = '') FROM {table}"
            ).fetchone()
            assert rows[0] > 0
            assert rows[1] == 0


def test_a_fact_cannot_be_changed_only_retired(database):
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.RestrictViolation):
            connection.execute("UPDATE coefficient SET kgce_per_unit = 0.4")
        with pytest.raises(psycopg.errors.RestrictViolation):
            connection.execute("DELETE FROM coefficient")
        connection.execute("UPDATE coefficient SET known_until = now() WHERE profile = 'JS-HOTEL'")


def test_a_reference_value_that_changed_is_known_from_then_on(database):
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        connection.execute("UPDATE coefficient SET known_until = now() WHERE carrier = 'heat'")
    migrate.migrate(database.admin_url)
    with psycopg.connect(database.admin_url) as connection:
        rows = connection.execute(
            """SELECT count(*) FILTER (WHERE known_until IS NULL), count(*)
                 FROM coefficient WHERE carrier = 'heat' AND profile = 'GB2589-2020'"""
        ).fetchone()
    assert rows == (1, 2)


def test_each_migration_begins_by_saying_why():
    for file in migrate.files():
        lines = [line for line in file.text.splitlines() if not line.startswith("-- requires")]
        assert re.match(r"-- \S", lines[0]), file.name


def test_no_function_bears_a_name_of_timescaledb():
    folder = Path(migrate.__file__).parent
    for path in folder.rglob("*.sql"):
        assert not re.search(r"FUNCTION\s+\S*time_bucket", path.read_text(), re.IGNORECASE)
