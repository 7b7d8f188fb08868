"""What a demo waits for: receipts, as the gateways tell of them, and rows to be recomputed."""

import json
from dataclasses import dataclass
from typing import Any

import psycopg

from cli.demo import figures
from storage.connections import opened


@dataclass(slots=True)
class Heard:
    """What the replay last said about itself."""

    made: int = 0
    receipted: int = 0
    total: int = 0
    done: bool = False

    def line(self, text: bytes) -> None:
        """Take one line of JSON."""
        message = json.loads(text)
        self.made, self.receipted = message["made"], message["receipted"]
        self.total, self.done = message["total"], message["done"]


class Queue:
    """How much waits to be recomputed; a database that is started again is asked again later."""

    def __init__(self, url: str) -> None:
        self.last = -1
        self._url = url
        self._connection: psycopg.Connection[Any] | None = None

    def look(self) -> int:
        """Return how many rows wait, -1 while nobody can know."""
        try:
            if self._connection is None:
                self._connection = opened(self._url, "commonwatt demo")
            self.last = figures.waiting(self._connection)
        except psycopg.OperationalError:
            self.close()
            self.last = -1
        return self.last

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
