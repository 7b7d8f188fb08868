"""The table of what is locked of a year, month by month, beside what accounts say now."""

from dataclasses import dataclass
from typing import Final

from actions.accounts.closing_fields import Year
from actions.fields import Acting, Words, field
from actions.figures import in_units
from actions.kinds import Id
from actions.registry.institutions import institution_name
from actions.registry.named import in_words, institution_columns
from actions.tables import Column, Filter, Table, attribute
from actions.things import every_region
from storage.accounts import closing, locked_months
from storage.accounts.locked_months import LockedMonth
from storage.pages import Page, cursor_of, key_of
from storage.registry import institutions
from storage.registry.institutions import InstitutionFilter


class WhichMonths(Filter):
    """Of which year and institutions locked months are wanted."""

    year: Year | None = field(
        zh="年度", en="Year", hint=("不填为上一年", "Left open: last year"), default=None
    )
    region: Id | None = field(
        zh="行政区划(含下级)", en="Region, with its lower ones", choices=every_region, default=None
    )
    institution: Id | None = field(
        zh="机构编号", en="Institution id", called=institution_name, default=None
    )
    differing: bool = field(zh="只列有差额的", en="Only those that differ", default=False)


@dataclass(frozen=True, slots=True)
class MonthShown:
    """A locked month with what its institution is called."""

    one: LockedMonth
    name_zh: str | None
    name_en: str | None

    @property
    def institution_id(self) -> int:
        """Whose it is."""
        return self.one.institution_id


def _ask(at: Acting, asked: WhichMonths, after: str | None, limit: int) -> Page[MonthShown]:
    """Return the months of so many institutions."""
    (last,) = key_of(after, 0)
    year = asked.year or at.today.year - 1
    held = closing.with_version(at.connection, year)
    among = institutions.matching(at.connection, InstitutionFilter(region_id=asked.region))
    ids = [
        one for one in among if one > int(last) and one in held and asked.institution in (None, one)
    ]
    some = ids[:limit]
    names = institutions.names(at.connection, some)
    rows = [
        MonthShown(one, *names.get(one.institution_id, (None, None)))
        for one in locked_months.listed(at.connection, some, year)
        if one.difference or not asked.differing
    ]
    return Page(rows, cursor_of(some[-1]) if len(ids) > limit else None)


def _amount(name: str, zh: str, en: str) -> Column:
    return Column(
        name,
        Words(zh, en),
        lambda row: in_units(getattr(row.one, f"{name}"), row.one.per_unit),
        "number",
        unit_of=lambda row: row.one.unit,
    )


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
        _amount("quanta", "锁定数", "Locked"),
        attribute("one.now_source", "现在来源", "Source now", called="now_source"),
        _amount("now_quanta", "现在的台账", "In account now"),
        _amount("difference", "差额", "Difference"),
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
