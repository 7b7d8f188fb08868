"""Messages that could not be taken, with their bytes and the reason."""

import base64
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from actions.readings.rejects import Rejected, list_rejects, reject
from actions.readings.shift_rejected import shift_rejected
from api.doorway import AtDesk
from api.fields import Id, Shown
from api.tables import TABLE_ANSWER, After, AsWished, models_of, next_url, paged
from metering.errors import UnavailableError

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


class NewShift(BaseModel):
    """By how much to move the times of what a gateway's clock had set aside."""

    model_config = ConfigDict(extra="forbid")

    gateway: str = Field(min_length=1, max_length=200)
    shift: str = Field(
        "guess",
        max_length=40,
        description="Back, as -8h or -5h30m, what is clock.ahead; forward, as +1d6h, what is "
        "clock.behind; guess is by the zone whose local time was sent as UTC, it seems.",
    )
    dry_run: bool = Field(True, description="Say what would happen; keep nothing.")


class ShiftedChannelShown(Shown):
    """What is shifted of one channel, and where to."""

    channel: str = Field(description="The gateway's name of it.")
    readings: int
    first: datetime
    last: datetime
    first_shifted: datetime
    last_shifted: datetime
    misfits: int = Field(description="Do not fit the readings there.")


class ShiftShown(Shown):
    """What a shift did, or in a dry run would do."""

    gateway: str
    shift: str
    messages: int
    readings: int
    taken: int = Field(description="Messages.")
    refused: int = Field(description="Messages that wait on, for the reasons named.")
    reasons: dict[str, int]
    inserted: int
    revised: int
    duplicates: int
    misfits: int
    channels: list[ShiftedChannelShown] = Field(description="The first of them.")
    left: bool = Field(description="More wait; do it again.")


class ShiftAnswer(BaseModel):
    """Said after the commit, or after the rehearsal."""

    dry_run: bool
    done: ShiftShown


@router.get("", response_model=RejectPage, responses=TABLE_ANSWER, summary="List rejects")
def get_rejects(
    request: Request,
    desk: AtDesk,
    wish: AsWished,
    gateway: Annotated[str | None, Query(max_length=200)] = None,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> RejectPage | Response:
    """Return waiting refusals of the gateways that the reader sees."""
    page = paged(
        wish, after, limit, 1000,
        lambda after, limit: list_rejects(desk, gateway=gateway, after=after, limit=limit),
    )  # fmt: skip
    items, following = [_shown(one) for one in page.rows], next_url(request, page.next)
    if wish.table:
        return models_of(items, RejectShown, "rejects", wish, following)
    return RejectPage(items=items, next=following)


@router.get("/{reject_id}", summary="One reject")
def get_reject(reject_id: Id, desk: AtDesk) -> RejectDetail:
    """Return one waiting refusal with its bytes."""
    found = reject(desk, reject_id)
    return RejectDetail(
        reject=_shown(found),
        payload_base64=base64.b64encode(found.payload).decode(),
        payload_text=_text(found.payload),
    )


@router.post("/shift", summary="Shift what a wrong clock had set aside")
def post_shift(request: Request, desk: AtDesk, said: NewShift) -> ShiftAnswer:
    """Take messages that were set aside for their clock, at the times that are meant.

    First as a preview: only `dry_run: false` keeps it. It is written down who did it.
    """
    sink = request.app.state.file_sink
    if sink is None:
        raise UnavailableError(
            "import.not_offered",
            zh="本服务未启用读数写入。",
            en="This service takes no readings.",
            next_zh="请由管理员运行 commonwatt replay-rejected --shift。",
            next_en="Have the administrator run commonwatt replay-rejected --shift.",
        )
    done = shift_rejected(
        desk,
        sink,
        said.gateway,
        said.shift,
        decode=request.app.state.decode,
        dry_run=said.dry_run,
    )
    return ShiftAnswer(dry_run=said.dry_run, done=ShiftShown.model_validate(done))


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
