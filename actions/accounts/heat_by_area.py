"""Heat that is bought by heated area, where no meter measures it, declared once."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from pydantic import BaseModel, Field

from actions.accounts.amounts import account_effects, fen_of, quanta_of
from actions.accounts.carriers import carrier_of
from actions.accounts.typed_checks import refuse_known
from actions.accounts.typed_fields import not_over
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.figures import in_units
from actions.kinds import Amount, Day, Line
from actions.registry.size_words import says
from actions.registry.things import INSTITUTION
from actions.rights import Right
from analytics.heating import by_months
from metering.errors import InputError
from storage.accounts import typed
from storage.accounts.typed import MONTH, NewFigure
from storage.registry import sizes
from storage.registry.institutions import Institution

_HEAT: Final = "heat"
_UNIT: Final = "GJ"
_SCALE: Final = 10**9  # so that a quantity per m² is a whole number of quanta
_MOST: Final = 366


class HeatKept(BaseModel):
    """The typed figures of the months of a season."""

    figures: list[int] = Field(description="Their ids, month by month.")


class HeatByArea(Action[Institution, HeatKept]):
    """Enter a season's heat that is bought by heated area: area × heat per m², by days into months.

    The area is the heated area as it is known of each day. The months stand as typed figures, and
    are corrected and withdrawn as these are.
    """

    about = About(
        code="heat.by_area",
        on=INSTITUTION,
        right=Right.KEEP_ACCOUNTS,
        path="/institutions/{on}/heat-by-area",
        tag="bills",
        zh="填报按面积计费的供热",
        en="Enter heat bought by area",
        done=("各月供热量已填报。", "The months of the season have been entered."),
    )

    first: Day = field(zh="供暖首日", en="First day", examples=["2015-01-01"])
    until: Day = field(zh="截止日期(不含)", en="Until, not included", examples=["2015-03-16"])
    gj_per_m2: Amount = field(
        zh="单位面积供热量(整个期间)",
        en="Heat per m², of all these days",
        unit="GJ/m²",
        hint=("供热单位或主管部门的标准", "By the supplier's or the authority's standard"),
        examples=["0.35"],
    )
    yuan_per_m2: Amount | None = field(
        zh="单价(元/平方米,整个期间)", en="Price (yuan per m², of all these days)", default=None,
        examples=["30"],
    )  # fmt: skip
    source: Line = field(
        zh="依据", en="Source", hint=("文件和文号、收费单", "Document and number, receipt"),
        examples=["供热收费单 3 号"],
    )  # fmt: skip

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse days that are none or to come, no heated area, and months that are typed in."""
        if not 0 < (self.until - self.first).days <= _MOST or not self.gj_per_m2:
            raise _no_season(self.first, self.until)
        of = carrier_of(at, _HEAT)
        for one in self._said(on, at):
            not_over(one.day, at.today)
            refuse_known(at, one, (of.per_unit, of.unit))

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return the months, and what the account would count."""
        of, rows = carrier_of(at, _HEAT), self._said(on, at)
        months = [
            Effect(
                "figure",
                Words(f"{of.carrier_zh} {one.day:%Y-%m}", f"{of.carrier_en} {one.day:%Y-%m}"),
                None,
                plain(f"{in_units(one.quanta, of.per_unit)} {of.unit} ({one.basis})"),
            )
            for one in rows
        ]

        def do() -> None:
            typed.add(at.connection, rows, at.actor)

        span = rows[0].day, rows[-1].day
        return [*months, *account_effects(at, of, [on.institution_id], span, do)]

    def do(self, on: Institution, at: Acting) -> HeatKept:
        """Keep a typed figure for each month."""
        return HeatKept(figures=typed.add(at.connection, self._said(on, at), at.actor))

    def _said(self, on: Institution, at: Acting) -> list[NewFigure]:
        of = carrier_of(at, _HEAT)
        said = sizes.said(at.connection, on.institution_id, "heated_m2")

        def area(day: date) -> Fraction:
            number = next((one.number for one in said if one.known and one.holds_on(day)), None)
            if not number:
                raise _no_area(day)
            return Fraction(number)

        each = Fraction(quanta_of(of, Decimal(_SCALE), _UNIT), _SCALE) * Fraction(self.gj_per_m2)
        months = by_months(each, self.first, self.until, area)
        yuan = Fraction(fen_of(self.yuan_per_m2, "yuan_per_m2") or 0)
        costs = by_months(yuan, self.first, self.until, area)
        return [
            NewFigure(
                on.institution_id, _HEAT, MONTH, month, quanta, Decimal(quanta) / of.per_unit,
                of.unit, costs[month][0] if self.yuan_per_m2 is not None else None,
                self._basis(month, mean),
            )
            for month, (quanta, mean) in months.items()
        ]  # fmt: skip

    def _basis(self, month: date, mean: Fraction) -> str:
        area = says(Decimal(round(mean * 100)) / 100)
        days = f"{self.first}/{self.until}"
        return f"{area} m² × {says(self.gj_per_m2)} GJ/m² ({days}), {self.source}, {month:%Y-%m}"


def _no_season(first: date, until: date) -> InputError:
    return InputError(
        "heat.no_season",
        zh=f"{first} 至 {until} 不是不超过一年的供暖期,或供热量为 0。",
        en=f"{first} to {until} is no season of at most a year, or its heat is 0.",
        next_zh="请核对日期和单位面积供热量。",
        next_en="Check the days, and the heat per m².",
        where={"field": "until"},
    )


def _no_area(day: date) -> InputError:
    return InputError(
        "heat.no_area",
        zh=f"{day} 没有登记供暖面积。",
        en=f"No heated area is stated of {day}.",
        next_zh="请先在“登记面积和人数”中登记供暖面积。",
        next_en="State the heated area first (state area and persons).",
        where={"field": "first", "day": f"{day}"},
    )
