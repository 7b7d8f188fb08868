"""The table of what institutions take of bills: which documents stand behind a month."""

from dataclasses import dataclass
from typing import Final

from actions.fields import Acting, Words, field
from actions.figures import in_units
from actions.kinds import Id, Line, Month
from actions.registry.institutions import institution_name
from actions.registry.named import in_words, institution_columns
from actions.registry.things import every_carrier
from actions.spans import month_after
from actions.tables import Column, Filter, Table, attribute, page_of
from storage.accounts import bill_parts
from storage.accounts.bill_parts import BillPart
from storage.pages import Page, key_of
from storage.registry import institutions

_BASES: Final = {
    "days": Words("按天", "by days"),
    "billed": Words("按账单月份", "by billing month"),
}


class WhichParts(Filter):
    """Of which institution and months parts of bills are wanted."""

    institution: Id | None = field(
        zh="机构编号", en="Institution id", called=institution_name, default=None
    )
    carrier: Line | None = field(zh="能源品种", en="Carrier", choices=every_carrier, default=None)
    from_: Month | None = field(zh="起始月份", en="The first month", default=None)
    to: Month | None = field(zh="终止月份(含)", en="The last month, included", default=None)


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part with what its institution is called."""

    one: BillPart
    name_zh: str | None
    name_en: str | None

    @property
    def institution_id(self) -> int:
        """Whose it is."""
        return self.one.institution_id


def _ask(at: Acting, asked: WhichParts, after: str | None, limit: int) -> Page[PartRow]:
    who, month, bill, basis = key_of(after, 0, "0001-01-01", 0, "")
    span = (
        asked.from_.replace(day=1) if asked.from_ else None,
        month_after(asked.to) if asked.to else None,
    )
    found = bill_parts.listed(
        at.connection, institution=asked.institution, carrier=asked.carrier, span=span,
        after=(int(who), str(month), int(bill), str(basis)), most=limit + 1,
    )  # fmt: skip
    names = institutions.names(at.connection, sorted({one.institution_id for one in found}))
    rows = [PartRow(one, *names.get(one.institution_id, (None, None))) for one in found]
    return page_of(rows, limit, _key)


def _key(row: PartRow) -> tuple[int, str, int, str]:
    return row.institution_id, f"{row.one.month}", row.one.bill_id, row.one.basis


def _amount(name: str, zh: str, en: str) -> Column:
    return Column(
        name,
        Words(zh, en),
        lambda row: in_units(getattr(row.one, name), row.one.per_unit),
        "number",
        unit_of=lambda row: row.one.unit,
    )


PARTS: Final = Table[PartRow, WhichParts](
    code="bill-parts",
    path="/bill-parts",
    page="/bill-parts",
    words=Words("账单归月", "Parts of bills"),
    about="What institutions take of bills in each month, by its days and whole in the billing "
    "month; each way the parts of a bill add to it, to the last quantum and fen.",
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
            "basis",
            Words("归月方式", "Basis"),
            lambda row: row.one.basis,
            shown=lambda row, lang: _BASES[row.one.basis].say(lang),
        ),
        _amount("quanta", "本月部分", "Part"),
        Column(
            "cost",
            Words("费用(元)", "Cost (yuan)"),
            lambda row: in_units(row.one.cost_fen, 100),
            "number",
        ),
        attribute("one.days", "天数", "Days", "whole", called="days"),
        attribute("one.bill_id", "账单", "Bill", "whole", called="bill_id"),
        attribute("one.account_number", "户号", "Number", called="account_number"),
        attribute("one.first", "起始日", "First day", "day", called="first"),
        attribute("one.last", "截止日(含)", "Last day", "day", called="last"),
        _amount("whole_quanta", "整单数量", "Whole bill"),
    ),
    filter=WhichParts,
    ask=_ask,
    empty=Words("没有账单。", "There are no bills."),
)
