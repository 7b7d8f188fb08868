"""Stating what an institution pays for a carrier, declared once."""

from typing import Annotated

from pydantic import BaseModel, Field

from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Amount, Day, Line
from actions.registry.things import INSTITUTION, every_carrier
from actions.rights import Right
from metering.errors import InputError
from storage.accounts import prices
from storage.registry import regions
from storage.registry.institutions import Institution

_MOST = 1_000_000


class PriceStated(BaseModel):
    """A price as it is known now."""

    carrier: str
    yuan_per_unit: str
    valid_from: str
    source: str


class StatePrice(Action[Institution, PriceStated]):
    """State what a unit of a carrier costs an institution, from a day on until the next price."""

    about = About(
        code="account.price",
        on=INSTITUTION,
        right=Right.KEEP_ACCOUNTS,
        path="/institutions/{on}/prices",
        tag="accounts",
        zh="登记能源单价",
        en="State a price",
        done=("单价已登记。", "The price has been recorded."),
    )

    carrier: Annotated[str, Field(max_length=64)] = field(
        zh="能源品种", en="Carrier", choices=every_carrier, examples=["electricity"]
    )
    yuan_per_unit: Amount = field(
        zh="单价(元)",
        en="Price (yuan)",
        hint=("按该品种的计量单位,例如元/千瓦时", "Of the carrier's unit, such as yuan per kWh"),
        examples=["0.68"],
    )
    valid_from: Day = field(zh="起始日期", en="From", examples=["2026-01-01"])
    source: Line = field(
        zh="依据", en="Source", hint=("账单或合同", "Bill or contract"), examples=["Bill of May"]
    )

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse what nobody pays."""
        if not 0 < self.yuan_per_unit < _MOST:
            raise InputError(
                "price.not_a_price",
                zh=f"单价 {self.yuan_per_unit} 元超出可能范围。",
                en=f"{self.yuan_per_unit} yuan is no price of a unit.",
                next_zh="请按元每计量单位填写。",
                next_en="State yuan for a unit of the carrier.",
                where={"field": "yuan_per_unit", "value": str(self.yuan_per_unit)},
            )

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return the price before and after."""
        unit = {one.code: one.unit for one in regions.carriers(at.connection)}[self.carrier]
        held = [
            one
            for one in prices.known(at.connection, on.institution_id)
            if one.carrier == self.carrier
            and (one.valid_from is None or one.valid_from <= self.valid_from)
            and (one.valid_to is None or self.valid_from < one.valid_to)
        ]
        before = plain(f"{held[0].yuan_per_unit.normalize():f} / {unit}") if held else None
        after = plain(f"{self.yuan_per_unit.normalize():f} / {unit}")
        return [Effect("price", Words("单价(元)", "Price (yuan)"), before, after)]

    def do(self, on: Institution, at: Acting) -> PriceStated:
        """State it."""
        prices.state(
            at.connection,
            on.institution_id,
            self.carrier,
            self.yuan_per_unit,
            self.valid_from,
            self.source,
            at.actor,
        )
        return PriceStated(
            carrier=self.carrier,
            yuan_per_unit=f"{self.yuan_per_unit.normalize():f}",
            valid_from=self.valid_from.isoformat(),
            source=self.source,
        )
