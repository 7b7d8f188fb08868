"""The tables of stated hours of opening, and of institutions' own holidays."""

from typing import Final

from actions.fields import Acting, Words, field
from actions.kinds import Id
from actions.registry.institutions import institution_name
from actions.registry.named import institution_columns
from actions.registry.opening import DAYS, WithdrawVacation, said
from actions.tables import Column, Filter, Table, attribute, page_of
from storage.pages import Page, key_of
from storage.registry import opening
from storage.registry.opening import Hours, Vacation


class WhoseHours(Filter):
    """Whose hours or holidays are wanted."""

    institution: Id | None = field(
        zh="机构编号", en="Institution id", called=institution_name, default=None
    )


def _hours(at: Acting, asked: WhoseHours, after: str | None, limit: int) -> Page[Hours]:
    who, days, since = key_of(after, 0, "", "")
    found = opening.stated(
        at.connection, most=limit + 1, institution=asked.institution,
        after=(int(who), str(days), str(since)),
    )  # fmt: skip
    return page_of(found, limit, lambda row: (row.institution_id, row.days, f"{row.valid_from}"))


def _vacations(at: Acting, asked: WhoseHours, after: str | None, limit: int) -> Page[Vacation]:
    who, since = key_of(after, 0, "")
    found = opening.vacations(
        at.connection, most=limit + 1, institution=asked.institution,
        after=(int(who), str(since)),
    )  # fmt: skip
    return page_of(found, limit, lambda row: (row.institution_id, f"{row.first}"))


OPENING_HOURS: Final = Table[Hours, WhoseHours](
    code="opening-hours",
    path="/opening-hours",
    page="/opening-hours",
    words=Words("开放时间", "Hours of opening"),
    about="When institutions are open, where they state it, from which day on. Others are open as "
    "the published list of usual hours says.",
    tag="institutions",
    columns=(
        *institution_columns(),
        Column(
            "days",
            Words("日子", "Days"),
            lambda row: row.days,
            shown=lambda row, lang: DAYS[row.days].say(lang),
        ),
        Column(
            "hours",
            Words("开放时间", "Hours"),
            lambda row: said(row.opens, row.closes).en,
            shown=lambda row, lang: said(row.opens, row.closes).say(lang),
        ),
        attribute("valid_from", "起始日期", "From", "day"),
        attribute("valid_to", "截止日期(不含)", "Until, not included", "day"),
        attribute("source", "依据", "Source"),
        attribute("known_since", "登记时间", "Recorded", "instant", apart=True),
    ),
    filter=WhoseHours,
    ask=_hours,
    empty=Words("没有登记开放时间。", "No hours are stated."),
    then=Words("请在机构页面登记开放时间。", "State them on the page of the institution."),
)
VACATIONS: Final = Table[Vacation, WhoseHours](
    code="vacations",
    path="/vacations",
    page="/vacations",
    words=Words("本机构假期", "Holidays of institutions"),
    about="Days on which institutions are on holiday by themselves, such as schools in summer.",
    tag="institutions",
    columns=(
        attribute("vacation_id", "编号", "Id", "whole", apart=True),
        *institution_columns(),
        attribute("name", "名称", "Name"),
        attribute("first", "首日", "First day", "day"),
        attribute("until", "截止日期(不含)", "Until, not included", "day"),
        attribute("source", "依据", "Source"),
        attribute("known_since", "登记时间", "Recorded", "instant", apart=True),
        Column(
            "withdraw",
            Words("撤销", "Withdraw"),
            shown=lambda _, lang: Words("撤销", "Withdraw").say(lang),
            link=lambda row: f"/do/{WithdrawVacation.about.code}/{row.vacation_id}",
            only="page",
        ),
    ),
    filter=WhoseHours,
    ask=_vacations,
    empty=Words("没有登记本机构假期。", "No holidays are stated."),
    then=Words("请在机构页面登记本机构假期。", "State them on the page of the institution."),
)
