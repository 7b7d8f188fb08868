"""That a lane looks at its queue, said now and then where others can see it."""

import time
from typing import Any

from psycopg import Connection

from storage import health


class Pulse:
    """Says when a queue was looked at, and whether it moved; at most once in `every_s`."""

    def __init__(self, connection: Connection[Any], queue: str, every_s: float) -> None:
        self._connection = connection
        self._queue = queue
        self._every_s = every_s
        self._next_at = 0.0
        self._moved = False

    def beat(self, *, moved: bool) -> None:
        """Take note of one look; `moved`: something was taken."""
        self._moved = self._moved or moved
        if time.monotonic() < self._next_at:
            return
        health.pulse(self._connection, self._queue, moved=self._moved)
        self._next_at = time.monotonic() + self._every_s
        self._moved = False
