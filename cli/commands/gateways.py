"""`commonwatt gateways`: which gateways there are, when they spoke, how their clocks are."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from cli import settings
from cli.commands.options import ApiUrl
from cli.services.words import say

if TYPE_CHECKING:
    from storage.readings.gateways import Gateway

_PAGE = 500


def gateways(database_url: ApiUrl = None) -> None:
    """List gateways with their last reading, what waits of them, and their clocks."""
    from actions.readings.gateways import list_gateways
    from cli.wiring import operator

    after = None
    with operator(settings.load(database_url=database_url)) as actor:
        while True:
            page = list_gateways(actor, after=after, limit=_PAGE)
            for one in page.rows:
                typer.echo(_line(one))
            after = page.next
            if after is None:
                return


def _line(one: "Gateway") -> str:
    last = f"{one.last_reading_at:%Y-%m-%d %H:%M} UTC" if one.last_reading_at else "-"
    line = say(
        f"{one.name}:通道 {one.channels},最后读数 {last},拒收 {one.rejects}",
        f"{one.name}: {one.channels} channels, last reading {last}, {one.rejects} refused",
    )
    return line + _state(one) + _clock(one)


def _state(one: "Gateway") -> str:
    """Return that it is revoked, or silent for longer than it uses to."""
    if one.revoked_at is not None:
        return say(";凭据已吊销", "; revoked")
    return say(";离线", "; offline") if one.silent_at(datetime.now(UTC)) else ""


def _clock(one: "Gateway") -> str:
    from metering.clocks import lasting

    words = ""
    if one.clock_set_aside_at is not None:
        when = f"{one.clock_set_aside_at:%Y-%m-%d %H:%M} UTC"
        words = say(f";曾有读数因时钟暂存待核({when})", f"; set aside for its clock at {when}")
    if one.waits_ahead_ms is not None:
        zh, en = lasting(one.waits_ahead_ms)
        words += say(
            f";时钟超前 {zh},建议 --shift {one.shift_proposed}",
            f"; clock {en} ahead, try --shift {one.shift_proposed}",
        )
    return words
