"""Exchanges of meters: when, and what stood on the old one and the new one."""

from datetime import datetime
from decimal import Decimal

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from actions.exchanges import Exchange, exchanges_of, list_exchanges, record_exchange
from actions.figures import in_units
from api.doorway import AtDesk
from api.fields import Exact, Id
from api.routes.corrections import Corrected, DryRun, corrected
from api.tables import TABLE_ANSWER, AsWished, models_of
from storage.meters import Channel

router = APIRouter(prefix="/api/v1/channels", tags=["meters and channels"])
of_institution = APIRouter(prefix="/api/v1/institutions", tags=["meters and channels"])


class NewExchange(BaseModel):
    """What was read when the meter was exchanged."""

    model_config = ConfigDict(extra="forbid")

    at: AwareDatetime
    final: Decimal | None = Field(None, description="Of the old meter; null: nobody read it.")
    initial: Decimal = Field(description="Of the new meter, in the channel's unit.")
    source: str = Field(min_length=1, max_length=500, description="Who read them, which form.")
    despite: bool = Field(
        False,
        description="Taken although it does not fit the readings beside it; `source` says why.",
    )


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


class ExchangeDone(ExchangeShown, Corrected):
    """An exchange with what it changes; of a dry run, one that was not recorded."""


@router.get(
    "/{channel_id}/exchanges",
    response_model=list[ExchangeShown],
    responses=TABLE_ANSWER,
    summary="Exchanges of a channel's meter",
)
def get_exchanges(channel_id: Id, desk: AtDesk, wish: AsWished) -> list[ExchangeShown] | Response:
    """Return when the meter was exchanged, in order of time."""
    channel, found = list_exchanges(desk, channel_id)
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
    institution_id: Id, desk: AtDesk, wish: AsWished
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
        for one in exchanges_of(desk, institution_id)
    ]
    if wish.table:
        return models_of(items, ExchangeOfShown, f"exchanges-of-{institution_id}", wish, None)
    return items


@router.post("/{channel_id}/exchanges", status_code=201, summary="Record an exchange")
def post_exchange(
    channel_id: Id, said: NewExchange, desk: AtDesk, response: Response, dry_run: DryRun = False
) -> ExchangeDone:
    """Record an exchange, or correct the one of that instant; 200 is a dry run."""
    made, done = record_exchange(
        desk,
        channel_id,
        said.at,
        final=said.final,
        initial=said.initial,
        source=said.source,
        despite=said.despite,
        dry_run=dry_run,
    )
    shown = _shown(done.channel, made).model_dump()
    return ExchangeDone.model_validate(shown | corrected(done, response).model_dump())


def _shown(channel: Channel, one: Exchange) -> ExchangeShown:
    return ExchangeShown(
        at=one.at,
        final=in_units(one.final, channel.per_unit),
        initial=in_units(one.initial, channel.per_unit) or "",
        source=one.source,
        known_by=one.known_by,
    )
