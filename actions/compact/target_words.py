"""A target in words: how far it falls, from which year to which, by which path, who set it."""

from decimal import Decimal
from typing import Final

from actions.fields import Words, plain
from compact.targets import Curve, Origin, Target
from storage.compact.targets import TargetRow

CURVES: Final = {
    Curve.COMPOUND.value: Words("等比下降", "the same rate each year"),
    Curve.LINEAR.value: Words("等额下降", "the same amount each year"),
}
ORIGINS: Final = {
    Origin.AGREED.value: Words("成员商定", "agreed by the members"),
    Origin.ISSUED.value: Words("上级下达", "issued from above"),
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
    """Return how far it falls."""
    percent = percent_of(target.fall_millionths)
    return Words(f"较基期下降 {percent}%", f"{percent} % below the base year")


def in_short(one: TargetRow) -> Words:
    """Return what a target is called in lists and forms."""
    fall, years = fall_of(one.target), years_of(one.target)
    return Words(
        f"节能目标 {one.target_id}:{fall.zh}({years.zh})",
        f"Target {one.target_id}: {fall.en} ({years.en})",
    )


def kgce(grams: int | None) -> Words:
    """Return an amount in whole kilograms of standard coal; a dash where nothing is known."""
    return plain("–" if grams is None else f"{Decimal(grams) / 1000:,.0f} kgce")
