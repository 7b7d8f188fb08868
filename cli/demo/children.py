"""The demo's own processes: started apart from the terminal, started again when they fall."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Final

import psutil

import cli
from cli.services.state import last_lines, open_log
from cli.services.words import say

Say = Callable[[str], None]

_FIRST_PAUSE_S: Final = 0.2
_LONGEST_PAUSE_S: Final = 10.0
_STEADY_S: Final = 20.0  # one that ran this long starts again without a pause
_NOT_FOR_CHILDREN: Final = {"COMMONWATT_METRICS_PORT"}  # a port is one process's
_PATIENCE_S: Final = 30.0  # for a stop, longer than a service gives itself


class Child:
    """One command of ours in a process and session of its own.

    It ends with its owner, however that ends: its standard input is a pipe from here, and it
    watches it. Ctrl-C at the terminal reaches the owner alone.

    heard: takes each line of its standard output; without, that goes to the log.
    once: whether it may end by itself with status 0.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        tell: Say,
        *,
        heard: Callable[[bytes], None] | None = None,
        once: bool = False,
    ) -> None:
        self.name = name
        self.log = log
        self.done = False
        self.falls = 0
        self.refusals = 0  # ends of its own in a row, each soon after its start
        self._command = [sys.executable, "-P", "-m", "cli", *command, "--owned"]
        self._environment = dict(environment)
        self._tell_person = tell
        self._heard = heard
        self._once = once
        self.process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._due = 0.0
        self._pause_s = 0.0
        self._peak_bytes = 0

    def start(self) -> None:
        """Start it; what it says goes to its log."""
        self._started = time.monotonic()
        log = open_log(self.log)
        try:
            self.process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if self._heard else log,
                stderr=log,
                cwd="/",
                env=_environment(self._environment),
                start_new_session=True,
            )
        finally:
            os.close(log)
        if self._heard is not None and (pipe := self.process.stdout) is not None:
            threading.Thread(target=_hear, args=(pipe, self._heard), daemon=True).start()

    def tend(self) -> None:
        """Do what is due now, without waiting: look at its memory, start it again if it fell."""
        if self.done:
            return
        if self.process is None:
            if time.monotonic() >= self._due:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            self._look()
        elif code == 0 and self._once:
            self.done = True
        else:
            self._fell(self.process, code)

    def peak_mb(self) -> float | None:
        """Return the most memory that any of its processes held, where it was ever seen."""
        return round(self._peak_bytes / 1e6, 1) if self._peak_bytes else None

    def ask_to_stop(self) -> None:
        """Ask it to finish what it has at hand; `finish` waits."""
        self._look()
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def finish(self) -> None:
        """Wait for its end, and end it where it hangs."""
        process, self.process, self.done = self.process, None, True
        if process is None:
            return
        try:
            process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        _let_go(process)

    def _fell(self, process: subprocess.Popen[bytes], code: int) -> None:
        now = time.monotonic()
        steady = now - self._started > _STEADY_S
        self._due = now + (0.0 if steady else self._pause_s)
        longer = min(2 * self._pause_s, _LONGEST_PAUSE_S)
        self._pause_s = _FIRST_PAUSE_S if steady or not longer else longer
        self.falls += 1
        self.refusals = 0 if steady or code < 0 else self.refusals + 1
        _let_go(process)
        self.process = None
        why = f"signal {-code}" if code < 0 else f"status {code}"
        wait_s = self._due - now
        self._tell_person(
            say(
                f"{self.name} 意外结束({why}),{wait_s:.1f} 秒后重新启动;日志:{self.log}",
                f"{self.name} ended ({why}); starting it again in {wait_s:.1f} s; see {self.log}",
            )
        )
        if self.falls > 2 and (tail := last_lines(self.log, 3)):
            self._tell_person(tail)

    def _look(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self._peak_bytes = max(self._peak_bytes, peak_bytes(self.process.pid))


def _hear(pipe: IO[bytes], heard: Callable[[bytes], None]) -> None:
    """Pass on lines until the process ends, which closes the pipe."""
    with pipe:
        for line in pipe:
            heard(line)


def _let_go(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()


def stop(children: Sequence[Child]) -> None:
    """Stop children one after the other, in this order: who sends, before who takes."""
    for child in children:
        child.ask_to_stop()
        child.finish()


def peak_bytes(pid: int) -> int:
    """Return the most memory that a process held so far; where nobody counts it, what it holds."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        with contextlib.suppress(psutil.Error):
            return int(psutil.Process(pid).memory_info().rss)
        return 0
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def _environment(own: Mapping[str, str]) -> dict[str, str]:
    """Return our environment with the child's settings; its modules are these, from anywhere."""
    modules = [str(Path(cli.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    path = {"PYTHONPATH": os.pathsep.join(filter(None, modules)), "PYTHONUNBUFFERED": "1"}
    ours = {k: v for k, v in os.environ.items() if k not in _NOT_FOR_CHILDREN}
    return ours | path | dict(own)


def peaks_of_family(pid: int) -> list[int]:
    """Return the most memory in bytes that a process and its children held, if they can be seen."""
    try:
        return [peak_bytes(one) for one in (pid, *_children(pid))]
    except psutil.Error:
        return []


def _children(pid: int) -> list[int]:
    return [child.pid for child in psutil.Process(pid).children()]
