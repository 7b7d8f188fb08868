"""What could not be computed; having it tried again is declared beside this."""

from actions.actor import Actor
from storage import tasks
from storage.pages import Page, check_size, cursor_of, key_of
from storage.readings import set_aside
from storage.readings.set_aside import SetAside
from storage.tasks import TaskState

__all__ = ["SetAside", "failed_tasks", "list_set_aside"]


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
