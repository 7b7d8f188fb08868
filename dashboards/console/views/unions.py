"""Unions that somebody has a part in, and founding one."""

from fastapi import Request
from nicegui import ui

from actions.compact.unions import NewUnion, UnionDetail, list_unions, make_union
from actions.registry.regions import list_regions
from compact.unions import State
from dashboards.console import frame
from dashboards.console.fields import choice, filled, text_field
from dashboards.console.seat import RESPONSE_S, House, Seat, seated

_MEMBERS = ("province", "city", "county")


def add(house: House) -> None:
    """Put the first page into the application."""

    @ui.page("/", response_timeout=RESPONSE_S)
    async def unions(request: Request) -> None:
        seat = seated(house, request)
        with frame.page(seat, seat.say("unions")):
            found = await seat.ask(list_unions)
            with frame.sheet():
                if not found:
                    ui.label(seat.say("no_unions"))
                else:
                    _table(seat, found)
                    frame.export(seat, "/unions", len(found))
            await _form(seat)


def _table(seat: Seat, found: list[UnionDetail]) -> None:
    headers = [seat.say(key) for key in ("unions", "members", "agreement", "you_plan")]
    rows = [
        [
            frame.link(
                seat.either(one.union.name_zh, one.union.name_en), f"/unions/{one.union.union_id}"
            ),
            frame.cell("、".join(seat.either(m.name_zh, m.name_en) for m in one.members)),
            frame.cell(seat.say("in_force" if _holds(one) else "no_agreement")),
            frame.cell(seat.say("yes" if one.union.planned else "no")),
        ]
        for one in found
    ]
    frame.table(headers, rows)


def _holds(one: UnionDetail) -> bool:
    return one.agreement is not None and one.agreement.state is State.IN_FORCE


async def _form(seat: Seat) -> None:
    regions = await seat.ask(lambda desk: list_regions(desk, only_seen=True))
    options: dict[object, str] = {
        one.region_id: f"{seat.either(one.name_zh, one.name_en)} ({one.code})"
        for one in regions
        if one.kind in _MEMBERS
    }
    with frame.sheet(seat.say("found_union")):
        with ui.element("div").classes("cw-fields"):
            zh = text_field(seat.say("name_zh"))
            en = text_field(seat.say("name_en"))
            members = choice(seat.say("members"), options, [], several=True)
            source = text_field(seat.say("source"), hint=seat.say("source_hint"))

        async def found() -> None:
            fields: dict[str, ui.input | ui.select] = {
                seat.say("name_zh"): zh, seat.say("name_en"): en,
                seat.say("members"): members, seat.say("source"): source,
            }  # fmt: skip
            if not filled(seat, fields):
                return
            new = NewUnion(zh.value.strip(), en.value.strip(), list(members.value), source.value)
            union_id = await seat.attempt(lambda desk: make_union(desk, new))
            if union_id is not None:
                ui.navigate.to(f"/unions/{union_id}")

        ui.button(seat.say("found"), on_click=found).props("unelevated no-caps").classes(
            "self-start"
        )
