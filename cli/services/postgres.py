"""The embedded PostgreSQL server as something to be kept running."""

import contextlib
import os
import signal
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psutil

from cli.services import cluster
from cli.services.place import Place
from cli.services.ports import HOST
from cli.services.privileges import give
from cli.services.process import Server, Steps
from cli.services.state import Layout

_SOCKET_BYTES: Final = 103  # what macOS takes; Linux takes four more
_ORPHANS: Final[Steps] = ((signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
# Fast: sessions are ended and a checkpoint written. Then at once, to recover at the next start.
_STOPS: Final[Steps] = ((signal.SIGINT, 60.0), *_ORPHANS)


class Postgres(Server):
    """One server on one data folder, behind a password on loopback and on a private socket."""

    name = "postgres"
    stops: Steps = _STOPS

    def __init__(self, layout: Layout, place: Place, port: int) -> None:
        assert place.wheel is not None
        self.port = port
        self.log = layout.logs / "postgres.log"
        self.servant = place.servant
        self.data = place.postgres / "data"
        self._place = place
        self._program = place.wheel.bin / "postgres"
        self._password = cluster.ensure(layout, place)
        self.socket = _socket_folder(place)

    @property
    def url(self) -> str:
        """The superuser's URL."""
        return f"postgresql://postgres:{quote(self._password)}@{HOST}:{self.port}/postgres"

    def prepare(self) -> None:
        """Configure it, and remove what a killed server left in the way.

        The lock of the state folder keeps others out and no process of the server lives, so its
        pid files only name processes that now do something else.
        """
        cluster.configure(self._place)
        for stale in (self.data / "postmaster.pid", *self.socket.glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)

    def command(self) -> list[str]:
        """Return the server with the three settings that are ours to decide, not ALTER SYSTEM's."""
        return [
            str(self._program),
            *("-D", str(self.data), "-p", str(self.port), "-h", HOST),
            *("-k", str(self.socket)),
        ]

    def ready(self, pid: int) -> bool:
        """Read the line in which the server says how it is, as pg_ctl does."""
        with contextlib.suppress(FileNotFoundError):
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"
        return False

    def relics(self) -> tuple[Sequence[psutil.Process], Steps]:
        """Return the server that still lives, or the sessions that outlived it."""
        return relics(self.data)

    def leave(self) -> None:
        """Remove the socket folder if it had to be made outside the state folder."""
        if self.socket.parent != self._place.postgres:
            with contextlib.suppress(OSError):
                self.socket.rmdir()


def relics(data: Path) -> tuple[Sequence[psutil.Process], Steps]:
    """Return the server of a data folder, or the sessions that outlived it, and how to end them.

    While one lives the shared memory is taken, and a new server would refuse to start.
    """
    left = list(_working_in(data))
    head = _first_line(data / "postmaster.pid")
    for process in left:
        if str(process.pid) == head:
            return [process], _STOPS
    return left, _ORPHANS


def _working_in(folder: Path) -> Iterator[psutil.Process]:
    """Return the server processes whose data folder this is; nothing else stands there."""
    here = str(folder.resolve())
    for process in psutil.process_iter(["name"]):
        with contextlib.suppress(psutil.Error, OSError):
            if process.info["name"] == "postgres" and process.cwd() == here:
                yield process


def _first_line(path: Path) -> str:
    with contextlib.suppress(FileNotFoundError):
        return path.read_text().partition("\n")[0]
    return ""


def _socket_folder(place: Place) -> Path:
    """Return a private folder for the socket whose name is short enough to be bound."""
    folder = place.postgres / "socket"
    if len(os.fsencode(folder / ".s.PGSQL.65535.lock")) <= _SOCKET_BYTES:
        return place.own(folder)
    short = Path(tempfile.mkdtemp(prefix="cw-"))
    give(place.servant, short)
    return short
