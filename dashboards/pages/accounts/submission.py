"""A submission: its forms cell by cell, what may be done next, and its files."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from actions.accounts.submission_things import STATES, SUBMISSION, named
from actions.accounts.submissions_table import STEPS, SUBMISSIONS, stations
from actions.accounts.survey_files import ReturnForm, return_file
from actions.accounts.survey_table import CELLS
from dashboards.pages.offers import offered
from dashboards.pages.tables import listing
from dashboards.pages.viewer import Reader
from storage.accounts import submissions

router = APIRouter(include_in_schema=False)


@router.get("/submissions/cells")
def get_cells(viewer: Reader) -> Response:
    """Return the page of a submission; without a choice that of the newest."""
    shown = listing(viewer, CELLS, "/submissions/cells")
    asked = viewer.request.query_params.get("submission", "")
    with viewer.actor.look() as connection:
        on = int(asked) if asked.isdecimal() else submissions.newest(connection)
        found = submissions.listed(connection, only=on) if on and shown.rows else []
    row = found[0] if found else None
    return viewer.page(
        "submission.html",
        status=shown.status,
        list=shown,
        row=row,
        name=named(row, viewer.lang) if row else CELLS.words.say(viewer.lang),
        state=STATES[row.state].say(viewer.lang) if row else "",
        awaited=stations(row.awaited, viewer.lang) if row else "",
        parent=SUBMISSIONS.words.say(viewer.lang),
        steps=STEPS.words.say(viewer.lang),
        offers=[
            (f"/do/{one.about.code}/{on}", one.about.words.say(viewer.lang))
            for one in (offered(viewer, SUBMISSION, row.submission_id) if row else [])
        ],
    )


@router.get("/submissions/{submission_id}/file")
def get_return(
    viewer: Reader,
    submission_id: Annotated[int, Path(ge=1, le=2**31 - 1)],
    form: Annotated[ReturnForm, Query(alias="format")] = "pdf",
) -> Response:
    """Return the forms, or the year's pack."""
    file = return_file(viewer.actor, submission_id, form, viewer.lang)
    return Response(file.content, media_type=file.media_type, headers=file.headers)
