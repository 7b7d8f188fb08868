"""What goes on after its answer: where it is, and what became of it."""

from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import Field

from actions.tasks import task
from api.auth import CurrentActor
from api.fields import Id, Shown
from api.late import LateRoute

router = APIRouter(route_class=LateRoute, prefix="/api/v1/tasks", tags=["tasks"])


class TaskShown(Shown):
    """A task that somebody had started."""

    id: int
    kind: str
    state: Literal["waiting", "set_aside", "done"] = Field(
        description="set_aside: it failed, and is tried again at `at`."
    )
    at: datetime
    attempts: int
    reason: str | None = Field(description="Stable code of the last failure.")
    error: str | None
    rows_left: int | None = Field(description="null: it does not count.")
    result: dict[str, Any] | None
    added_at: datetime
    done_at: datetime | None


@router.get("/{task_id}", summary="A task")
def get_task(actor: CurrentActor, task_id: Id) -> TaskShown:
    """Return where a task is that the reader had started; administrators see all."""
    return TaskShown.model_validate(task(actor, task_id))
