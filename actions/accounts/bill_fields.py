"""What a bill says, as fields of the actions that enter and correct one."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

from actions.accounts.amounts import fen_of, per_unit_of, quanta_of
from actions.accounts.bill_checks import (
    check_cost,
    check_days,
    check_periods,
    check_total,
    no_days,
    no_quantity,
)
from actions.fields import Acting, Words, field
from actions.kinds import Amount, Day, Line, Month, Scan
from actions.spans import month_after
from storage.accounts.bills import NewBill
from storage.accounts.utility_accounts import UtilityAccount

PERIODS: Final = {
    "sharp": Words("尖", "sharp"),
    "peak": Words("峰", "peak"),
    "flat": Words("平", "flat"),
    "valley": Words("谷", "valley"),
    "deep": Words("深谷", "deep valley"),
}


def _period(name: str) -> Any:
    words = PERIODS[name]
    return field(zh=f"{words.zh}段数量", en=f"Quantity, {words.en}", default=None)


def _price(name: str) -> Any:
    words = PERIODS[name]
    return field(zh=f"{words.zh}段单价(元)", en=f"Price, {words.en} (yuan)", default=None)


class BillFields(BaseModel):
    """What stands on a bill. Quantities and prices are in its unit, money in yuan."""

    first: Day | None = field(
        zh="起始日",
        en="First day",
        hint=("不填为账单月份首日", "Left open: the first of the billing month"),
        default=None,
        examples=["2015-01-01"],
    )
    last: Day | None = field(
        zh="截止日(含)",
        en="Last day, included",
        hint=("不填为账单月份末日", "Left open: the last of the billing month"),
        default=None,
        examples=["2015-01-31"],
    )
    quantity: Amount | None = field(
        zh="数量",
        en="Quantity",
        hint=("不填为分时段之和", "Left open: what its periods add to"),
        default=None,
        examples=["480"],
    )
    unit: Annotated[Line, Field(max_length=20)] | None = field(
        zh="单位",
        en="Unit",
        hint=("不填为该品种的计量单位", "Left open: the carrier's"),
        default=None,
    )
    yuan_per_unit: Amount | None = field(zh="单价(元)", en="Price of a unit (yuan)", default=None)
    cost: Amount | None = field(
        zh="金额(元,不含税)",
        en="Cost of the energy (yuan, before tax)",
        hint=("不含基本电费和税", "Without basic charge and tax"),
        default=None,
    )
    tax: Amount | None = field(zh="税额(元)", en="Tax (yuan)", default=None)
    basic: Amount | None = field(
        zh="基本电费(元)",
        en="Basic charge (yuan)",
        hint=("按容量或需量计收", "By capacity or demand"),
        default=None,
    )
    total: Amount | None = field(
        zh="应付合计(元)",
        en="To be paid in all (yuan)",
        hint=("含税、基本电费和附加", "With tax, basic charge and levies"),
        default=None,
    )
    sharp: Amount | None = _period("sharp")
    sharp_price: Amount | None = _price("sharp")
    peak: Amount | None = _period("peak")
    peak_price: Amount | None = _price("peak")
    flat: Amount | None = _period("flat")
    flat_price: Amount | None = _price("flat")
    valley: Amount | None = _period("valley")
    valley_price: Amount | None = _price("valley")
    deep: Amount | None = _period("deep")
    deep_price: Amount | None = _price("deep")
    month: Month | None = field(
        zh="账单月份",
        en="Billing month",
        hint=(
            "整单计入的月份;不填为截止日所在月",
            "In which it counts whole; left open: that of its last day",
        ),
        default=None,
    )
    number: Annotated[Line, Field(max_length=64)] | None = field(
        zh="账单编号", en="Number of the bill", default=None
    )
    estimated: bool = field(zh="供应单位估算", en="Estimated by the supplier", default=False)
    scan: Scan | None = field(
        zh="账单扫描件",
        en="Scan of the bill",
        hint=("PDF、PNG 或 JPEG", "PDF, PNG or JPEG"),
        default=None,
    )

    def said(self, on: UtilityAccount, at: Acting, **more: Any) -> NewBill:
        """Return the bill, or refuse what contradicts itself."""
        first, last = self.days()
        check_days(on, first, last, at.today)
        unit = self.unit or on.unit
        whole = per_unit_of(on, unit)
        amounts = [quanta_of(on, one, unit) if one is not None else None for one in self._amounts()]
        quantity = self.quantity
        if quantity is None:
            quantity = _together(self._amounts())
        quanta = quanta_of(on, quantity, unit)
        check_periods(amounts, quanta, whole, unit)
        cost = fen_of(self.cost, "cost")
        check_cost(self._priced(quantity), cost, unit)
        total = fen_of(self.total, "total")
        check_total(total, [cost, fen_of(self.tax, "tax"), fen_of(self.basic, "basic")])
        return NewBill(
            on.utility_account_id,
            first,
            last,
            (self.month or last).replace(day=1),
            quanta,
            quantity,
            unit,
            tuple(amounts),
            tuple(self._prices()),
            self.yuan_per_unit,
            cost,
            fen_of(self.tax, "tax"),
            fen_of(self.basic, "basic"),
            total,
            self.number,
            self.estimated,
            self.scan,
            **more,
        )

    def days(self) -> tuple[date, date]:
        """Return first and last day: those of the billing month where the bill says none."""
        if self.month is None and (self.first is None or self.last is None):
            raise no_days()
        month = (self.month or self.last or self.first or date.max).replace(day=1)
        return self.first or month, self.last or month_after(month) - timedelta(days=1)

    def _amounts(self) -> list[Decimal | None]:
        return [self.sharp, self.peak, self.flat, self.valley, self.deep]

    def _prices(self) -> list[Decimal | None]:
        return [self.sharp_price, self.peak_price, self.flat_price, self.valley_price,
                self.deep_price]  # fmt: skip

    def _priced(self, quantity: Decimal) -> list[tuple[Decimal, Decimal]]:
        """Return quantities with their prices; empty where one has none."""
        if self.yuan_per_unit is not None:
            return [(quantity, self.yuan_per_unit)]
        pairs = [
            (amount, price)
            for amount, price in zip(self._amounts(), self._prices(), strict=True)
            if amount
        ]
        return [(a, p) for a, p in pairs if p is not None] if all(p for _, p in pairs) else []


def _together(amounts: Iterable[Decimal | None]) -> Decimal:
    known = [one for one in amounts if one is not None]
    if not known:
        raise no_quantity()
    return sum(known, Decimal(0))
