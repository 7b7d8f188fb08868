"""Mosquitto's files of passwords and rights, kept as the database knows the gateways."""

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import psycopg

from cli.services.broker_parts import join, write
from collector.gateway_rights import rights_of
from collector.routing import Route
from metering.credentials import is_login
from metering.errors import EnergyError
from storage.connections import Bounds, opened
from storage.readings.gateways import logins

LOOK_S: Final = 2.0  # between looks at the database: a revoked gateway is out within 10 s
_HEAD: Final = "# Gateways, by commonwatt broker files: what is changed here is lost.\n"
_SPARKPLUG: Final = "sparkplug_b"  # whose nodes are asked for their births

Logins = Sequence[tuple[str, str]]
Log = Callable[..., object]


def passwords(known: Logins) -> str:
    """Return the lines of gateways in a password file."""
    return "".join(f"{name}:{kept}\n" for name, kept in known if is_login(name))


def acl(known: Logins, routes: Sequence[Route], collector: str) -> str:
    """Return the blocks of gateways in a file of rights, and of the collector what routes need."""
    words = {(True, False): "write", (False, True): "read", (True, True): "readwrite"}
    blocks = [_HEAD, f"\nuser {collector}\n"]
    blocks += [f"topic read {one}\n" for one in dict.fromkeys(of.topic_filter for of in routes)]
    nodes = {of.topic_filter.split("/")[0] for of in routes if of.codec == _SPARKPLUG}
    blocks += [f"topic write {one}/+/NCMD/+\n" for one in sorted(nodes)]
    for name, _ in known:
        if is_login(name):
            blocks.append(f"\nuser {name}\n")
            blocks += [
                f"topic {words[one.write, one.read]} {one.topic_filter}\n"
                for one in rights_of(name, routes)
            ]
    return "".join(blocks)


class BrokerFiles:
    """Keeps the files of a folder, and has the broker read them when they have changed.

    url: a login that sees all gateways, the collector's. routes: as they are at the time.
    collector: its login at the broker, which reads what routes say.
    """

    def __init__(
        self,
        folder: Path,
        url: str,
        routes: Callable[[], Sequence[Route]],
        reload: Callable[[], None],
        *,
        bounds: Bounds,
        log: Log,
        collector: str = "collector",
    ) -> None:
        self._folder = folder
        self._url = url
        self._routes = routes
        self._reload = reload
        self._bounds = bounds
        self._log = log
        self._collector = collector
        self._due = False  # whether the broker has not read what is written
        self._connection: psycopg.Connection[Any] | None = None

    def look(self) -> int:
        """Write what has changed, and say so to the broker; return how many gateways may come in.

        A database that is away raises, and the files stay as they are.
        """
        known = self._known()
        write(self._folder / "passwords.gateways", passwords(known))
        write(self._folder / "acl.gateways", acl(known, self._routes(), self._collector))
        self._due |= join(self._folder)
        if self._due:
            self._reload()
            self._due = False
            self._log(logging.INFO, "the broker's files are written", gateways=len(known))
        return len(known)

    def keep(self, stop: threading.Event) -> None:
        """Look until told to stop; what goes wrong is logged once, and looked at again."""
        trouble = ""
        while not stop.is_set():
            try:
                self.look()
                trouble = ""
            except (EnergyError, psycopg.Error, OSError) as error:
                if str(error) != trouble:
                    self._log(logging.ERROR, f"the broker's files: {error}")
                trouble = str(error)
            stop.wait(LOOK_S)
        self.close()

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _known(self) -> Logins:
        if self._connection is None or self._connection.closed:
            self._connection = opened(self._url, "commonwatt broker", self._bounds)
        try:
            with self._connection.transaction():
                return logins(self._connection)
        except psycopg.Error:
            self.close()
            raise
