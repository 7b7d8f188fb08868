"""A task on its way: how much is left, and its result; the page looks again by itself."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Response

from actions.catalogue import declared
from actions.tasks import TaskState, task
from dashboards.pages.viewer import Reader, Viewer

router = APIRouter(include_in_schema=False)

_EVERY_S: Final = {"waiting": 3, "set_aside": 30}
Id = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/tasks/{task_id}")
def get_task(viewer: Reader, task_id: Id) -> Response:
    """Return the page; until the task is done it reloads, without script."""
    found = task(viewer.actor, task_id)
    answer = viewer.page("task.html", task=found, name=_name(viewer, found), to=_to(found))
    if found.state in _EVERY_S:
        answer.headers["Refresh"] = str(_EVERY_S[found.state])
    return answer


def _name(viewer: Viewer, found: TaskState) -> str:
    """Return what the task is called: as the action that had it started, else by its kind."""
    kind = declared().get(found.kind)
    return kind.about.words.say(viewer.lang) if kind else found.kind


def _to(found: TaskState) -> str:
    """Return the page of what came of it; only one of ours."""
    to = (found.result or {}).get("to", "")
    return to if isinstance(to, str) and to.startswith("/") and not to.startswith("//") else ""
