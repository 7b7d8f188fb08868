"""The routing table of what serves for long: read again where it has changed."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from collector.routing import Matching, Route, Routing
from metering.messages import Decoded, Message

_Stat = tuple[int, int, int] | None  # which file, how long, from when


class Kept(Protocol):
    """The routes that people keep; seen: counts the tables that were read."""

    kept: tuple[Route, ...]
    seen: int


class CurrentRoutes:
    """Routes as they are now; InputError while their file cannot be used.

    read: reads the file. path: of it. before: the routes that come before the file's; None where
    whoever asks adds them.
    """

    def __init__(
        self, read: Callable[[], Routing], path: Path | None, before: Kept | None = None
    ) -> None:
        self._read = read
        self._path = path
        self._before = before
        self._seen = self._stat()
        self._file = read()
        self._table, self._taken = self._file, 0

    def gateway_of(self, topic: str, at_ms: int | None = None) -> str:
        """Return whose topic it is; the topic itself where no route matches."""
        return self._now().gateway_of(topic, at_ms)

    def decode(self, message: Message) -> Decoded:
        """Return what a message says, in the format of its topic."""
        return self._now().decode(message)

    @property
    def routes(self) -> Sequence[Matching]:
        """All of them."""
        return self._now().routes

    def after(self, first: Sequence[Route]) -> Routing:
        """Return the table in which these come first."""
        return self._now().after(first)

    def _now(self) -> Routing:
        seen, taken = self._stat(), self._before.seen if self._before else 0
        if seen != self._seen:
            self._file = self._read()
        elif taken == self._taken:
            return self._table
        kept = self._before.kept if self._before else ()
        self._table = self._file.after(kept).resuming(self._table)
        self._seen, self._taken = seen, taken
        return self._table

    def _stat(self) -> _Stat:
        if self._path is None:
            return None
        try:
            found = self._path.stat()
        except OSError:
            return (0, 0, 0)
        return (found.st_ino, found.st_size, found.st_mtime_ns)
