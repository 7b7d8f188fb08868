"""Watching what goes on after its answer: where a task is, and what became of it."""

from actions.actor import Actor
from actions.figures import not_found
from storage import tasks
from storage.tasks import TaskState

__all__ = ["TaskState", "task"]


def task(actor: Actor, task_id: int) -> TaskState:
    """Return where a task is; only whoever had it started and administrators know of it."""
    with actor.look() as connection:
        found = tasks.one(connection, task_id)
    if found is None:
        raise not_found("任务", "task", {"task_id": task_id})
    return found
