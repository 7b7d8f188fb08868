"""Fields of typed figures, and the kinds of what is delivered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from actions.fields import Acting, Option, Words, field
from actions.spans import month_after
from analytics.exact import half_up
from metering.channels import Kind
from metering.errors import ConflictError, InputError
from metering.units import MOST_QUANTA, conversion, meant, quanta_per_unit
from storage.accounts import typed
from storage.accounts.typed import DeliveryKind

_DIMENSIONS: Final = ("L", "g", "MJ")  # in which units are converted into those of a delivery


def unit_field(hint: tuple[str, str] | None = None) -> Any:
    """Return the field of the unit."""
    hint = hint or ("不填为该品种的计量单位", "Left open: the carrier's")
    return field(zh="单位", en="Unit", hint=hint, default=None)


def cost_field() -> Any:
    """Return the field of what it cost."""
    return field(zh="金额(元)", en="Cost (yuan)", default=None)


def basis_field() -> Any:
    """Return the field of the document behind a figure."""
    return field(
        zh="依据",
        en="Basis",
        hint=("台账页、票据号或抄表记录", "Page of a ledger, number of a receipt, meter book"),
        examples=["ledger p. 12"],
    )


@dataclass(frozen=True, slots=True)
class Delivery:
    """A kind of what is delivered, as it holds on a day."""

    one: DeliveryKind

    @property
    def carrier(self) -> str:
        """Of which carrier it is."""
        return self.one.carrier

    @property
    def carrier_zh(self) -> str:
        """What the carrier is called in Chinese."""
        return self.one.carrier_zh

    @property
    def carrier_en(self) -> str:
        """What the carrier is called in English."""
        return self.one.carrier_en

    @property
    def carrier_unit(self) -> str:
        """The carrier's unit."""
        return self.one.carrier_unit

    @property
    def quantum(self) -> str:
        """The carrier's quantum."""
        return self.one.quantum

    @property
    def per_unit(self) -> int:
        """How many of them one unit of the carrier is."""
        return self.one.per_unit

    @property
    def unit_en(self) -> str:
        """The unit in which it is delivered."""
        return self.one.unit_en

    def quanta(self, quantity: Decimal, unit: str = "") -> int:
        """Return a quantity in whole quanta of the carrier, halves up.

        unit: empty for that of the kind. InputError where it is of another dimension.
        """
        found = half_up(Fraction(quantity) * self._quanta_per(unit))
        if found > MOST_QUANTA:
            raise InputError(
                "figure.too_much",
                zh=f"{quantity} {self.one.unit_zh}超出一个机构可能的用量。",
                en=f"No institution gets {quantity} {self.one.unit_en}.",
                next_zh="请核对数量和品类。",
                next_en="Check the quantity and its kind.",
                where={"field": "quantity", "value": str(quantity)},
            )
        return found

    def _quanta_per(self, unit: str) -> Fraction:
        """Return what one unit is: as the kind has it, converted to that, or the carrier's own."""
        each, ours = Fraction(self.one.quanta_per_unit), self.one.unit_en
        if unit in {"", ours, self.one.unit_zh}:
            return each
        sent = meant(unit, self.carrier)
        for quantum in _DIMENSIONS:
            if (ratio := conversion(sent, ours, Kind.INTERVAL, quantum)) is not None:
                return each * ratio
        if (own := quanta_per_unit(sent, Kind.INTERVAL, self.quantum)) is not None:
            return own
        raise InputError(
            "figure.delivery_unit",
            zh=f"“{self.one.name_zh}”不按“{unit}”计。",
            en=f"{self.one.name_en} is not counted in “{unit}”.",
            next_zh=f"请换算为{self.one.unit_zh},或选其他品类。",
            next_en=f"State it in {ours}, or choose another kind.",
            where={"field": "unit", "value": unit},
        )


def every_delivery(at: Acting) -> Sequence[Option]:
    """Return what can be delivered today, with its unit."""
    return [
        Option(
            one.code,
            Words(f"{one.name_zh}({one.unit_zh})", f"{one.name_en} ({one.unit_en})"),
        )
        for one in typed.kinds(at.connection, at.today)
    ]


def delivery_of(at: Acting, code: str, day: date) -> Delivery:
    """Return a kind as it holds on a day; ConflictError where it is of none."""
    key = ("deliveries", day)
    if key not in at.known:
        at.known[key] = {one.code: Delivery(one) for one in typed.kinds(at.connection, day)}
    if code not in at.known[key]:
        raise ConflictError(
            "figure.no_kind",
            zh=f"{day} 没有品类“{code}”的换算。",
            en=f"There is no content of {code} on {day}.",
            next_zh="请核对日期和品类。",
            next_en="Check the day and the kind.",
            where={"field": "kind", "value": code},
        )
    found: Delivery = at.known[key][code]
    return found


def not_over(since: date, today: date, *, day: bool = False) -> None:
    """Refuse a month that is not over, or a day to come."""
    if (since > today) if day else (month_after(since) > today):
        said = f"{since}" if day else f"{since:%Y-%m}"
        raise ConflictError(
            "figure.not_over",
            zh=f"{said} 尚未结束。",
            en=f"{said} is not over.",
            next_zh="请待结束后填报。",
            next_en="Type it in afterwards.",
            where={"field": "day" if day else "month", "value": said},
        )
