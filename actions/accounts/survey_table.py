"""The cells of a submission's forms in the national platform's order, with their checks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from actions.accounts.submission_things import OPEN, Forms, forms_of, named
from actions.accounts.survey_words import check_words
from actions.fields import Acting, Lang, Words, field
from actions.kinds import Id
from actions.registry.named import either
from actions.tables import Column, Filter, Table
from analytics.survey import Doubt
from metering.survey import Cell, Filled
from storage.accounts import submissions

FORMS: Final = {
    "NY301": Words("能源资源消费", "Energy and resources"),
    "IDC": Words("数据中心机房", "Data centre"),
    "HEAT": Words("采暖", "Heating"),
}
ORIGINS: Final = {
    "account": Words("台账", "accounts"),
    "fact": Words("登记", "registry"),
    "sum": Words("分项之和", "sum of parts"),
    "typed": Words("填写", "typed"),
}


@dataclass(frozen=True, slots=True)
class CellShown:
    """A cell of a submission: what stands there, from where, and what is doubted of it."""

    forms: Forms
    cell: Cell
    filled: Filled
    doubts: list[Doubt]

    @property
    def name_zh(self) -> str:
        """What it is called."""
        return self.cell.name_zh

    @property
    def name_en(self) -> str:
        """The same in English."""
        return self.cell.name_en

    @property
    def reason(self) -> str | None:
        """On what ground it was typed."""
        typed = self.forms.typed.get(self.cell.code)
        return typed.reason if typed and self.filled.origin == "typed" else None

    @property
    def change(self) -> float | None:
        """By what share it is beyond the year before."""
        before = self.forms.before.get(self.cell.code)
        if self.filled.amount is None or not before:
            return None
        return float(self.filled.amount / before - 1)

    def checks(self, lang: Lang) -> list[str]:
        """Return what is doubted, and what was said of it."""
        told = [check_words(one).say(lang) for one in self.doubts]
        said = self.forms.words.get(self.cell.code)
        return [*told, said] if told and said else told


class WhichCells(Filter):
    """Of which submission the cells are wanted."""

    submission: Id | None = field(
        zh="年报编号",
        en="Submission",
        hint=("不填为最近的年报", "Left open: the newest"),
        default=None,
    )


def cells_shown(forms: Forms) -> list[CellShown]:
    """Return the cells of a submission's forms."""
    failed: dict[str, list[Doubt]] = {}
    for doubt in forms.doubts:
        failed.setdefault(doubt.code, []).append(doubt)
    pairs = zip(forms.cells, forms.found, strict=True)
    return [CellShown(forms, cell, one, failed.get(cell.code, [])) for cell, one in pairs]


def _every(at: Acting, asked: WhichCells) -> Iterator[CellShown]:
    chosen = asked.submission or submissions.newest(at.connection)
    for one in submissions.listed(at.connection, only=chosen) if chosen else ():
        yield from cells_shown(forms_of(at.connection, one))


def _to(act: str, zh: str, en: str) -> Column:
    words = Words(zh, en)
    return Column(
        act,
        words,
        shown=lambda one, lang: f"{words.say(lang)} ›" if one.forms.of.state in OPEN else "",
        link=lambda one: (
            f"/do/survey.{act}/{one.forms.of.submission_id}?code={one.cell.code}"
            if one.forms.of.state in OPEN
            else ""
        ),
        only="page",
    )


CELLS: Final = Table[CellShown, WhichCells](
    code="survey-cells",
    path="/survey-submissions",
    words=Words("年报报表", "Forms of a submission"),
    about="The cells of a submission's forms in the platform's order: as they were filled in, "
    "or, while it is open, as accounts and typing make them now.",
    tag="submissions",
    size=100,
    columns=(
        Column("submission_id", Words("年报编号", "Submission"),
               lambda one: one.forms.of.submission_id, "whole", apart=True),
        Column("of", Words("年报", "Submission"), shown=lambda one, lang: named(one.forms.of, lang),
               only="people", apart=True),
        Column("form", Words("报表", "Form"), lambda one: one.cell.form,
               shown=lambda one, lang: FORMS[one.cell.form].say(lang)),
        Column("code", Words("代码", "Code"), lambda one: one.cell.code, look="code"),
        Column("name_zh", Words("指标", "Cell, Chinese"), lambda one: one.name_zh, only="programs"),
        Column("name_en", Words("指标", "Cell, English"), lambda one: one.name_en, only="programs"),
        either("name", "指标", "Cell", "cell"),
        Column("value", Words("数值", "Value"),
               lambda one: None if one.filled.amount is None else format(one.filled.amount, "f"),
               "number", unit_of=lambda one: one.cell.unit),
        Column("unit", Words("单位", "Unit"), lambda one: one.cell.unit, only="programs"),
        Column("origin", Words("来源", "From"), lambda one: one.filled.origin,
               shown=lambda one, lang:
               ORIGINS[one.filled.origin].say(lang) if one.filled.origin else ""),
        Column("reason", Words("依据", "Ground"), lambda one: one.reason),
        Column("change", Words("比上年", "On the year before"), lambda one: one.change, "share"),
        Column("doubts", Words("校验", "Checks"),
               lambda one: [each.check.value for each in one.doubts], "several",
               shown=lambda one, lang: one.checks(lang),
               look=lambda one: "tag warn" if one.doubts else ""),
        _to("type", "填写", "Type"),
        _to("explain", "说明", "Explain"),
    ),
    filter=WhichCells,
    unasked=("submission",),
    every=_every,
    empty=Words("没有这份年报。", "There is no such submission."),
    then=Words("请从年报列表中选择。", "Choose one in the list of submissions."),
    hint=Words(
        "台账已知的自动带入;没有计量的填写并写明依据,台账不因此改变。",
        "What accounts know is brought in; what no meter tells is typed with its ground, and no "
        "account changes by it.",
    ),
)  # fmt: skip
