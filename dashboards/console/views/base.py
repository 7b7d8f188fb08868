"""The bases of a target: what is odd about them, by what it moves, and answering for them."""

from collections.abc import Sequence
from functools import partial

from nicegui import ui

from actions.compact.base_words import HOWS, STATES, in_words, told
from actions.compact.bases import OPEN, BaseLine, Review, confirm, leave_out, review
from actions.desk import Desk
from dashboards.console import frame
from dashboards.console.fields import choice, filled, text_field
from dashboards.console.seat import Seat

_AT_ONCE = 50


async def bases(seat: Seat, target_id: int, union_id: int) -> None:
    """Draw the review of a target's bases, with what answers for them."""
    found = await seat.ask(lambda desk: review(desk, target_id))
    with frame.sheet(seat.say("base_review")):
        ui.label(seat.say("base_open", n=found.open, percent=found.enough_permille / 10))
        if found.lines:
            keys = ("institution", "effect", "of_own_base", "what_is_odd", "state")
            rows = [_row(seat, one) for one in found.lines[:_AT_ONCE]]
            frame.table([seat.say(key) for key in keys], rows)
            frame.export(seat, f"/unions/{union_id}/bases?target={target_id}", len(found.lines))
        ui.label(seat.say("base_by_command", target=target_id)).classes("cw-quiet")
        if found.open:
            _answers(seat, found)


def _row(seat: Seat, one: BaseLine) -> list[str]:
    year = None if one.base is None else one.base.year
    odd = [frame.cell(told(finding, year, seat.lang)) for finding in one.findings]
    odd += [
        frame.cell(
            f"= {act.month:%Y-%m} {act.carrier}: {in_words(HOWS[act.how], seat.lang)}"
            f" ({act.reason}, {act.made_by})"
        )
        for act in one.acts
    ]
    said = "" if one.verdict is None else f" · {one.verdict.reason} ({one.verdict.made_by})"
    share = None if one.own_share is None else f"{one.own_share:.1%}"
    return [
        frame.cell(_name(seat, one)),
        frame.kg(one.effect_g),
        f"<data>{share or '–'}</data>",
        "<br>".join(odd),
        frame.cell(in_words(STATES[one.state], seat.lang) + said),
    ]


def _left_out(target_id: int, institution_id: int, why: str, desk: Desk) -> BaseLine:
    return leave_out(desk, target_id, institution_id, why)


def _name(seat: Seat, one: BaseLine) -> str:
    return seat.either(one.name_zh, one.name_en, str(one.institution_id))


def _answers(seat: Seat, found: Review) -> None:
    """Draw what confirms the odd ones one by one, and the others together."""
    waiting: Sequence[BaseLine] = [one for one in found.lines if one.state == OPEN]
    names: dict[object, str] = {one.institution_id: _name(seat, one) for one in waiting}
    with ui.element("div").classes("cw-fields"):
        reason = text_field(seat.say("why"), most=1000)
        chosen = choice(seat.say("odd_ones"), names, [], several=True)

    async def answered(*, out: bool, everything: bool = False) -> None:
        fields: dict[str, ui.input | ui.select] = {seat.say("why"): reason}
        if not everything:
            fields[seat.say("odd_ones")] = chosen
        if not filled(seat, fields):
            return
        why, ids = reason.value.strip(), None if everything else list(chosen.value)
        for one in ids if out and ids else ():
            await seat.attempt(partial(_left_out, found.target_id, one, why))
        if not out:
            await seat.attempt(
                lambda desk: confirm(desk, found.target_id, why, institution_ids=ids)
            )
        ui.navigate.reload()

    with ui.element("div").classes("cw-row"):
        for key, out, everything in (
            ("confirm_chosen", False, False),
            ("leave_out_chosen", True, False),
            ("confirm_rest", False, True),
        ):
            button = ui.button(
                seat.say(key), on_click=lambda _, o=out, e=everything: answered(out=o, everything=e)
            )
            button.props(f'outline no-caps data-base="{key}"')
