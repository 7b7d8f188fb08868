"""Meters of institutions and their channels."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from actions.registry.meters import MeterDetail, list_meters, meter
from api.auth import CurrentActor
from api.fields import Id, IdAsked
from api.routes.registry.channels import ChannelShown, channel_shown
from api.tables import TABLE_ANSWER, After, AsWished, models_of, next_url, paged

router = APIRouter(prefix="/api/v1/meters", tags=["meters and channels"])


class MeterShown(BaseModel):
    """A meter and those of its channels that the reader sees."""

    meter_id: int
    institution_id: int
    code: str
    name_zh: str
    name_en: str
    channels: list[ChannelShown]


class MeterRow(BaseModel):
    """A meter in a table."""

    meter_id: int
    institution_id: int
    code: str
    name_zh: str
    name_en: str
    channels: list[int]


class MeterPage(BaseModel):
    """Some meters in order of id."""

    items: list[MeterShown]
    next: str | None = Field(description="Address of the following page.")


@router.get("", response_model=MeterPage, responses=TABLE_ANSWER, summary="List meters")
def get_meters(
    request: Request,
    actor: CurrentActor,
    wish: AsWished,
    institution: Annotated[IdAsked | None, Query(description="Only meters of this one.")] = None,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> MeterPage | Response:
    """Return the meters of the institutions that the reader sees; a table names channels by id."""
    page = paged(
        wish, after, limit, 1000,
        lambda after, limit: list_meters(
            actor, institution_id=institution, after=after, limit=limit
        ),
    )  # fmt: skip
    items, following = [_shown(one) for one in page.rows], next_url(request, page.next)
    if wish.table:
        return models_of(map(_row, items), MeterRow, "meters", wish, following)
    return MeterPage(items=items, next=following)


@router.get("/{meter_id}", summary="One meter")
def get_meter(meter_id: Id, actor: CurrentActor) -> MeterShown:
    """Return one meter with its channels."""
    return _shown(meter(actor, meter_id))


def _row(one: MeterShown) -> MeterRow:
    channels = [channel.channel_id for channel in one.channels]
    return MeterRow(**one.model_dump(exclude={"channels"}), channels=channels)


def _shown(detail: MeterDetail) -> MeterShown:
    found = detail.meter
    return MeterShown(
        meter_id=found.meter_id,
        institution_id=found.institution_id,
        code=found.code,
        name_zh=found.name_zh,
        name_en=found.name_en,
        channels=[channel_shown(one) for one in detail.channels],
    )
