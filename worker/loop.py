"""The worker: usage, accounts and tasks, each taken at its own pace; none waits for another.

A process has all lanes, or some of them: several may share the work.
"""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import psycopg
from psycopg import Connection

from metering.errors import UnavailableError
from storage import columnstore
from storage.access import members
from storage.accounts import ends, rebuilding, usage
from storage.connections import WRITING, Bounds
from storage.reasons import reason_of
from storage.tasks import Task
from worker.formulas import compute
from worker.isolation import Isolation
from worker.pulse import Pulse
from worker.registered import do_one
from worker.usage import Limits, Months, Recomputed, TooManyError, recompute

Log = Callable[..., None]
Lane = Callable[[Connection[Any]], bool]  # does one thing; whether there was any

# Upkeep looks after members' logins, columnstore after old chunks; nothing queues for either.
LANES: Final = ("usage", "accounts", "tasks", "upkeep", "columnstore")
# After it rebuilt accounts the worker leaves the processor to others for as long as that took:
# under a steady stream each reading would make its month's account anew. After usage it does so
# where nothing is left to take: what comes meanwhile is taken together.
_REST: Final = 1.0


@dataclass(slots=True)
class Tally:
    """What the worker did since it began; others read it for metrics."""

    readings: int = 0
    channels: int = 0
    institutions: int = 0
    tasks: int = 0
    failures: int = 0
    busy_s: float = 0.0


@dataclass(frozen=True, slots=True)
class WorkSettings:
    """How much at once, and how long between looks when nothing waits."""

    limits: Limits = field(default_factory=Limits)
    institutions: int = 500
    bounds: Bounds = WRITING  # of each lane's session
    lanes: frozenset[str] = frozenset(LANES)  # that this process has
    wait_s: float = 0.5
    longest_wait_s: float = 30.0
    columnstore_after_days: int = 60  # few readings come later, and these may
    columnstore_every_s: float = 3600.0
    tasks_every_s: float = 10.0  # between looks when the hour of none has come
    members_every_s: float = 10.0  # between looks at the sessions of members' logins
    pulse_every_s: float = 10.0  # how often a lane says that it looked


class Worker:
    """Lanes with a connection each, that work until told to stop."""

    def __init__(self, url: str, settings: WorkSettings, log: Log) -> None:
        self._url = url
        self._settings = settings
        self._log = log
        self._usages = Isolation("usage", settings.limits.channels, log)
        self._accounts = Isolation("account", settings.institutions, log)
        self._months: Months | None = None
        self._convert_at = 0.0
        self._look_at = 0.0
        self._members_at = 0.0
        self._left = False  # whether usage, and then accounts, waited that were not taken
        self._left_accounts = False
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._tally = Tally()

    @property
    def tally(self) -> Tally:
        """What was done so far."""
        failures = self._tally.failures + self._usages.failures + self._accounts.failures
        return replace(self._tally, failures=failures)

    def run(self, stop: threading.Event) -> None:
        """Work until `stop`; a database that is away is waited for."""
        self._stop = stop
        lanes = {
            "usage": self._usage,
            "accounts": self._account,
            "tasks": self._task,
            "upkeep": self._keep_members,
            "columnstore": self._convert,
        }
        threads = [
            threading.Thread(target=self._lane, name=name, args=(name, lane, stop))
            for name, lane in lanes.items()
            if name in self._settings.lanes
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join()

    def drain(self) -> None:
        """Work until nothing waits; chunks and members' logins are looked after by `run` alone."""
        with ExitStack() as stack:
            connection = self._open(stack, "usage")
            while any(lane(connection) for lane in (self._usage, self._account, self._task)):
                pass

    def _lane(self, name: str, lane: Lane, stop: threading.Event) -> None:
        """Do one kind of work until `stop`, whatever becomes of the others."""
        wait_s = self._settings.wait_s
        while not stop.is_set():
            try:
                with ExitStack() as stack:
                    connection = self._open(stack, name)
                    pulse = Pulse(connection, name, self._settings.pulse_every_s)
                    while not stop.is_set():
                        began = time.monotonic()
                        more = lane(connection)
                        pulse.beat(moved=more)
                        wait_s = self._settings.wait_s
                        stop.wait(self._pause_s(name, more, time.monotonic() - began))
            except (psycopg.OperationalError, psycopg.InterfaceError, UnavailableError) as error:
                message = str(error).strip()
                self._log("database.unavailable", lane=name, error=message, wait_s=wait_s)
            except Exception as error:  # a fault of ours: said, and the others go on
                self._log("lane.failed", lane=name, error=repr(error), wait_s=wait_s)
            else:
                continue
            stop.wait(wait_s)
            wait_s = min(2 * wait_s, self._settings.longest_wait_s)

    def _pause_s(self, name: str, more: bool, took_s: float) -> float:
        if not more:
            return self._settings.wait_s
        rest_s = _REST * took_s
        if name == "accounts":
            return rest_s if self._left_accounts else max(rest_s, self._settings.wait_s)
        rests = name == "usage" and not self._left
        return min(rest_s, self._settings.wait_s) if rests else 0.0

    def _open(self, stack: ExitStack, name: str) -> Connection[Any]:
        """Open a lane's connection; usage has a second one, which makes partitions."""
        connection = stack.enter_context(usage.connect(self._url, self._settings.bounds))
        rebuilding.prepare(connection)
        ends.prepare(connection)
        if name == "usage":
            self._months = Months(
                stack.enter_context(usage.connect(self._url, self._settings.bounds))
            )
        return connection

    def _usage(self, connection: Connection[Any]) -> bool:
        """Take one transaction of usage; return whether there was any."""
        began = time.monotonic()
        months = self._months
        assert months is not None

        def take(channels: int, without: Sequence[int]) -> list[int]:
            limits = replace(self._settings.limits, channels=channels)
            done = _recomputed(connection, months, limits, without)
            self._left = done.left
            with self._lock:
                self._tally.channels += len(done.channels)
                self._tally.readings += done.readings
            return done.channels

        return self._busy(began, self._usages.take(connection, take))

    def _account(self, connection: Connection[Any]) -> bool:
        """Take one transaction of virtual channels, else of accounts; whether there was any."""
        began = time.monotonic()
        if computed := compute(connection):
            return self._busy(began, computed)

        def take(institutions: int, without: Sequence[int]) -> list[int]:
            taken = rebuilding.rebuild(connection, most=institutions, without=without)
            self._left_accounts = len(taken) >= institutions
            with self._lock:
                self._tally.institutions += len(taken)
            return taken

        return self._busy(began, self._accounts.take(connection, take))

    def _task(self, connection: Connection[Any]) -> bool:
        """Do one task whose hour has come; return whether there was any."""
        began = time.monotonic()
        if began < self._look_at:
            return False
        taken = do_one(connection, self._failed)
        if taken is None:
            self._look_at = time.monotonic() + self._settings.tasks_every_s
            return False
        with self._lock:
            self._tally.tasks += 1
        return self._busy(began, [taken.id])

    def _failed(self, task: Task, error: Exception) -> None:
        """Say that a task failed; its row says it too, and is tried again."""
        with self._lock:
            self._tally.failures += 1
        self._log(
            "task.failed",
            task=task.id,
            kind=task.kind,
            key=task.key,
            attempts=task.attempts + 1,
            reason=reason_of(error),
            error=repr(error),
        )

    def _keep_members(self, connection: Connection[Any]) -> bool:
        """End members' sessions beyond the bounds, and give back what they changed."""
        if time.monotonic() < self._members_at:
            return False
        self._members_at = time.monotonic() + self._settings.members_every_s
        try:
            kept = members.keep(connection)
        except psycopg.Error as error:  # whoever migrated may not: doctor says so
            if connection.closed:
                raise
            self._log("members.not_kept", error=repr(error))
            self._members_at += 60 * self._settings.members_every_s
            return False
        for login, what in kept:
            self._log("members.kept", login=login, what=what)
        return False

    def _convert(self, connection: Connection[Any]) -> bool:
        """Put one old chunk into columnstore; look again at once where there was one."""
        if time.monotonic() < self._convert_at:
            return False
        self._convert_at = time.monotonic() + self._settings.columnstore_every_s
        before = datetime.now(UTC) - timedelta(days=self._settings.columnstore_after_days)
        stop = self._stop.is_set
        if converted := columnstore.convert_one(connection, before, self._url, stop):
            self._convert_at = 0.0
        return converted

    def _busy(self, began: float, taken: list[int] | None) -> bool:
        """Add to the time at work; return whether to look again at once."""
        with self._lock:
            self._tally.busy_s += time.monotonic() - began
        return taken is None or bool(taken)


def _recomputed(
    connection: Connection[Any], months: Months, limits: Limits, without: Sequence[int]
) -> Recomputed:
    """Recompute one transaction; less at once where more readings came than could be expected."""
    try:
        return recompute(connection, months, limits, without)
    except TooManyError:
        fewer = replace(limits, readings=max(limits.readings // 8, 8), channels=1)
        return _recomputed(connection, months, fewer, without)
