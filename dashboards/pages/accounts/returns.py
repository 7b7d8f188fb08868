"""A submission as a file, in the reader's language."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from actions.accounts.survey_files import ReturnForm, return_file
from dashboards.pages.viewer import Reader

router = APIRouter(include_in_schema=False)


@router.get("/submissions/{submission_id}/file")
def get_return(
    viewer: Reader, submission_id: int, form: Annotated[ReturnForm, Query(alias="format")] = "pdf"
) -> Response:
    """Return the forms, or the year's pack."""
    file = return_file(viewer.actor, submission_id, form, viewer.lang)
    return Response(file.content, media_type=file.media_type, headers=file.headers)
