"""Checks by the authority: plans, sheets and figures as objects, and what they are called."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from pydantic import BaseModel

from actions.declared import Thing
from actions.fields import Acting, Lang, Option, Words, plain
from actions.registry.named import in_words
from metering.errors import ConflictError
from storage.accounts import check_plans, checks
from storage.accounts.check_plans import PlanRow
from storage.accounts.checks import ItemRow, SheetRow

STATES: Final = {
    "drawn": Words("已抽中,待核查", "drawn, to be checked"),
    "right": Words("核查无误", "found right"),
    "wrong": Words("有差错,待更正", "found wrong, to be corrected"),
    "answered": Words("已更正,待复查", "corrected, to be checked again"),
    "corrected": Words("复查通过", "corrected, and checked again"),
}
WHATS: Final = {
    "persons": Words("用能人数", "persons"),
    "area": Words("建筑面积", "floor area"),
    "quantity": Words("数量", "quantity"),
    "cost": Words("费用", "cost"),
    "reading": Words("表计读数", "meter reading"),
}
_MOST_PLANS: Final = 200
_UNITS: Final = {"persons": "person", "area": "m2", "cost": "yuan"}
_SAID: Final = {"persons": Words("人", "persons"), "area": plain("m²"), "cost": Words("元", "yuan")}


class State(StrEnum):
    """Where a check sheet stands."""

    DRAWN = "drawn"
    RIGHT = "right"
    WRONG = "wrong"
    ANSWERED = "answered"
    CORRECTED = "corrected"


def plan_name(one: PlanRow, lang: Lang) -> str:
    """Return what people call a plan: where, and of which year."""
    return f"{in_words(one.region_zh, one.region_en, lang) or one.region_id} · {one.year}"


def sheet_name(one: SheetRow, lang: Lang) -> str:
    """Return what people call a sheet: whose, and of which year."""
    return f"{in_words(one.name_zh, one.name_en, lang) or one.institution_id} · {one.year}"


def every_plan(at: Acting) -> Sequence[Option]:
    """Return the newest plans."""
    return [
        Option(str(one.plan_id), Words(plan_name(one, "zh"), plan_name(one, "en")))
        for one in check_plans.listed(at.connection, most=_MOST_PLANS)
    ]


def in_unit(one: ItemRow, amount: Decimal | None) -> Decimal | None:
    """Return an amount of a figure in its unit: the carrier's or channel's, yuan, m², persons."""
    if amount is None or one.what in ("persons", "area"):
        return amount
    return amount / (100 if one.what == "cost" else one.per_unit or 1)


def unit_of(one: ItemRow) -> str:
    """Return in which unit a figure is told, as programs write it."""
    return _UNITS.get(one.what) or one.unit or ""


def amount_words(one: ItemRow, amount: Decimal | None) -> Words | None:
    """Return an amount of a figure as people read it, None where none is known."""
    found = in_unit(one, amount)
    if found is None:
        return None
    unit = _SAID.get(one.what) or plain(unit_of(one))
    return Words(f"{found:,f} {unit.zh}", f"{found:,f} {unit.en}")


def figure_words(one: ItemRow) -> Words:
    """Return which figure it is: of what, and of which months or instant."""
    what = WHATS[one.what]
    zh = f"{one.carrier_zh} {what.zh}" if one.carrier else what.zh
    en = f"{one.carrier_en}, {what.en}" if one.carrier else what.en
    span = _span(one)
    return Words(f"{zh}({span})", f"{en} ({span})")


def _span(one: ItemRow) -> str:
    """Return the year, months or instant of a figure."""
    if one.at is not None or one.first is None or one.until is None:
        return f"{one.at:%Y-%m-%d %H:%M %Z}"
    first, last = f"{one.first:%Y-%m}", f"{one.until - timedelta(days=1):%Y-%m}"
    whole = (first[5:], last[5:]) == ("01", "12")
    return first[:4] if whole else first if first == last else f"{first} – {last}"


PLAN: Final = Thing[PlanRow](
    "check_plan",
    Words("抽查", "check"),
    PlanRow,
    find=lambda at, on: next(iter(check_plans.listed(at.connection, only=on)), None),
    name=plan_name,
    page=lambda one: f"/check-plans/frame?plan={one.plan_id}",
    covered="access.plans_check(%(on)s::integer) AND %(right)s = 'check_accounts'",
    way=Words("在抽查列表中选择", "choose it in the list of checks"),
    way_from="/check-plans",
)
SHEET: Final = Thing[SheetRow](
    "check_sheet",
    Words("核查表", "check sheet"),
    SheetRow,
    find=lambda at, on: next(iter(checks.sheets(at.connection, only=on)), None),
    name=sheet_name,
    page=lambda one: f"/check-sheets/figures?sheet={one.sheet_id}",
    covered="""(SELECT institution_id FROM check_sheet WHERE id = %(on)s)
               IN (SELECT * FROM access.covers_checks(%(right)s))""",
    way=Words("在核查表列表中选择", "choose it in the list of check sheets"),
    way_from="/check-sheets",
)
SEEN: Final = Thing[ItemRow](
    "check_item",
    Words("核查数", "figure of a check"),
    ItemRow,
    find=lambda at, on: next(iter(checks.items(at.connection, only=on)), None),
    name=lambda one, lang: figure_words(one).say(lang),
    page=lambda one: f"/check-sheets/figures?sheet={one.sheet_id}",
    covered="""(SELECT s.institution_id FROM check_sheet s JOIN check_item i ON i.sheet_id = s.id
                 WHERE i.id = %(on)s) IN (SELECT * FROM access.covers_checks(%(right)s))""",
    way=Words("打开核查表,在数后选择", "open the check sheet and choose it behind its figure"),
    way_from="/check-sheets",
)


class SheetMoved(BaseModel):
    """A check sheet, and where it stands now."""

    sheet_id: int
    state: str


def wrong_state(one: SheetRow) -> ConflictError:
    """Return the refusal of what a sheet's state does not allow."""
    state, following = STATES[one.state], _NEXT[one.state]
    return ConflictError(
        "check.state",
        zh=f"该核查表{state.zh}。",
        en=f"This check sheet is {state.en}.",
        next_zh=following.zh,
        next_en=following.en,
        where={"sheet": one.sheet_id, "state": one.state},
    )


_NEXT: Final = {
    "drawn": Words(
        "先登记核查数,再作结论(check.conclude)。",
        "Record what was seen, then conclude it: check.conclude.",
    ),
    "right": Words(
        "结论有误的,先撤回结论(check.take_back)。",
        "Where that is a mistake, take the conclusion back: check.take_back.",
    ),
    "wrong": Words(
        "由机构更正后答复(check.answer);结论有误的,先撤回(check.take_back)。",
        "The institution corrects and answers (check.answer); a conclusion made by mistake is "
        "taken back: check.take_back.",
    ),
    "answered": Words(
        "由另一人复查(check.recheck)。", "Another person checks it again: check.recheck."
    ),
    "corrected": Words("已办结,无需再办。", "It is closed: nothing is left to be done."),
}
