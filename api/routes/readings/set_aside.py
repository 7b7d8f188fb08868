"""What could not be computed, set aside with its reason."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from actions.readings.set_aside import list_set_aside
from api.auth import CurrentActor
from api.tables import TABLE_ANSWER, After, AsWished, models_of, next_url

router = APIRouter(prefix="/api/v1/set-aside", tags=["operations"])


class SetAsideShown(BaseModel):
    """Something that cannot be computed, while all else goes on."""

    id: int
    stage: str = Field(
        description="usage of a channel, account of an institution, figure of one account alone."
    )
    channel_id: int | None
    institution_id: int | None
    carrier: str | None
    month: date | None
    reason: str = Field(description="Stable code.")
    error: str
    attempts: int
    since: datetime
    last_at: datetime
    retry_at: datetime | None = Field(description="Null: when something it is made of changes.")


class SetAsidePage(BaseModel):
    """Some of what is set aside, the oldest first."""

    items: list[SetAsideShown]
    next: str | None = Field(description="Address of the following page.")


@router.get(
    "", response_model=SetAsidePage, responses=TABLE_ANSWER, summary="List what is set aside"
)
def get_set_aside(
    request: Request,
    actor: CurrentActor,
    wish: AsWished,
    institution_id: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> SetAsidePage | Response:
    """Return what could not be computed of the institutions that the reader sees."""
    page = list_set_aside(actor, institution_id=institution_id, after=after, limit=limit)
    items = [SetAsideShown.model_validate(one, from_attributes=True) for one in page.rows]
    following = next_url(request, page.next)
    if wish.table:
        return models_of(items, SetAsideShown, "set-aside", wish, following)
    return SetAsidePage(items=items, next=following)
