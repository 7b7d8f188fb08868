"""Reading which curves an institution has: its own channels, and those that its accounts use."""

from dataclasses import dataclass
from datetime import date

from actions.actor import Actor
from storage.accounts import curves, ledger
from storage.registry import meters
from storage.registry.meters import Channel


@dataclass(frozen=True, slots=True)
class Curve:
    """Something whose hours can be drawn: a channel, or a carrier of the whole institution.

    channel: None where it is the institution's own use of a carrier.
    first, last: the days between which there is use, in the zone; None where there is none.
    """

    carrier: str
    channel: Channel | None
    meter_zh: str | None
    meter_en: str | None
    zone: str
    first: date | None
    last: date | None


def curves_of(actor: Actor, institution_id: int) -> list[Curve]:
    """Return the curves that the reader may see, those of the whole institution first."""
    with actor.look() as connection:
        own = meters.listed(connection, institution_id=institution_id, after=0, most=500)
        names = {one.meter_id: one for one in own}
        terms = ledger.terms(connection, institution_id)
        ids = {one for meter in own for one in meter.channel_ids}
        ids |= {term.channel_id for term in terms if term.zone is not None}
        channels = meters.channels(connection, sorted(ids))
        days = curves.days(connection, sorted(ids))
    each = []
    for channel in channels:
        meter = names.get(channel.meter_id)
        first, last = days.get(channel.channel_id, (None, None))
        zh, en = (meter.name_zh, meter.name_en) if meter else (None, None)
        each.append(Curve(channel.carrier, channel, zh, en, channel.zone, first, last))
    return _whole(each, {term.channel_id for term in terms}) + each


def _whole(each: list[Curve], used: set[int]) -> list[Curve]:
    """Return one curve per carrier for what the accounts use."""
    found: dict[str, list[Curve]] = {}
    for one in each:
        if one.channel is not None and one.channel.channel_id in used:
            found.setdefault(one.carrier, []).append(one)
    return [
        Curve(
            carrier,
            None,
            None,
            None,
            parts[0].zone,
            min((part.first for part in parts if part.first), default=None),
            max((part.last for part in parts if part.last), default=None),
        )
        for carrier, parts in sorted(found.items())
    ]
