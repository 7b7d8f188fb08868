"""The table of what sources say of a month, side by side, and of which somebody must say why."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from actions.accounts.amounts import SOURCES
from actions.accounts.months_of_year import MonthOf, OfYear, amount, months_of
from actions.fields import Acting, Words, field
from actions.registry.named import in_words, institution_columns
from actions.tables import Column, Table, attribute
from storage.accounts import counting
from storage.accounts.counting import Sources
from storage.pages import Page


class WhichSources(OfYear):
    """Of which year and institutions sources are wanted."""

    differing: bool = field(zh="只列相差超过 2% 的", en="Only those that differ", default=False)


SourcesRow = MonthOf[Sources]


def _ask(at: Acting, asked: WhichSources, after: str | None, limit: int) -> Page[SourcesRow]:
    """Return the months of so many institutions."""
    year = asked.of(at)
    first, until = date(year, 1, 1), date(year + 1, 1, 1)

    def listed(some: list[int]) -> Iterator[Sources]:
        found = counting.sources(at.connection, some, first, until)
        return (one for one in found if one.differs or not asked.differing)

    return months_of(at, asked, after, limit, listed)


def _explain(row: SourcesRow) -> str:
    query = f"carrier={row.one.carrier}&month={row.one.month:%Y-%m}"
    return f"/do/account.explain_difference/{row.institution_id}?{query}" if row.one.differs else ""


def _why(row: SourcesRow) -> str:
    """Return where the figure that counts is explained, down to readings or bills."""
    one = row.one
    here = f"/institutions/{row.institution_id}/accounts/{one.carrier}/{one.month:%Y-%m}"
    return f"{here}?source={one.source}" if one.source else ""


def _look(row: SourcesRow) -> str:
    return "tag warn" if row.one.differs and row.one.word is None else ""


SOURCES_TABLE: Final = Table[SourcesRow, WhichSources](
    code="account-sources",
    path="/account-sources",
    page="/account-sources",
    words=Words("台账来源对照", "Sources side by side"),
    about="What meter, bills (by days, and whole in the billing month) and typed figures say of a "
    "month, which of them counts, and where they differ by more than 2 %, which asks for a word. "
    "`limit` counts institutions: each comes with all its months.",
    tag="bills",
    columns=(
        *institution_columns(),
        Column(
            "carrier",
            Words("能源品种", "Carrier"),
            lambda row: row.one.carrier,
            shown=lambda row, lang: in_words(row.one.carrier_zh, row.one.carrier_en, lang),
        ),
        Column("month", Words("月份", "Month"), lambda row: f"{row.one.month:%Y-%m}"),
        Column(
            "source",
            Words("取数", "Counts"),
            lambda row: row.one.source,
            shown=lambda row, lang: SOURCES[row.one.source].say(lang) if row.one.source else "",
            link=_why,
        ),
        amount("quanta", "台账", "In account", places=0),
        amount("difference", "最大差额", "Greatest difference", places=0),
        Column(
            "word",
            Words("说明", "Why"),
            lambda row: row.one.word,
            shown=lambda row, lang: row.one.word
            or (Words("待说明", "Say why").say(lang) if row.one.differs else ""),
            link=_explain,
            look=_look,
        ),
        amount("meter", "计量", "Meter", places=0),
        amount("by_days", "账单按天", "Bills by days", places=0,
               hint=Words("整月每天都有账单时才有", "Where every day of the month is billed")),
        amount("by_bill", "账单按月", "Bills by billing month", places=0),
        amount("typed", "填报", "Typed", places=0),
        amount("estimate", "估算", "Estimate", places=0, apart=True),
        attribute("one.differs", "超过 2%", "By more than 2 %", "flag", called="differs",
                  apart=True),
        attribute("one.unit", "单位", "Unit", called="unit", apart=True),
    ),
    filter=WhichSources,
    ask=_ask,
    size=5,
    at_once=500,
    empty=Words("没有台账。", "There are no accounts."),
    then=Words("请录入账单或填报用量。", "Enter bills, or type in months."),
)  # fmt: skip
