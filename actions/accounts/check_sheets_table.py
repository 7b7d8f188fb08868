"""Tables of check sheets: where each stands, figure by figure with its trace, and its steps."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from actions.accounts.check_seeing import tolerance
from actions.accounts.check_things import (
    STATES,
    State,
    every_plan,
    figure_words,
    in_unit,
    unit_of,
)
from actions.fields import Acting, Lang, Words, field
from actions.kinds import Id
from actions.registry.institutions import institution_name
from actions.registry.named import institution_columns
from actions.tables import Column, Filter, Table, attribute, page_of
from storage.accounts import checks
from storage.accounts.checks import ItemRow, SheetRow, StepRow
from storage.pages import Page, key_of

ACTS: Final = {
    "conclude": Words("作出结论", "concluded"),
    "answer": Words("机构答复", "answered"),
    "recheck": Words("复查", "checked again"),
    "take_back": Words("撤回结论", "conclusion taken back"),
}
_DAY: Final = timedelta(days=1)
LOOKS: Final = {"wrong": "tag warn", "right": "tag ok", "corrected": "tag ok"}


class WhichSheets(Filter):
    """Which sheets are wanted."""

    plan: Id | None = field(zh="抽查", en="Check", choices=every_plan, default=None)
    state: State | None = field(zh="状态", en="State", names=STATES, default=None)
    institution: Id | None = field(
        zh="机构编号", en="Institution id", called=institution_name, default=None
    )


def _sheets(at: Acting, asked: WhichSheets, after: str | None, limit: int) -> Page[SheetRow]:
    (last,) = key_of(after, 0)
    found = checks.sheets(
        at.connection, plan=asked.plan, state=asked.state, institution_id=asked.institution,
        after=int(last), most=limit + 1,
    )  # fmt: skip
    return page_of(found, limit, lambda one: one.sheet_id)


SHEETS: Final = Table[SheetRow, WhichSheets](
    code="check-sheets",
    path="/check-sheets",
    page="/check-sheets",
    words=Words("核查表", "Check sheets"),
    about="Sheets of institutions that were drawn, for who checks them and who keeps their "
    "accounts: how many figures were seen, how many are wrong, and until when they are corrected.",
    tag="checks",
    columns=(
        Column("sheet_id", Words("核查表", "Sheet"), lambda one: one.sheet_id, "whole",
               link=lambda one: f"/check-sheets/figures?sheet={one.sheet_id}"),
        attribute("plan_id", "抽查", "Check", "whole", apart=True),
        *institution_columns(),
        Column("year", Words("核查年度", "Year"), lambda one: str(one.year)),
        Column("state", Words("状态", "State"), lambda one: one.state,
               shown=lambda one, lang: STATES[one.state].say(lang),
               look=lambda one: LOOKS.get(one.state, "tag")),
        attribute("items", "核查数", "Figures", "whole"),
        attribute("wrong", "有差错", "Wrong", "whole"),
        attribute("due_on", "更正期限", "Correct by", "day"),
        attribute("round", "复查次数", "Checked again", "whole"),
        attribute("moved_at", "最近办理", "Moved at", "instant"),
    ),
    filter=WhichSheets,
    ask=_sheets,
    empty=Words("没有核查表。", "No check sheets here."),
    then=Words("请先制定抽查方案并抽取。", "Plan a check and draw first."),
    hint=Words(
        "登记所见,系统与台账比对;有差错的由机构更正,另一人复查。",
        "What is seen stands beside the account; what is wrong the institution corrects, and "
        "another person checks it again.",
    ),
)  # fmt: skip


class WhichFigures(Filter):
    """Of which sheet the figures are wanted."""

    sheet: Id | None = field(
        zh="核查表编号", en="Sheet", hint=("不填为最近办理的", "Left open: the one moved last"),
        default=None,
    )  # fmt: skip


def _figures(at: Acting, asked: WhichFigures) -> Iterator[ItemRow]:
    chosen = asked.sheet or checks.newest(at.connection)
    if chosen:
        yield from checks.items(at.connection, sheet_id=chosen)


def _written(one: ItemRow, name: str) -> str | None:
    found = in_unit(one, getattr(one, name))
    return None if found is None else format(found.normalize(), "f")


def _change(one: ItemRow) -> float | None:
    """Return by what share of what was seen the platform's figure is beyond it."""
    if one.told is None or not one.seen:
        return None
    return round(float(one.told / one.seen - 1), 6)


def trace(one: ItemRow) -> str:
    """Return where a figure is traced to its documents: sources by month, bills, facts, curve."""
    here = f"/institutions/{one.institution_id}"
    if one.what == "reading":
        return f"{here}?curve={one.channel_id}"
    if one.what == "cost":
        span = (
            f"from_={one.first:%Y-%m}&to={one.until - _DAY:%Y-%m}"
            if one.first and one.until
            else ""
        )
        return f"/bill-parts?institution={one.institution_id}&carrier={one.carrier}&{span}"
    if one.what == "quantity" and one.first is not None:  # each month there leads on
        return f"/account-sources?institution={one.institution_id}&year={one.first.year}"
    return here


FIGURES: Final = Table[ItemRow, WhichFigures](
    code="check-figures",
    path="/check-figures",
    words=Words("核查数", "Figures of a check sheet"),
    about="What was seen on the spot beside what the platform told, in each round, with the "
    "tolerance of the day. Amounts are in the unit of the row.",
    tag="checks",
    size=100,
    columns=(
        attribute("item_id", "编号", "Id", "whole", apart=True),
        attribute("sheet_id", "核查表", "Sheet", "whole", apart=True),
        Column("what", Words("指标代码", "Figure"), lambda one: one.what, only="programs"),
        attribute("carrier", "能源品种代码", "Carrier", only="programs"),
        attribute("channel_id", "通道", "Channel", "whole", only="programs"),
        attribute("first", "起", "From", "day", only="programs"),
        attribute("until", "止", "Until", "day", only="programs"),
        attribute("at", "时间", "At", "instant", only="programs"),
        Column("figure", Words("指标", "Figure"),
               shown=lambda one, lang: figure_words(one).say(lang), link=trace, only="people"),
        attribute("round", "复查次数", "Checked again", "whole"),
        Column("seen", Words("核查数", "As seen"), lambda one: _written(one, "seen"), "number",
               unit_of=unit_of),
        Column("told", Words("平台数", "As told"), lambda one: _written(one, "told"), "number",
               unit_of=unit_of),
        Column("unit", Words("单位", "Unit"), unit_of, only="programs"),
        Column("difference", Words("差率", "Difference"), _change, "share",
               hint=Words("平台数比核查数", "Told over seen, less one")),
        Column("tolerance", Words("允许差率", "Tolerance"), tolerance, "share"),
        Column("wrong", Words("有差错", "Wrong"), lambda one: one.wrong, "flag",
               look=lambda one: "tag warn" if one.wrong else ""),
        Column("document", Words("照片或凭证", "Document"), lambda one: one.document,
               shown=lambda one, lang: Words("打开 ›", "Open ›").say(lang) if one.document else "",
               link=lambda one: f"/api/v1/attachments/{one.document}" if one.document else ""),
        attribute("note", "所见", "What was seen"),
        attribute("made_at", "时间", "Recorded at", "instant"),
        attribute("made_by", "登记人", "By"),
        Column("withdraw", Words("撤销", "Take away"),
               shown=lambda one, lang: Words("撤销 ›", "Take away ›").say(lang)
               if _open(one) else "",
               link=lambda one: f"/do/check.withdraw/{one.item_id}" if _open(one) else "",
               only="page"),
    ),
    filter=WhichFigures,
    unasked=("sheet",),
    every=_figures,
    empty=Words("尚未登记核查数。", "Nothing was seen yet."),
    hint=Words(
        "点指标可追溯到账单、读数和登记事实。",
        "A figure leads to the bills, readings and facts that it rests on.",
    ),
)  # fmt: skip


def _open(one: ItemRow) -> bool:
    return one.state == "drawn" and one.round == 0


def _steps(at: Acting, asked: WhichFigures) -> list[StepRow]:
    chosen = asked.sheet or checks.newest(at.connection)
    return checks.steps(at.connection, chosen) if chosen else []


def _after(one: StepRow, lang: Lang) -> str:
    return STATES[one.after].say(lang)


STEPS: Final = Table[StepRow, WhichFigures](
    code="check-steps",
    path="/check-steps",
    page="/check-sheets/steps",
    words=Words("核查办理记录", "Steps of a check sheet"),
    about="Who concluded, answered and checked again, when, and with which words, in order.",
    tag="checks",
    columns=(
        attribute("step_id", "编号", "Id", "whole", apart=True),
        attribute("sheet_id", "核查表", "Sheet", "whole", apart=True),
        Column("act", Words("办理", "Act"), lambda one: one.act,
               shown=lambda one, lang: ACTS[one.act].say(lang)),
        Column("after", Words("办理后", "Then"), lambda one: one.after, shown=_after),
        attribute("words", "说明", "Words"),
        attribute("due_on", "更正期限", "Correct by", "day"),
        attribute("document", "凭证", "Document", apart=True),
        attribute("made_at", "时间", "At", "instant"),
        attribute("made_by", "办理人", "By"),
    ),
    filter=WhichFigures,
    unasked=("sheet",),
    every=_steps,
    empty=Words("尚未办理。", "Nothing was done yet."),
)  # fmt: skip
