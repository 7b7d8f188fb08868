"""Exchanges of meters: recorded by whoever was there, so that a fall is a new meter and no loss."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from actions.desk import Desk
from actions.meters import no_channel
from metering.channels import Kind
from metering.errors import InputError
from metering.messages import MAX_QUANTA
from storage import exchanges, meters
from storage.exchanges import Exchange
from storage.meters import Channel

__all__ = ["Exchange", "list_exchanges", "record_exchange"]

_AHEAD: Final = timedelta(hours=24)


def list_exchanges(desk: Desk, channel_id: int) -> tuple[Channel, list[Exchange]]:
    """Return a channel with the exchanges of its meter, in order of time."""
    with desk.look() as connection:
        found = meters.channels(connection, [channel_id])
        if not found:
            raise no_channel(channel_id)
        return found[0], exchanges.known(connection, channel_id)


def record_exchange(
    desk: Desk,
    channel_id: int,
    at: datetime,
    *,
    final: Decimal | None,
    initial: Decimal,
    source: str,
) -> tuple[Channel, Exchange]:
    """Record that a register's meter was exchanged; the use around it is computed anew.

    Said again for the same instant it corrects what was said; both stay on record.

    at: aware, whole milliseconds. final: what stood on the old meter, None where nobody read it.
    initial: what stood on the new one. [the channel's unit]
    """
    detail = {"at": at.isoformat(), "final": final, "initial": initial, "source": source}
    with desk.act("exchange.record", channel_id, detail) as connection:
        found = meters.channels(connection, [channel_id])
        if not found:
            raise no_channel(channel_id)
        channel = found[0]
        _check_instant(channel, at)
        if not source.strip():
            raise _wrong(
                "source", source, "来源不能为空。", "says who read the meters, or which form."
            )
        exchange = Exchange(
            at.astimezone(UTC),
            None if final is None else _quanta(channel, "final", final),
            _quanta(channel, "initial", initial),
            source.strip(),
            desk.actor,
        )
        exchanges.record(connection, channel_id, exchange)
    return channel, exchange


def _check_instant(channel: Channel, at: datetime) -> None:
    if channel.kind != Kind.REGISTER:
        raise _wrong("channel", channel.code, "不是计度器通道。", "is no register channel.")
    if at.tzinfo is None or at.microsecond % 1000:
        said = "应带时区,精确到毫秒。", "needs an offset, and whole milliseconds."
        raise _wrong("at", at.isoformat(), *said)
    opens = max(channel.since, channel.sealed_before or channel.since)
    if not opens <= at <= datetime.now(UTC) + _AHEAD:
        first = opens.isoformat()
        said = f"应在 {first} 与现在之间。", f"is not between {first} and now."
        raise _wrong("at", at.isoformat(), *said)


def _quanta(channel: Channel, field: str, value: Decimal) -> int:
    """Return what a register shows in whole quanta, as its readings are quantized."""
    quanta = value * channel.per_unit
    if not value.is_finite() or not 0 <= quanta <= MAX_QUANTA:
        said = "不是此表可以显示的数。", "is nothing that this meter can show."
        raise _wrong(field, str(value), *said)
    return int(quanta.to_integral_value())


def _wrong(field: str, value: str, zh: str, en: str) -> InputError:
    return InputError(
        "exchange.impossible",
        zh=f"{field} = {value}:{zh}",
        en=f"{field} = {value} {en}",
        next_zh="请对照换表记录单核对。",
        next_en="Check it against the record of the exchange.",
        where={"field": field, "value": value},
    )
