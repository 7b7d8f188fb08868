"""What is said of servers that fall, and of ports that two programs want at once."""

import os

from typer.testing import CliRunner

from cli import services
from cli.checkup import checks
from cli.main import app
from cli.services import ports
from cli.services.state import Layout, Record, Running
from cli.settings import load


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
        said = CliRunner().invoke(app, ["services", "status", "--state", str(tmp_path)])
        found = [one for one in checks(load({}, state=tmp_path)) if one.state == "bad"]
        record = services.status(tmp_path).record
    finally:
        os.close(lock)

    assert record is not None
    assert record.down == ["postgres"]
    assert said.exit_code == 1
    assert "postgres" in said.output
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
