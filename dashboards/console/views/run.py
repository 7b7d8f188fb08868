"""One run: its levels and quotas, proving and issuing it."""

from decimal import Decimal
from urllib.parse import quote

from fastapi import Request
from nicegui import ui

from actions.compact.base_words import marked
from actions.compact.quotas import shares_of
from actions.compact.runs import (
    Kept,
    Level,
    Proof,
    issue_run,
    levels_of,
    one_run,
    prove,
    waiting_bases,
)
from actions.compact.unions import UnionDetail, union_of
from compact.targets import Mark
from dashboards.console import covering, frame
from dashboards.console.names import institution_names, level_names
from dashboards.console.seat import RESPONSE_S, House, Seat, seated
from storage.compact.runs import Share
from storage.pages import Page

_AT_ONCE = 50


def add(house: House) -> None:
    """Put the page into the application."""

    @ui.page("/runs/{run_id}", response_timeout=RESPONSE_S)
    async def run(request: Request, run_id: int, search: str = "", after: str = "") -> None:
        seat = seated(house, request)
        with frame.page(seat, seat.say("runs"), (seat.say("unions"), "/")):
            kept = (await seat.ask(lambda desk: one_run(desk, run_id)))[0]
            union = await seat.ask(lambda desk: union_of(desk, kept.union_id))
            _head(seat, kept, union)
            if union.union.planned:
                await _waiting(seat, kept)
                levels = await seat.ask(lambda desk: levels_of(desk, run_id))
                _levels(seat, levels, await level_names(seat, levels))
            page = await seat.ask(
                lambda desk: shares_of(
                    desk, run_id, named=search.strip(), after=after or None, limit=_AT_ONCE
                )
            )
            _quotas(seat, kept, search, page, await institution_names(seat, page.rows))


def _head(seat: Seat, kept: Kept, union: UnionDetail) -> None:
    name = seat.either(union.union.name_zh, union.union.name_en)
    target = f"{seat.say('target')} {kept.target_id}"
    base = frame.sum_kg(seat, kept.base_g, unit=" kgce")
    with frame.sheet(seat.say("run", n=kept.version)):
        ui.html(
            f"{frame.link(name, f'/unions/{kept.union_id}')} · "
            f"{frame.link(target, f'/targets/{kept.target_id}')} · "
            f"{frame.cell(seat.say(f'rule_{kept.rule}'))} · "
            f"<strong>{frame.cell(_state(seat, kept))}</strong>"
            f"<div class='cw-sum'>{frame.sum_kg(seat, kept.total_g, unit=' kgce')}</div>"
            f"<div class='cw-quiet'>{frame.cell(seat.say('base'))} {base} · "
            f"{frame.cell(seat.say('quotas'))} {kept.quotas}</div>"
            f"<div class='cw-hash'>sha256 {kept.sha256}</div>",
            sanitize=False,
        )
        covering.of_run(seat, kept)
        if union.union.planned:
            with ui.element("div").classes("cw-row"):
                _acts(seat, kept)


async def _waiting(seat: Seat, kept: Kept) -> None:
    """Say how many bases nobody has answered for, as long as nothing is issued."""
    if kept.issued_as is not None:
        return
    if waiting := await seat.ask(lambda desk: waiting_bases(desk, kept.run_id)):
        with frame.sheet(seat.say("base_review")):
            words = frame.link(seat.say("bases_wait", n=len(waiting)), f"/targets/{kept.target_id}")
            ui.html(words, sanitize=False).classes("cw-alert")


def _state(seat: Seat, kept: Kept) -> str:
    """Return whether a run is a proposal, since when it is issued, and for which years it holds."""
    if kept.issued_at is None:
        return seat.say("proposal")
    years = "、".join(map(str, kept.in_force))
    held = seat.say("in_force_for", years=years) if years else seat.say("superseded")
    return f"{seat.say(kept.issued_as or 'proposal')} {kept.issued_at:%Y-%m-%d %H:%M} UTC · {held}"


def _acts(seat: Seat, kept: Kept) -> None:
    snapshot = f"{seat.house.pages_url}/api/v1/runs/{kept.run_id}/snapshot"

    async def proved() -> None:
        found: list[Proof] | None = await seat.attempt(lambda desk: prove(desk, kept.run_id))
        if found:
            same = found[0].same
            ui.notify(
                seat.say("same_bytes" if same else "other_bytes"),
                type="positive" if same else "negative",
            )

    ui.button(seat.say("prove"), on_click=proved).props("outline no-caps")
    ui.html(frame.link(seat.say("snapshot"), snapshot), sanitize=False)
    if kept.issued_as is None:
        dialog = _sure(seat, kept)
        ui.button(seat.say("issue_run"), on_click=dialog.open).props("unelevated no-caps")


def _sure(seat: Seat, kept: Kept) -> ui.dialog:
    """Return the question before quotas are issued, which asks for a reason too."""
    with ui.dialog() as dialog, ui.card():
        amount = "–" if kept.total_g is None else f"{Decimal(kept.total_g).scaleb(-3):,.3f}"
        ui.label(seat.say("issue_sure", n=kept.quotas, kg=amount))
        reason = ui.input(seat.say("reason")).props("outlined dense maxlength=1000")
        reason.classes("w-full")

        async def issued() -> None:
            said = reason.value.strip()
            made = await seat.attempt(lambda desk: issue_run(desk, kept.run_id, said))
            dialog.close()
            if made is not None:
                ui.navigate.to(f"/runs/{kept.run_id}")

        with ui.element("div").classes("cw-row"):
            ui.button(seat.say("issue_yes"), on_click=issued).props("unelevated no-caps data-sure")
            ui.button(seat.say("cancel"), on_click=dialog.close).props("flat no-caps")
    return dialog


def _levels(seat: Seat, levels: list[Level], names: dict[str, str]) -> None:
    keys = ("level", "base_kgce", "quota_kgce", "to_base", "multiplier")
    rows = [
        [
            frame.cell(names[one.key]),
            frame.sum_kg(seat, one.base_g),
            frame.sum_kg(seat, one.amount_g),
            frame.number(_percent(one), 2, " %"),
            frame.number(one.multiplier_decimal, 6),
        ]
        for one in levels
    ]  # fmt: skip
    with frame.sheet(seat.say("levels")):
        frame.table([seat.say(key) for key in keys], rows)


def _percent(one: Level) -> Decimal | None:
    if one.amount_g is None or not one.base_g:
        return None
    return Decimal(one.amount_g) / one.base_g * 100


def _quotas(seat: Seat, kept: Kept, search: str, page: Page[Share], names: dict[int, str]) -> None:
    with frame.sheet(seat.say("quotas")):
        frame.search(seat, seat.say("institution"), search)
        if not page.rows:
            ui.label(seat.say("none_named" if search else "no_quotas", name=search))
            return
        keys = ("institution", "year", "base_kgce", "quota_kgce", "to_base", "bound",
                "what_is_odd")  # fmt: skip
        heads = [seat.say(key) for key in keys]
        if kept.in_force:
            heads.append(seat.say("arithmetic_link"))
        frame.table(heads, [_quota(seat, kept, one, names) for one in page.rows])
        if page.next is not None:
            ui.html(
                frame.link(
                    f"{seat.say('more', n=_AT_ONCE)} ›",
                    seat.url(f"/runs/{kept.run_id}", search=search, after=page.next),
                ),
                sanitize=False,
            )
        asked = f"?search={quote(search)}" if search else ""
        frame.export(seat, f"/runs/{kept.run_id}/quotas{asked}")


def _quota(seat: Seat, kept: Kept, one: Share, names: dict[int, str]) -> list[str]:
    base = sum(month for month in one.base_g if month is not None)
    cells = [
        frame.cell(names.get(one.institution_id, str(one.institution_id))),
        frame.cell(one.year),
        frame.kg(base),
        frame.kg(one.amount_g),
        frame.number(Decimal(one.amount_g) / base * 100 if base else None, 2, " %"),
        frame.cell(seat.say(one.bound) if one.bound else ""),
        "<br>".join(
            frame.cell(marked(Mark(*mark), one.base_year, seat.lang))
            for mark in one.base_marks or ()
        ),
    ]
    if kept.in_force:
        at = f"/institutions/{one.institution_id}/quotas/{one.year}"
        cells.append(frame.link(seat.say("arithmetic_link"), seat.url(at, union=kept.union_id)))
    return cells
