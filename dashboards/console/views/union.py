"""One union: members, targets and setting one, and where everybody stands."""

from decimal import Decimal

from fastapi import Request
from nicegui import ui

from actions.compact.standing import Standing, Withheld, last_day, stand, standing_of, withheld_of
from actions.compact.targets import Curve, Indicator, Kept, Origin, Target, list_targets, set_target
from actions.compact.unions import UnionDetail, union_of
from actions.registry.regions import list_profiles
from dashboards.console import covering, frame
from dashboards.console.fields import choice, decimal_of, filled, text_field
from dashboards.console.seat import RESPONSE_S, House, Seat, seated, tell
from metering.errors import EnergyError

_A_PERCENT = 10_000  # millionths


def add(house: House) -> None:
    """Put the page into the application."""

    @ui.page("/unions/{union_id}", response_timeout=RESPONSE_S)
    async def union(request: Request, union_id: int) -> None:
        seat = seated(house, request)
        detail: UnionDetail | None = None
        with frame.page(seat, seat.say("unions"), (seat.say("unions"), "/")):
            detail = await seat.ask(lambda desk: union_of(desk, union_id))
            with frame.sheet(seat.either(detail.union.name_zh, detail.union.name_en)):
                _members(seat, detail)
            await _targets(seat, detail)
            await _standing(seat, detail)


def _members(seat: Seat, detail: UnionDetail) -> None:
    board = f"{seat.house.pages_url}/boards/commonwatt-union?var-union={detail.union.union_id}"
    names = "、".join(seat.either(one.name_zh, one.name_en) for one in detail.members)
    ui.html(
        f"{frame.cell(seat.say('members'))}: {frame.cell(names)} · "
        f"{frame.link(seat.say('boards'), board)}",
        sanitize=False,
    )


async def _targets(seat: Seat, detail: UnionDetail) -> None:
    union_id = detail.union.union_id
    found = await seat.ask(lambda desk: list_targets(desk, union_id))
    with frame.sheet(seat.say("targets")):
        if not found:
            ui.label(seat.say("no_targets"))
        else:
            keys = ("target", "fall", "base_year", "curve", "origin", "profile", "source")
            frame.table([seat.say(key) for key in keys], [_row(seat, one) for one in found])
            frame.export(seat, f"/unions/{union_id}/targets", len(found))
        if detail.union.planned:
            await _form(seat, union_id)


def _row(seat: Seat, one: Kept) -> list[str]:
    target = one.target
    years = seat.say("own_years")
    if target.base_year is not None:
        years = f"{target.base_year} → {target.target_year}"
    origin = "agreed" if target.origin is Origin.AGREED else "issued_above"
    return [
        frame.link(f"{seat.say('target')} {one.target_id}", f"/targets/{one.target_id}"),
        frame.number(Decimal(target.fall_millionths) / _A_PERCENT, 2, " %"),
        frame.cell(years),
        frame.cell(seat.say(target.curve.value)),
        frame.cell(seat.say(origin)),
        frame.cell(target.profile),
        frame.cell(one.source),
    ]


async def _form(seat: Seat, union_id: int) -> None:
    profiles = await seat.ask(list_profiles)
    names: dict[object, str] = {
        one.code: f"{seat.either(one.name_zh, one.name_en)} · {one.code}" for one in profiles
    }
    with (
        # A form that slides open takes a press that ends on another spot than it began for none.
        ui.expansion(seat.say("set_target"), icon="flag")
        .props("dense duration=0")
        .classes("w-full"),
        ui.element("div").classes("cw-fields"),
    ):
        fall = text_field(seat.say("fall_percent"), "3")
        profile = choice(seat.say("profile"), names)
        base = text_field(seat.say("base_year"), hint=seat.say("years_hint"), most=4)
        end = text_field(seat.say("target_year"), most=4)
        curve = choice(seat.say("curve"), {one.value: seat.say(one.value) for one in Curve})
        origins = {"agreed": seat.say("agreed"), "issued": seat.say("issued_above")}
        origin = choice(seat.say("origin"), dict(origins))
        source = text_field(seat.say("source"), hint=seat.say("source_hint"))

        async def save() -> None:
            if not filled(seat, {seat.say("fall_percent"): fall, seat.say("source"): source}):
                return
            percent = decimal_of(seat, fall, seat.say("fall_percent"))
            years = [_year(seat, base, "base_year"), _year(seat, end, "target_year")]
            if percent is None or -1 in years:
                return
            try:
                target = Target(
                    Indicator.TOTAL_KGCE, str(profile.value), int(percent * _A_PERCENT),
                    years[0], years[1], Curve(curve.value), Origin(origin.value),
                )  # fmt: skip
            except EnergyError as error:
                tell(seat, error)
                return
            made = await seat.attempt(
                lambda desk: set_target(desk, union_id, target, source.value.strip())
            )
            if made is not None:
                ui.navigate.to(f"/targets/{made}")

        ui.button(seat.say("set_target"), on_click=save).props("unelevated no-caps")


def _year(seat: Seat, field: ui.input, key: str) -> int | None:
    """Return a year, None where it is left open, −1 after telling that it is none."""
    if not field.value:
        return None
    said = decimal_of(seat, field, seat.say(key))
    return -1 if said is None else int(said)


async def _standing(seat: Seat, detail: UnionDetail) -> None:
    union_id = detail.union.union_id
    found = await seat.ask(lambda desk: standing_of(desk, union_id=union_id))
    hidden = await seat.ask(lambda desk: withheld_of(desk, union_id=union_id))
    names = {one.region_id: seat.either(one.name_zh, one.name_en) for one in detail.members}
    with frame.sheet(seat.say("standing")):
        if not found and not hidden:
            ui.label(seat.say("no_standing"))
        else:
            keys = (
                "member", "year", "day", "quota_kgce", "due_kgce", "used_kgce", "against_path",
                "worked_out",
            )  # fmt: skip
            rows = [
                _stands(seat, names.get(one.member_id, str(one.member_id)), one) for one in found
            ]
            rows += [
                _hidden(seat, names.get(one.member_id, str(one.member_id)), one) for one in hidden
            ]
            frame.table([seat.say(key) for key in keys], rows)
            for one in found:
                covering.of_standing(seat, names.get(one.member_id, str(one.member_id)), one)
            frame.export(seat, f"/standing/members?union={union_id}", len(rows))
        if not detail.union.planned:
            return
        last = await seat.ask(lambda desk: last_day(desk, union_id))

        async def now() -> None:
            if await seat.attempt(lambda desk: stand(desk, union_id, last)) is not None:
                ui.notify(seat.say("stood", day=last), type="positive")
                ui.navigate.reload()

        ui.button(seat.say("stand_now"), on_click=now).props("outline no-caps").classes(
            "self-start"
        )


def _hidden(seat: Seat, name: str, one: Withheld) -> list[str]:
    return [frame.cell(name), frame.cell(one.year), "", *[frame.withheld(seat)] * 4, ""]


def _stands(seat: Seat, name: str, one: Standing) -> list[str]:
    ratio = None
    if one.over_g is not None:
        ratio = Decimal(one.over_g) / one.compared_path_g * 100 + 100
    state = "cw-bad" if ratio is not None and ratio > 100 else "cw-good"
    against = frame.number(ratio, 1, " %", state)
    if ratio is None:
        against = f"<data>{frame.cell(seat.say('not_enough'))}</data>"
    return [
        frame.cell(name),
        frame.cell(one.year),
        frame.cell(one.day),
        frame.kg(one.quota_g),
        frame.kg(one.due_g),
        frame.kg(one.used_g),
        against,
        frame.cell(f"{one.as_of:%Y-%m-%d %H:%M} UTC"),
    ]
