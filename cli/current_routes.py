"""The routing table of what serves for long: read again where its file has changed."""

from collections.abc import Callable
from pathlib import Path

from collector.routing import Matching, Routing
from metering.messages import Decoded, Message

_Stat = tuple[int, int, int] | None  # which file, how long, from when


class CurrentRoutes:
    """Routes as their file says them now; InputError while the file cannot be used."""

    def __init__(self, read: Callable[[], Routing], path: Path | None) -> None:
        self._read = read
        self._path = path
        self._seen = self._stat()
        self._table = read()

    @property
    def routes(self) -> tuple[Matching, ...]:
        """The routes themselves."""
        return self._now().routes

    def gateway_of(self, topic: str) -> str:
        """Return whose topic it is; the topic itself where no route matches."""
        return self._now().gateway_of(topic)

    def decode(self, message: Message) -> Decoded:
        """Return what a message says, in the format of its topic."""
        return self._now().decode(message)

    def _now(self) -> Routing:
        seen = self._stat()
        if seen != self._seen:
            self._table = self._read()
            self._seen = seen
        return self._table

    def _stat(self) -> _Stat:
        if self._path is None:
            return None
        try:
            found = self._path.stat()
        except OSError:
            return (0, 0, 0)
        return (found.st_ino, found.st_size, found.st_mtime_ns)
