"""What must happen later: rows written in the causing transaction, taken one at a time.

A task is done in the transaction that takes its row away, so that whoever dies on the way has done
nothing in the database, and the row waits on. What is asked of others meanwhile (a mail, a call)
carries the row's id: it is the same each time that the same row is tried.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from storage.reasons import reason_of, text_of

KEPT: Final = timedelta(days=30)  # what became of a task that is done

_ADD = "SELECT access.add_task(%s, %s, %s, %s)"
_ONE = """
    SELECT id, kind, key, at, attempts, reason, error, rows_left, result, added_at, done_at,
           CASE WHEN done_at IS NOT NULL THEN 'done' WHEN attempts > 0 THEN 'set_aside'
                ELSE 'waiting' END AS state
      FROM task WHERE id = %s
"""
_LISTED = """
    SELECT id, kind, key, at, attempts, reason, error, rows_left, result, added_at, done_at, state,
           by, coalesce((SELECT p.name FROM access.called(ARRAY[by]) p), by) AS by_name
      FROM (SELECT *, CASE WHEN done_at IS NOT NULL THEN 'done' WHEN attempts > 0 THEN 'set_aside'
                           ELSE 'waiting' END AS state FROM task) t
     WHERE id < %(before)s AND (%(state)s::text IS NULL OR state = %(state)s)
     ORDER BY id DESC LIMIT %(most)s
"""
_SET_ASIDE = """
    SELECT id, kind, key, at, attempts, reason, error, rows_left, result, added_at, done_at,
           'set_aside' AS state
      FROM task WHERE done_at IS NULL AND attempts > 0 AND id > %s ORDER BY id LIMIT %s
"""
_RETRY = "SELECT access.retry_tasks(%s)"

_NEXT = """
    SELECT id, kind, key, attempts, payload FROM task
     WHERE done_at IS NULL AND at <= now() AND NOT id = ANY(%s)
     ORDER BY at, id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_CLAIM = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 75))"
# Two who asked for the same at once may have written two rows: one run answers both.
_SAME = """
    SELECT id FROM task
     WHERE kind = %(kind)s AND key = %(key)s AND id <> %(id)s AND done_at IS NULL
     ORDER BY id FOR UPDATE
"""
_MERGE = """
    UPDATE task SET done_at = now(), result = jsonb_build_object('task', %s::bigint)
     WHERE id = ANY(%s)
"""
# Twice as long each time, at most a day.
_FAILED = """
    UPDATE task SET attempts = attempts + 1, reason = %s, error = %s,
           at = now() + least(interval '1 minute' * 2 ^ least(attempts, 11), interval '1 day')
     WHERE id = %s
"""
_DONE = """
    UPDATE task SET done_at = now(), result = %s, rows_left = 0, reason = NULL, error = NULL
     WHERE id = %s
"""
_ONWARD = """
    UPDATE task SET at = now(), payload = %s, rows_left = %s,
           attempts = 0, reason = NULL, error = NULL
     WHERE id = %s
"""
# Whoever asked meanwhile wrote a row of their own: it is the successor, if need be sooner.
_SUCCESSOR = """
    WITH sooner AS (
        UPDATE task SET at = least(at, %(at)s)
         WHERE id = (SELECT id FROM task
                      WHERE kind = %(kind)s AND key = %(key)s AND id <> %(id)s AND done_at IS NULL
                      ORDER BY at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id
    )
    INSERT INTO task (kind, key, at, payload, by)
    SELECT kind, key, %(at)s, payload, by FROM task
     WHERE id = %(id)s AND NOT EXISTS (SELECT FROM sooner)
"""
_GONE = "DELETE FROM task WHERE id = %s"
_FORGET = """
    DELETE FROM task WHERE id IN (
           SELECT id FROM task WHERE done_at < now() - %s ORDER BY id LIMIT %s)
"""


@dataclass(frozen=True, slots=True)
class Task:
    """Something that is to happen now; whatever is called outside carries `id` as its key."""

    id: int
    kind: str
    key: str
    attempts: int
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """It is done; the result, as JSON, is kept for `KEPT`."""

    result: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Onward:
    """A part is done and committed; the same row goes on with this payload.

    rows_left: how much is still to do, for whoever looks.
    """

    payload: Mapping[str, Any]
    rows_left: int


@dataclass(frozen=True, slots=True)
class Again:
    """It is done and comes again: its successor is a row of its own, due at this instant."""

    at: datetime


Outcome = Done | Onward | Again
Do = Callable[[Connection[Any], Task], Outcome]
Failed = Callable[[Task, Exception], None]


@dataclass(frozen=True, slots=True)
class TaskState:
    """Where a task is, for whoever had it started.

    state: waiting, set_aside (it failed and is tried again at `at`), done. reason, error: of the
    last failure. rows_left: None where the task does not count. result: of one that is done.
    """

    id: int
    kind: str
    key: str
    at: datetime
    state: Literal["waiting", "set_aside", "done"]
    attempts: int
    reason: str | None
    error: str | None
    rows_left: int | None
    result: dict[str, Any] | None
    added_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class TaskRow(TaskState):
    """A task in a list; by, by_name: who had it started, None where the platform itself did."""

    by: str | None
    by_name: str | None


def add(
    connection: Connection[Any],
    kind: str,
    key: str,
    at: datetime,
    payload: Mapping[str, Any] | None = None,
) -> int:
    """Have something happen at an instant; return the id of its row.

    What waits under the same kind and key moves there if that is sooner, and takes the payload.
    One that is being done now is not touched: it happens once more.
    """
    row = connection.execute(_ADD, [kind, key, at, Jsonb(dict(payload or {}))]).fetchone()
    assert row is not None
    return int(row[0])


def one(connection: Connection[Any], task_id: int) -> TaskState | None:
    """Return where a task is; None where there is none that the viewer may see."""
    with connection.cursor(row_factory=class_row(TaskState)) as cursor:
        return cursor.execute(_ONE, [task_id]).fetchone()


def listed(
    connection: Connection[Any], *, state: str | None, before: int, most: int
) -> list[TaskRow]:
    """Return the tasks that the viewer may see, newest first; before: of lesser ids."""
    with connection.cursor(row_factory=class_row(TaskRow)) as cursor:
        asked = {"state": state, "before": before, "most": most}
        return cursor.execute(_LISTED, asked).fetchall()


def set_aside(connection: Connection[Any], *, after: int = 0, most: int = 1000) -> list[TaskState]:
    """Return the tasks that failed and wait for their next try, of those the viewer may see."""
    with connection.cursor(row_factory=class_row(TaskState)) as cursor:
        return cursor.execute(_SET_ASIDE, [after, most]).fetchall()


def retry(connection: Connection[Any], task_id: int | None = None) -> int:
    """Have one task that failed, None all that the viewer may see, tried at once; return how many.

    They are not counted as untried: until they succeed they are set aside.
    """
    row = connection.execute(_RETRY, [task_id]).fetchone()
    return int(row[0]) if row else 0


def unheard(task: Task, error: Exception) -> None:
    """Let a failure be known by its row alone."""


def take(connection: Connection[Any], do: Do, failed: Failed = unheard) -> Task | None:
    """Do one task whose hour has come, in one transaction with its end; return it, if any was.

    What fails is put off, longer each time, and says why; others go on.

    failed: hears of it.
    """
    elsewhere: list[int] = []
    while True:
        with connection.transaction():
            row = connection.execute(_NEXT, [elsewhere]).fetchone()
            if row is None:
                return None
            task = Task(*row)
            if _claim(connection, task):
                _try(connection, task, do, failed)
                return task
        elsewhere.append(task.id)  # the same is being done by another worker


def forget(connection: Connection[Any], most: int) -> int:
    """Delete tasks that were done long enough ago, at most so many; return how many."""
    return connection.execute(_FORGET, [KEPT, most]).rowcount


def _claim(connection: Connection[Any], task: Task) -> bool:
    """Return whether nobody else does the same now; rows that ask for the same go with this one."""
    row = connection.execute(_CLAIM, [f"{task.kind} {task.key}"]).fetchone()
    if row is None or not row[0]:
        return False
    same = {"kind": task.kind, "key": task.key, "id": task.id}
    if others := [row[0] for row in connection.execute(_SAME, same)]:
        connection.execute(_MERGE, [task.id, others])
    return True


def _try(connection: Connection[Any], task: Task, do: Do, failed: Failed) -> None:
    try:
        with connection.transaction():
            outcome = do(connection, task)
            _settle(connection, task, outcome)
    except Exception as error:
        if connection.closed:  # nobody knows what became of it: its row waits on
            raise
        connection.execute(_FAILED, [reason_of(error), text_of(error), task.id])
        failed(task, error)


def _settle(connection: Connection[Any], task: Task, outcome: Outcome) -> None:
    match outcome:
        case Done(result):
            found = None if result is None else Jsonb(dict(result))
            connection.execute(_DONE, [found, task.id])
        case Onward(payload, rows_left):
            connection.execute(_ONWARD, [Jsonb(dict(payload)), rows_left, task.id])
        case Again(at):
            named = {"kind": task.kind, "key": task.key, "id": task.id, "at": at}
            connection.execute(_SUCCESSOR, named)
            connection.execute(_GONE, [task.id])
