"""The tables of utility account numbers and of bills."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from actions.accounts.bill_fields import PERIODS
from actions.accounts.utility_account_things import percent
from actions.fields import Acting, Lang, Words, field
from actions.figures import in_units
from actions.kinds import Id, Line, Month
from actions.registry.institutions import institution_name
from actions.registry.named import in_words
from actions.registry.things import every_carrier
from actions.spans import month_after
from actions.tables import Column, Filter, Table, attribute, page_of
from storage.accounts import bills, utility_accounts
from storage.accounts.bills import Bill
from storage.accounts.utility_accounts import UtilityAccount
from storage.pages import Page, key_of
from storage.registry import institutions

Names = dict[int, tuple[str | None, str | None]]


class WhichNumbers(Filter):
    """Which utility account numbers are wanted."""

    number: Line | None = field(zh="户号", en="Number", default=None)
    carrier: Line | None = field(zh="能源品种", en="Carrier", choices=every_carrier, default=None)
    institution: Id | None = field(
        zh="机构编号", en="Institution id", called=institution_name, default=None
    )


class WhichBills(Filter):
    """Which bills are wanted."""

    utility_account: Id | None = field(zh="户号编号", en="Id of the number", default=None)
    institution: Id | None = field(
        zh="机构编号", en="Institution id", called=institution_name, default=None
    )
    carrier: Line | None = field(zh="能源品种", en="Carrier", choices=every_carrier, default=None)
    from_: Month | None = field(zh="起始月份", en="The first month", default=None)
    to: Month | None = field(zh="终止月份(含)", en="The last month, included", default=None)
    every: bool = field(
        zh="含已更正和撤销的", en="With those corrected and withdrawn", default=False
    )


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A number with what its institutions are called."""

    one: UtilityAccount
    names: Names

    def shares(self, lang: Lang) -> list[str]:
        """Return whose it is by which share, and from when to when."""
        of = zip(
            self.one.institutions, self.one.shares, self.one.since, self.one.until, strict=True
        )
        return [
            f"{in_words(*self.names.get(who, (None, None)), lang) or who} {percent(share)} "
            f"{since} – {until or ''}".rstrip()
            for who, share, since, until in of
        ]


def _numbers(at: Acting, asked: WhichNumbers, after: str | None, limit: int) -> Page[NumberRow]:
    (last,) = key_of(after, 0)
    found = utility_accounts.listed(
        at.connection, number=asked.number, carrier=asked.carrier, institution=asked.institution,
        after=int(last), most=limit + 1,
    )  # fmt: skip
    whose = sorted({who for one in found for who in one.institutions})
    names = institutions.names(at.connection, whose)
    rows = [NumberRow(one, names) for one in found]
    return page_of(rows, limit, lambda row: row.one.utility_account_id)


def _bills(at: Acting, asked: WhichBills, after: str | None, limit: int) -> Page[Bill]:
    (last,) = key_of(after, 0)
    span = (
        asked.from_.replace(day=1) if asked.from_ else None,
        month_after(asked.to) if asked.to else None,
    )
    found = bills.listed(
        at.connection, account=asked.utility_account, institution=asked.institution,
        carrier=asked.carrier, span=span, every=asked.every, after=int(last), most=limit + 1,
    )  # fmt: skip
    return page_of(found, limit, lambda one: one.bill_id)


def _money(name: str, zh: str, en: str) -> Column:
    return Column(
        name,
        Words(f"{zh}(元)", f"{en} (yuan)"),
        lambda one: in_units(getattr(one, f"{name}_fen"), 100),
        "number",
    )


def _period(place: int, name: str) -> Column:
    words = PERIODS[name]

    def value(one: Bill) -> str | None:
        return in_units((one.period_quanta or [None] * 5)[place], one.per_unit)

    return Column(
        name, Words(f"{words.zh}段", words.en.capitalize()), value, "number",
        unit_of=lambda one: one.carrier_unit, apart=True,
    )  # fmt: skip


def _carrier(of: Callable[[Any], Any]) -> Column:
    return Column(
        "carrier",
        Words("能源品种", "Carrier"),
        lambda row: of(row).carrier,
        shown=lambda row, lang: in_words(of(row).carrier_zh, of(row).carrier_en, lang),
    )


def _leads(name: str, words: Words, address: Callable[[Any], str]) -> Column:
    return Column(name, words, shown=lambda _, lang: words.say(lang), link=address, only="page")


NUMBERS: Final = Table[NumberRow, WhichNumbers](
    code="utility-accounts",
    path="/utility-accounts",
    page="/utility-accounts",
    words=Words("户号", "Utility account numbers"),
    about="The suppliers' numbers under which the institutions that the reader sees get bills, "
    "with their dated shares.",
    tag="bills",
    columns=(
        attribute("one.utility_account_id", "编号", "Id", "whole", called="utility_account_id",
                  apart=True),
        Column(
            "number",
            Words("户号", "Number"),
            lambda row: row.one.number,
            link=lambda row: f"/bills?utility_account={row.one.utility_account_id}",
        ),
        attribute("one.supplier", "供应单位", "Supplier", called="supplier"),
        _carrier(lambda row: row.one),
        Column(
            "shares",
            Words("机构、占比和日期", "Institutions, shares and days"),
            lambda row: row.shares("en"),
            "several",
            shown=lambda row, lang: row.shares(lang),
        ),
        attribute("one.bills", "账单数", "Bills", "whole", called="bills"),
        attribute("one.billed_to", "账单截至", "Billed to", "day", called="billed_to"),
        _leads("enter", Words("录入账单", "Enter a bill"),
               lambda row: f"/do/bill.enter/{row.one.utility_account_id}"),
        _leads("share", Words("分摊", "Shares"),
               lambda row: f"/do/utility_account.share/{row.one.utility_account_id}"),
        _leads("end", Words("截止", "End"),
               lambda row: f"/do/utility_account.end/{row.one.utility_account_id}"),
    ),
    filter=WhichNumbers,
    ask=_numbers,
    empty=Words("没有户号。", "There are no utility account numbers."),
    then=Words("请在机构页面登记户号。", "Register one on the page of its institution."),
)  # fmt: skip
BILLS: Final = Table[Bill, WhichBills](
    code="bills",
    path="/bills",
    page="/bills",
    words=Words("账单", "Bills"),
    about="What suppliers billed under the numbers that the reader sees, over any civil days, both "
    "included. Quantities are in the carrier's unit.",
    tag="bills",
    columns=(
        attribute("bill_id", "编号", "Id", "whole"),
        attribute("utility_account_id", "户号编号", "Id of the number", "whole", apart=True),
        attribute("account_number", "户号", "Number"),
        _carrier(lambda row: row),
        attribute("first", "起始日", "First day", "day"),
        attribute("last", "截止日(含)", "Last day", "day"),
        Column("month", Words("账单月份", "Billing month"), lambda one: f"{one.month:%Y-%m}"),
        Column(
            "quantity",
            Words("数量", "Quantity"),
            lambda one: in_units(one.quanta, one.per_unit),
            "number",
            unit_of=lambda one: one.carrier_unit,
        ),
        *(_period(place, name) for place, name in enumerate(PERIODS)),
        Column(
            "yuan_per_unit",
            Words("单价(元)", "Price (yuan)"),
            lambda one: _exact(one.yuan_per_unit),
            "number",
            apart=True,
        ),
        _money("cost", "金额", "Cost"),
        _money("tax", "税额", "Tax"),
        _money("basic", "基本电费", "Basic charge"),
        _money("total", "应付合计", "In all"),
        attribute("estimated", "估算", "Estimated", "flag"),
        attribute("number", "账单编号", "Number of the bill", called="bill_number", apart=True),
        Column(
            "scan",
            Words("扫描件", "Scan"),
            lambda one: one.scan,
            shown=lambda one, lang: Words("查看", "Look").say(lang) if one.scan else "",
            link=lambda one: f"/attachments/{one.scan}" if one.scan else "",
        ),
        attribute("corrects", "更正了", "Corrects", "whole", apart=True),
        attribute("reason", "更正原因", "Why", apart=True),
        attribute("known_until", "有效至", "Known until", "instant", apart=True),
        _leads("correct", Words("更正", "Correct"), lambda one: f"/do/bill.correct/{one.bill_id}"),
        _leads("withdraw", Words("撤销", "Withdraw"),
               lambda one: f"/do/bill.withdraw/{one.bill_id}"),
    ),
    filter=WhichBills,
    ask=_bills,
    entered_by="bill.enter",
    enters=(("bill_number", "number"),),
    empty=Words("没有账单。", "There are no bills."),
    then=Words("请在户号列表中录入账单。", "Enter them under a utility account number."),
)  # fmt: skip


def _exact(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")
