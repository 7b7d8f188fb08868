"""Notices of quotas as files: of an institution, of a member, and all of a member as a ZIP."""

from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import StreamingResponse

from actions.compact.member_notice import member_notice
from actions.compact.movement_things import SharedIndicator
from actions.compact.notice_files import ZIP_TYPE, NoticeFile, NoticeForm, bundle, file_of
from actions.compact.notices import quota_notice
from actions.fields import Lang
from actions.pdf import MEDIA_TYPE
from actions.workbooks import MEDIA_TYPE as WORKBOOK
from api.auth import CurrentActor
from api.fields import Id, IdAsked

router = APIRouter(prefix="/api/v1", tags=["runs and quotas"])

_FORM = Annotated[NoticeForm, Query(alias="format", description="pdf or xlsx")]
_LANG = Annotated[Lang, Query(description="zh or en")]
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The notice as a file, named by its number.",
        "content": {MEDIA_TYPE: _BINARY, WORKBOOK: _BINARY},
    }
}
_ZIP: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Every notice, the member's own first, and list.csv; sent as it is written.",
        "content": {ZIP_TYPE: _BINARY},
    }
}


@router.get(
    "/institutions/{institution_id}/quotas/{year}/notice",
    summary="The notice of a quota",
    response_class=Response,
    responses=_FILE,
)
def get_quota_notice(
    institution_id: Id,
    year: Annotated[int, Path(ge=1970, le=2100)],
    actor: CurrentActor,
    form: _FORM = "pdf",
    lang: _LANG = "zh",
    union: IdAsked | None = None,
    indicator: SharedIndicator | None = None,
) -> Response:
    """Return an institution's notice: its number, arithmetic, levels, months and why it changed.

    The same notice is the same bytes of PDF.
    """
    return _answer(file_of(quota_notice(actor, institution_id, year, lang, union, indicator), form))


@router.get(
    "/runs/{run_id}/members/{region_id}/notice",
    summary="The notice of a member",
    response_class=Response,
    responses=_FILE,
)
def get_member_notice(
    run_id: Id, region_id: Id, actor: CurrentActor, form: _FORM = "pdf", lang: _LANG = "zh"
) -> Response:
    """Return what a run gives a member, with the levels that it was cut into."""
    return _answer(file_of(member_notice(actor, run_id, region_id, lang), form))


@router.get(
    "/runs/{run_id}/members/{region_id}/notices",
    summary="All notices of a member",
    response_class=StreamingResponse,
    responses=_ZIP,
)
def get_member_notices(
    run_id: Id, region_id: Id, actor: CurrentActor, form: _FORM = "pdf", lang: _LANG = "zh"
) -> Response:
    """Return the notices of a member's institutions that the reader sees, as one ZIP."""
    name = f"notices-{run_id}-{region_id}-{form}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    chunks = bundle(actor, run_id, region_id, form, lang)
    return StreamingResponse(chunks, media_type=ZIP_TYPE, headers=headers)


def _answer(file: NoticeFile) -> Response:
    plain = file.name.encode("ascii", "replace").decode().replace("?", "_")
    named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name)}"
    return Response(
        file.content, media_type=file.media_type, headers={"Content-Disposition": named}
    )
