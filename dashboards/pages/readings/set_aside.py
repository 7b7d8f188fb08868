"""What could not be computed, why, when it is tried again, and having it tried at once."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from actions.catalogue import declared
from actions.readings.retry_set_aside import RetrySetAside
from actions.readings.set_aside import failed_tasks, list_set_aside
from actions.readings.things import STAGES
from actions.registry.institutions import names_of
from actions.rights import holds
from dashboards.pages.viewer import Reader, Viewer
from storage.tasks import TaskState

router = APIRouter(include_in_schema=False)

_SIZE = 100


@router.get("/set-aside")
def get_set_aside(
    viewer: Reader, after: Annotated[str | None, Query(max_length=500)] = None
) -> Response:
    """Return the page of what is set aside of the institutions that the reader sees."""
    page = list_set_aside(viewer.actor, after=after, limit=_SIZE)
    names = names_of(viewer.actor, sorted({one.institution_id or 0 for one in page.rows}))
    with viewer.actor.look() as connection:
        may = holds(connection, RetrySetAside.about.right)
    zh = viewer.lang == "zh"
    return viewer.page(
        "readings/set_aside.html",
        page=page,
        tasks=[(one, _name(viewer, one)) for one in failed_tasks(viewer.actor)],
        stages={code: words.say(viewer.lang) for code, words in STAGES.items()},
        names={key: (a or b) if zh else (b or a) for key, (a, b) in names.items()},
        may=may,
    )


def _name(viewer: Viewer, one: TaskState) -> str:
    """Return what a task is called: as the action that it does later, else by its kind."""
    kind = declared().get(one.kind)
    return kind.about.words.say(viewer.lang) if kind else one.kind
