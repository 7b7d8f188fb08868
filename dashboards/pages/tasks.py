"""A task on its way: how much is left, and its result; the page looks again by itself."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Response

from actions.catalogue import declared
from actions.tasks import TaskState, task
from dashboards.pages.visit import Reader, Visit

router = APIRouter(include_in_schema=False)

_EVERY_S: Final = {"waiting": 3, "set_aside": 30}
Id = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/tasks/{task_id}")
def get_task(visit: Reader, task_id: Id) -> Response:
    """Return the page; until the task is done it reloads, without script."""
    found = task(visit.desk, task_id)
    answer = visit.page("task.html", task=found, name=_name(visit, found), to=_to(found))
    if found.state in _EVERY_S:
        answer.headers["Refresh"] = str(_EVERY_S[found.state])
    return answer


def _name(visit: Visit, found: TaskState) -> str:
    """Return what the task is called: as the action that had it started, else by its kind."""
    kind = declared().get(found.kind)
    return kind.about.words.say(visit.lang) if kind else found.kind


def _to(found: TaskState) -> str:
    """Return the page of what came of it; only one of ours."""
    to = (found.result or {}).get("to", "")
    return to if isinstance(to, str) and to.startswith("/") and not to.startswith("//") else ""
