"""Amounts as bills and people state them, in whole quanta of a carrier, and what they change."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, Protocol

from actions.declared import Effect
from actions.fields import Acting, Words, plain
from actions.figures import in_units
from actions.registry.institutions import institution_name
from actions.spans import month_after
from analytics.exact import half_up
from metering.channels import Kind
from metering.errors import InputError
from metering.units import MOST_QUANTA, meant, quanta_per_unit, units_of
from storage.accounts import stated

SOURCES: Final = {
    "meter": Words("计量", "meter"),
    "bill": Words("账单", "bill"),
    "typed": Words("填报", "typed"),
    "estimate": Words("估算", "estimate"),
}


class OfCarrier(Protocol):
    """Whatever is of a carrier."""

    @property
    def carrier(self) -> str: ...
    @property
    def carrier_zh(self) -> str: ...
    @property
    def carrier_en(self) -> str: ...
    @property
    def quantum(self) -> str: ...
    @property
    def per_unit(self) -> int: ...


def per_unit_of(of: OfCarrier, unit: str, name: str = "unit") -> Fraction:
    """Return how many quanta of a carrier a unit is; InputError where it is no unit of it."""
    found = quanta_per_unit(meant(unit, of.carrier), Kind.INTERVAL, of.quantum)
    if found is None:
        raise _other_dimension(of, unit, name)
    return found


def quanta_of(of: OfCarrier, quantity: Decimal, unit: str, name: str = "quantity") -> int:
    """Return a quantity in whole quanta, halves up; InputError where nobody uses as much."""
    found = half_up(Fraction(quantity) * per_unit_of(of, unit))
    if found > MOST_QUANTA:
        raise _too_much(quantity, unit, name)
    return found


def fen_of(yuan: Decimal | None, name: str) -> int | None:
    """Return yuan in whole fen; InputError where they are none."""
    if yuan is None:
        return None
    fen = yuan * 100
    if fen % 1 or fen > MOST_QUANTA:
        raise InputError(
            "bill.no_money",
            zh=f"{yuan} 元不是整分,或数额过大。",
            en=f"{yuan} yuan are no whole fen, or too many.",
            next_zh="请按元填写,最多两位小数。",
            next_en="State yuan with at most two decimals.",
            where={"field": name, "value": str(yuan)},
        )
    return int(fen)


def account_effects(
    at: Acting, of: OfCarrier, who: Sequence[int], span: tuple[date, date], do: Callable[[], Any]
) -> list[Effect]:
    """Return which months of accounts become otherwise by what `do` does; it is undone elsewhere.

    span: first and last day; months of them are looked at.
    """
    months = span[0].replace(day=1), month_after(span[1])
    before = {
        (one.institution_id, one.month): one
        for one in stated.counted(at.connection, who, of.carrier, months)
    }
    do()
    after = {
        (one.institution_id, one.month): one
        for one in stated.counted(at.connection, who, of.carrier, months)
    }
    found = []
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        if old != new:
            found.append(_month(at, of, key, (_said(old, of), _said(new, of))))
    return found


def _month(
    at: Acting, of: OfCarrier, key: tuple[int, date], said: tuple[Words | None, Words | None]
) -> Effect:
    who, month = key
    name = institution_name(at, who) or plain(f"#{who}")
    what = Words(
        f"{name.zh} {of.carrier_zh} {month:%Y-%m}", f"{name.en}, {of.carrier_en}, {month:%Y-%m}"
    )
    where = {"institution_id": who, "carrier": of.carrier, "month": f"{month:%Y-%m}"}
    return Effect("account", what, *said, where)


def _said(one: stated.Counted | None, of: OfCarrier) -> Words | None:
    if one is None or one.quanta is None:
        return None
    amount = f"{in_units(one.quanta, of.per_unit)} {_unit(of)}"
    source = SOURCES[one.source]
    return Words(f"{amount}({source.zh})", f"{amount} ({source.en})")


def _unit(of: OfCarrier) -> str:
    return str(getattr(of, "carrier_unit", None) or getattr(of, "unit", ""))


def _other_dimension(of: OfCarrier, unit: str, name: str) -> InputError:
    known = ", ".join(units_of(Kind.INTERVAL, of.quantum))
    return InputError(
        "bill.unit",
        zh=f"“{unit}”不是{of.carrier_zh}的计量单位,其单位有 {known}。",
        en=f"{unit} is no unit of {of.carrier_en}, which is counted in {known}.",
        next_zh="请核对单位和能源品种。",
        next_en="Check the unit and the carrier.",
        where={"field": name, "value": unit, "carrier": of.carrier},
    )


def _too_much(quantity: Decimal, unit: str, name: str) -> InputError:
    return InputError(
        "bill.too_much",
        zh=f"{quantity} {unit} 超出一个机构可能的用量。",
        en=f"No institution uses {quantity} {unit}.",
        next_zh="请核对数量和单位。",
        next_en="Check the quantity and its unit.",
        where={"field": name, "value": str(quantity)},
    )
