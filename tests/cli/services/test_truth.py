"""What is said of servers that fall, and of ports that two programs want at once."""

import os

import pytest
from psycopg.conninfo import make_conninfo
from typer.testing import CliRunner

from cli import services
from cli.checkup import Check, checks
from cli.demo import database
from cli.demo import state as demo_state
from cli.main import app
from cli.services import ports
from cli.services.state import Layout, Record, Running
from cli.settings import load
from storage import migrate


def fallen(root) -> int:
    """Leave a record of a supervisor that keeps starting a database again; return its lock."""
    layout = Layout(root)
    layout.create()
    lock = layout.take_lock()
    running = Running(
        "postgresql://postgres:x@127.0.0.1:1/postgres", "mqtt://127.0.0.1:1", "external", 5,
        None, None,
    )  # fmt: skip
    record = Record(
        "running", os.getpid(), False, str(root), None, running, {"postgres": 7}, "ended"
    )
    layout.write_record(record)
    assert lock is not None
    return lock


def test_a_database_that_falls_again_and_again_is_not_called_running(tmp_path):
    lock = fallen(tmp_path)
    try:
        result = CliRunner().invoke(app, ["services", "status", "--state", str(tmp_path)])
        found = [one for one in checks(load({}, state=tmp_path)) if one.state == "bad"]
        record = services.status(tmp_path).record
    finally:
        os.close(lock)

    assert record is not None
    assert record.down == ["postgres"]
    assert result.exit_code == 1
    assert "postgres" in result.output
    assert any("postgres fell (time 7)" in one.en for one in found)


def test_two_that_ask_for_one_port_get_different_ones():
    wanted = ports.choose()
    first, held = ports.reserve(wanted)
    second, also = ports.reserve(wanted)
    held.close()
    third, again = ports.reserve(wanted)
    for one in (also, again):
        one.close()

    assert first == wanted
    assert second != wanted
    assert third == wanted


@pytest.fixture(scope="module")
def demo(open_state):
    """Services of a state folder that also keeps a demo, whose database is not made yet."""
    with services.up(open_state, broker_url="mqtt://127.0.0.1:1") as running:
        yield running.running, demo_state.of(open_state, None, once=False).recall("data", 0)


def found(open_state) -> list[Check]:
    return list(checks(load({}, state=open_state)))


def test_doctor_speaks_of_the_demos_own_database(demo, open_state):
    running, memory = demo
    missing = [one for one in found(open_state) if one.state == "bad"]
    assert any(memory.database in one.en and "does not" in one.en for one in missing)

    database.ensure(running.database_url, memory.database)
    lacking = [one for one in found(open_state) if "Run commonwatt migrate" in one.next_en]
    assert len(lacking) == 1
    migrate.migrate(database.named(running.database_url, memory.database))

    good = [one.en for one in found(open_state) if one.state == "good"]
    assert any(one.startswith(f"Database {memory.database}") for one in good)
    assert any(one.startswith("Waiting: ") for one in good)
    assert not any("tables yet" in one.en for one in found(open_state))


def test_status_names_the_demos_own_database(demo, open_state):
    running, memory = demo
    result = CliRunner().invoke(app, ["services", "status", "--state", str(open_state)])

    assert make_conninfo(running.database_url, dbname=memory.database) in result.output
