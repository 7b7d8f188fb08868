"""The table of bills that were likely entered wrong, each with what it is held against."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from actions.accounts.closing_fields import Year
from actions.fields import Acting, Lang, Words, field
from actions.figures import in_units
from actions.kinds import Id
from actions.registry.institutions import institution_name
from actions.registry.named import in_words
from actions.tables import Column, Filter, Table, attribute
from analytics.reconciling import Billed, Doubt, Found, reconciled
from storage.accounts import bills
from storage.accounts.bills import Bill

_MOST: Final = 20_000
_WORDS: Final = {
    Doubt.DOUBLE: Words("疑似重复录入", "Entered twice"),
    Doubt.SWAPPED: Words("疑似两户互换", "Swapped with another number's"),
    Doubt.MULTIPLIER: Words("疑似倍率错误", "Wrong multiplier"),
    Doubt.UNLIKE_METER: Words("与计量不符", "Unlike the meter"),
}


class WhichDoubts(Filter):
    """Of which bills doubts are wanted."""

    year: Year | None = field(
        zh="年度", en="Year", hint=("不填为上一年", "Left open: last year"), default=None
    )
    institution: Id | None = field(
        zh="机构编号", en="Institution id", called=institution_name, default=None
    )


@dataclass(frozen=True, slots=True)
class DoubtRow:
    """A doubt with the bill, and the other one where there is one."""

    found: Found
    bill: Bill
    other: Bill | None

    @property
    def factor(self) -> str | None:
        """By which factor it is off."""
        return None if self.found.factor is None else f"× {self.found.factor}"

    def beside(self, lang: Lang) -> str:
        """Return what it is held against."""
        if self.other is None:
            meter = self.found.doubt is Doubt.UNLIKE_METER
            return (_METER if meter else _USUAL).say(lang)
        return _said(self.other)


_METER: Final = Words("同期计量", "the meter of these days")
_USUAL: Final = Words("本户其他账单或同期计量", "other bills of the number, or the meter")


def _said(one: Bill) -> str:
    return f"{one.account_number} {one.first} – {one.last} (#{one.bill_id})"


def _every(at: Acting, asked: WhichDoubts) -> Iterator[DoubtRow]:
    """Return the doubts of a year; of each carrier bills of all numbers are held together."""
    year = asked.year or at.today.year - 1
    span = date(year, 1, 1), date(year + 1, 1, 1)
    found = bills.listed(at.connection, institution=asked.institution, span=span, most=_MOST)
    meters = bills.meters(at.connection, [one.bill_id for one in found])
    by_id = {one.bill_id: one for one in found}
    for _, same in groupby(sorted(found, key=lambda one: one.carrier), lambda one: one.carrier):
        billed = [
            Billed(
                one.bill_id, one.utility_account_id, one.first, one.last, one.quanta,
                meters.get(one.bill_id),
            )
            for one in same
        ]  # fmt: skip
        for one in reconciled(billed):
            yield DoubtRow(one, by_id[one.bill], by_id.get(one.other) if one.other else None)


DOUBTS: Final = Table[DoubtRow, WhichDoubts](
    code="bill-doubts",
    path="/bill-doubts",
    page="/bill-doubts",
    words=Words("账单核对", "Bills that are doubtful"),
    about="Bills of a year held against one another, against the other bills of their numbers, and "
    "against meters that know their very days: entered twice, swapped with those of another "
    "number, off by a multiplier, or unlike the meter by more than 3 %. `expected` is what would "
    "have been expected instead.",
    tag="bills",
    columns=(
        attribute("bill.bill_id", "账单", "Bill", "whole", called="bill_id"),
        attribute("bill.account_number", "户号", "Number", called="account_number"),
        Column(
            "carrier",
            Words("能源品种", "Carrier"),
            lambda row: row.bill.carrier,
            shown=lambda row, lang: in_words(row.bill.carrier_zh, row.bill.carrier_en, lang),
        ),
        attribute("bill.first", "起始日", "First day", "day", called="first"),
        attribute("bill.last", "截止日(含)", "Last day", "day", called="last"),
        Column(
            "doubt",
            Words("疑点", "Doubt"),
            lambda row: row.found.doubt.value,
            shown=lambda row, lang: _WORDS[row.found.doubt].say(lang),
            look="tag warn",
        ),
        Column("factor", Words("倍率", "Factor"), lambda row: row.factor),
        Column(
            "quantity",
            Words("账单数量", "Billed"),
            lambda row: in_units(row.bill.quanta, row.bill.per_unit),
            "number",
            unit_of=lambda row: row.bill.carrier_unit,
        ),
        Column(
            "expected",
            Words("应约为", "Expected"),
            lambda row: in_units(row.found.beside, row.bill.per_unit),
            "number",
            unit_of=lambda row: row.bill.carrier_unit,
        ),
        Column(
            "beside",
            Words("对照", "Held against"),
            lambda row: row.other.bill_id if row.other else None,
            "whole",
            shown=lambda row, lang: row.beside(lang),
        ),
        Column(
            "correct",
            Words("更正", "Correct"),
            shown=lambda _, lang: Words("更正", "Correct").say(lang),
            link=lambda row: f"/do/bill.correct/{row.bill.bill_id}",
            only="page",
        ),
    ),
    filter=WhichDoubts,
    every=_every,
    empty=Words("没有疑点。", "Nothing is doubtful."),
)
