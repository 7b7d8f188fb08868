"""A file of rows that was done, and taking it back as one act."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi.responses import RedirectResponse

from actions.catalogue import declared
from actions.undoing import FileDone, found, take_back
from dashboards.pages.sending import Writer
from dashboards.pages.viewer import Reader, Viewer
from metering.errors import ConflictError

Id = Annotated[int, Path(ge=1, le=2**31 - 1)]

router = APIRouter(include_in_schema=False)


@router.get("/do/files/{file_id}")
def get_file(viewer: Reader, file_id: Id) -> Response:
    """Return what the file did, and whether it still can be taken back."""
    return _page(viewer, found(viewer.actor, file_id))


@router.post("/do/files/{file_id}")
def post_file(viewer: Writer, file_id: Id) -> Response:
    """Take it back, or say what is in the way."""
    try:
        take_back(viewer.actor, file_id)
    except ConflictError as error:
        one = found(viewer.actor, file_id)
        return _page(viewer, one, status=409, error=error.text(viewer.lang))
    return RedirectResponse(f"/do/files/{file_id}", 303)


def _page(viewer: Viewer, one: FileDone, *, status: int = 200, error: str = "") -> Response:
    kind = declared().get(one.act)
    name = kind.about.words.say(viewer.lang) if kind else one.act
    return viewer.page("file_done.html", status=status, file=one, name=name, error=error)
