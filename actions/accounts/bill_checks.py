"""What is refused of bills: what contradicts itself, a number's days, or a bill that is known."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from actions.accounts.utility_account_things import days_of
from metering.errors import ConflictError, InputError
from storage.accounts.bills import InTheWay, NewBill
from storage.accounts.utility_accounts import UtilityAccount

# Suppliers round quantities and prices: quantity × price may miss the cost by half a percent or one
# yuan, and periods the total by a thousandth or half of its last unit for each of them.
COST_PER_MILLE: Final = 5
COST_FEN: Final = 100
PERIODS_PER_MILLE: Final = 1
_MOST_DAYS: Final = 400


def check_days(on: UtilityAccount, first: date, last: date, today: date) -> None:
    """Refuse days that run backwards, are to come, or on which the number is nobody's."""
    if not first <= last < today or (last - first).days >= _MOST_DAYS:
        raise InputError(
            "bill.days",
            zh=f"账单从 {first} 到 {last}:应不倒序、不超过 {_MOST_DAYS} 天,且在今天之前。",
            en=f"{first} to {last}: its days run forward, are at most {_MOST_DAYS}, and over.",
            next_zh="请核对起止日。",
            next_en="Check its first and last day.",
            where={"field": "last", "first": f"{first}", "last": f"{last}"},
        )
    begins = {first, *(one for one in (*on.since, *on.until) if one and first < one <= last)}
    if any(on.whole_on(day) == 0 for day in begins):
        raise _beyond(on, first, last)


def check_periods(
    amounts: Sequence[int | None], quanta: int, per_unit: Fraction, unit: str
) -> None:
    """Refuse periods that do not add to the total. [quanta]"""
    known = [one for one in amounts if one is not None]
    most = max(Fraction(quanta * PERIODS_PER_MILLE, 1000), per_unit * len(known) / 2)
    if known and abs(sum(known) - quanta) > most:
        together, total = (_units(one, per_unit) for one in (sum(known), quanta))
        raise InputError(
            "bill.periods",
            zh=f"分时段合计 {together} {unit},账单数量 {total} {unit}。",
            en=f"Its periods add to {together} {unit}, its quantity is {total} {unit}.",
            next_zh="请核对各时段数量。",
            next_en="Check the quantities of its periods.",
            where={"field": "quantity", "together": together, "total": total},
        )


def check_cost(priced: Sequence[tuple[Decimal, Decimal]], cost: int | None, unit: str) -> None:
    """Refuse a cost that quantities times prices miss by more than may be. [fen]"""
    if not priced or cost is None:
        return
    by_price = sum((amount * price * 100 for amount, price in priced), Decimal(0))
    may_miss = max(Decimal(COST_FEN), Decimal(cost) * COST_PER_MILLE / 1000)
    if abs(by_price - cost) <= may_miss:
        return
    terms = " + ".join(f"{amount:f} {unit} × {price:f}" for amount, price in priced)
    raise InputError(
        "bill.cost",
        zh=f"{terms} = {by_price / 100:.2f} 元,账单金额 {Decimal(cost) / 100:.2f} 元。",
        en=f"{terms} = {by_price / 100:.2f} yuan, but it costs {Decimal(cost) / 100:.2f} yuan.",
        next_zh="请核对数量、单价和金额(不含税和基本电费)。",
        next_en="Check quantity, price and cost, which is without tax and basic charge.",
        where={"field": "cost", "by_price": f"{by_price / 100:.2f}"},
    )


def check_total(total: int | None, parts: Sequence[int | None]) -> None:
    """Refuse a bill whose parts are more than what is to be paid in all. [fen]"""
    together = sum(one for one in parts if one is not None)
    if total is not None and together > total + COST_FEN:
        said, paid = f"{Decimal(together) / 100:.2f}", f"{Decimal(total) / 100:.2f}"
        raise InputError(
            "bill.total",
            zh=f"金额、税额和基本电费合计 {said} 元,大于应付合计 {paid} 元。",
            en=f"Cost, tax and basic charge are {said} yuan, more than the {paid} to be paid.",
            next_zh="请核对各项金额。",
            next_en="Check the amounts.",
            where={"field": "total", "together": said},
        )


def no_days() -> InputError:
    """Return the refusal of a bill that says neither days nor a month."""
    return InputError(
        "bill.no_days",
        zh="账单既没有起止日,也没有账单月份。",
        en="The bill has neither days nor a billing month.",
        next_zh="请填写起止日或账单月份。",
        next_en="State its days, or its billing month.",
        where={"field": "first"},
    )


def refuse_twice(on: UtilityAccount, said: tuple[date, date, int], held: InTheWay | None) -> None:
    """Refuse a bill of days, or of a number, that are billed; said: days and quanta."""
    if held is None:
        return
    first, last, quanta = said
    same = (held.first, held.last, held.quanta) == (first, last, quanta)
    what = ("重复", "is the same as") if same else ("重叠或编号相同", "shares days or number with")
    raise ConflictError(
        "bill.twice",
        zh=f"户号 {on.number}:{first} 至 {last} 的账单与已登记的第 {held.id} 号账单"
        f"({held.first} 至 {held.last})" + what[0] + "。",
        en=f"{on.number}: the bill of {first} to {last} {what[1]} bill {held.id} of {held.first} to"
        f" "
        f"{held.last}.",
        next_zh="已登记的账单有误的,请更正该账单。",
        next_en="Where the one that is known is wrong, correct it.",
        where={
            "field": "first",
            "bill_id": held.id,
            "days": f"{held.first}/{held.last}",
        },
    )


def refuse_beside(on: UtilityAccount, said: NewBill, others: Iterable[NewBill]) -> None:
    """Refuse a bill of a file whose days, or number, another row of it has."""
    for one in others:
        days = one.first <= said.last and said.first <= one.last
        if days or (said.number is not None and said.number == one.number):
            raise ConflictError(
                "bill.beside",
                zh=f"户号 {on.number}:{said.first} 至 {said.last} 的账单与本文件中 {one.first} 至 "
                f"{one.last} 的账单重复或重叠。",
                en=f"{on.number}: the bill of {said.first} to {said.last} and that of {one.first}"
                f" to {one.last} in this file overlap, or have one number.",
                next_zh="请核对起止日和账单编号。",
                next_en="Check their days and numbers.",
                where={"field": "first", "first": f"{one.first}", "last": f"{one.last}"},
            )


def no_quantity() -> InputError:
    """Return the refusal of a bill without any quantity."""
    return InputError(
        "bill.no_quantity",
        zh="账单没有数量。",
        en="The bill has no quantity.",
        next_zh="请填写数量或各时段数量。",
        next_en="State its quantity, or those of its periods.",
        where={"field": "quantity"},
    )


def _beyond(on: UtilityAccount, first: date, last: date) -> ConflictError:
    days = days_of(on.valid_from, on.valid_to)
    return ConflictError(
        "bill.beyond",
        zh=f"账单从 {first} 到 {last},户号 {on.number} 的登记为 {days.zh}。",
        en=f"The bill is of {first} to {last}, but {on.number} is registered {days.en}.",
        next_zh="请核对起止日,或先补登户号的日期。",
        next_en="Check its days, or register the number for them first.",
        where={"field": "first", "utility_account_id": on.utility_account_id},
    )


def _units(quanta: int, per_unit: Fraction) -> str:
    return f"{float(Fraction(quanta) / per_unit):.10g}"
