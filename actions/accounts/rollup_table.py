"""The roll-up forms as a table: every cell summed by region, department line or class."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from actions.accounts.submission_filling import Year
from actions.accounts.survey_table import FORMS
from actions.fields import Acting, Words, field
from actions.registry.named import either
from actions.tables import Column, Filter, Table, attribute
from storage.accounts import rollup
from storage.accounts.rollup import RollupRow


class By(StrEnum):
    """By what institutions are grouped."""

    REGION = "region"
    LINE = "line"
    CLASS = "class"


_BY: Final = {
    "region": Words("行政区划(含下级)", "Region, with its lower ones"),
    "line": Words("主管部门", "Department line"),
    "class": Words("机构类别(含下级)", "Class, with its lower ones"),
}


class WhichRollup(Filter):
    """Of which year the forms are summed, and by what."""

    year: Year | None = field(
        zh="年度", en="Year", hint=("不填为上一年", "Left open: last year"), default=None
    )
    by: By | None = field(
        zh="汇总方式",
        en="Summed by",
        names=_BY,
        hint=("不填为机构类别", "Left open: class"),
        default=None,
    )


def _every(at: Acting, asked: WhichRollup) -> Iterator[RollupRow]:
    year = asked.year or at.today.year - 1
    yield from rollup.rollup(at.connection, year, (asked.by or By.CLASS).value)


ROLLUP: Final = Table[RollupRow, WhichRollup](
    code="survey-rollup",
    path="/survey-rollup",
    page="/submissions/rollup",
    words=Words("统计报表汇总", "Roll-up of forms"),
    about="The cells of a year's approved and received submissions, summed by region or class with "
    "all below it, or by department line; beside each sum, of how many institutions it is.",
    tag="submissions",
    columns=(
        attribute("key", "汇总项代码", "Group", only="programs"),
        either("group", "汇总项", "Group"),
        Column(
            "form",
            Words("报表", "Form"),
            lambda one: one.form,
            shown=lambda one, lang: FORMS[one.form].say(lang),
        ),
        Column("code", Words("代码", "Code"), lambda one: one.code, look="code"),
        either("cell", "指标", "Cell"),
        Column(
            "amount",
            Words("合计", "Sum"),
            lambda one: None if one.amount is None else format(one.amount, "f"),
            "number",
            unit_of=lambda one: one.unit,
        ),
        attribute("unit", "单位", "Unit", only="programs"),
        attribute("known", "有数的机构", "Institutions with a figure", "whole"),
    ),
    filter=WhichRollup,
    every=_every,
    size=100,
    empty=Words("没有已审定的年报。", "No submission of the year is approved."),
    hint=Words(
        "只汇总已审定和已接收的年报;同一机构既在行政区划又在主管部门中,二者不可相加。",
        "Approved and received submissions alone; an institution is in a region and in a line, and "
        "the two are never added together.",
    ),
)
