"""The tables of what months and hours cost by their tariffs."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from actions.accounts.bill_fields import PERIODS
from actions.accounts.closing_fields import Year
from actions.fields import Acting, Words, field
from actions.figures import in_units
from actions.kinds import Day, Id, Line
from actions.registry.institutions import institution_name
from actions.registry.named import in_words, institution_columns
from actions.registry.things import every_carrier
from actions.tables import Column, Filter, Table, attribute
from storage.accounts import tariffs
from storage.accounts.tariffs import Cost, PricedHour
from storage.pages import Page, cursor_of, key_of
from storage.registry import institutions

_NAMES: Final = tuple(PERIODS)


class WhichCosts(Filter):
    """Of which year and institution costs are wanted."""

    year: Year | None = field(
        zh="年度", en="Year", hint=("不填为上一年", "Left open: last year"), default=None
    )
    institution: Id | None = field(
        zh="机构编号", en="Institution id", called=institution_name, default=None
    )


class WhichHours(Filter):
    """Of which day the hours are wanted."""

    institution: Id | None = field(
        zh="机构编号", en="Institution id", called=institution_name, default=None
    )
    carrier: Line | None = field(zh="能源品种", en="Carrier", choices=every_carrier, default=None)
    day: Day | None = field(
        zh="日期", en="Day", hint=("不填为昨天", "Left open: yesterday"), default=None
    )


@dataclass(frozen=True, slots=True)
class CostRow:
    """What a month costs, with what its institution is called."""

    one: Cost
    name_zh: str | None
    name_en: str | None

    @property
    def institution_id(self) -> int:
        """Whose it is."""
        return self.one.institution_id

    @property
    def total_fen(self) -> int | None:
        """Energy, basic charge and tax; None where a price is missing."""
        one = self.one
        if one.energy_fen is None:
            return None
        return one.energy_fen + (one.basic_fen or 0) + (one.tax_fen or 0)


@dataclass(frozen=True, slots=True)
class HourRow:
    """What an hour costs, with what its institution is called."""

    one: PricedHour
    name_zh: str | None
    name_en: str | None

    @property
    def institution_id(self) -> int:
        """Whose it is."""
        return self.one.institution_id


def _costs(at: Acting, asked: WhichCosts, after: str | None, limit: int) -> Page[CostRow]:
    """Return the months of so many institutions."""
    (last,) = key_of(after, 0)
    year = asked.year or at.today.year - 1
    ids = tariffs.institutions_with(at.connection, asked.institution, int(last), limit + 1)
    some = ids[:limit]
    names = institutions.names(at.connection, some)
    found = tariffs.costs(at.connection, some, date(year, 1, 1), date(year + 1, 1, 1))
    rows = [CostRow(one, *names.get(one.institution_id, (None, None))) for one in found]
    return Page(rows, cursor_of(some[-1]) if len(ids) > limit else None)


def _hours(at: Acting, asked: WhichHours, after: str | None, limit: int) -> Page[HourRow]:
    """Return the hours of so many institutions."""
    (last,) = key_of(after, 0)
    day = asked.day or at.today - timedelta(days=1)
    ids = tariffs.institutions_with(at.connection, asked.institution, int(last), limit + 1)
    some = ids[:limit]
    names = institutions.names(at.connection, some)
    found = tariffs.priced(at.connection, some, asked.carrier, day)
    rows = [HourRow(one, *names.get(one.institution_id, (None, None))) for one in found]
    return Page(rows, cursor_of(some[-1]) if len(ids) > limit else None)


def _use(quanta: Decimal | None, per_unit: int) -> str | None:
    return None if quanta is None else in_units(int(quanta.to_integral_value()), per_unit)


def _money(name: str, zh: str, en: str) -> Column:
    return Column(
        name, Words(f"{zh}(元)", f"{en} (yuan)"),
        lambda row: in_units(getattr(row.one, f"{name}_fen"), 100), "number",
    )  # fmt: skip


def _period(place: int, name: str) -> Column:
    words = PERIODS[name]
    return Column(
        name, Words(f"{words.zh}段", words.en.capitalize()),
        lambda row: _use(row.one.period_quanta[place], row.one.per_unit), "number",
        unit_of=lambda row: row.one.unit,
    )  # fmt: skip


def _price_of(row: HourRow) -> str | None:
    price = row.one.yuan_per_unit
    return None if price is None else f"{price:f}"


def _cost_of(row: HourRow) -> str | None:
    one = row.one
    if one.quanta is None or one.yuan_per_unit is None:
        return None
    return f"{one.quanta * one.yuan_per_unit / one.per_unit:.4f}"


_CARRIER: Final = Column(
    "carrier",
    Words("能源品种", "Carrier"),
    lambda row: row.one.carrier,
    shown=lambda row, lang: in_words(row.one.carrier_zh, row.one.carrier_en, lang),
)
COSTS: Final = Table[CostRow, WhichCosts](
    code="energy-costs",
    path="/energy-costs",
    page="/energy-costs",
    words=Words("用能费用", "Costs by tariff"),
    about="What the metered hours of each month cost by the tariff of their day: use by period, "
    "energy, basic charge and tax, beside what bills say of the month by its days. Hours that a "
    "meter does not know are not in it: `hours` of `of_hours`. `limit` counts institutions.",
    tag="bills",
    columns=(
        *institution_columns(),
        _CARRIER,
        Column("month", Words("月份", "Month"), lambda row: f"{row.one.month:%Y-%m}"),
        Column(
            "used",
            Words("用量", "Use"),
            lambda row: _use(row.one.quanta, row.one.per_unit),
            "number",
            unit_of=lambda row: row.one.unit,
        ),
        *(_period(place, name) for place, name in enumerate(_NAMES)),
        _money("energy", "电度(用量)费用", "Energy"),
        _money("basic", "基本电费", "Basic charge"),
        _money("tax", "税额", "Tax"),
        Column(
            "total",
            Words("合计(元)", "In all (yuan)"),
            lambda row: in_units(row.total_fen, 100),
            "number",
        ),
        _money("billed", "账单费用", "Billed"),
        attribute("one.hours", "已知小时", "Hours known", "whole", called="hours"),
        attribute("one.of_hours", "小时数", "Hours", "whole", called="of_hours", apart=True),
    ),
    filter=WhichCosts,
    ask=_costs,
    size=10,
    at_once=200,
    empty=Words("没有登记资费,或没有计量。", "There is no tariff, or nothing is measured."),
    then=Words("请在机构页面登记资费。", "State a tariff on the page of an institution."),
)
HOURS: Final = Table[HourRow, WhichHours](
    code="priced-hours",
    path="/priced-hours",
    page="/priced-hours",
    words=Words("逐时费用", "Cost of each hour"),
    about="What the hours of a civil day cost: use, period and price of the "
    "tariff of that day. `used` is in the carrier's unit. `limit` counts institutions.",
    tag="bills",
    columns=(
        *institution_columns(),
        _CARRIER,
        attribute("one.hour", "时刻", "Hour", "instant", called="hour"),
        Column(
            "period",
            Words("时段", "Period"),
            lambda row: _NAMES[row.one.period - 1],
            shown=lambda row, lang: PERIODS[_NAMES[row.one.period - 1]].say(lang),
        ),
        Column(
            "used",
            Words("用量", "Use"),
            lambda row: _use(row.one.quanta, row.one.per_unit),
            "number",
            unit_of=lambda row: row.one.unit,
        ),
        Column(
            "yuan_per_unit",
            Words("单价(元)", "Price (yuan)"),
            _price_of,
            "number",
        ),
        Column("cost", Words("费用(元)", "Cost (yuan)"), _cost_of, "number"),
    ),
    filter=WhichHours,
    ask=_hours,
    size=2,
    at_once=200,
    empty=Words("没有登记资费,或没有计量。", "There is no tariff, or nothing is measured."),
    then=Words("请指定机构和日期。", "Name an institution and a day."),
)
