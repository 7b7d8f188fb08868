"""Stating by which tariff an institution pays for the hours of a carrier, declared once."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

from actions.accounts.bill_fields import PERIODS
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Amount, Day, Line, Row
from actions.registry.things import INSTITUTION, every_carrier
from actions.rights import Right
from analytics.tariffs import FLAT, LETTERS, hours_of, months_of
from metering.errors import InputError
from storage.accounts import tariffs
from storage.registry.institutions import Institution

_MOST: Final = 1_000_000


class Basic(StrEnum):
    """By what a basic charge is reckoned."""

    NONE = "none"
    CAPACITY = "capacity"
    DEMAND = "demand"


_BASICS: Final = {
    Basic.NONE.value: Words("无", "none"),
    Basic.CAPACITY.value: Words("按变压器容量", "by capacity"),
    Basic.DEMAND.value: Words("按最大需量", "by demand"),
}


def _spans(name: str) -> Any:
    words = PERIODS[name]
    return field(
        zh=f"{words.zh}段", en=words.en.capitalize(), default=None, examples=["10-12, 18-21"]
    )


class SeasonHours(Row):
    """The hours of periods in some months; what nobody names is flat."""

    months: Line = field(zh="月份", en="Months", examples=["1-12"])
    sharp: Line | None = _spans("sharp")
    peak: Line | None = _spans("peak")
    valley: Line | None = _spans("valley")
    deep: Line | None = _spans("deep")

    def letters(self) -> str:
        """Return 24 letters, one for each hour."""
        named = {name: getattr(self, name) for name in ("sharp", "peak", "valley", "deep")}
        return hours_of({name: text for name, text in named.items() if text})


class TariffStated(BaseModel):
    """A tariff as it is known now."""

    institution_id: int
    carrier: str
    name: str
    valid_from: str


class StateTariff(Action[Institution, TariffStated]):
    """State the tariff of a carrier from a day on: prices by period, basic charge, tax."""

    about = About(
        code="tariff.state",
        on=INSTITUTION,
        right=Right.KEEP_ACCOUNTS,
        path="/institutions/{on}/tariffs",
        tag="bills",
        zh="登记电价(资费)",
        en="State a tariff",
        done=("资费已登记。", "The tariff has been recorded."),
    )

    carrier: Annotated[str, Field(max_length=64)] = field(
        zh="能源品种", en="Carrier", choices=every_carrier, examples=["electricity"]
    )
    name: Line = field(zh="资费名称", en="Name", examples=["一般工商业 1-10kV 分时"])
    valid_from: Day = field(zh="起始日期", en="From", examples=["2016-01-01"])
    flat: Amount = field(
        zh="平段(或单一)单价(元)", en="Price, flat or only one (yuan)", examples=["0.68"]
    )
    sharp: Amount | None = field(zh="尖段单价(元)", en="Price, sharp (yuan)", default=None)
    peak: Amount | None = field(zh="峰段单价(元)", en="Price, peak (yuan)", default=None)
    valley: Amount | None = field(zh="谷段单价(元)", en="Price, valley (yuan)", default=None)
    deep: Amount | None = field(zh="深谷段单价(元)", en="Price, deep valley (yuan)", default=None)
    seasons: Annotated[list[SeasonHours], Field(max_length=12)] | None = field(
        zh="分时", en="Hours", hint=("不填为全天平段", "Left open: flat all day"), default=None
    )
    basic_by: Basic = field(zh="基本电费", en="Basic charge", names=_BASICS, default=Basic.NONE)
    basic_kw: Amount | None = field(
        zh="计费容量或需量(kW)", en="Capacity or demand (kW)", default=None
    )
    basic_yuan: Amount | None = field(
        zh="基本电价(元/kW·月)", en="Basic charge per kW a month (yuan)", default=None
    )
    tax_percent: Amount | None = field(
        zh="税率(%)",
        en="Tax (%)",
        hint=("不填为单价已含税", "Left open: prices include it"),
        default=None,
    )
    source: Line = field(zh="文件", en="Document", examples=["price notice 2015 No. 1"])

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse prices that nobody pays, hours of two periods, and periods without a price."""
        if any(one is not None and one >= _MOST for one in self._prices()) or self.flat <= 0:
            raise _no_price()
        letters = "".join(self._hours())
        for place, price in enumerate(self._prices()):
            if price is None and LETTERS[place] in letters:
                raise _unpriced(list(PERIODS)[place])
        told = [self.basic_kw, self.basic_yuan]
        if any((one is None) is not (self.basic_by is Basic.NONE) for one in told):
            raise _half_basic()

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return the tariff before and after."""
        held = [
            one
            for one in tariffs.known(at.connection, on.institution_id)
            if one.carrier == self.carrier
            and one.valid_from <= self.valid_from
            and (one.valid_to is None or self.valid_from < one.valid_to)
        ]
        before = plain(f"{held[0].name}: {_priced(held[0].price)}") if held else None
        after = plain(f"{self.name}: {_priced(self._prices())}")
        return [Effect("tariff", Words("资费", "Tariff"), before, after)]

    def do(self, on: Institution, at: Acting) -> TariffStated:
        """State it."""
        basic = None if self.basic_by is Basic.NONE else self.basic_by.value
        row = (
            on.institution_id, self.carrier, self.name, self._prices(), self._hours(), basic,
            self.basic_kw, self.basic_yuan, self.tax_percent, self.valid_from, self.source,
        )  # fmt: skip
        tariffs.state(at.connection, row, at.actor)
        return TariffStated(
            institution_id=on.institution_id, carrier=self.carrier, name=self.name,
            valid_from=self.valid_from.isoformat(),
        )  # fmt: skip

    def _prices(self) -> list[Decimal | None]:
        return [self.sharp, self.peak, self.flat, self.valley, self.deep]

    def _hours(self) -> list[str]:
        """Return 24 letters for each month; a month that is named twice is refused."""
        by_month: dict[int, str] = {}
        for one in self.seasons or []:
            for month in months_of(one.months):
                if month in by_month:
                    raise _month_twice(month)
                by_month[month] = one.letters()
        return [by_month.get(month, FLAT * 24) for month in range(1, 13)]


def _priced(prices: list[Decimal | None]) -> str:
    named = zip(PERIODS.values(), prices, strict=True)
    return " ".join(f"{words.zh} {price:f}" for words, price in named if price is not None)


def _no_price() -> InputError:
    return InputError(
        "tariff.no_price",
        zh="单价应大于零,且不超出可能范围。",
        en="A price lies above zero, and within what anybody pays.",
        next_zh="请按元每计量单位填写。",
        next_en="State yuan for a unit of the carrier.",
        where={"field": "flat"},
    )


def _unpriced(name: str) -> InputError:
    words = PERIODS[name]
    return InputError(
        "tariff.unpriced",
        zh=f"{words.zh}段有时间,没有单价。",
        en=f"There are hours of {words.en}, and no price for them.",
        next_zh="请填写该时段单价。",
        next_en="State the price of that period.",
        where={"field": name},
    )


def _half_basic() -> InputError:
    return InputError(
        "tariff.half_basic",
        zh="基本电费须同时有计费方式、容量或需量、单价,或三者都不填。",
        en="A basic charge needs its kind, kW and price, or none of them.",
        next_zh="请补齐或清空。",
        next_en="Fill all three in, or none.",
        where={"field": "basic_kw"},
    )


def _month_twice(month: int) -> InputError:
    return InputError(
        "tariff.month_twice",
        zh=f"{month} 月在两行分时中出现。",
        en=f"Month {month} is in two rows of hours.",
        next_zh="请核对各行月份。",
        next_en="Check the months of each row.",
        where={"field": "seasons", "month": month},
    )
