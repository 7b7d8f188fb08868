"""Submissions of a year as files: the forms, and the year's pack."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from actions.accounts.survey_files import MEDIA, ReturnForm, return_file
from actions.fields import Lang
from api.auth import CurrentActor
from api.fields import Id

router = APIRouter(prefix="/api/v1", tags=["submissions"])

_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The submission as a file.",
        "content": {media.split(";")[0]: _BINARY for media in MEDIA.values()},
    }
}


@router.get(
    "/submissions/{submission_id}/file",
    summary="A submission as a file",
    response_class=Response,
    responses=_FILE,
)
def get_return_file(
    submission_id: Id,
    actor: CurrentActor,
    form: Annotated[ReturnForm, Query(alias="format", description="pdf, xlsx, csv or zip")] = "pdf",
    lang: Annotated[Lang, Query(description="zh or en")] = "zh",
) -> Response:
    """Return the forms as PDF, workbook or CSV in the platform's column order.

    zip: the year's pack, with the draft of a report that says why use changed. The same return is
    the same bytes of PDF.
    """
    file = return_file(actor, submission_id, form, lang)
    return Response(file.content, media_type=file.media_type, headers=file.headers)
