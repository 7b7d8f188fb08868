"""Channels: how they count, where they are bound, what they said last."""

from datetime import date, datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from actions.figures import in_units, instant
from actions.registry.meters import channel, ratio_in
from api.auth import CurrentActor
from api.fields import Exact, Id, Shown
from api.late import LateRoute
from metering.channels import Kind
from storage.registry.meters import Channel, DatedSetting, Last

router = APIRouter(route_class=LateRoute, prefix="/api/v1/channels", tags=["meters and channels"])


class ChannelShown(BaseModel):
    """One measured quantity of a meter."""

    channel_id: int
    meter_id: int
    meter: str | None = Field(description="Its code; null where the meter is somebody else's.")
    institution_id: int | None
    code: str
    carrier: str
    kind: str = Field(description="register, interval or power")
    unit: str = Field(description="The sender's; per_unit quanta of the channel are one unit.")
    per_unit: int
    net: bool = Field(description="Whether negative use is meant.")
    zone: str = Field(description="The civil zone of its days.")
    since: datetime
    sealed_before: datetime | None


class SettingShown(Shown):
    """How the channel counted in a span of time; valid_to is not included."""

    factor: str = Field(description="The transformers' ratio alone, such as 80 or 3/2.")
    period_s: int
    max_per_hour: int | None = Field(description="Channel quanta.")
    wraps_at: int | None = Field(description="Channel quanta.")
    valid_from: datetime | None = Field(description="Null is from the beginning.")
    valid_to: datetime | None
    source: str


def setting_shown(setting: DatedSetting, channel: Channel) -> SettingShown:
    """Return a setting as the API writes it."""
    return SettingShown(
        factor=str(ratio_in(setting, channel)),
        period_s=setting.period_s,
        max_per_hour=setting.max_per_hour,
        wraps_at=setting.wraps_at,
        valid_from=setting.valid_from,
        valid_to=setting.valid_to,
        source=setting.source,
    )


class BindingShown(Shown):
    """Under which key of which gateway the channel was read."""

    gateway: str
    key: str
    valid_from: datetime | None
    valid_to: datetime | None


class UsedInShown(Shown):
    """In whose account the channel counts."""

    institution_id: int
    carrier: str
    share: int = Field(description="Millionths, from -1000000 to 1000000.")
    valid_from: date
    valid_to: date | None
    source: str


class MarkShown(Shown):
    """Readings that were stored, and of which there is something to tell."""

    mark: str = Field(
        description="rounded: finer than the channel's quantum, so rounded to it. clock.behind: "
        "of a clock that seems to have fallen back."
    )
    readings: int
    first: datetime
    last: datetime


class ReadingShown(BaseModel):
    """One effective reading."""

    at: datetime
    value: Exact = Field(description="In the channel's unit.")
    quanta: int = Field(description="Whole quanta of the channel, within 2^53.")


class ChannelDetailShown(BaseModel):
    """A channel with everything dated about it."""

    channel: ChannelShown
    settings: list[SettingShown]
    bindings: list[BindingShown]
    used_in: list[UsedInShown]
    last: ReadingShown | None
    waits: bool = Field(description="Readings have come whose use is still to be computed.")
    marks: list[MarkShown] = Field(description="What is to be told of stored readings.")


@router.get("/{channel_id}", summary="One channel")
def get_channel(channel_id: Id, actor: CurrentActor) -> ChannelDetailShown:
    """Return one channel with settings, bindings and its last reading."""
    found = channel(actor, channel_id)
    return ChannelDetailShown(
        channel=channel_shown(found.channel),
        settings=[setting_shown(one, found.channel) for one in found.settings],
        bindings=[BindingShown.model_validate(one) for one in found.bindings],
        used_in=[UsedInShown.model_validate(one) for one in found.used_in],
        last=_last(found.last, found.channel),
        waits=found.waits,
        marks=[MarkShown.model_validate(one) for one in found.marks],
    )


def channel_shown(found: Channel) -> ChannelShown:
    """Return a channel as the API writes it."""
    fields = {name: getattr(found, name) for name in ChannelShown.model_fields}
    return ChannelShown(**{**fields, "kind": Kind(found.kind).name.lower()})


def _last(last: Last | None, of: Channel) -> ReadingShown | None:
    if last is None:
        return None
    value = in_units(last.value, of.per_unit) or ""
    return ReadingShown(at=instant(last.at_ms), value=value, quanta=last.value)
