"""Degree days of regions, declared once: how a month's are stated, and the table of all."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Final

from pydantic import BaseModel, Field

from actions.actor import denied
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.figures import in_units
from actions.kinds import Amount, Id, Line
from actions.registry.named import either
from actions.rights import Right
from actions.tables import Column, Filter, Table, attribute
from actions.things import every_region
from storage.registry import regions, weather
from storage.registry.weather import DegreeDayRow, NewDegreeDays

_TENTHS: Final = 10
_USUAL: Final = Words("参照年", "reference year")
Degrees = Annotated[Amount, Field(ge=0, le=Decimal(3000), decimal_places=1)]


class DegreeDaysStated(BaseModel):
    """A month whose degree days are known now."""

    region_id: int
    year: int | None = Field(description="None is the reference year.")
    month: int


class StateDegreeDays(Action[None, DegreeDaysStated]):
    """State the degree days of a month in a region: of a year, or of the reference year.

    Bases are corrected by them once all twelve months of both are known: for the region, and for
    those below it that state none. What was stated before stays on record.
    """

    about = About(
        code="weather.state",
        right=Right.PLAN,
        path="/degree-days",
        tag="regions",
        zh="登记度日",
        en="State degree days",
        done=("度日已登记。", "The degree days have been stated."),
    )

    region: Id = field(zh="行政区划", en="Region", choices=every_region, examples=[3])
    year: Annotated[int, Field(ge=1900, le=2100)] | None = field(
        zh="年份",
        en="Year",
        hint=("不填为参照年(常年)", "Left open: the reference year, as of a normal year"),
        default=None,
        examples=[2015],
    )
    month: Annotated[int, Field(ge=1, le=12)] = field(zh="月份", en="Month", examples=[1])
    heating: Degrees = field(
        zh="采暖度日(18 ℃)", en="Heating degree days (below 18 °C)", examples=["580.5"]
    )
    cooling: Degrees = field(
        zh="空调度日(26 ℃)", en="Cooling degree days (above 26 °C)", examples=["0"]
    )
    station: Line = field(
        zh="气象站",
        en="Station",
        hint=("参照年另注明年段,如 1991—2020", "Of a reference year with its period: 1991–2020"),
        examples=["54511, 1991–2020"],
    )
    source: Line = field(
        zh="依据",
        en="Source",
        hint=("文件或数据集", "Document or data set"),
        examples=["letter 12"],
    )

    def check(self, on: None, at: Acting) -> None:
        """Refuse who does not plan for the region."""
        if self.region not in regions.planned(at.connection):
            raise denied(self.about.code)

    def foresee(self, on: None, at: Acting) -> list[Effect]:
        """Return the degree days before and after."""
        held = next(
            (
                one
                for one in weather.listed(at.connection, self.region)
                if (one.year, one.month) == (self.year, self.month)
            ),
            None,
        )
        before = None if held is None else _degrees(held.heating_tenths, held.cooling_tenths)
        after = _degrees(int(self.heating * _TENTHS), int(self.cooling * _TENTHS))
        return [Effect("degrees", Words("采暖、空调度日", "Heating, cooling"), before, after)]

    def do(self, on: None, at: Acting) -> DegreeDaysStated:
        """State them."""
        degrees = int(self.heating * _TENTHS), int(self.cooling * _TENTHS)
        said = NewDegreeDays(
            self.region, self.year, self.month, *degrees, self.station, self.source
        )
        weather.state(at.connection, said, at.actor)
        return DegreeDaysStated(region_id=self.region, year=self.year, month=self.month)


def _degrees(heating: int, cooling: int) -> Words:
    return plain(f"{in_units(heating, _TENTHS)}, {in_units(cooling, _TENTHS)}")


class WhichDegreeDays(Filter):
    """Of which region."""

    region: Id | None = field(zh="行政区划", en="Region", choices=every_region, default=None)


def _listed(at: Acting, asked: WhichDegreeDays) -> Iterable[DegreeDayRow]:
    return weather.listed(at.connection, asked.region)


DEGREE_DAYS: Final = Table[DegreeDayRow, WhichDegreeDays](
    code="degree_days",
    path="/degree-days",
    page="/degree-days",
    words=Words("度日", "Degree days"),
    about="The degree days that regions state, month by month, of a year or of the reference "
    "year; bases are corrected by them.",
    tag="regions",
    columns=(
        attribute("region_id", "行政区划编号", "Region id", "whole", apart=True),
        either("name", "行政区划", "Region", "region"),
        Column(
            "year",
            Words("年份", "Year"),
            lambda row: row.year,
            "whole",
            shown=lambda row, lang: _USUAL.say(lang) if row.year is None else str(row.year),
        ),
        attribute("month", "月份", "Month", "whole"),
        Column(
            "heating",
            Words("采暖度日", "Heating degree days"),
            lambda row: in_units(row.heating_tenths, _TENTHS),
            "number",
            hint=Words("日均气温低于 18 ℃", "Of daily means below 18 °C"),
        ),
        Column(
            "cooling",
            Words("空调度日", "Cooling degree days"),
            lambda row: in_units(row.cooling_tenths, _TENTHS),
            "number",
            hint=Words("日均气温高于 26 ℃", "Of daily means above 26 °C"),
        ),
        attribute("station", "气象站", "Station"),
        attribute("source", "依据", "Source"),
    ),
    filter=WhichDegreeDays,
    every=_listed,
    entered_by="weather.state",
    enters=(("region_id", "region"),),
    actions=("weather.state",),
    empty=Words("还没有登记度日。", "No degree days are stated yet."),
)
