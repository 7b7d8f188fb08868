"""A target in words: how far it falls, from which year to which, by which path, who set it."""

from decimal import Decimal
from typing import Final

from actions.fields import Words, plain
from actions.figures import kilograms
from compact.targets import Curve, Indicator, Origin, Target
from storage.compact.targets import TargetRow

CURVES: Final = {
    Curve.COMPOUND.value: Words("等比下降", "the same rate each year"),
    Curve.LINEAR.value: Words("等额下降", "the same amount each year"),
}
ORIGINS: Final = {
    Origin.AGREED.value: Words("成员商定", "agreed by the members"),
    Origin.ISSUED.value: Words("上级下达", "issued from above"),
}
INDICATORS: Final = {
    Indicator.TOTAL_KGCE.value: Words("综合能耗总量", "Total energy"),
    Indicator.KGCE_PER_M2.value: Words("单位建筑面积能耗", "Energy per m²"),
    Indicator.KGCE_PER_PERSON.value: Words("人均综合能耗", "Energy per person"),
    Indicator.TOTAL_KGCO2.value: Words("二氧化碳排放总量", "Total CO2"),
    Indicator.KGCO2_PER_M2.value: Words("单位建筑面积碳排放", "CO2 per m²"),
    Indicator.KGCO2_PER_PERSON.value: Words("人均碳排放", "CO2 per person"),
    Indicator.TOTAL_WATER_M3.value: Words("用水总量", "Total water"),
    Indicator.WATER_M3_PER_M2.value: Words("单位建筑面积用水量", "Water per m²"),
    Indicator.WATER_M3_PER_PERSON.value: Words("人均用水量", "Water per person"),
}

QUOTAS: Final = {
    Indicator.TOTAL_KGCE.value: Words("用能指标", "Quota"),
    Indicator.TOTAL_KGCO2.value: Words("碳排放指标", "CO2 quota"),
    Indicator.TOTAL_WATER_M3.value: Words("用水指标", "Water quota"),
}


def percent_of(millionths: int) -> str:
    """Return a share as percent, without needless zeros."""
    return format((Decimal(millionths) / 10_000).normalize(), "f")


def years_of(target: Target) -> Words:
    """Return from which year to which it counts."""
    if target.base_year is None:
        return Words(
            "各机构首个完整年 → 次年", "each institution's first whole year → the year after"
        )
    span = f"{target.base_year} → {target.target_year}"
    return Words(span, span)


def fall_of(target: Target) -> Words:
    """Return how far it falls, and of what unless that is total energy."""
    percent = percent_of(abs(target.fall_millionths))
    zh, en = f"较基期下降 {percent}%", f"{percent} % below the base year"
    if target.grows:
        zh, en = f"较基期至多增长 {percent}%", f"at most {percent} % above the base year"
    if target.indicator is Indicator.TOTAL_KGCE:
        return Words(zh, en)
    of = INDICATORS[target.indicator.value]
    return Words(f"{of.zh}{zh}", f"{of.en} {en}")


def in_short(one: TargetRow) -> Words:
    """Return what a target is called in lists and forms."""
    fall, years = fall_of(one.target), years_of(one.target)
    return Words(
        f"节能目标 {one.target_id}:{fall.zh}({years.zh})",
        f"Target {one.target_id}: {fall.en} ({years.en})",
    )


def whole_words(grams: int | None, indicator: Indicator | str) -> Words:
    """Return an amount in whole kilograms, of water m³, with its unit; a dash where unknown."""
    unit = Indicator(indicator).unit_shown
    return plain("–" if grams is None else f"{Decimal(grams) / 1000:,.0f} {unit}")


def amount_words(grams: int, indicator: Indicator | str) -> Words:
    """Return an amount to the gram, of water to the litre, with its unit."""
    return plain(f"{kilograms(grams)} {Indicator(indicator).unit_shown}")
