"""One quota: its arithmetic from base to the last gram, its levels and months, why it changed."""

from decimal import Decimal
from fractions import Fraction

from fastapi import Request
from nicegui import ui

from actions.accounts.changes import Change, explain_quota_change
from actions.compact.base_words import HOWS, MONTHS, in_words
from actions.compact.quotas import Explained, explain_quota
from dashboards.console import covering, frame
from dashboards.console.names import level_names
from dashboards.console.seat import RESPONSE_S, House, Seat, seated
from metering.errors import EnergyError


def add(house: House) -> None:
    """Put the page into the application."""

    @ui.page("/institutions/{institution_id}/quotas/{year}", response_timeout=RESPONSE_S)
    async def quota(
        request: Request, institution_id: int, year: int, union: int | None = None
    ) -> None:
        seat = seated(house, request)
        title = f"{seat.say('quota')} {year}"
        with frame.page(seat, title, (seat.say("unions"), "/")):
            found = await seat.ask(lambda desk: explain_quota(desk, institution_id, year, union))
            _head(seat, found)
            _arithmetic(seat, found)
            await _chain(seat, found)
            _months(seat, found)
            await _change(seat, found)


def _head(seat: Seat, found: Explained) -> None:
    quota = found.quota
    name = seat.either(quota.name_zh, quota.name_en, str(quota.institution_id))
    run = seat.say("run", n=found.run.version)
    recomputes = seat.say("recomputes", hash=found.run.sha256)
    accounts = f"{seat.house.pages_url}/institutions/{quota.institution_id}"
    as_of = f"{quota.as_of:%Y-%m-%d %H:%M} UTC"
    with frame.sheet(name):
        if quota.state == "dropped":
            ui.html(frame.cell(seat.say("dropped_since", at=as_of)), sanitize=False).classes(
                "cw-alert"
            )
        ui.html(
            f"<div class='cw-sum'>{frame.kg(quota.amount_g, 3)} kgce</div>"
            f"<div class='cw-quiet'>{frame.cell(seat.say('books_as_of', at=as_of))}</div>"
            f"{frame.link(run, f'/runs/{found.run.run_id}')} · "
            f"{frame.cell(seat.say(f'rule_{found.run.rule}'))} · "
            f"{frame.link(seat.say('to_accounts'), accounts)}"
            f"<div class='cw-quiet'>{frame.cell(recomputes)}</div>",
            sanitize=False,
        )


def _arithmetic(seat: Seat, found: Explained) -> None:
    with frame.sheet(seat.say("arithmetic")):
        ui.html(frame.cell(found.arithmetic), sanitize=False).classes("cw-sum").props(
            "data-arithmetic"
        )
        base = sum(month for month in found.share.base_g if month is not None)
        rows = [[frame.cell(seat.say("base_kgce")), frame.kg(base, 3)]]
        rows += [
            [frame.cell(one.name), f"<data>{frame.cell(one.value)}</data>"] for one in found.factors
        ]
        by = found.chain[-1].multiplier_decimal
        rows.append([frame.cell(seat.say("multiplier")), frame.number(by, 9)])
        if found.share.bound:
            rows.append([frame.cell(seat.say("bound")), frame.cell(seat.say(found.share.bound))])
        rows.append([frame.cell(seat.say("quota_kgce")), frame.kg(found.share.amount_g, 3)])
        frame.table([seat.say("factor"), seat.say("value")], rows)
        ui.label(seat.say("by_rounding")).classes("cw-quiet")


async def _chain(seat: Seat, found: Explained) -> None:
    names = await level_names(seat, found.chain)
    keys = ("level", "base_kgce", "quota_kgce", "multiplier")
    rows = [
        [
            frame.cell(names[one.key]),
            frame.sum_kg(seat, one.base_g, 3),
            frame.sum_kg(seat, one.amount_g, 3),
            frame.number(one.multiplier_decimal, 9),
        ]
        for one in found.chain
    ]
    with frame.sheet(seat.say("levels")):
        frame.table([seat.say(key) for key in keys], rows)
        covering.of_run(seat, found.run)


def _months(seat: Seat, found: Explained) -> None:
    share = found.share
    states = share.base_states or [""] * len(share.base_g)
    rows = [
        [
            frame.cell(month),
            frame.kg(base, 3),
            frame.cell(in_words(MONTHS[state], seat.lang) if state else ""),
            frame.kg(None if base is None else amount, 3),
        ]
        for month, (base, state, amount) in enumerate(
            zip(share.base_g, states, share.months_g, strict=True), 1
        )
    ]
    rows.append(
        [frame.cell(seat.say("total")), frame.number(None), "", frame.kg(share.amount_g, 3)]
    )
    with frame.sheet(seat.say("months")):
        keys = ("month", "base_kgce", "rests_on", "quota_kgce")
        frame.table([seat.say(key) for key in keys], rows)
        for mark in found.marks(seat.lang):
            ui.label(mark).classes("cw-warn")
        for act in found.acts:
            how = in_words(HOWS[act.how], seat.lang)
            said = f"= {act.month:%Y-%m} {act.carrier}: {how} ({act.reason}, {act.made_by})"
            ui.label(said).classes("cw-quiet")
        if found.verdict is not None:
            verdict = found.verdict
            said = f"{verdict.reason} ({verdict.made_by}, {verdict.made_at:%Y-%m-%d})"
            ui.label(f"{seat.say('answered_for')}: {said}").classes("cw-quiet")


async def _change(seat: Seat, found: Explained) -> None:
    """Show why the quota differs from the year before, where there was one."""
    quota = found.quota
    try:
        change = await seat.ask(
            lambda desk: explain_quota_change(
                desk, quota.institution_id, quota.year, quota.year - 1, quota.union_id
            )
        )
    except EnergyError:
        return
    _effects(seat, change)


def _effects(seat: Seat, change: Change) -> None:
    rows = [
        [
            frame.cell(one.factor),
            frame.number(_decimal(one.before), 6),
            frame.number(_decimal(one.after), 6),
            frame.kg(one.effect_g, 3),
        ]
        for one in change.effects
    ]
    total = frame.kg(change.after_g - change.before_g, 3)
    rows.append([frame.cell(seat.say("total")), frame.kg(change.before_g, 3),
                 frame.kg(change.after_g, 3), total])  # fmt: skip
    with frame.sheet(seat.say("why_changed", year=change.since)):
        frame.table([seat.say(key) for key in ("factor", "before", "after", "effect")], rows)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(str(float(value)))
