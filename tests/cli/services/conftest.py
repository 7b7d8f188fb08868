"""Real servers for tests of what starts, keeps and stops them."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli import services

ROOT = Path(__file__).parents[3]
# Prints where its services answer, and keeps them until it is ended, gently or not.
OWNER = """
import json, sys, time, dataclasses
from pathlib import Path
from cli import services
with services.up(Path(sys.argv[1]), broker_kind=sys.argv[2]) as running:
    print(json.dumps(dataclasses.asdict(running.running)), flush=True)
    time.sleep(600)
"""


@dataclass(frozen=True, slots=True)
class Owner:
    """A program of its own that started services."""

    process: subprocess.Popen[str]
    running: services.Running
    supervisor_pid: int

    @property
    def pids(self) -> list[int]:
        """Return the processes that must end with it."""
        running = self.running
        assert running.postgres_pid
        assert running.broker_pid
        return [self.supervisor_pid, running.postgres_pid, running.broker_pid]


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """A state folder; pytest's folders are closed to others, so root must work around that."""
    folder = tmp_path / "state"
    yield folder
    services.remove(folder)


@pytest.fixture(scope="module")
def open_state() -> Iterator[Path]:
    """A state folder that every user can reach, as in a normal working copy."""
    with tempfile.TemporaryDirectory(prefix="cw-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "state"
        services.remove(Path(folder) / "state")


@pytest.fixture
def owner(open_state: Path) -> Iterator[Callable[..., Owner]]:
    """A function that starts a program with services of its own."""
    started: list[subprocess.Popen[str]] = []

    def start(kind: str = "auto") -> Owner:
        process = subprocess.Popen(
            [sys.executable, "-c", OWNER, str(open_state), kind],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        started.append(process)
        assert process.stdout is not None
        running = services.Running(**json.loads(process.stdout.readline()))
        record = services.status(open_state).record
        assert record is not None
        return Owner(process, running, record.supervisor_pid)

    yield start
    for process in started:
        process.kill()
        process.wait()
