"""The tables of accounts: of all institutions, and of one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from actions.accounts.profiles import known_profile
from actions.fields import Acting, Words, field
from actions.figures import in_units
from actions.kinds import Id, Line, Month
from actions.registry.institutions import no_institution
from actions.registry.institutions_table import WhichInstitutions
from actions.registry.named import institution_columns
from actions.spans import month_after
from actions.tables import Column, Filter, Table, attribute
from analytics.coverage import coverage
from storage.accounts import ledger
from storage.accounts.ledger import Account, AccountFilter
from storage.pages import Page, cursor_of, key_of
from storage.registry import institutions

_FIRST: Final = date(1970, 1, 1)
_UNTIL: Final = date(2100, 1, 1)


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account with what its institution is called."""

    account: Account
    name_zh: str | None
    name_en: str | None

    @property
    def institution_id(self) -> int:
        """Whose it is."""
        return self.account.institution_id


class _Months(Filter):
    """Of which months, carrier and profile accounts are wanted."""

    carrier: Line | None = field(zh="能源品种代码", en="Carrier", default=None)
    from_: Month | None = field(zh="起始月份", en="The first month", default=None)
    to: Month | None = field(zh="终止月份(含)", en="The last month, included", default=None)
    profile: Line | None = field(zh="折标系数组", en="Profile", default=None)

    def months(self) -> AccountFilter:
        """Return the filter of the query; all months where none are named."""
        first = self.from_.replace(day=1) if self.from_ else _FIRST
        return AccountFilter(first, month_after(self.to) if self.to else _UNTIL, self.carrier)


class WhichAccounts(_Months, WhichInstitutions):
    """Which accounts are wanted, of which institutions."""


class OfWhichInstitution(_Months):
    """Which accounts of an institution are wanted."""

    institution_id: Id = field(zh="机构", en="Institution")


def _ask(at: Acting, asked: WhichAccounts, after: str | None, limit: int) -> Page[AccountRow]:
    """Return the accounts of so many institutions."""
    (last,) = key_of(after, 0)
    months, wanted = asked.months(), asked.wanted()
    among = institutions.matching(at.connection, wanted) if wanted.narrow else None
    ids = ledger.institutions_with_accounts(
        at.connection, months, after=int(last), most=limit + 1, among=among
    )
    rows = _named(at, ids[:limit], months, asked.profile)
    return Page(rows, cursor_of(ids[limit - 1]) if len(ids) > limit else None)


def _every(at: Acting, asked: OfWhichInstitution) -> Iterable[AccountRow]:
    if institutions.one(at.connection, asked.institution_id) is None:
        raise no_institution(asked.institution_id)
    return _named(at, [asked.institution_id], asked.months(), asked.profile)


def _named(
    at: Acting, ids: list[int], months: AccountFilter, profile: str | None
) -> list[AccountRow]:
    code = known_profile(at.connection, profile)
    names = {one.institution_id: one for one in institutions.some(at.connection, ids)}
    found = ledger.accounts(at.connection, ids, months, code)
    return [_row(one, names.get(one.institution_id)) for one in found]


def _row(one: Account, named: Any) -> AccountRow:
    return AccountRow(one, named.name_zh if named else None, named.name_en if named else None)


def _of(
    name: str,
    zh: str,
    en: str,
    kind: Any = "line",
    hint: tuple[str, str] | None = None,
    **more: Any,
) -> Column:
    return attribute(f"account.{name}", zh, en, kind, hint=hint, called=name, **more)


def _plain(value: object) -> str | None:
    return None if value is None else format(value, "f")


_COLUMNS: Final = (
    *institution_columns(),
    _of("carrier", "能源品种", "Carrier"),
    Column("month", Words("月份", "Month"), lambda row: f"{row.account.month:%Y-%m}"),
    _of(
        "source",
        "来源",
        "Source",
        hint=("计量、账单、填报或估算", "meter, bill, typed or estimate"),
    ),
    Column(
        "used",
        Words("用量", "Used"),
        lambda row: in_units(row.account.quanta, row.account.per_unit),
        "number",
        unit_of=lambda row: row.account.unit,
        hint=Words("空为未知", "In `unit`; null where nothing is known"),
    ),
    _of("unit", "单位", "Unit", apart=True),
    Column(
        "quanta",
        Words("核算量子", "Quanta"),
        lambda row: in_units(row.account.quanta, 1),
        "number",
        only="programs",
        hint=Words("同上,整量子", "The same in whole accounting quanta"),
    ),
    _of(
        "measured_s",
        "形状已知秒数",
        "Measured (s)",
        "whole",
        ("曲线也已知", "Of which the shape is known too"),
        apart=True,
    ),
    _of(
        "known_s",
        "总量已知秒数",
        "Known (s)",
        "whole",
        ("总量已知", "Of which the total is known"),
        apart=True,
    ),
    _of(
        "expected_s",
        "应有秒数",
        "Expected (s)",
        "whole",
        (
            "完整台账应有,截至已过之日",
            "What a complete account would hold, as far as days are over",
        ),
        apart=True,
    ),
    Column(
        "coverage",
        Words("数据完整率", "Coverage"),
        lambda row: coverage(row.account.known_s, row.account.expected_s),
        "share",
        hint=Words("总量", "Of the total: known_s over expected_s"),
    ),
    Column(
        "shape_coverage",
        Words("曲线完整率", "Coverage of the shape"),
        lambda row: coverage(row.account.measured_s, row.account.expected_s),
        "share",
        hint=Words("曲线", "Of the shape: measured_s over expected_s"),
    ),
    _of("profile", "折标系数组", "Profile"),
    Column(
        "kgce",
        Words("标准煤", "Standard coal"),
        lambda row: in_units(row.account.kgce_g, 1000),
        "number",
        unit="kgce",
        hint=Words("精确到克;水没有", "To the gram; null for water"),
    ),
    _of(
        "coefficient_profile",
        "系数出处",
        "Coefficient of",
        hint=("取自哪一组", "Whose coefficient was taken"),
    ),
    Column(
        "kgce_per_unit",
        Words("折标系数", "Coefficient"),
        lambda row: _plain(row.account.kgce_per_unit),
        "number",
    ),
    _of("coefficient_verified", "系数已核对", "Coefficient verified", "flag"),
    Column(
        "co2_kg",
        Words("二氧化碳", "CO2"),
        lambda row: in_units(row.account.co2_g, 1000),
        "number",
        unit="kg",
    ),
    Column(
        "kgco2_per_unit",
        Words("排放因子", "Emission factor"),
        lambda row: _plain(row.account.kgco2_per_unit),
        "number",
    ),
    _of(
        "grid_scope",
        "电网范围",
        "Grid scope",
        hint=("省、区域或全国", "province, grid_region or national"),
    ),
    _of("grid_code", "电网代码", "Grid code"),
    _of("grid_year", "电网年份", "Grid year", "whole"),
    _of("co2_verified", "因子已核对", "Factor verified", "flag"),
    _of(
        "coefficient_evidence",
        "系数凭据",
        "Coefficient evidence",
        hint=("是、转引或否", "yes, secondary or no"),
    ),
    _of(
        "coefficient_outside",
        "系数超出有效期",
        "Coefficient outside",
        hint=("早于或晚于有效期", "before or after its validity"),
    ),
    _of("co2_evidence", "因子凭据", "Factor evidence"),
    _of("co2_outside", "因子超出有效期", "Factor outside"),
)

ACCOUNTS: Final = Table[AccountRow, WhichAccounts](
    code="accounts",
    path="/accounts",
    words=Words("台账", "Accounts"),
    about="What institutions used of each carrier in each month, by each source, with coal and CO2 "
    "under a profile, of all that the reader sees; sorted by institution, carrier, month and "
    "source. `limit` counts institutions: each comes with all its accounts of these months.",
    tag="accounts",
    columns=_COLUMNS,
    filter=WhichAccounts,
    ask=_ask,
    at_once=200,
)
ACCOUNTS_OF: Final = Table[AccountRow, OfWhichInstitution](
    code="accounts-of",
    path="/institutions/{institution_id}/accounts",
    words=Words("机构台账", "Accounts of an institution"),
    about="What an institution used of each carrier in each month, by each source; all months if "
    "none are named.",
    tag="accounts",
    columns=_COLUMNS,
    filter=OfWhichInstitution,
    every=_every,
)
