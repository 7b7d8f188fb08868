"""The routes that people keep, as a running service follows them: asked for by a thread of its own.

The thread that owns the broker's connection must never wait for a database, so it only looks at
what this one has read. A database that is away changes nothing: the routes of before stay.
"""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
from psycopg import Connection

from actions.readings.routes_now import kept
from collector.notices import Log
from collector.routes_file import RoutesFile
from collector.routing import Route
from metering.errors import EnergyError
from storage.connections import Bounds, opened
from storage.readings.routes import state

_LOOK_S: Final = 1.0
_BOUNDS: Final = Bounds(5.0, 10.0)
_AWAY: Final = (psycopg.Error, EnergyError)


@dataclass(slots=True)
class RoutesWatch:
    """The routes that people keep, read again where they have changed. url: the collector's login.

    seen: counts the tables that were read; who remembers it knows whether there is another.
    """

    url: str
    log: Log
    kept: tuple[Route, ...] = ()
    seen: int = 0
    _state: str | None = None
    _connection: Connection[Any] | None = None
    _said: bool = False
    _stop: threading.Event = field(default_factory=threading.Event)

    def first(self, stop: threading.Event) -> None:
        """Read the routes, waiting for a database that is away until told to stop."""
        while not self.look() and not stop.wait(_LOOK_S):
            pass

    def start(self) -> None:
        """Look every second, on a thread that ends with the process."""
        threading.Thread(target=self._run, name="routes", daemon=True).start()

    def close(self) -> None:
        """Look no more."""
        self._stop.set()

    def look(self) -> bool:
        """Read the routes where they have changed; return whether the database was there."""
        try:
            if self._connection is None or self._connection.closed:
                self._connection = opened(self.url, "commonwatt routes", _BOUNDS)
            self._read(self._connection)
        except _AWAY as error:
            self._lose(error)
            return False
        self._said = False
        return True

    def _read(self, connection: Connection[Any]) -> None:
        if state(connection) == self._state:
            return
        with connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            self._state, found = state(connection), kept(connection)
        self.kept = tuple(found)
        self.seen += 1

    def _lose(self, error: Exception) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if not self._said:
            self._said = True
            why = (str(error).strip().splitlines() or [repr(error)])[0]
            self.log(logging.WARNING, "the routes of before stay: the database is away", error=why)

    def _run(self) -> None:
        while not self._stop.wait(_LOOK_S):
            self.look()


@dataclass(slots=True)
class AllRoutes:
    """The routes that people keep, then those of the file, as a collector follows both.

    Of a file that cannot be used the routes of before stay.
    """

    watch: RoutesWatch
    file: RoutesFile | None
    of_file: Sequence[Route] = ()
    _seen: int = 0
    _stale: bool = True

    def changed(self) -> bool:
        """Return whether either differs from what was read last."""
        self._stale |= self.file is not None and self.file.changed()
        return self._stale or self.watch.seen != self._seen

    def routes(self) -> tuple[Route, ...]:
        """Return all routes; InputError names what is wrong with the file."""
        told = not self._stale and self.watch.seen == self._seen  # by a signal
        if self.file is not None and (self._stale or told):
            self._stale = False
            self.of_file = self.file.routes()
        self._stale = False
        self._seen, kept = self.watch.seen, self.watch.kept
        return (*kept, *self.of_file)
