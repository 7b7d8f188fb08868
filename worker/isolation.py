"""Taking a batch so that one thing in it which fails cannot hold up the others."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import psycopg
from psycopg import Connection

from storage.readings import set_aside
from storage.readings.set_aside import Stage
from storage.reasons import reason_of

Log = Callable[..., None]
Take = Callable[[int, Sequence[int]], list[int]]  # at most so many, without these; which

# The database has no room or no time for anybody: nothing of what was taken is at fault.
_NO_ROOM: Final = (
    psycopg.errors.DiskFull,
    psycopg.errors.OutOfMemory,
    psycopg.errors.ReadOnlySqlTransaction,
)
_IN_THE_WAY: Final = (
    psycopg.errors.LockNotAvailable,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
)


class Isolation:
    """Takes batches of one stage; a failure halves the next, and what fails alone is set aside."""

    def __init__(self, stage: Stage, most: int, log: Log) -> None:
        self._stage = stage
        self._most = most
        self._next = most
        self._log = log
        self.failures = 0

    def take(self, connection: Connection[Any], take: Take) -> list[int] | None:
        """Take one batch; return whose it was, None where it failed and should be taken smaller."""
        resting = set_aside.resting(connection, self._stage)
        try:
            taken = take(self._next, resting)
        except Exception as error:
            if away(connection, error):
                raise
            if isinstance(error, _IN_THE_WAY):  # nobody's fault: the next look takes it
                self._log("work.in_the_way", stage=self._stage, error=repr(error))
                return []
            self._narrow(connection, resting, error)
            return None
        set_aside.forgive(connection, self._stage, taken)
        self._next = min(self._most, 2 * self._next)
        return taken

    def _narrow(
        self, connection: Connection[Any], resting: Sequence[int], error: Exception
    ) -> None:
        """Take half as much the next time; of one alone it is known that it failed."""
        if self._next > 1:
            self._next //= 2
            return
        key = set_aside.oldest(connection, self._stage, resting)
        if key is None:
            return
        self.failures += 1
        whose, wait_s = set_aside.keep(connection, self._stage, key, error)
        self._log(
            f"{self._stage}.failed",
            key=key,
            institution_id=whose,
            reason=reason_of(error),
            error=repr(error),
            retry_in_s=wait_s,
        )


def away(connection: Connection[Any], error: Exception) -> bool:
    """Return whether the database is away, or has no room for anybody."""
    if isinstance(error, psycopg.errors.QueryCanceled):
        return False  # it took too long: that is what it was asked
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return connection.closed or isinstance(error, _NO_ROOM)
    return False
