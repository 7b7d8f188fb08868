"""Reading use as series: of a channel, or of an institution as its terms share the channels."""

from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from actions.actor import Actor
from actions.figures import not_found
from actions.registry.institutions import no_institution
from actions.registry.meters import no_channel
from actions.spans import When, span_of
from metering.errors import InputError
from storage.accounts import ledger
from storage.pages import check_size, cursor_of, key_of
from storage.readings import series
from storage.readings.series import Grain, UsageColumns
from storage.registry import institutions, meters, regions
from storage.registry.regions import Carrier


@dataclass(frozen=True, slots=True)
class UsageSeries:
    """Use in order of time, in whole carrier quanta, and where the rest begins.

    zone: in which hours are written and days begin. per_unit quanta are one `unit`.
    complete: False where a channel that counts here is beyond the reader's rights.
    waits: readings have come whose use is still to be computed.
    """

    carrier: str
    grain: Grain
    zone: str
    unit: str
    per_unit: int
    columns: UsageColumns
    next: str | None
    complete: bool
    waits: bool


def channel_usage(
    actor: Actor,
    channel_id: int,
    grain: Grain,
    *,
    since: When = None,
    until: When = None,
    zone: str | None = None,
    after: str | None = None,
    limit: int = 1000,
) -> UsageSeries:
    """Return the use of a channel; hours of which nothing is known have no figure.

    zone: for showing hours only; days and months are those of the channel's civil zone.
    """
    check_size(limit)
    (last,) = key_of(after, -1)
    with actor.look() as connection:
        found = meters.channels(connection, [channel_id])
        if not found:
            raise no_channel(channel_id)
        channel = found[0]
        shown = _zone(zone, channel.zone, grain)
        span = span_of(connection, since, until, shown, int(last))
        columns = series.usage(connection, channel_id, grain, shown, span, limit + 1)
        waits = meters.waits(connection, [channel_id])
    return UsageSeries(
        carrier=channel.carrier,
        grain=grain,
        zone=shown,
        unit=channel.carrier_unit,
        per_unit=channel.carrier_per_unit,
        columns=_first(columns, limit),
        next=_next(columns, limit),
        complete=True,
        waits=waits,
    )


def institution_usage(
    actor: Actor,
    institution_id: int,
    carrier: str,
    grain: Grain,
    *,
    since: When = None,
    until: When = None,
    zone: str | None = None,
    after: str | None = None,
    limit: int = 1000,
) -> UsageSeries:
    """Return the metered use of an institution; its months are its accounts."""
    check_size(limit)
    (last,) = key_of(after, -1)
    with actor.look() as connection:
        if institutions.one(connection, institution_id) is None:
            raise no_institution(institution_id)
        known = _carrier(connection, carrier)
        terms = ledger.terms(connection, institution_id, carrier)
        seen = [term for term in terms if term.zone is not None]
        own_zone = next((term.zone for term in seen if term.zone), "UTC")
        shown = _zone(zone, own_zone, grain)
        span = span_of(connection, since, until, shown, int(last))
        channels = sorted({term.channel_id for term in seen})
        columns = ledger.usage(
            connection, institution_id, carrier, grain, channels, shown, span, limit + 1
        )
        waits = meters.waits(connection, channels)
    return UsageSeries(
        carrier=carrier,
        grain=grain,
        zone=shown,
        unit=known.unit,
        per_unit=known.per_unit,
        columns=_first(columns, limit),
        next=_next(columns, limit),
        complete=grain == "month" or len(seen) == len(terms),
        waits=waits,
    )


def _carrier(connection: Connection[Any], code: str) -> Carrier:
    """Return the carrier of that code, which may not exist."""
    for one in regions.carriers(connection):
        if one.code == code:
            return one
    raise not_found("能源品种", "carrier", {"carrier": code})


def _zone(asked: str | None, own: str, grain: Grain) -> str:
    """Return the zone to show; days and months have their own, which nobody can change."""
    if asked is None or asked == own or grain == "hour":
        return asked or own
    raise InputError(
        "usage.zone_of_hours_only",
        zh=f"日、月按通道所在民用时区 {own} 划分,不能改用 {asked}。",
        en=f"Days and months are those of the civil zone {own}, not of {asked}.",
        next_zh="请去掉 zone,或将 grain 改为 hour。",
        next_en="Leave out `zone`, or ask for the grain hour.",
        where={"field": "zone", "value": asked},
    )


def _next(columns: UsageColumns, limit: int) -> str | None:
    return cursor_of(columns.start_ms[limit - 1]) if len(columns.t) > limit else None


def _first(columns: UsageColumns, most: int) -> UsageColumns:
    return UsageColumns(
        columns.t[:most],
        columns.start_ms[:most],
        columns.used[:most],
        columns.measured_s[:most],
        columns.known_s[:most],
        columns.expected_s[:most],
    )
