"""The table of what sources say of a month, side by side, and of which somebody must say why."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from actions.accounts.amounts import SOURCES
from actions.accounts.closing_fields import Year
from actions.fields import Acting, Words, field
from actions.figures import in_units
from actions.kinds import Id
from actions.registry.institutions import institution_name
from actions.registry.named import in_words, institution_columns
from actions.tables import Column, Filter, Table, attribute
from actions.things import every_region
from storage.accounts import counting
from storage.accounts.counting import Sources
from storage.pages import Page, cursor_of, key_of
from storage.registry import institutions
from storage.registry.institutions import InstitutionFilter


class WhichSources(Filter):
    """Of which year and institutions sources are wanted."""

    year: Year | None = field(
        zh="年度", en="Year", hint=("不填为上一年", "Left open: last year"), default=None
    )
    region: Id | None = field(
        zh="行政区划(含下级)", en="Region, with its lower ones", choices=every_region, default=None
    )
    institution: Id | None = field(
        zh="机构编号", en="Institution id", called=institution_name, default=None
    )
    differing: bool = field(zh="只列相差超过 2% 的", en="Only those that differ", default=False)


@dataclass(frozen=True, slots=True)
class SourcesRow:
    """What sources say of a month, with what its institution is called."""

    one: Sources
    name_zh: str | None
    name_en: str | None

    @property
    def institution_id(self) -> int:
        """Whose it is."""
        return self.one.institution_id


def _ask(at: Acting, asked: WhichSources, after: str | None, limit: int) -> Page[SourcesRow]:
    """Return the months of so many institutions."""
    (last,) = key_of(after, 0)
    year = asked.year or at.today.year - 1
    among = institutions.matching(at.connection, InstitutionFilter(region_id=asked.region))
    ids = [one for one in among if one > int(last) and asked.institution in (None, one)]
    some = ids[:limit]
    names = institutions.names(at.connection, some)
    first, until = date(year, 1, 1), date(year + 1, 1, 1)
    rows = [
        SourcesRow(one, *names.get(one.institution_id, (None, None)))
        for one in counting.sources(at.connection, some, first, until)
        if one.differs or not asked.differing
    ]
    return Page(rows, cursor_of(some[-1]) if len(ids) > limit else None)


def _amount(name: str, zh: str, en: str, hint: tuple[str, str] | None = None) -> Column:
    return Column(
        name,
        Words(zh, en),
        lambda row: in_units(getattr(row.one, name), row.one.per_unit),
        "number",
        unit_of=lambda row: row.one.unit,
        places=0,
        hint=Words(*hint) if hint else None,
        apart=name == "estimate",
    )


def _explain(row: SourcesRow) -> str:
    query = f"carrier={row.one.carrier}&month={row.one.month:%Y-%m}"
    return f"/do/account.explain_difference/{row.institution_id}?{query}" if row.one.differs else ""


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
        ),
        _amount("quanta", "台账", "In account"),
        _amount("difference", "最大差额", "Greatest difference"),
        Column(
            "word",
            Words("说明", "Why"),
            lambda row: row.one.word,
            shown=lambda row, lang: row.one.word
            or (Words("待说明", "Say why").say(lang) if row.one.differs else ""),
            link=_explain,
            look=_look,
        ),
        _amount("meter", "计量", "Meter"),
        _amount("by_days", "账单按天", "Bills by days",
                ("整月每天都有账单时才有", "Where every day of the month is billed")),
        _amount("by_bill", "账单按月", "Bills by billing month"),
        _amount("typed", "填报", "Typed"),
        _amount("estimate", "估算", "Estimate"),
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
