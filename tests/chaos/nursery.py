"""Starts programs by fork, with all that they import loaded already: a restart costs little.

Run as `python -m tests.chaos.nursery` it reads a line for each program (arguments, environment,
log) and answers with its process; where its input ends, so do all that it started.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Child:
    """A program that was started; the nursery's own child, so that nobody else can wait for it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def alive(self) -> bool:
        """Return whether it runs."""
        return self.send(0)

    def send(self, with_signal: int) -> bool:
        """Send a signal; return whether it was there."""
        try:
            os.kill(self.pid, with_signal)
        except ProcessLookupError:
            return False
        return True


class Nursery:
    """The process that forks."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def start(self, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Child:
        """Start a program of ours, as `python -m cli` does."""
        told = {"arguments": arguments, "environment": dict(environment), "log": str(log)}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()
        return Child(int(self._process.stdout.readline()))

    def close(self) -> None:
        """End it, and what it started."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


def main() -> None:
    """Fork a program for each line."""
    _load()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so that nobody needs to wait for them
    for line in sys.stdin:
        told = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(told["arguments"], told["environment"], told["log"])
        print(pid, flush=True)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(0, signal.SIGTERM)


def _load() -> None:
    """Import what the programs import, once."""
    for name in ("cli.main", "cli.beating", "cli.metrics", "cli.wiring_services", "worker.loop"):
        import_module(name)


def _become(arguments: Sequence[str], environment: Mapping[str, str], log: str) -> None:
    """Be a program, and end as it ends."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.environ.clear()
        os.environ.update(environment)
        to = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(to, 1)
        os.dup2(to, 2)
        sys.argv = ["commonwatt", *arguments]
        from cli.start import run

        with contextlib.suppress(SystemExit):
            run()
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
