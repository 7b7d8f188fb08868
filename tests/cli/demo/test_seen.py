"""`commonwatt status` beside a demo: its database is meant where nothing else can be."""

from types import SimpleNamespace

import pytest
from psycopg.conninfo import conninfo_to_dict

from cli import services
from cli.demo import state
from cli.demo.seen import of_demo
from cli.settings import Settings

SERVER = "postgresql://postgres@127.0.0.1:1/postgres"


@pytest.fixture
def memory(tmp_path, monkeypatch) -> state.Memory:
    """What a demo keeps, whose services run."""
    running = SimpleNamespace(database_url=SERVER)
    found = SimpleNamespace(record=SimpleNamespace(running=running))
    monkeypatch.setattr(services, "status", lambda _: found)
    return state.DemoState(tmp_path).recall("data", 0)


def test_a_demo_is_looked_at_where_nothing_else_is_named_or_has_tables(memory, tmp_path):
    meant = conninfo_to_dict(of_demo(Settings(state=tmp_path)).database_url or "")
    assert meant["dbname"] == memory.database
    assert meant["user"] == f"{memory.database}_api"
    assert meant["password"] == memory.logins["api"]

    named = Settings(state=tmp_path, database_url="postgresql:///mine")
    assert of_demo(named) == named
    (tmp_path / "database.logins.json").write_text("{}")
    own = Settings(state=tmp_path)
    assert of_demo(own) == own


def test_without_a_demo_nothing_is_named(tmp_path):
    settings = Settings(state=tmp_path)
    assert of_demo(settings) == settings
