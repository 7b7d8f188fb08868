"""Recording that a meter was exchanged, so that a falling register is a new meter and no loss."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from fastapi import Request
from nicegui import ui

from actions.desk import Desk
from actions.readings.exchanges import OfChannel, exchanges_of, record_exchange
from actions.registry.institutions import list_institutions
from actions.registry.meters import list_meters
from dashboards.console import frame
from dashboards.console.fields import choice, decimal_of, filled, text_field
from dashboards.console.seat import RESPONSE_S, House, Seat, seated
from metering.channels import Kind
from storage.registry.meters import Channel

_MOST = 1000


def add(house: House) -> None:
    """Put the page into the application."""

    @ui.page("/exchanges", response_timeout=RESPONSE_S)
    async def exchanges(request: Request, institution: int | None = None) -> None:
        seat = seated(house, request)
        with frame.page(seat, seat.say("exchanges")):
            found = await seat.ask(lambda desk: list_institutions(desk, limit=_MOST))
            if not found.rows:
                ui.label(seat.say("no_institutions"))
                return
            names: dict[object, str] = {
                one.institution_id: seat.either(one.name_zh, one.name_en, str(one.institution_id))
                for one in found.rows
            }
            chosen = institution if institution in names else found.rows[0].institution_id
            channels = await seat.ask(lambda desk: _registers(desk, chosen or 0))
            with frame.sheet():
                ui.label(seat.say("exchange_hint")).classes("cw-quiet")
                field = choice(seat.say("institution"), names, chosen)
                field.on_value_change(
                    lambda event: ui.navigate.to(seat.url("/exchanges", institution=event.value))
                )
                _form(seat, channels)
            if chosen is not None:
                await _known(seat, chosen)


async def _known(seat: Seat, institution_id: int) -> None:
    """Show what is known of an institution's exchanges."""
    found = await seat.ask(lambda desk: exchanges_of(desk, institution_id))
    with frame.sheet(seat.say("exchanges_known")):
        if not found:
            ui.label(seat.say("no_exchanges"))
            return
        keys = ("channel", "at", "final", "initial", "source")
        rows = [
            [
                frame.cell(f"{one.meter} · {one.channel}"),
                frame.cell(f"{one.at.astimezone(ZoneInfo(one.zone)):%Y-%m-%d %H:%M %z}"),
                _value(one, one.final),
                _value(one, one.initial),
                frame.cell(one.source),
            ]
            for one in found
        ]
        frame.table([seat.say(key) for key in keys], rows)
        frame.export(seat, f"/institutions/{institution_id}/exchanges", len(rows))


def _value(one: OfChannel, quanta: int | None) -> str:
    value = None if quanta is None else Decimal(quanta) / one.per_unit
    return frame.number(value, len(str(one.per_unit)) - 1, f" {one.unit}")


def _registers(desk: Desk, institution_id: int) -> list[Channel]:
    """Return the register channels of an institution's meters."""
    page = list_meters(desk, institution_id=institution_id, limit=_MOST)
    return [one for meter in page.rows for one in meter.channels if one.kind == Kind.REGISTER]


def _form(seat: Seat, channels: list[Channel]) -> None:
    if not channels:
        ui.label(seat.say("no_registers"))
        return
    known = {one.channel_id: one for one in channels}
    with ui.element("div").classes("cw-fields"):
        options: dict[object, str] = {
            one.channel_id: f"{one.meter} · {one.code} ({one.unit}, {one.zone})" for one in channels
        }
        channel = choice(seat.say("channel"), options)
        at = text_field(seat.say("at"), hint=seat.say("at_hint"), most=19)
        final = text_field(seat.say("final"), most=30)
        initial = text_field(seat.say("initial"), "0", most=30)
        source = text_field(seat.say("source"), hint=seat.say("source_hint"))

    async def recorded() -> None:
        needed = {seat.say("at"): at, seat.say("initial"): initial, seat.say("source"): source}
        if not filled(seat, needed):
            return
        channel_id = int(channel.value)
        try:
            when = datetime.fromisoformat(at.value.strip())
        except ValueError:
            ui.notify(seat.say("bad_time"), type="warning")
            return
        when = when.replace(tzinfo=when.tzinfo or ZoneInfo(known[channel_id].zone))
        first = decimal_of(seat, initial, seat.say("initial"))
        last = decimal_of(seat, final, seat.say("final")) if final.value else None
        if first is None or (final.value and last is None):
            return
        made = await seat.attempt(
            lambda desk: record_exchange(
                desk, channel_id, when, final=last, initial=first, source=source.value
            )
        )
        if made is not None:
            ui.notify(seat.say("recorded"), type="positive")

    ui.button(seat.say("record"), on_click=recorded).props("unelevated no-caps").classes(
        "self-start"
    )
