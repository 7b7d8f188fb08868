"""What could not be computed, and tasks that failed, each with having it tried again."""

from fastapi import APIRouter, Response

from actions.catalogue import declared
from actions.readings.retry_all import RetryAll
from actions.readings.set_aside import failed_tasks
from actions.readings.set_aside_table import SET_ASIDE
from actions.rights import holds
from dashboards.pages.tables import listing
from dashboards.pages.viewer import Reader, Viewer
from storage.tasks import TaskState

router = APIRouter(include_in_schema=False)


@router.get("/set-aside")
def get_set_aside(viewer: Reader) -> Response:
    """Return the page of what waits for a change or for being tried again."""
    shown, failed = listing(viewer, SET_ASIDE, viewer.path), failed_tasks(viewer.actor)
    with viewer.actor.look() as connection:
        may = holds(connection, RetryAll.about.right)
    return viewer.page(
        "readings/set_aside.html",
        status=shown.status,
        list=shown,
        tasks=[(one, _name(viewer, one)) for one in failed],
        may=may,
    )


def _name(viewer: Viewer, one: TaskState) -> str:
    """Return what a task is called: as the action that it does later, else by its kind."""
    kind = declared().get(one.kind)
    return kind.about.words.say(viewer.lang) if kind else one.kind
