"""The table of book accounts: what each holds in a year, and what may be done to it."""

from typing import Final

from actions.compact import book_words as words
from actions.compact.columns import amount, of_indicator
from actions.compact.target_fields import Year
from actions.fields import Acting, Words, field
from actions.kinds import Id
from actions.registry.named import either, institution_columns
from actions.tables import Column, Filter, Table, attribute, page_of
from actions.things import every_union
from storage.compact import accounts
from storage.compact.accounts import AccountFilter, BookAccount
from storage.pages import Page, key_of


class WhichAccounts(Filter):
    """Which accounts are wanted."""

    union: Id | None = field(zh="区域联合体", en="Union", choices=every_union, default=None)
    institution: Id | None = field(zh="机构编号", en="Institution", default=None)
    year: Year | None = field(zh="年份", en="Year", default=None)


def _ask(at: Acting, asked: WhichAccounts, after: str | None, limit: int) -> Page[BookAccount]:
    union, year, institution, account, region, indicator = key_of(after, *accounts.FIRST)
    place = (int(union), int(year), int(institution), str(account), int(region), str(indicator))
    wanted = AccountFilter(asked.union, asked.institution, asked.year)
    found = accounts.listed(at.connection, wanted, after=place, most=limit + 1)
    return page_of(found, limit, lambda one: one.key)


BOOK_ACCOUNTS: Final = Table[BookAccount, WhichAccounts](
    code="book_accounts",
    path="/book-accounts",
    page="/book-accounts",
    words=Words("账簿户", "Book accounts"),
    about="The accounts of the books with their balances: of the institutions that the reader "
    "sees, and the reserves, pools and own accounts of unions.",
    tag="books",
    columns=(
        attribute("union_id", "区域联合体编号", "Union id", "whole", apart=True),
        *of_indicator(),
        attribute("year", "年份", "Year", "whole", shown=lambda row, lang: str(row.year)),
        *institution_columns(),
        either("region", "成员单位", "Member"),
        attribute("region_id", "行政区划编号", "Region id", "whole", apart=True),
        Column(
            "account",
            Words("账簿户", "Account"),
            lambda row: row.account,
            shown=lambda row, lang: words.ACCOUNTS[row.account].say(lang),
        ),
        amount("balance", "余额", "Balance", lambda row: row.amount_g),
        Column(
            "state",
            Words("状态", "State"),
            lambda row: row.state,
            shown=lambda row, lang: words.ACCOUNT_STATES[row.state].say(lang),
            look=lambda row: "tag ok" if row.state == "open" else "tag warn",
            hint=Words(
                "正常、部分业务受限、对账暂停或已关闭", "open, restricted, blocked or closed"
            ),
        ),
        attribute("reason", "状态理由", "Why", apart=True),
    ),
    filter=WhichAccounts,
    unasked=("institution",),
    ask=_ask,
    empty=Words("账簿中还没有您可以查看的账户。", "There is no account that you may see."),
)
