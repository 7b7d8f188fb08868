"""What a union promises: a fall below a base year, and what may be used each year by its path."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final

from analytics.conversion import annual_rate, yearly_path
from compact.indicators import Indicator, Per, Quantity
from metering.errors import ConflictError, InputError

__all__ = [
    "MILLION",
    "MONTHS",
    "STALE_DAYS",
    "Base",
    "Curve",
    "Indicator",
    "Mark",
    "Origin",
    "Per",
    "Quantity",
    "State",
    "Target",
    "first_whole_year",
]  # fmt: skip

MILLION: Final = 1_000_000
MONTHS: Final = 12
STALE_DAYS: Final = 92  # a quarter: how old data may be, where a target does not say
_YEARS: Final = range(1970, 2101)


class Curve(StrEnum):
    """How the years between base and target fall: by the same rate, or by the same amount."""

    COMPOUND = "compound"
    LINEAR = "linear"


class Origin(StrEnum):
    """Whether the members agreed on a target or a higher authority issued it."""

    AGREED = "agreed"
    ISSUED = "issued"


class State(StrEnum):
    """What a month of a base rests on; a missing one gets no quota."""

    MEASURED = "measured"
    BILLED = "billed"
    ESTIMATED = "estimated"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """Something about a base that somebody has to answer for.

    code: missing, partial, no_factor, beyond, zero, negative, frozen, area, persons or no_base.
    month: from 1.
    """

    code: str
    carrier: str | None = None
    month: int | None = None


@dataclass(frozen=True, slots=True)
class Base:
    """What an institution used in its base year, by month; None where nothing is known. [g]

    states: of each month, none in runs of before they were kept. marks: what is odd about it.
    """

    year: int
    months_g: tuple[int | None, ...]
    states: tuple[State, ...] = ()
    marks: tuple[Mark, ...] = ()

    @property
    def total_g(self) -> int:
        """The known months together."""
        return sum(one for one in self.months_g if one is not None)


@dataclass(frozen=True, slots=True)
class Target:
    """A fall below the base year, in millionths of it; below zero it is growth that is allowed.

    base_year, target_year: None of both lets every institution count from its own first whole
        year, for the year after it.
    profile: the coefficients under which all members are counted.
    incentive_millionths: a greater fall; who reaches it is free of the total's assessment.
    stale_days: data older than that give no percentage.
    """

    indicator: Indicator
    profile: str
    fall_millionths: int
    base_year: int | None = None
    target_year: int | None = None
    curve: Curve = Curve.COMPOUND
    origin: Origin = Origin.AGREED
    incentive_millionths: int | None = None
    stale_days: int = STALE_DAYS

    def __post_init__(self) -> None:
        if not -MILLION <= self.fall_millionths < MILLION:
            raise _wrong(
                "percent",
                "下降率应小于 100%,允许的增长不超过 100%。",
                "A fall is less than 100 %, and growth at most 100 %.",
            )
        more = self.incentive_millionths
        if more is not None and not self.fall_millionths < more < MILLION:
            raise _wrong(
                "incentive_percent",
                "激励目标应高于基本目标,且小于 100%。",
                "The incentive target falls further than the base target, by less than 100 %.",
            )
        if self.stale_days < 1:
            raise _wrong(
                "stale_days", "数据时限至少为 1 天。", "Data may be a day old at the least."
            )
        self._check_years()

    def _check_years(self) -> None:
        """Refuse years that make no path."""
        base, end = self.base_year, self.target_year
        if base is None and end is None and self.indicator.shared:
            return
        if base is None or end is None or base not in _YEARS or end not in _YEARS or end <= base:
            raise _wrong(
                "target_year",
                "基期和目标年须同时给出,且目标年在基期之后。",
                "Name base year and target year together, the target year after the base year.",
            )

    @property
    def grows(self) -> bool:
        """Whether its cap lies above the base."""
        return self.fall_millionths < 0

    def base_of(self, months_g: Mapping[tuple[int, int], int]) -> Base | None:
        """Return an institution's base, or None where nothing is known of any.

        months_g: by (year, month), only what is known.
        """
        year = self.base_year if self.base_year is not None else first_whole_year(months_g)
        if year is None:
            return None
        base = Base(year, tuple(months_g.get((year, month)) for month in range(1, MONTHS + 1)))
        return base if any(one is not None for one in base.months_g) else None

    def years(self) -> range:
        """Return the years that have a cap; none where each institution has its own."""
        if self.base_year is None or self.target_year is None:
            return range(0)
        return range(self.base_year + 1, self.target_year + 1)

    def year_after(self, base: Base, wanted: int | None) -> int:
        """Return the year for which a quota comes of a base.

        wanted: a year of the path; None is its last one.
        """
        if self.target_year is None:
            if wanted is not None:
                raise _no_year(wanted)
            return base.year + 1
        year = self.target_year if wanted is None else wanted
        if year not in self.years():
            raise _no_year(year)
        return year

    def roster_day(self, base: Base | None, wanted: int | None = None) -> date | None:
        """Return the day whose roster shares this target: the first one of the quota's year.

        wanted: a year of the path; None is the one after the base. None where nothing is known of
        when an institution's own year begins.
        """
        if wanted is not None:
            return date(wanted, 1, 1)
        own = None if base is None else base.year
        year = own if self.base_year is None else self.base_year
        return None if year is None else date(year + 1, 1, 1)

    def must_be_shared(self) -> None:
        """Refuse to share by a rule what no quotas come of."""
        if not self.indicator.shared:
            raise ConflictError(
                "target.not_shared",
                zh="该目标是强度目标:各机构的强度不能相加为总量,不能分解为指标。",
                en="This target is an intensity: those of institutions add to no total, so no "
                "quotas come of it.",
                next_zh="请查看其进度;分解请选择综合能耗、二氧化碳或用水总量的目标。",
                next_en="Look at its progress; share a target of total energy, CO2 or water.",
                where={"indicator": self.indicator.value},
            )

    def remaining(self, year: int, *, incentive: bool = False) -> Fraction:
        """Return what part of the base year the path leaves in a year; 1 in the base year.

        incentive: of the further fall, where there is one. InputError for a year off the path.
        """
        if self.base_year is None or self.target_year is None:
            raise _no_year(year)
        if not self.base_year <= year <= self.target_year:
            raise _no_year(year)
        fall = (self.incentive_millionths if incentive else None) or self.fall_millionths
        whole, passed = Fraction(fall, MILLION), year - self.base_year
        many = self.target_year - self.base_year
        if self.curve is Curve.LINEAR:
            return 1 - whole * passed / many
        if passed == many:
            return 1 - whole
        yearly: Fraction = (1 - Fraction(annual_rate(whole, many))) ** passed
        return yearly

    def cap_g(self, base_g: int, year: int) -> int:
        """Return what may be used in a year of the path, where the base year's use is known."""
        fall = Fraction(self.fall_millionths, MILLION)
        if self.base_year is None or self.target_year is None:
            return yearly_path(base_g, fall, 1)[0]
        linear = self.curve is Curve.LINEAR
        path = yearly_path(base_g, fall, self.target_year - self.base_year, linear=linear)
        return path[year - self.base_year - 1]


def first_whole_year(months_g: Mapping[tuple[int, int], int]) -> int | None:
    """Return the first year with all twelve months, else the first with any."""
    known: dict[int, int] = {}
    for year, _ in months_g:
        known[year] = known.get(year, 0) + 1
    whole = [year for year, count in known.items() if count == MONTHS]
    return min(whole or known, default=None)


def _wrong(field: str, zh: str, en: str) -> InputError:
    return InputError(
        f"target.bad_{field}",
        zh=zh,
        en=en,
        next_zh="请改正后重试。",
        next_en="Correct it and try again.",
        where={"field": field},
    )


def _no_year(year: int) -> InputError:
    return InputError(
        "target.no_such_year",
        zh=f"目标路径中没有 {year} 年。",
        en=f"The target's path has no year {year}.",
        next_zh="请选择基期之后、至目标年为止的一年;各机构自定基期时不填。",
        next_en="Choose a year after the base year, up to the target year; none where every "
        "institution has its own base.",
        where={"field": "year", "value": year},
    )
