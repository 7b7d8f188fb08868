"""Promise 1 where it hurts: whatever is killed, whenever, no figure changes."""

from pathlib import Path

import pytest

from tests.cli.demo import runs, sets


@pytest.mark.crash
@pytest.mark.slow
def test_twenty_kills_change_no_figure(tmp_path):
    data = sets.cut(tmp_path / "set", meters=6, days=400)
    calm = runs.once(data, tmp_path / "calm")
    assert calm.status == 0, calm.output
    killer = runs.Killer(tmp_path / "killed", seed=2, times=20, pause_s=(0.05, 0.5))

    killed = runs.once(data, tmp_path / "killed", killer=killer)

    assert killed.status == 0, killed.output
    assert killed.fixed == calm.fixed, runs.refused(tmp_path / "killed")
    assert set(killer.killed) == {"collector", "worker", "broker", "database"}
    assert len(killer.killed) == 20, killer.killed


@pytest.fixture(scope="module")
def little(shared) -> tuple[Path, runs.Run]:
    """A little set, and a run over it in which nothing is killed."""
    data = sets.cut(shared / "set", meters=2, days=40)
    calm = runs.once(data, shared / "calm")
    assert calm.status == 0, calm.output
    return data, calm


@pytest.mark.crash
@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_database_killed_while_all_is_being_prepared_changes_no_figure(little, tmp_path, seed):
    data, calm = little
    killer = runs.Killer(
        tmp_path / "killed",
        seed=seed,
        times=5,
        pause_s=(0.1, 0.6),
        names=("database",),
        begins_with="database",
    )

    killed = runs.once(data, tmp_path / "killed", killer=killer)

    assert killed.status == 0, killed.output
    assert killed.fixed == calm.fixed
    assert len(killer.killed) >= 3  # a fast machine is done before the fifth
