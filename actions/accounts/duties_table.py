"""Tables of duties: what falls due when, of whom, and who is late, by region and line."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from actions.accounts.duties import every_duty
from actions.accounts.submission_filling import Year
from actions.fields import Acting, Lang, Words, field
from actions.kinds import Id, Line
from actions.registry.institutions import institution_name
from actions.registry.named import either, institution_columns
from actions.tables import Column, Filter, Table, attribute, page_of
from storage.accounts import duties
from storage.accounts.duties import DueRow, OwedRow
from storage.pages import Page, key_of


@dataclass(frozen=True, slots=True)
class Shown:
    """What an institution owes, and how it stands on a day: done, due or overdue."""

    row: DueRow
    today: date

    @property
    def state(self) -> str:
        """Whether it is done, due or overdue."""
        if self.row.done:
            return "done"
        return "overdue" if self.row.due_on < self.today else "due"


_STATES: Final = {
    "done": Words("已办", "done"),
    "due": Words("待办", "due"),
    "overdue": Words("逾期", "overdue"),
}
_LOOKS: Final = {"done": "tag ok", "due": "tag", "overdue": "tag warn"}


class WhichDuties(Filter):
    """Which duties are wanted, by the year in which they fall due."""

    year: Year | None = field(
        zh="到期年度", en="Due in", hint=("不填为今年", "Left open: this year"), default=None
    )
    duty: Line | None = field(zh="事项", en="Duty", choices=every_duty, default=None)
    only_open: bool = field(zh="只看未办的", en="Only what is not done", default=False)
    institution: Id | None = field(
        zh="机构编号", en="Institution id", called=institution_name, default=None
    )


def _span(at: Acting, year: int | None) -> tuple[date, date]:
    first = year or at.today.year
    return date(first, 1, 1), date(first + 1, 1, 1)


def _ask(at: Acting, asked: WhichDuties, after: str | None, limit: int) -> Page[Shown]:
    day, duty, last = key_of(after, "1970-01-01", "", 0)
    found = duties.due(
        at.connection,
        _span(at, asked.year),
        ids=[asked.institution] if asked.institution else None,
        duty=asked.duty,
        only_open=asked.only_open,
        after=(date.fromisoformat(str(day)), str(duty), int(last)),
        most=limit + 1,
    )
    shown = [Shown(one, at.today) for one in found]
    return page_of(
        shown, limit, lambda one: (one.row.due_on.isoformat(), one.row.duty, one.row.institution_id)
    )


def _late(one: Shown, lang: Lang) -> str:
    said = _STATES[one.state].say(lang)
    if one.state != "overdue":
        return said
    days = (one.today - one.row.due_on).days
    return f"{said} {days} " + Words("天", "days").say(lang)


DUTIES: Final = Table[Shown, WhichDuties](
    code="duties",
    path="/duties",
    page="/duties",
    words=Words("报送日历", "Calendar of duties"),
    about="What institutions owe in each period and until when, and whether it is done. The "
    "calendar itself, with its sources, is /published/duties.",
    tag="duties",
    columns=(
        Column("due_on", Words("到期日", "Due on"), lambda one: one.row.due_on, "day"),
        Column("duty", Words("事项代码", "Duty"), lambda one: one.row.duty, only="programs"),
        Column(
            "duty_name",
            Words("事项", "Duty"),
            shown=lambda one, lang: one.row.duty_zh if lang == "zh" else one.row.duty_en,
            only="people",
        ),
        *institution_columns(lambda one: one.row),
        Column("period", Words("所属期首日", "Period from"), lambda one: one.row.period, "day"),
        Column(
            "state",
            Words("状态", "State"),
            lambda one: one.state,
            shown=_late,
            look=lambda one: _LOOKS[one.state],
        ),
        Column(
            "do",
            Words("登记", "Record"),
            shown=lambda one, lang: "" if one.row.done else Words("已办 ›", "Done ›").say(lang),
            link=lambda one: (
                ""
                if one.row.done
                else f"/do/duty.done/{one.row.institution_id}?duty={one.row.duty}"
                f"&period={one.row.period:%Y-%m}"
            ),
            only="page",
        ),
    ),
    filter=WhichDuties,
    unasked=("institution",),
    ask=_ask,
    empty=Words("没有到期事项。", "Nothing falls due."),
    hint=Words(
        "月度台账有数即为已办,年度报告经审定即为已办,其余由人登记。",
        "A month's ledger is done once it has figures, a yearly report once it is approved; the "
        "rest is said by people.",
    ),
)


class WhichOwed(Filter):
    """Which duties are counted, by the year in which they fall due."""

    year: Year | None = field(
        zh="到期年度", en="Due in", hint=("不填为今年", "Left open: this year"), default=None
    )


def _owed(at: Acting, asked: WhichOwed) -> Iterator[OwedRow]:
    yield from duties.by_region(at.connection, _span(at, asked.year), at.today)


OWED: Final = Table[OwedRow, WhichOwed](
    code="duties-by-region",
    path="/duties-by-region",
    page="/duties/regions",
    words=Words("各地报送进度", "Duties by region"),
    about="How many institutions of a region and line owe what, did it, and are late.",
    tag="duties",
    columns=(
        attribute("due_on", "到期日", "Due on", "day"),
        attribute("duty", "事项代码", "Duty", only="programs"),
        either("duty", "事项", "Duty"),
        attribute("period", "所属期首日", "Period from", "day"),
        attribute("region_id", "行政区划编号", "Region", "whole", only="programs"),
        either("region", "行政区划", "Region"),
        attribute("department_line", "主管部门代码", "Line", only="programs"),
        either("line", "主管部门", "Department line"),
        attribute("owed", "应办", "Owed", "whole"),
        attribute("done", "已办", "Done", "whole"),
        attribute("overdue", "逾期", "Overdue", "whole"),
    ),
    filter=WhichOwed,
    every=_owed,
    empty=Words("没有到期事项。", "Nothing falls due."),
)
