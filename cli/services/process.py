"""One server process: started, watched, started again with growing pauses, and stopped."""

import contextlib
import logging
import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import psutil

from cli.services.privileges import Servant, started_as
from cli.services.state import last_lines, open_log
from metering.errors import UnavailableError

Steps = Sequence[tuple[signal.Signals, float]]  # a signal, and how long it is given to work

_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 10.0
_STEADY_S: Final = 30.0  # a server that ran this long starts again without a pause
_LOG: Final = logging.getLogger(__name__)


class Server(ABC):
    """A program that can be kept running."""

    name: str
    port: int
    log: Path
    servant: Servant | None
    stops: Steps

    @abstractmethod
    def command(self) -> list[str]:
        """Return what to run."""

    @abstractmethod
    def relics(self) -> tuple[Sequence[psutil.Process], Steps]:
        """Return what is left of an earlier run of this very server, and how to end it."""

    @abstractmethod
    def ready(self, pid: int) -> bool:
        """Return whether it answers."""

    def prepare(self) -> None:  # noqa: B027  most servers need nothing
        """Bring its files into order; nothing of an earlier run is alive."""

    def environment(self) -> dict[str, str]:
        """Return its environment: none of the settings that happen to be in ours."""
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}

    def failed(self, trouble: str) -> UnavailableError:
        """Return the message for a server that does not come up at all."""
        tail = last_lines(self.log) or trouble
        return UnavailableError(
            f"{self.name}_did_not_start",
            zh=f"{self.name} 没有启动成功：\n{tail}\n",
            en=f"{self.name} did not start:\n{tail}\n",
            next_zh=f"完整日志在 {self.log}。",
            next_en=f"The whole log is in {self.log}.",
        )


class ServerProcess:
    """A server and the process that runs it now."""

    def __init__(self, server: Server, changed: Callable[[], None] = lambda: None) -> None:
        self.server = server
        self.process: subprocess.Popen[bytes] | None = None
        self.ready = False
        self.falls = 0
        self.trouble = ""
        self._changed = changed
        self._pause_s = 0.0
        self._due = 0.0
        self._started = 0.0
        self._urged = 0
        self._urge_again = 0.0

    @property
    def pid(self) -> int | None:
        """The process, once it answers."""
        return self.process.pid if self.process and self.ready else None

    def tend(self) -> None:
        """Do what is due now, without waiting: start, see it ready, or see it fallen."""
        if self.process is None:
            if time.monotonic() >= self._due and self._way_is_clear():
                try:
                    self._start()
                except OSError as error:  # a full disk, say: it may be emptied
                    self._fell(f"{self.server.name} could not be started: {error}")
        elif (code := self.process.poll()) is not None:
            self._fell(f"{self.server.name} ended with status {code}")
        elif not self.ready and self.server.ready(self.process.pid):
            self.ready = True
            self._changed()

    def _start(self) -> None:
        self.server.prepare()
        self._started = time.monotonic()
        log = open_log(self.server.log)
        try:
            self.process = subprocess.Popen(
                self.server.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=self.server.environment(),
                start_new_session=True,
                **started_as(self.server.servant, self.server.stops[0][0]),
            )
        finally:
            os.close(log)

    def _fell(self, trouble: str) -> None:
        """Note a fall, and when to start again: at once at first, later after longer pauses."""
        self.process, self.ready = None, False
        self.falls += 1
        now = time.monotonic()
        steady = now - self._started > _STEADY_S
        self._due = now + (0.0 if steady else self._pause_s)
        longer = min(2 * self._pause_s, _LONGEST_PAUSE_S)
        self._pause_s = longer if longer and not steady else _FIRST_PAUSE_S
        self.trouble = trouble
        _LOG.warning("%s; starting it again in %.1f s", self.trouble, self._due - now)
        self._changed()

    def _way_is_clear(self) -> bool:
        """Urge what an earlier run left behind to go, and return whether it is gone."""
        left, steps = self.server.relics()
        now = time.monotonic()
        if not left:
            self._urged = 0
            return True
        if self._urged < len(steps) and (self._urged == 0 or now >= self._urge_again):
            number, patience_s = steps[self._urged]
            _LOG.warning("%s has %d processes left of an earlier run", self.server.name, len(left))
            urge(left, number)
            self._urged, self._urge_again = self._urged + 1, now + patience_s
        return False

    def ask_to_stop(self) -> None:
        """Send the first signal; `finish` waits."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.server.stops[0][0])

    def finish(self) -> None:
        """Wait for the end, with harder signals as time goes by, and for what it leaves behind."""
        if self.process is None:
            return
        for step, (number, patience_s) in enumerate(self.server.stops):
            if step:
                self.process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(patience_s)
                break
        began = time.monotonic()
        while not self._way_is_clear() and time.monotonic() < began + 2 * _LONGEST_PAUSE_S:
            time.sleep(0.02)
        self.process, self.ready = None, False


def urge(left: Sequence[psutil.Process], number: signal.Signals) -> None:
    """Signal processes; psutil makes sure that none is another one with a used number."""
    for process in left:
        with contextlib.suppress(psutil.Error):
            process.send_signal(number)
