"""What could not be computed, and having it tried again."""

from typing import Final

from actions.actor import Actor
from actions.figures import not_found
from storage import tasks
from storage.pages import Page, check_size, cursor_of, key_of
from storage.readings import set_aside
from storage.readings.set_aside import SetAside
from storage.tasks import TaskState

__all__ = ["SetAside", "failed_tasks", "list_set_aside", "retry", "retry_task"]

RETRY: Final = "set_aside.retry"


def list_set_aside(
    actor: Actor, *, institution_id: int | None = None, after: str | None = None, limit: int = 100
) -> Page[SetAside]:
    """Return what is set aside of the institutions that the reader sees, the oldest first."""
    check_size(limit, 1000)
    (last,) = key_of(after, 0)
    with actor.look() as connection:
        found = set_aside.listed(
            connection, after=int(last), most=limit + 1, institution_id=institution_id
        )
    rows = found[:limit]
    return Page(rows, cursor_of(rows[-1].id) if len(found) > limit else None)


def failed_tasks(actor: Actor) -> list[TaskState]:
    """Return the tasks that failed and are tried again: one's own, an administrator's all."""
    with actor.look() as connection:
        return tasks.set_aside(connection)


def retry_task(actor: Actor, task_id: int) -> int:
    """Have a task that failed tried at once; NotFoundError where there is none such."""
    with actor.act(RETRY, f"task {task_id}", {"retried": 1}) as connection:
        if not tasks.retry(connection, task_id):
            raise not_found("任务", "task that failed", {"task_id": task_id})
    return 1


def retry(actor: Actor, set_aside_id: int | None = None) -> int:
    """Have one thing that was set aside tried at once, None all that the actor may, tasks too.

    Return how many are; NotFoundError where the one that is named is none of them.
    """
    detail: dict[str, int] = {}
    with actor.act(RETRY, set_aside_id or "all", detail) as connection:
        detail["retried"] = set_aside.retry(connection, set_aside_id)
        if set_aside_id is None:
            detail["retried"] += tasks.retry(connection)
        if set_aside_id is not None and not detail["retried"]:
            raise not_found("暂存待核项", "thing set aside", {"set_aside_id": set_aside_id})
    return detail["retried"]
