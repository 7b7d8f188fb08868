"""A message that could not be taken, with its bytes; the list is a declared table."""

import base64
from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from actions.readings.rejects import Rejected, bound_at, reject
from api.auth import CurrentActor
from api.fields import Id
from api.late import LateRoute

router = APIRouter(route_class=LateRoute, prefix="/api/v1/rejects", tags=["rejects and gateways"])


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


class RejectDetail(BaseModel):
    """A refusal with the bytes of its message."""

    reject: RejectShown
    payload_base64: str
    payload_text: str | None = Field(description="Where the bytes are UTF-8.")
    bound_at: list[str] = Field(
        description="Of reading.bound_elsewhere: the gateways, of those that you see, that have it."
    )


@router.get("/{reject_id}", summary="One reject")
def get_reject(reject_id: Id, actor: CurrentActor) -> RejectDetail:
    """Return one waiting refusal with its bytes."""
    found = reject(actor, reject_id)
    return RejectDetail(
        reject=_shown(found),
        payload_base64=base64.b64encode(found.payload).decode(),
        payload_text=_text(found.payload),
        bound_at=bound_at(actor, found),
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
