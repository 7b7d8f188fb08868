"""What a target is, as a form asks for it: indicator, fall or amounts, incentive, years, path."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

from actions.compact.target_words import CURVES, INDICATORS, ORIGINS
from actions.fields import Acting, Option, Words, field, plain
from actions.kinds import Amount, Line
from actions.registry.things import every_profile
from compact.quantities import UNITS, fall_between
from compact.quantities import Amount as Printed
from compact.targets import MILLION, STALE_DAYS, Curve, Indicator, Origin, Quantity, Target
from metering.errors import InputError

_A_PERCENT: Final = 10_000  # millionths
_KINDS: Final = {Quantity.ENERGY: "coal", Quantity.CO2: "co2", Quantity.WATER: "water"}
Percent = Annotated[Amount, Field(lt=100, decimal_places=4)]
Growth = Annotated[Amount, Field(gt=0, le=100, decimal_places=4)]
Year = Annotated[int, Field(ge=1970, le=2100)]
Days = Annotated[int, Field(ge=1, le=1000)]


class Stated(StrEnum):
    """How a document states a target."""

    PERCENT = "percent"
    GROWTH = "growth"
    AMOUNTS = "amounts"


STATED: Final = {
    Stated.PERCENT.value: Words("下降百分比", "a percentage"),
    Stated.GROWTH.value: Words("允许增长的百分比", "growth that is allowed"),
    Stated.AMOUNTS.value: Words("基期数量与目标数量", "amounts of base and target year"),
}


def every_unit(at: Acting) -> Sequence[Option]:
    """Return the units in which documents print amounts."""
    return [Option(one, plain(one)) for one in UNITS]


class TargetFields(BaseModel):
    """The fields of a target; the years stand open where each institution has its own base."""

    indicator: Indicator = field(
        zh="控制指标",
        en="Indicator",
        hint=(
            "总量目标可分解为指标;强度不能相加,只跟踪进度",
            "Totals are shared into quotas; intensities add to no total, so only progress follows",
        ),
        names=INDICATORS,
        default=Indicator.TOTAL_KGCE,
    )
    stated: Stated = field(zh="表述方式", en="Stated as", names=STATED, default=Stated.PERCENT)
    percent: Percent | None = field(
        zh="较基期下降",
        en="Fall below the base year",
        unit="%",
        when=("stated", Stated.PERCENT.value),
        examples=["3"],
    )
    growth_percent: Growth | None = field(
        zh="较基期至多增长",
        en="Growth above the base year, at most",
        hint=(
            "须为有效协议所允许(总量可超过基期的幅度)",
            "As far as the agreement in force lets a cap exceed its base",
        ),
        unit="%",
        when=("stated", Stated.GROWTH.value),
    )
    base_amount: Amount | None = field(
        zh="基期数量", en="Amount of the base year", when=("stated", Stated.AMOUNTS.value)
    )
    base_unit: Line | None = field(
        zh="基期数量的单位",
        en="Unit of the base year's amount",
        choices=every_unit,
        when=("stated", Stated.AMOUNTS.value),
    )
    cap_amount: Amount | None = field(
        zh="目标年数量", en="Amount of the target year", when=("stated", Stated.AMOUNTS.value)
    )
    cap_unit: Line | None = field(
        zh="目标年数量的单位",
        en="Unit of the target year's amount",
        hint=("单位不同不能相减", "Amounts in different units are not subtracted"),
        choices=every_unit,
        when=("stated", Stated.AMOUNTS.value),
    )
    incentive_percent: Percent | None = field(
        zh="激励目标下降",
        en="Incentive target, fall",
        unit="%",
        hint=(
            "高于基本目标;达到者总量考核免责",
            "Further than the base target; who reaches it is free of the total's assessment",
        ),
        default=None,
    )
    profile: Line = field(
        zh="折标系数组",
        en="Profile",
        hint=(
            "全体成员按同一组系数折算标准煤",
            "The coefficients under which all members are counted",
        ),
        choices=every_profile,
        examples=["GB2589-2020"],
    )
    base_year: Year | None = field(
        zh="基期年",
        en="Base year",
        hint=(
            "基期年和目标年都留空:以各机构首个完整年为基期,次年为目标年",
            "Both years left open: each institution counts from its first whole year, for the next",
        ),
        default=None,
    )
    target_year: Year | None = field(zh="目标年", en="Target year", default=None)
    curve: Curve = field(
        zh="路径",
        en="Path",
        hint=("基期与目标年之间各年如何下降", "How the years between fall"),
        names=CURVES,
        default=Curve.COMPOUND,
    )
    origin: Origin = field(
        zh="来源",
        en="Origin",
        hint=(
            "上级下达的优先,与联合体商定的并列显示",
            "One issued from above prevails, and stands beside the union's",
        ),
        names=ORIGINS,
        default=Origin.AGREED,
    )
    stale_days: Days = field(
        zh="数据时限",
        en="Data may be old",
        unit="days",
        hint=(
            "数据更旧时只说明其日期,不给百分比",
            "Older data are told by their age, without a percentage",
        ),
        default=STALE_DAYS,
    )

    def target(self) -> Target:
        """Return the target; InputError where years, falls or units make none."""
        more = self.incentive_percent
        return Target(
            indicator=self.indicator,
            profile=self.profile,
            fall_millionths=self._fall(),
            base_year=self.base_year,
            target_year=self.target_year,
            curve=self.curve,
            origin=self.origin,
            incentive_millionths=None if more is None else int(more * _A_PERCENT),
            stale_days=self.stale_days,
        )

    def _fall(self) -> int:
        """Return the fall in millionths, of amounts rounded to the nearest."""
        if self.stated is Stated.PERCENT:
            return int(_said(self.percent, "percent", PERCENT) * _A_PERCENT)
        if self.stated is Stated.GROWTH:
            return -int(_said(self.growth_percent, "growth_percent", GROWTH) * _A_PERCENT)
        base = self._amount("base_amount", "base_unit")
        cap = self._amount("cap_amount", "cap_unit")
        if self.indicator.per is not None or base.kind != _KINDS[self.indicator.quantity]:
            raise _not_of_indicator(self.indicator)
        return round(fall_between(base, cap) * MILLION)

    def _amount(self, amount: str, unit: str) -> Printed:
        value: Decimal = _said(getattr(self, amount), amount, AMOUNT)
        return Printed(Fraction(value), str(_said(getattr(self, unit), unit, UNIT)))


PERCENT: Final = Words("较基期下降的百分比", "How far it falls below the base year")
GROWTH: Final = Words("允许增长的百分比", "How much growth is allowed")
AMOUNT: Final = Words("数量", "An amount")
UNIT: Final = Words("单位", "A unit")


def _said(value: Any, name: str, words: Words) -> Any:
    if value is None:
        raise InputError(
            f"target.no_{name}",
            zh=f"缺少{words.zh}。",
            en=f"{words.en} is missing.",
            next_zh="请填写后重试。",
            next_en="State it and try again.",
            where={"field": name},
        )
    return value


def _not_of_indicator(indicator: Indicator) -> InputError:
    words = INDICATORS[indicator.value]
    return InputError(
        "target.amounts_of_another",
        zh=f"这些数量不是“{words.zh}”的总量。",
        en=f"These amounts are no total of “{words.en}”.",
        next_zh="请按下降百分比表述,或改选控制指标。",
        next_en="State a percentage, or choose another indicator.",
        where={"field": "indicator", "value": indicator.value},
    )
