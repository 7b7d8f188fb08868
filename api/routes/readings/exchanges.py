"""Exchanges of meters: when, and what stood on the old one and the new one."""

from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from actions.figures import in_units
from actions.readings.exchanges import Exchange, exchanges_of, list_exchanges
from api.auth import CurrentActor
from api.fields import Exact, Id
from api.tables import TABLE_ANSWER, AsWished, models_of
from storage.registry.meters import Channel

router = APIRouter(prefix="/api/v1/channels", tags=["meters and channels"])
of_institution = APIRouter(prefix="/api/v1/institutions", tags=["meters and channels"])


class ExchangeShown(BaseModel):
    """One exchange as it is known now."""

    at: datetime
    final: Exact | None = Field(description="In the channel's unit; null: nobody read it.")
    initial: Exact
    source: str
    known_by: str


class ExchangeOfShown(ExchangeShown):
    """One exchange with the channel that it is of."""

    channel_id: int
    meter: str
    channel: str
    unit: str


@router.get(
    "/{channel_id}/exchanges",
    response_model=list[ExchangeShown],
    responses=TABLE_ANSWER,
    summary="Exchanges of a channel's meter",
)
def get_exchanges(
    channel_id: Id, actor: CurrentActor, wish: AsWished
) -> list[ExchangeShown] | Response:
    """Return when the meter was exchanged, in order of time."""
    channel, found = list_exchanges(actor, channel_id)
    items = [_shown(channel, one) for one in found]
    if wish.table:
        return models_of(items, ExchangeShown, f"exchanges-{channel_id}", wish, None)
    return items


@of_institution.get(
    "/{institution_id}/exchanges",
    response_model=list[ExchangeOfShown],
    responses=TABLE_ANSWER,
    summary="Exchanges of an institution's meters",
)
def get_exchanges_of(
    institution_id: Id, actor: CurrentActor, wish: AsWished
) -> list[ExchangeOfShown] | Response:
    """Return when which of its meters was exchanged, by meter, channel and time."""
    items = [
        ExchangeOfShown(
            channel_id=one.channel_id,
            meter=one.meter,
            channel=one.channel,
            unit=one.unit,
            at=one.at,
            final=in_units(one.final, one.per_unit),
            initial=in_units(one.initial, one.per_unit) or "",
            source=one.source,
            known_by=one.known_by,
        )
        for one in exchanges_of(actor, institution_id)
    ]
    if wish.table:
        return models_of(items, ExchangeOfShown, f"exchanges-of-{institution_id}", wish, None)
    return items


def _shown(channel: Channel, one: Exchange) -> ExchangeShown:
    return ExchangeShown(
        at=one.at,
        final=in_units(one.final, channel.per_unit),
        initial=in_units(one.initial, channel.per_unit) or "",
        source=one.source,
        known_by=one.known_by,
    )
