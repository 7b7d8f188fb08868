"""Messages that could not be taken, with their bytes and the reason."""

import base64
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from actions.readings.rejects import Rejected, list_rejects, reject
from api.auth import CurrentActor
from api.fields import Id
from api.tables import TABLE_ANSWER, After, AsWished, models_of, next_url, paged

router = APIRouter(prefix="/api/v1/rejects", tags=["rejects and gateways"])


class RejectShown(BaseModel):
    """A refusal that waits for `commonwatt replay-rejected`."""

    reject_id: int
    received_at: datetime
    topic: str
    gateway: str
    seq: int | None
    reason: str = Field(description="Stable code.")
    message_zh: str
    message_en: str
    i: list[int] = Field(description="Refused readings of the message; empty means all of it.")
    readings: int = Field(description="How many, 0 where nobody can know.")
    bytes: int
    off_s: int | None = Field(
        description="Of clock.ahead from its arrival, of clock.behind from the gateway's newest."
    )


class RejectPage(BaseModel):
    """Some refusals in the order they came."""

    items: list[RejectShown]
    next: str | None = Field(description="Address of the following page.")


class RejectDetail(BaseModel):
    """A refusal with the bytes of its message."""

    reject: RejectShown
    payload_base64: str
    payload_text: str | None = Field(description="Where the bytes are UTF-8.")


@router.get("", response_model=RejectPage, responses=TABLE_ANSWER, summary="List rejects")
def get_rejects(
    request: Request,
    actor: CurrentActor,
    wish: AsWished,
    gateway: Annotated[str | None, Query(max_length=200)] = None,
    reason: Annotated[str | None, Query(max_length=100, description="Stable code.")] = None,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> RejectPage | Response:
    """Return waiting refusals of the gateways that the reader sees."""
    page = paged(
        wish, after, limit, 1000,
        lambda after, limit: list_rejects(
            actor, gateway=gateway, reason=reason, after=after, limit=limit
        ),
    )  # fmt: skip
    items, following = [_shown(one) for one in page.rows], next_url(request, page.next)
    if wish.table:
        return models_of(items, RejectShown, "rejects", wish, following)
    return RejectPage(items=items, next=following)


@router.get("/{reject_id}", summary="One reject")
def get_reject(reject_id: Id, actor: CurrentActor) -> RejectDetail:
    """Return one waiting refusal with its bytes."""
    found = reject(actor, reject_id)
    return RejectDetail(
        reject=_shown(found),
        payload_base64=base64.b64encode(found.payload).decode(),
        payload_text=_text(found.payload),
    )


def _shown(found: Rejected) -> RejectShown:
    return RejectShown(
        reject_id=found.id,
        received_at=found.received_at,
        topic=found.topic,
        gateway=found.gateway,
        seq=found.seq,
        reason=found.reason,
        message_zh=found.message_zh,
        message_en=found.message_en,
        i=found.i,
        readings=found.readings,
        bytes=len(found.payload),
        off_s=None if found.off_ms is None else found.off_ms // 1000,
    )


def _text(payload: bytes) -> str | None:
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return None
