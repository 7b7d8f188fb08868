"""How services end: with their owner, by command, and with nothing left behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from cli import services
from tests.cli.services.world import answered, asked, gone, killed, until

ROOT = Path(__file__).parents[3]
PROGRAM = "from cli.commands.services import app; app()"


@pytest.mark.crash
def test_all_ends_within_seconds_when_the_owner_is_killed(owner, open_state):
    started = owner()

    killed(started.process.pid)

    assert until(lambda: gone(started.pids)) < 5
    assert services.status(open_state).phase is None


@pytest.mark.crash
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_servers_end_with_a_killed_supervisor_and_the_next_start_works(owner, open_state):
    started = owner()
    killed(started.supervisor_pid)
    until(lambda: gone(started.pids))

    with services.up(open_state) as again:
        assert answered(again.running.database_url)


@pytest.mark.crash
def test_all_ends_when_the_owner_is_killed_right_after_its_database(owner):
    started = owner()

    killed(started.running.postgres_pid)
    killed(started.process.pid)

    until(lambda: gone(started.pids))


def test_ports_password_and_data_outlive_a_restart(open_state):
    with services.up(open_state) as first:
        before = first.running
        with psycopg.connect(before.database_url) as connection:
            connection.execute("CREATE TABLE outlived AS SELECT 42 AS n")
    assert not answered(before.database_url)

    with services.up(open_state) as second:
        assert second.running.database_url == before.database_url
        assert second.running.broker_url == before.broker_url
        assert asked(before.database_url, "SELECT n FROM outlived") == 42


def test_a_pid_file_with_the_number_of_another_process_is_no_obstacle(open_state):
    with services.up(open_state) as first:
        place = Path(services.status(open_state).record.place)
        url = first.running.database_url
    stale = place / "postgres" / "data" / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n")

    with services.up(open_state):
        assert answered(url)


def test_in_the_foreground_ctrl_c_stops_what_was_started(open_state):
    environment = os.environ | {"COMMONWATT_LANG": "en"}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "up", "--state", open_state],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
    )
    lines = [process.stdout.readline() for _ in range(3)]
    record = services.status(open_state).record

    process.send_signal(signal.SIGINT)
    rest = process.communicate(timeout=20)[0]

    assert "postgresql://" in lines[0]
    assert "mqtt://" in lines[1]
    assert "Stopped." in rest
    assert process.returncode == 0
    assert gone([record.supervisor_pid, record.running.postgres_pid, record.running.broker_pid])


def test_detached_they_outlive_the_command_and_another_one_stops_them(open_state):
    up = commonwatt_services("up", "--detach", "--state", str(open_state))
    assert up.returncode == 0, up.stderr
    record = services.status(open_state).record

    seen = commonwatt_services("status", "--state", str(open_state))
    assert seen.returncode == 0
    assert record.running.database_url in seen.stdout
    assert answered(record.running.database_url)

    assert commonwatt_services("down", "--state", str(open_state)).returncode == 0
    assert gone([record.supervisor_pid, record.running.postgres_pid, record.running.broker_pid])
    assert commonwatt_services("status", "--state", str(open_state)).returncode == 1
    assert not services.down(open_state)


def commonwatt_services(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=60,
    )
