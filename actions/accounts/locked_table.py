"""The table of what is locked of a year, month by month, beside what accounts say now."""

from collections.abc import Iterator
from typing import Final

from actions.accounts.months_of_year import MonthOf, OfYear, amount, months_of
from actions.fields import Acting, Words, field
from actions.registry.named import in_words, institution_columns
from actions.tables import Column, Table, attribute
from storage.accounts import closing, locked_months
from storage.accounts.locked_months import LockedMonth
from storage.pages import Page


class WhichMonths(OfYear):
    """Of which year and institutions locked months are wanted."""

    differing: bool = field(zh="只列有差额的", en="Only those that differ", default=False)


MonthShown = MonthOf[LockedMonth]


def _ask(at: Acting, asked: WhichMonths, after: str | None, limit: int) -> Page[MonthShown]:
    """Return the months of so many institutions."""
    year = asked.of(at)

    def listed(some: list[int]) -> Iterator[LockedMonth]:
        found = locked_months.listed(at.connection, some, year)
        return (one for one in found if one.difference or not asked.differing)

    held = closing.with_version(at.connection, year)
    return months_of(at, asked, after, limit, listed, held)


LOCKED: Final = Table[MonthShown, WhichMonths](
    code="year-months",
    path="/year-months",
    words=Words("年度结账各月", "Months of a locked year"),
    about="What is locked of a year, each carrier and month with its source, beside what counts in "
    "the account now: where a restatement is due, and why. `limit` counts institutions: each comes "
    "with all its months.",
    tag="accounts",
    columns=(
        *institution_columns(),
        attribute("one.version", "版本", "Version", "whole", called="version"),
        Column(
            "verified",
            Words("已核验", "Verified"),
            lambda row: row.one.answer == "verified",
            "flag",
        ),
        Column(
            "carrier",
            Words("能源品种", "Carrier"),
            lambda row: row.one.carrier,
            shown=lambda row, lang: in_words(row.one.carrier_zh, row.one.carrier_en, lang),
        ),
        Column("month", Words("月份", "Month"), lambda row: f"{row.one.month:%Y-%m}"),
        attribute("one.source", "锁定来源", "Locked source", called="source"),
        amount("quanta", "锁定数", "Locked"),
        attribute("one.now_source", "现在来源", "Source now", called="now_source"),
        amount("now_quanta", "现在的台账", "In account now"),
        amount("difference", "差额", "Difference"),
        attribute("one.unit", "单位", "Unit", called="unit", apart=True),
    ),
    filter=WhichMonths,
    ask=_ask,
    page="/years/months",
    size=5,
    at_once=500,
    empty=Words("没有已锁定的台账。", "Nothing is locked of that year."),
    then=Words("请先锁定年度台账。", "Lock a year's accounts first."),
)
