"""Views, functions, policies and triggers are made anew where a text of them changed."""

import re

import psycopg
import pytest

from metering.errors import ConflictError
from storage import health, migrate, replay
from tests.storage import schema

_UNION = "CREATE VIEW report.region_union WITH (security_barrier) AS\nSELECT "
_THINGS = """
-- Things, of an older version.
CREATE TABLE thing (id integer PRIMARY KEY, institution_id integer NOT NULL, weight integer);
"""
_LIGHTER = """
-- Things weigh nothing any more.
ALTER TABLE thing DROP COLUMN weight;
"""
_OLD_THINGS = """
-- As an older version had them.
CREATE FUNCTION report.heavy(weight integer) RETURNS boolean LANGUAGE sql RETURN weight > 10;
CREATE VIEW report.thing AS SELECT id, report.heavy(weight) AS heavy FROM public.thing;
CREATE POLICY old ON institution FOR DELETE TO commonwatt_api
    USING (id IN (SELECT id FROM report.thing));
"""
_NEW_THINGS = """
-- As things are now.
CREATE VIEW report.thing AS SELECT id FROM public.thing;
"""


@pytest.fixture
def as_version(monkeypatch):
    """Migrate a database as a version of the program would that has these files and this text."""
    ours, texts = migrate.files(), replay.texts

    def migrated(url, files, things, *, old=False):
        more = [
            migrate.File(9001 + place, f"{9001 + place}_things.sql", text)
            for place, text in enumerate(files)
        ]

        def of_version(engine):
            older = _UNION + "1 AS older, " if old else _UNION
            made = [replay.Text(one.name, one.text.replace(_UNION, older)) for one in texts(engine)]
            return [*made, replay.Text("boards/things.sql", things)]

        with monkeypatch.context() as patched:
            patched.setattr(migrate, "files", lambda: [*ours, *more])
            patched.setattr(replay, "texts", of_version)
            return migrate.migrate(url)

    return migrated


def snapshot(url):
    with psycopg.connect(url) as connection:
        return schema.lines(connection)


def test_an_upgrade_gives_the_schema_of_a_new_database(empty, database, as_version):
    """A view's columns changed, and a column went that an older view and policy stood on."""
    as_version(empty, [_THINGS], _OLD_THINGS, old=True)
    older = snapshot(empty)

    taken = as_version(empty, [_THINGS, _LIGHTER], _NEW_THINGS)
    as_version(database.admin_url, [_THINGS, _LIGHTER], _NEW_THINGS)

    assert taken == ["9002_things.sql", "boards/things.sql", "compact/01_unions.sql"]
    assert any("report.heavy" in line for line in older)
    assert any("report.region_union.older" in line for line in older)
    assert snapshot(empty) == snapshot(database.admin_url)


def test_all_made_anew_is_the_same(database):
    before = snapshot(database.admin_url)
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        connection.execute("UPDATE definition SET sha256 = 'of before' WHERE place = 0")
        assert health.missing_migrations(connection) == ["ground/01_days.sql"]

    assert migrate.migrate(database.admin_url) == ["ground/01_days.sql"]
    assert migrate.migrate(database.admin_url) == []
    assert snapshot(database.admin_url) == before


def test_what_somebody_built_on_ours_is_named_and_nothing_changes(database):
    before = snapshot(database.admin_url)
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA theirs")
        connection.execute("CREATE VIEW theirs.mine AS SELECT * FROM report.account")
        connection.execute("UPDATE definition SET sha256 = 'of before' WHERE place = 0")

    with pytest.raises(ConflictError, match=r"theirs\.mine"):
        migrate.migrate(database.admin_url)

    assert snapshot(database.admin_url) == before


def test_what_holds_rows_and_what_may_be_made_anew_stand_apart():
    """Of functions only those of a column's default are made once, and the second log's.

    What guards the books is not made anew by who owns them.
    """
    once = "\n".join(file.text for file in migrate.files())
    anew = "\n".join(
        text.text for engine in ("plain", "timescaledb") for text in replay.texts(engine)
    )

    functions = re.findall(r"^CREATE FUNCTION ([\w.]+)", once, re.MULTILINE)
    assert [one for one in functions if not one.startswith("journal.")] == [
        "storage.civil_zone", "storage.civil_day", "storage.civil_day",
    ]  # fmt: skip
    own = re.sub(r"^CREATE TRIGGER \w+ [\w ]+ ON journal\..*$", "", once, flags=re.MULTILINE)
    assert not re.search(r"^CREATE (VIEW|POLICY|TRIGGER|OR REPLACE)", own, re.MULTILINE)
    assert not re.search(
        r"^(CREATE TABLE|ALTER TABLE|INSERT INTO|UPDATE|DROP)\b", anew, re.MULTILINE
    )


def test_each_text_begins_by_saying_what_it_is_about():
    for engine in ("plain", "timescaledb"):
        for text in replay.texts(engine):
            lines = [line for line in text.text.splitlines() if not line.startswith("-- requires")]
            assert re.match(r"-- \S", lines[0]), text.name
