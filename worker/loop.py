"""The worker: takes what is stale, recomputes it, and waits for more."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg import Connection

from metering.errors import UnavailableError
from storage import accounts, columnstore, usage
from worker.due import do_one
from worker.usage import Limits, Months, TooManyError, recompute

Log = Callable[..., None]


@dataclass(slots=True)
class Tally:
    """What the worker did since it began; others read it for metrics."""

    readings: int = 0
    channels: int = 0
    institutions: int = 0
    failures: int = 0
    busy_s: float = 0.0


@dataclass(frozen=True, slots=True)
class WorkSettings:
    """How much at once, and how long between looks when nothing waits."""

    limits: Limits = field(default_factory=Limits)
    institutions: int = 500
    wait_s: float = 0.5
    longest_wait_s: float = 30.0
    columnstore_after_days: int = 60  # few readings come later, and these may
    columnstore_every_s: float = 3600.0
    due_every_s: float = 10.0


class Worker:
    """One connection that recomputes, until told to stop."""

    def __init__(self, url: str, settings: WorkSettings, log: Log) -> None:
        self._url = url
        self._settings = settings
        self._log = log
        self._put_off: dict[int, tuple[float, int]] = {}  # channel: not before, failures
        self._convert_at = 0.0
        self._look_at = 0.0
        self.tally = Tally()

    def run(self, stop: threading.Event) -> None:
        """Work until `stop`; a database that is away is waited for."""
        wait_s = self._settings.wait_s
        while not stop.is_set():
            try:
                with usage.connect(self._url) as connection, usage.connect(self._url) as second:
                    accounts.prepare(connection)
                    wait_s = self._settings.wait_s
                    self._until_stopped(connection, Months(second), stop)
            except (psycopg.OperationalError, psycopg.InterfaceError, UnavailableError) as error:
                self._log("database.unavailable", error=str(error).strip(), wait_s=wait_s)
                stop.wait(wait_s)
                wait_s = min(2 * wait_s, self._settings.longest_wait_s)

    def drain(self) -> None:
        """Work until nothing waits."""
        with usage.connect(self._url) as connection, usage.connect(self._url) as second:
            accounts.prepare(connection)
            months = Months(second)
            while self._once(connection, months):
                pass

    def _until_stopped(
        self, connection: Connection[Any], months: Months, stop: threading.Event
    ) -> None:
        while not stop.is_set():
            converted = self._convert(connection)
            if not (self._once(connection, months) or converted):
                stop.wait(self._settings.wait_s)

    def _convert(self, connection: Connection[Any]) -> bool:
        """Put one old chunk into columnstore; look again at once where there was one."""
        if time.monotonic() < self._convert_at:
            return False
        self._convert_at = time.monotonic() + self._settings.columnstore_every_s
        before = datetime.now(UTC) - timedelta(days=self._settings.columnstore_after_days)
        if converted := columnstore.convert_one(connection, before):
            self._convert_at = 0.0
        return converted

    def _once(self, connection: Connection[Any], months: Months) -> bool:
        """Take one transaction of usage, else one of accounts; return whether there was any."""
        began = time.monotonic()
        try:
            if self._usage(connection, months, self._settings.limits):
                return True
            rebuilt = accounts.rebuild(connection, most=self._settings.institutions)
            self.tally.institutions += rebuilt
            return rebuilt > 0 or self._due(connection)
        finally:
            self.tally.busy_s += time.monotonic() - began

    def _due(self, connection: Connection[Any]) -> bool:
        """Do one thing whose hour has come, once all accounts are as the readings say."""
        if time.monotonic() < self._look_at:
            return False
        taken = do_one(connection)
        if taken is None:
            self._look_at = time.monotonic() + self._settings.due_every_s
        return taken is not None

    def _usage(self, connection: Connection[Any], months: Months, limits: Limits) -> bool:
        put_off = [c for c, (until, _) in self._put_off.items() if until > time.monotonic()]
        try:
            channels, readings = recompute(connection, months, limits, put_off)
        except (psycopg.OperationalError, psycopg.InterfaceError):
            raise
        except TooManyError:
            fewer = replace(limits, readings=max(limits.readings // 8, 8), channels=1)
            return self._usage(connection, months, fewer)
        except Exception as error:
            return self._narrow(connection, months, limits, put_off, error)
        for channel in channels:
            self._put_off.pop(channel, None)
        self.tally.channels += len(channels)
        self.tally.readings += readings
        return bool(channels)

    def _narrow(
        self,
        connection: Connection[Any],
        months: Months,
        limits: Limits,
        put_off: list[int],
        error: Exception,
    ) -> bool:
        """Find the channel that fails by taking one at a time; put it off, and let others go on."""
        if limits.channels > 1:
            return self._usage(connection, months, replace(limits, channels=1))
        row = connection.execute(
            """SELECT channel_id FROM stale_usage WHERE NOT channel_id = ANY(%s)
                GROUP BY channel_id ORDER BY min(id) LIMIT 1""",
            [put_off],
        ).fetchone()
        if row is None:
            return False
        failures = self._put_off.get(row[0], (0.0, 0))[1] + 1
        wait_s = min(2.0**failures, 3600.0)
        self._put_off[row[0]] = (time.monotonic() + wait_s, failures)
        self.tally.failures += 1
        self._log("usage.failed", channel_id=row[0], error=repr(error), retry_in_s=wait_s)
        return True
