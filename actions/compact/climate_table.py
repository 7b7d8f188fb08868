"""The table of the weather of a target's bases: where it is known, and what is missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from actions.compact.starting import start_of
from actions.compact.things import every_target
from actions.compact.weathering import Climate, climates
from actions.fields import Acting, Words, field
from actions.kinds import Id
from actions.registry.named import either
from actions.tables import Column, Filter, Table, attribute
from compact.climate import COOLING, HEATING
from storage.registry import regions

_STATES: Final = {
    "known": Words("已登记", "known"),
    "nothing": Words("未登记度日", "no degree days are stated"),
    "no_year": Words("缺基期年的度日", "those of the base year are missing"),
    "no_reference": Words("缺参照年的度日", "those of the reference year are missing"),
}


@dataclass(frozen=True, slots=True)
class ClimateLine:
    """What is known of the weather where bases of a year stand."""

    region_id: int
    name_zh: str | None
    name_en: str | None
    one: Climate

    def degrees(self, kind: str, *, usual: bool = False) -> str | None:
        """Return the degree days of the base year, or of the reference year."""
        if (known := self.one.weather) is None:
            return None
        of = known.reference if usual else known.of_year
        return format(Decimal(sum(getattr(of, kind))).scaleb(-1), "f")


class WhichClimates(Filter):
    """Of which target."""

    target: Id | None = field(zh="节能目标", en="Target", choices=every_target, default=None)


def _lines(at: Acting, asked: WhichClimates) -> Iterable[ClimateLine]:
    if asked.target is None:
        return []
    found = climates(start_of(at.connection, asked.target, "run.try"))
    named = {one.region_id: one for one in regions.tree(at.connection, only_seen=False)}
    return [
        ClimateLine(one.region, named[one.region].name_zh, named[one.region].name_en, one)
        for one in found
        if one.region in named
    ]


CLIMATES: Final = Table[ClimateLine, WhichClimates](
    code="target-weather",
    path="/target-weather",
    page="/target-weather",
    words=Words("基期年的气候", "Weather of the bases"),
    about="Where the bases of a target stand, and which degree days are known there of the base "
    "year and of the reference year; where either is missing no climate factor is proposed.",
    tag="runs and quotas",
    columns=(
        attribute("region_id", "行政区划编号", "Region id", "whole", apart=True),
        either("name", "行政区划", "Region", "region"),
        Column("year", Words("基期年", "Base year"), lambda row: row.one.year, "whole",
               shown=lambda row, lang: str(row.one.year)),
        Column("institutions", Words("机构", "Institutions"), lambda row: len(row.one.rows),
               "whole"),
        Column("state", Words("度日", "Degree days"), lambda row: row.one.state,
               shown=lambda row, lang: _STATES[row.one.state].say(lang),
               look=lambda row: "tag ok" if row.one.weather else "tag warn"),
        Column("stated_for", Words("登记于(编号)", "Stated for (id)"),
               lambda row: row.one.weather and row.one.weather.region, "whole",
               hint=Words("该行政区划或其上级", "The region itself, or one above it")),
        Column("heating", Words("采暖度日", "Heating degree days"),
               lambda row: row.degrees(HEATING), "number"),
        Column("heating_usual", Words("参照年采暖度日", "Heating, reference year"),
               lambda row: row.degrees(HEATING, usual=True), "number"),
        Column("cooling", Words("空调度日", "Cooling degree days"),
               lambda row: row.degrees(COOLING), "number"),
        Column("cooling_usual", Words("参照年空调度日", "Cooling, reference year"),
               lambda row: row.degrees(COOLING, usual=True), "number"),
    ),
    filter=WhichClimates,
    every=_lines,
    size=1000,
    reckons=True,
    empty=Words("没有可以查看的机构,或未登记任何度日。",
                "There is no institution that you see, or no degree days are stated at all."),
    then=Words("登记基期年和参照年各十二个月的度日后,才建议气候修正。",
               "A climate factor is proposed once twelve months of the base year and of the "
               "reference year are stated."),
)  # fmt: skip
