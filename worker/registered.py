"""What a task of each kind does: a function says so where it stands, and is listed nowhere else."""

import pkgutil
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import cache
from importlib import import_module
from typing import Any, Final
from zoneinfo import ZoneInfo

from psycopg import Connection

from metering.days import civil_day
from metering.errors import NotFoundError
from storage import tasks
from storage.tasks import Do, Failed, Outcome, Task

_KINDS: Final[dict[str, Do]] = {}
# Gateways spool for minutes, rarely hours: at this hour of the day the one that ended is there.
_HOUR: Final = time(1, 30)


def kind(name: str) -> Callable[[Do], Do]:
    """Let a function do the tasks of a kind: `@kind("mail.send")`, in a file of worker/kinds.

    It is called in a transaction that takes the row away; it commits nothing by itself.
    """

    def register(do: Do) -> Do:
        if name in _KINDS and _KINDS[name] is not do:
            raise ValueError(f"two functions do the tasks of the kind {name!r}")
        _KINDS[name] = do
        return do

    return register


@cache
def found() -> dict[str, Do]:
    """Return what each kind of task does."""
    from worker import kinds  # they import this module

    for one in pkgutil.iter_modules(kinds.__path__, "worker.kinds."):
        import_module(one.name)
    return _KINDS


def do_one(connection: Connection[Any], failed: Failed = tasks.unheard) -> Task | None:
    """Do one task whose hour has come; return it, if any was. failed: hears of one that fails."""
    return tasks.take(connection, _do, failed)


def tonight(now: datetime, zone: str) -> datetime:
    """Return the next hour at which what is nightly is done; zone: whose night it is."""
    today = civil_day(now, zone)
    nights = (
        datetime.combine(day, _HOUR, ZoneInfo(zone)).astimezone(UTC)
        for day in (today, today + timedelta(days=1))
    )
    return next(at for at in nights if at > now)


def _do(connection: Connection[Any], task: Task) -> Outcome:
    do = found().get(task.kind)
    if do is None:
        raise NotFoundError(
            "task.unknown_kind",
            zh=f"没有处理任务类型“{task.kind}”的程序。",
            en=f"Nothing does tasks of the kind “{task.kind}”.",
            next_zh="请用写入该任务的同一版本运行 commonwatt work。",
            next_en="Run commonwatt work of the version that wrote it.",
            where={"task": task.id, "kind": task.kind},
        )
    return do(connection, task)
