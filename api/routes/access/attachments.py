"""Scans that an action names by their hash: sent before it, kept a day unless it is done."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field

from actions.scans import attach, content_of
from api.auth import CurrentActor
from api.fields import Shown
from api.late import LateRoute

router = APIRouter(route_class=LateRoute, prefix="/api/v1/attachments", tags=["attachments"])

ATTACHMENTS = "/api/v1/attachments"
Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("application/pdf", "image/png", "image/jpeg")
        },
    }
}


class AttachmentShown(Shown):
    """A scan; `sha256` is what the field of an action takes."""

    sha256: str
    name: str
    media_type: str
    bytes: int
    kept: bool = Field(description="An action has named it; else it is forgotten after a day.")


async def _content(request: Request, _actor: CurrentActor) -> bytes:
    """Return the body once it is known who sends it."""
    return await request.body()


@router.post("", status_code=201, summary="Attach a scan", openapi_extra=_BODY)
def post_attachment(
    actor: CurrentActor,
    content: Annotated[bytes, Depends(_content)],
    name: Annotated[str, Query(max_length=200, description="What the file is called.")] = "",
) -> AttachmentShown:
    """Keep a PDF, PNG or JPEG for 24 hours; an action that names it keeps it for good."""
    return AttachmentShown.model_validate(attach(actor, name, content))


@router.get("/{sha256}", summary="A scan", response_class=Response)
def get_attachment(actor: CurrentActor, sha256: Digest) -> Response:
    """Return a scan: one's own, what an act names on something that one sees, or any for an
    administrator.
    """
    found, content = content_of(actor, sha256)
    ending = found.media_type.rpartition("/")[2]
    headers = {"Content-Disposition": f'attachment; filename="{sha256[:16]}.{ending}"'}
    return Response(content, 200, headers, found.media_type)
