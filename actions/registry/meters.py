"""Reading meters and channels: how they count, where they are bound, what they said last."""

from dataclasses import dataclass
from fractions import Fraction

from actions.actor import Actor
from actions.figures import not_found
from metering.channels import Kind
from metering.errors import NotFoundError
from metering.units import ratio_of
from storage.pages import Page, check_size, cursor_of, key_of
from storage.readings import marks
from storage.readings.marks import Mark
from storage.registry import meters
from storage.registry.meters import Binding, Channel, DatedSetting, Last, Meter, UsedIn


@dataclass(frozen=True, slots=True)
class MeterDetail:
    """A meter and those of its channels that the reader sees."""

    meter: Meter
    channels: list[Channel]


@dataclass(frozen=True, slots=True)
class ChannelDetail:
    """A channel with everything dated about it.

    waits: readings have come whose use is still to be computed.
    marks: readings that were stored, but finer than the quantum, or of a doubtful clock.
    """

    channel: Channel
    settings: list[DatedSetting]
    bindings: list[Binding]
    used_in: list[UsedIn]
    last: Last | None
    waits: bool
    marks: list[Mark]


def ratio_in(setting: DatedSetting, channel: Channel) -> Fraction:
    """Return the transformers' ratio that a setting of a channel holds."""
    kind, quantum = Kind(channel.kind), channel.carrier_quantum
    return ratio_of(setting.factor, setting.under, channel.per_unit, channel.unit, kind, quantum)


def list_meters(
    actor: Actor, *, institution_id: int | None = None, after: str | None = None, limit: int = 100
) -> Page[MeterDetail]:
    """Return meters with their channels, in order of id."""
    check_size(limit, 1000)
    (last,) = key_of(after, 0)
    with actor.look() as connection:
        found = meters.listed(
            connection, institution_id=institution_id, after=int(last), most=limit + 1
        )
        rows = found[:limit]
        ids = [one for meter in rows for one in meter.channel_ids]
        channels = meters.channels(connection, ids)
    by_meter: dict[int, list[Channel]] = {}
    for channel in channels:
        by_meter.setdefault(channel.meter_id, []).append(channel)
    details = [MeterDetail(meter, by_meter.get(meter.meter_id, [])) for meter in rows]
    return Page(details, cursor_of(rows[-1].meter_id) if len(found) > limit else None)


def channels_of(actor: Actor, channel_ids: list[int]) -> list[Channel]:
    """Return those of some channels that the reader sees."""
    with actor.look() as connection:
        return meters.channels(connection, channel_ids)


def meter(actor: Actor, meter_id: int) -> MeterDetail:
    """Return one meter."""
    with actor.look() as connection:
        found = meters.listed(connection, institution_id=None, after=0, most=1, meter_id=meter_id)
        if not found:
            raise not_found("计量器具", "meter", {"meter_id": meter_id})
        return MeterDetail(found[0], meters.channels(connection, found[0].channel_ids))


def channel(actor: Actor, channel_id: int) -> ChannelDetail:
    """Return one channel."""
    with actor.look() as connection:
        found = meters.channels(connection, [channel_id])
        if not found:
            raise no_channel(channel_id)
        return ChannelDetail(
            found[0],
            meters.settings(connection, channel_id),
            meters.bindings(connection, channel_id),
            meters.used_in(connection, channel_id),
            meters.last(connection, channel_id),
            meters.waits(connection, [channel_id]),
            marks.of_channel(connection, channel_id),
        )


def no_channel(channel_id: int) -> NotFoundError:
    """Return the answer for a channel that this reader does not see."""
    return not_found("计量通道", "channel", {"channel_id": channel_id})
