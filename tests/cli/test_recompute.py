"""`commonwatt recompute` proves runs from their snapshots, and a touched one stands out."""

import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.actions.compact_world import make_union_world
from tests.actions.world import make_world


@pytest.fixture
def union(database, monkeypatch):
    monkeypatch.setenv("COMMONWATT_DATABASE_URL", database.url("api"))
    world = make_world(database)
    yield make_union_world(world)
    world.close()


def test_runs_are_proved_and_a_touched_one_fails_the_command(union):
    result = CliRunner().invoke(app, ["recompute"])
    assert result.exit_code == 0
    run_id = union.run()

    result = CliRunner().invoke(app, ["recompute", str(run_id)])
    assert result.exit_code == 0
    [(sha256,)] = union.world.admin("SELECT sha256 FROM run")
    assert result.stdout.split()[:2] == [str(run_id), sha256]

    union.world.admin("ALTER TABLE run_snapshot DISABLE TRIGGER never_changes")
    union.world.admin("UPDATE run_snapshot SET snapshot = replace(snapshot, 'GB2589', 'GB2590')")
    assert CliRunner().invoke(app, ["recompute"]).exit_code == 1
    assert CliRunner().invoke(app, ["recompute", "999"]).exit_code != 0
