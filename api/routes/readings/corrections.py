"""A correction, and what changes by it; the list of a channel's is a declared table."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from actions.figures import in_units, instant
from actions.readings.corrections import one_correction
from actions.readings.effects import Effects
from actions.readings.shown import CorrectionShown, correction_shown
from api.auth import CurrentActor
from api.fields import Exact, Id, Shown
from api.late import LateRoute
from storage.registry.meters import Channel

router = APIRouter(
    route_class=LateRoute, prefix="/api/v1/channels/{channel_id}/corrections", tags=["corrections"]
)


class HourChangeShown(BaseModel):
    """An hour of a channel, in the carrier's unit; null is unknown."""

    channel_id: int
    start: datetime
    before: Exact | None
    after: Exact | None


class AccountChangeShown(BaseModel):
    """A metered account, before and after."""

    institution_id: int
    carrier: str
    month: str
    unit: str
    before: Exact | None
    after: Exact | None
    before_quanta: int | None
    after_quanta: int | None


class PublishedShown(Shown):
    """A published figure that rests on a month that changes; it keeps what it says."""

    kind: Literal["base", "progress", "locked"] = Field(
        description="The base of a quota, the progress against one, or a locked account."
    )
    institution_id: int
    union_id: int | None
    run_id: int | None
    month: date
    year: int
    issued: bool = Field(description="Whether the notice of the quota is out.")
    amount_g: int | None = Field(description="The quota, in grams of standard coal.")
    snapshot: str | None = Field(description="SHA-256 of the run's snapshot.")


class EffectsShown(BaseModel):
    """What differs once use is computed anew."""

    hours: list[HourChangeShown] = Field(description="The first of those that differ.")
    hours_changed: int
    accounts: list[AccountChangeShown]
    accounts_beyond: int = Field(description="Others that change, beyond the reader's rights.")
    published: list[PublishedShown]
    waits: bool = Field(description="Readings have come whose use is still to be computed.")


@router.get("/{correction_id}", summary="One correction")
def get_correction(channel_id: Id, correction_id: Id, actor: CurrentActor) -> CorrectionShown:
    """Return what was said, by whom, when and why, and when it was taken back."""
    return correction_shown(*one_correction(actor, channel_id, correction_id))


def effects_shown(found: Effects, channels: Mapping[int, Channel]) -> EffectsShown:
    """Return what changes, each hour in the unit of its channel's carrier."""
    per_unit = {key: one.carrier_per_unit for key, one in channels.items()}
    return EffectsShown(
        hours=[
            HourChangeShown(
                channel_id=one.channel_id,
                start=instant(one.start_ms),
                before=in_units(one.before, per_unit[one.channel_id]),
                after=in_units(one.after, per_unit[one.channel_id]),
            )
            for one in found.hours
        ],
        hours_changed=found.hours_changed,
        accounts=[
            AccountChangeShown(
                institution_id=one.institution_id or 0,
                carrier=one.carrier,
                month=f"{one.month:%Y-%m}",
                unit=one.unit,
                before=in_units(one.before, one.per_unit),
                after=in_units(one.after, one.per_unit),
                before_quanta=one.before,
                after_quanta=one.after,
            )
            for one in found.accounts
        ],
        accounts_beyond=found.beyond,
        published=[PublishedShown.model_validate(one) for one in found.published],
        waits=found.waits,
    )
