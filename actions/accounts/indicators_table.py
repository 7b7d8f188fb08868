"""The table of indicators: intensity, coverage, year on year, place among like institutions."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from actions.accounts.indicators import Indicator, indicators_in
from actions.fields import Acting, Words, field
from actions.figures import in_units
from actions.kinds import Id, Line, Month
from actions.spans import month_after
from actions.tables import Column, Filter, Kind, Table, attribute
from analytics.coverage import coverage
from storage.pages import Page

_PLACES: Final = Decimal("0.0001")


class WhichIndicators(Filter):
    """Of which months, profiles and institutions indicators are wanted."""

    from_: Month | None = field(zh="起始月份(默认近十二个月)", en="The first month", default=None)
    to: Month | None = field(zh="终止月份(含)", en="The last month, included", default=None)
    profile: list[Line] = field(zh="折标系数组", en="Profiles, repeatable", default=[])
    region: Id | None = field(zh="行政区划(含下级)", en="Region, with its lower ones", default=None)
    institution: Id | None = field(zh="机构编号", en="Institution", default=None)

    def months(self, today: date) -> tuple[date, date]:
        """Return the first month and that after the last; the twelve that are over if unsaid."""
        until = month_after(self.to) if self.to else today.replace(day=1)
        return (self.from_ or until.replace(year=max(until.year - 1, 1))).replace(day=1), until


def _ask(at: Acting, asked: WhichIndicators, after: str | None, limit: int) -> Page[Indicator]:
    first, until = asked.months(at.today)
    return indicators_in(
        at.connection,
        first,
        until,
        profiles=asked.profile,
        region_id=asked.region,
        institution_id=asked.institution,
        after=after,
        limit=limit,
    )


def _change(one: Indicator) -> float | None:
    if not one.comparable or one.compared_g is None or not one.before_g:
        return None
    return round(one.compared_g / one.before_g - 1, 6)


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _rounded(value: Decimal | None) -> str | None:
    return None if value is None else format(value.quantize(_PLACES), "f")


def _quartiles(values: list[float] | None) -> list[float] | None:
    return None if values is None else [round(value, 4) for value in values]


def _made(
    name: str, zh: str, en: str, kind: Kind, value: Callable[[Any], Any], *hint: str, unit: str = ""
) -> Column:
    return Column(name, Words(zh, en), value, kind, unit, hint=Words(*hint) if hint else None)


def _kgce(name: str, zh: str, en: str, grams: Callable[[Any], int | None], *hint: str) -> Column:
    return _made(name, zh, en, "number", lambda one: in_units(grams(one), 1000), *hint, unit="kgce")


INDICATORS: Final = Table[Indicator, WhichIndicators](
    code="indicators",
    path="/indicators",
    words=Words("能耗指标", "Indicators"),
    about="What institutions use per area and person, and where each stands among its like; null "
    "is not known, never zero. Who lacks coverage, area or persons is listed, and has no place, "
    "quartile or change. Area and persons are weighted by days, the class is that of the last "
    "month. A row a profile: those named, else the default one and those of the targets that the "
    "reader sees. `limit` counts institutions.",
    tag="accounts",
    columns=(
        attribute("institution_id", "机构编号", "Institution id", "whole"),
        attribute("profile", "折标系数组", "Profile"),
        attribute("class_code", "类别代码", "Class"),
        _kgce("kgce", "综合能耗", "Total energy", lambda one: one.kgce_g),
        _made(
            "kgce_without",
            "未计入品种",
            "Without",
            "several",
            lambda one: one.without,
            "有用量而无系数,未计入",
            "Carriers with use but no coefficient, which kgce does not hold",
        ),
        _made(
            "area_m2",
            "建筑面积",
            "Floor area",
            "number",
            lambda one: _plain(one.area_m2),
            unit="m2",
        ),
        _made("persons", "用能人数", "Persons", "number", lambda one: _plain(one.persons)),
        _made(
            "kgce_per_m2",
            "单位建筑面积能耗",
            "Energy per area",
            "number",
            lambda one: _rounded(one.per_m2),
            unit="kgce/m2",
        ),
        _made(
            "kgce_per_person",
            "人均综合能耗",
            "Energy per person",
            "number",
            lambda one: _rounded(one.per_person),
            unit="kgce/person",
        ),
        _made(
            "coverage",
            "数据完整率",
            "Coverage",
            "share",
            lambda one: coverage(one.known_s, one.expected_s),
            "总量已知的时间,至昨日,全部计入能耗的品种",
            "Time whose total is known over the time expected, up to yesterday, of all carriers in "
            "total energy",
        ),
        _made(
            "shape_coverage",
            "曲线完整率",
            "Coverage of the shape",
            "share",
            lambda one: coverage(one.measured_s, one.expected_s),
            "曲线已知的时间",
            "The same of the time measured in its shape",
        ),
        attribute(
            "enough",
            "计量充分",
            "Enough measured",
            "flag",
            hint=("可排名、可比较", "Whether so much is measured that it is placed and compared"),
        ),
        _made(
            "enough_share",
            "充分的份额",
            "Enough",
            "share",
            lambda one: float(one.enough_share),
            "所在地机关的要求",
            "The coverage that the region's office asks for; progress towards quotas goes by the "
            "union's own",
        ),
        attribute(
            "lacks",
            "缺少",
            "Lacks",
            "several",
            hint=(
                "因此无排名",
                "coverage, time (fewer days in account than its like), area, persons: why no place",
            ),
        ),
        _kgce(
            "compared_kgce",
            "可比能耗",
            "Compared energy",
            lambda one: one.compared_g,
            "去年同日也有计量",
            "Of the days that the year before has measured too",
        ),
        _kgce(
            "before_kgce",
            "去年同期",
            "The year before",
            lambda one: one.before_g,
            "去年同日",
            "The same of the year before",
        ),
        _made(
            "compared_share",
            "可比天数份额",
            "Compared share",
            "share",
            lambda one: coverage(one.days, one.of_days),
            "占期间整月天数",
            "How much of the period's whole months that is, by days",
        ),
        _made(
            "change",
            "同比",
            "Year on year",
            "share",
            _change,
            "计量不足为空",
            "compared over before, less one; null where too little was measured",
        ),
        attribute(
            "alike",
            "同类机构",
            "Alike",
            "whole",
            hint=("不论有无排名", "How many are of its class, with a place or without"),
        ),
        _made(
            "place_per_m2",
            "面积能耗排名",
            "Place per area",
            "whole",
            lambda one: one.place_m2,
            "1 为同类最低",
            "1 is the lowest of its class",
        ),
        _made(
            "alike_per_m2",
            "面积能耗排名数",
            "With a place per area",
            "whole",
            lambda one: one.of_m2,
            "同类中有排名的",
            "How many of its class have a place",
        ),
        _made(
            "quartiles_per_m2",
            "面积能耗四分位",
            "Quartiles per area",
            "floats",
            lambda one: _quartiles(one.quartiles_m2),
            "下、中、上",
            "Lower, middle, upper",
        ),
        _made(
            "place_per_person",
            "人均能耗排名",
            "Place per person",
            "whole",
            lambda one: one.place_person,
        ),
        _made(
            "alike_per_person",
            "人均能耗排名数",
            "With a place per person",
            "whole",
            lambda one: one.of_person,
        ),
        _made(
            "quartiles_per_person",
            "人均能耗四分位",
            "Quartiles per person",
            "floats",
            lambda one: _quartiles(one.quartiles_person),
        ),
    ),
    filter=WhichIndicators,
    unasked=("profile",),
    ask=_ask,
)
