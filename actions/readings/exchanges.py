"""Exchanges of meters: recorded by whoever was there, so that a fall is a new meter and no loss."""

from decimal import Decimal

import numpy as np

from actions.actor import Actor
from actions.figures import not_found
from actions.readings import effects
from actions.readings.correcting import Case, check_register, quanta_of
from actions.readings.corrections import check_factor_stays
from actions.readings.effects import Around
from actions.registry.meters import no_channel
from analytics.limits import within
from analytics.steps import Reason
from metering.errors import InputError
from metering.messages import MAX_QUANTA
from storage.readings import exchanges
from storage.readings.exchanges import Exchange
from storage.registry import meters
from storage.registry.meters import Channel

__all__ = [
    "Exchange",
    "list_exchanges",
]


def list_exchanges(actor: Actor, channel_id: int) -> tuple[Channel, list[Exchange]]:
    """Return a channel with the exchanges of its meter, in order of time."""
    with actor.look() as connection:
        found = meters.channels(connection, [channel_id])
        if not found:
            raise no_channel(channel_id)
        return found[0], exchanges.known(connection, channel_id)


def checked(one: Case, final: Decimal | None, initial: Decimal, *, despite: bool) -> Exchange:
    """Return an exchange of the case's register, or refuse it."""
    check_register(one)
    exchange = Exchange(
        one.at,
        None if final is None else quanta_of(one, "final", final),
        quanta_of(one, "initial", initial),
        one.reason,
        one.by,
    )
    if not despite:
        near = effects.around(one.connection, one.channel.channel_id, one.at_ms)
        _check_neighbours(one, near, exchange)
    return exchange


def check_recorded(one: Case) -> None:
    """Refuse an instant of which no exchange is known."""
    found = exchanges.known(one.connection, one.channel.channel_id)
    if all(known.at != one.at for known in found):
        where = {"channel_id": one.channel.channel_id, "at": one.at.isoformat()}
        raise not_found("换表记录", "exchange", where)


def withdrawn(one: Case) -> int:
    """End the exchange of the instant, and return the correction's id."""
    replaced = exchanges.retire(one.connection, one.channel.channel_id, one.at)
    check_factor_stays(one)
    return one.record("withdraw", replaced=replaced)


def use_stated(one: Case, value: Decimal, *, despite: bool) -> tuple[Exchange, int]:
    """Return a use of the unknown step as an exchange that ends it, and the use, or refuse it.

    It is as if the old register had gone on by so much, and the new one begun with the reading.

    value: in the channel's unit. Returned: in its quanta.
    """
    check_register(one)
    low, initial = _unknown_step(one)
    used = value * one.channel.per_unit
    if not 0 <= used <= MAX_QUANTA - low:
        raise one.impossible("value", str(value), "不是可能的用量。", "is no possible use.")
    final = low + int(used.to_integral_value())
    if not despite:
        near = effects.around(one.connection, one.channel.channel_id, one.at_ms)
        _check_rise(one, near, "value", final, before=True)
    return Exchange(one.at, final, initial, one.reason, one.by), final - low


def _unknown_step(one: Case) -> tuple[int, int]:
    """Return the values at both ends of the unknown step that ends at the instant."""
    near = effects.around(one.connection, one.channel.channel_id, one.at_ms)
    steps, rows = near.found.steps, near.rows
    lost = np.isin(steps.reason, (Reason.FALL, Reason.OVER_LIMIT, Reason.TURNS))
    ends = np.flatnonzero((steps.end_ms == one.at_ms) & lost)
    if not len(ends):
        words = "处没有未知用量的时段。", "is not the end of a stretch whose use is unknown."
        raise one.impossible("at", one.at.isoformat(), *words)
    begun = int(np.searchsorted(rows.at_ms, int(steps.start_ms[ends[0]])))
    row = int(np.searchsorted(rows.at_ms, one.at_ms))
    return int(rows.starts[begun]), int(rows.ends[row])


def _check_neighbours(one: Case, near: Around, exchange: Exchange) -> None:
    """Refuse an exchange whose values do not fit the readings beside it."""
    if exchange.final is not None:
        _check_rise(one, near, "final", exchange.final, before=True)
    _check_rise(one, near, "initial", exchange.initial, before=False)


def _check_rise(one: Case, near: Around, name: str, value: int, *, before: bool) -> None:
    """Refuse a value from or to which the register would fall, or rise beyond the limit."""
    rows, some = near.rows, near.found.stands
    beside = (rows.at_ms < one.at_ms) if before else (rows.at_ms > one.at_ms)
    places = np.flatnonzero(some & beside)
    if not len(places):
        return
    row = int(places[-1] if before else places[0])
    rise = value - int(rows.starts[row]) if before else int(rows.ends[row]) - value
    most = int(rows.max_per_hour[row]) if before else one.setting.max_per_hour or 0
    time = abs(one.at_ms - int(rows.at_ms[row]))
    if rise < 0:
        raise _misfit(one, name, value, rise, "register_falls")
    if not within(np.array([rise]), np.array([most]), np.array([time]))[0]:
        raise _misfit(one, name, value, rise, "over_limit")


def _misfit(one: Case, name: str, value: int, rise: int, why: str) -> InputError:
    shown, use = one.shown(value), one.shown(rise)
    zh, en = {
        "register_falls": ("示数会变小", "the register would fall"),
        "over_limit": ("超过线路所能承载", "more than the connection can carry"),
    }[why]
    return InputError(
        f"exchange.{why}",
        zh=f"{shown}:与相邻读数相差 {use},{zh}。",
        en=f"{shown}: {use} from the reading beside it, {en}.",
        next_zh="请核对;确认无误时加 despite 并在依据中说明理由。",
        next_en="Check it; if it is right, say `despite`, and why in the source.",
        where={"field": name, "value": shown},
    )
