"""Rule G: bands: next year's cap by where last year stood between a standard's three values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

import numpy as np

from analytics.allocation import Holders as Sharing
from analytics.exact import Ints, millionths
from compact.bands import TIERS, Band, capped
from compact.given import Given
from compact.notices import in_thousands, of_million
from compact.parameters import By, Kind, parameter
from compact.ruling import About, AllocationRule, Among, Facts, Reach


def _bands(given: Given) -> dict[str, Any]:
    last_year = given.wholes("last_year")
    given.hold("last_year", last_year)
    standard = given.inside("standard")
    values = (standard.each(f"standard.{tier}", len(last_year)) for tier in TIERS)
    tiers = {
        tier: np.array([one.numerator // one.denominator for one in each], np.int64)
        for tier, each in zip(TIERS, values, strict=True)
    }
    bands = [Band.of(row) for row in given.rows("band_rule")]
    return {"caps": capped(np.array(last_year, np.int64), tiers, bands)[0].tolist()}


def _by_class(zh: str, en: str) -> Any:
    return parameter(
        kind=Kind.NUMBER, by=By.CLASS, zh=zh, en=en, unit="kgce/m²", most="1000",
        step="0.5",
        hint=("各类机构单位建筑面积年能耗定额;没有类别或面积的机构按最严的一档,没有定额的类别不变。",
              ("Of the quota standard, by class, in a year. Institutions without class or area "
              "take the strictest band; classes without a standard stay as they are.")),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bands(AllocationRule):
    """What may be used is last year × the factor of its band; nothing is left to share.

    It drops by a step at the edges of the bands, and the caps together need not meet a target.
    """

    about: ClassVar = About(
        letter="G",
        code="bands",
        name=("G 按定额分档", "G by bands of the standard"),
        explains=(
            (
                "按上年能耗处于约束值、基准值、引导值之间的哪一档,乘以该档系数;各机构指标之和不一定等于目标,"
                "在档位边界处会跳变。"
            ),
            (
                "Last year times the factor of its band, between constraint, reference "
                "and leading value. The caps need not add to the target, and jump at the edges."
            ),
        ),
        source="国管局、中直管理局 2021-02-20 通知(中央和国家机关能源资源消耗定额); band_rules.csv",
    )
    reach: ClassVar = Reach.INSTITUTION
    cases: ClassVar[Mapping[str, Any]] = {"bands": _bands}

    bands: Sequence[Band] = parameter(
        (), kind=Kind.BANDS, zh="分档规则", en="Rule of bands",
        hint=("已发布分档规则的代码。", "The code of a published rule."),
    )  # fmt: skip
    constraint: Mapping[str, Decimal] = _by_class("约束值", "Constraint value")
    reference: Mapping[str, Decimal] = _by_class("基准值", "Reference value")
    leading: Mapping[str, Decimal] = _by_class("引导值", "Leading value")

    def check(self) -> None:
        """Refuse a standard that lacks a value, or whose values do not fall."""
        if not self.bands:
            raise self.parameter("bands").wrong("须给出(规则 G)", "must be given for rule G")
        if not self.constraint.keys() == self.reference.keys() == self.leading.keys():
            raise self.parameter("reference").wrong(
                "与约束值、引导值须对同样的机构类别给出",
                "must be given for the same classes as constraint and leading value",
            )
        for code, most in self.constraint.items():
            if not most >= self.reference[code] >= self.leading[code] > 0:
                raise self.parameter("constraint").wrong(
                    f"({code})应不小于基准值、引导值", f"({code}) lies below the others"
                )

    def lacks(self, among: Among) -> tuple[str, str] | None:
        """Return that nobody has a band: without class, area and standard."""
        if among.at_intensity(self.constraint)[1].any():
            return None
        return (
            "没有一家机构同时有类别、面积和该类定额",
            "no institution has class, area and a standard of its class",
        )

    def shares(self, among: Among) -> Sharing:
        """Return the caps as floors and ceilings at once."""
        caps = among.base.copy()
        found = [among.at_intensity(getattr(self, tier)) for tier in TIERS]
        rows = np.flatnonzero(found[0][1])
        tiers = {
            tier: amount[rows] for tier, (amount, _) in zip(TIERS, found, strict=True)
        }  # each has the same rows: the three are given for the same classes
        caps[rows], _ = capped(among.base[rows], tiers, self.bands)
        if among.strict:
            strictest = min(self.bands, key=lambda one: one.factor)
            caps = np.where(among.silent, millionths(among.base, strictest.factor), caps)
        return among.sharing(among.base, floor=caps, ceiling=caps)

    def arithmetic(self, facts: Facts) -> str:
        """Return last year, the band's factor, and the cap where that decides."""
        base = np.array([facts.base_g], np.int64)
        was, amount = in_thousands(facts.base_g), f"{in_thousands(facts.amount_g)} {facts.unit}"
        for one in self.bands:
            if self._product(base, one) == facts.amount_g:
                by = f" × {of_million(one.factor)} ({one.band})"
                return f"{was}{by} → {amount}"
        names = ", ".join(one.cap or "" for one in self.bands if one.cap)
        return f"{was} → {names} {amount}"

    @staticmethod
    def _product(base: Ints, band: Band) -> int:
        return int(millionths(base, band.factor)[0])
