"""A collector says how it is every few seconds, on a connection of its own."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Final

import psycopg

from collector.tally import Tally
from storage import connections
from storage.connections import Bounds
from storage.readings import minutes
from storage.readings.minutes import Beat

_BOUNDS: Final = Bounds(2.0, 5.0)  # a beat that is late is worth nothing


@contextmanager
def beating(url: str, name: str, tally: Tally) -> Iterator[None]:
    """Beat until the end of the block, then say that this was a stop.

    url: the collector's login. While the database is away nothing is said, and nothing waits.
    """
    ended, began_at = threading.Event(), datetime.now(UTC)

    def run() -> None:
        while not ended.is_set():
            try:
                with closing(connections.opened(url, "commonwatt beat", _BOUNDS)) as connection:
                    minutes.beat(connection, _now(name, began_at, tally))
                    while not ended.wait(minutes.BEAT.total_seconds()):
                        minutes.beat(connection, _now(name, began_at, tally))
                    minutes.beat(connection, _now(name, began_at, tally, stopped=True))
            except (psycopg.OperationalError, psycopg.InterfaceError):
                ended.wait(minutes.BEAT.total_seconds())

    thread = threading.Thread(target=run, name="beat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(_BOUNDS.statement_s)


def _now(name: str, began_at: datetime, tally: Tally, *, stopped: bool = False) -> Beat:
    state = "stopped" if stopped else "connected" if tally.connected else "broker_away"
    oldest_s = tally.oldest_unacknowledged_seconds if tally.arrived else None
    counts = (tally.unacknowledged, oldest_s, tally.held, tally.held_bytes)
    return Beat(name, began_at, state, *counts)
