"""Quota standards as values: to whom one applies, its tiers, its indicator and its corrections.

Source: GB/T 40498-2021 and the standards of provinces that follow it (约束值、基准值、引导值).
Smaller is better for every one of them; a value exactly at a tier has reached it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final

from analytics.expressions import Expression, expression

NATION: Final = "000000"
EVERY: Final = "*"
ALL_CLASSES: Final = "TOTAL"
_YEAR: Final = re.compile(r"\b(?:19|20)\d{2}\b")


class Dimension(StrEnum):
    """By what a standard says whom a value is for."""

    PROVINCE = "province"
    CLASS = "class"
    KIND = "kind"
    LEVEL = "level"
    ZONE = "zone"


class Tier(StrEnum):
    """A value of a standard, from the strictest on."""

    GUIDE = "guide"
    BASELINE = "baseline"
    CONSTRAINT = "constraint"


class Grade(StrEnum):
    """Where a figure stands, from the best on.

    BEYOND: above all that is published, of which none is a constraint. An average is no quota:
    what is compared with one lies below or above it.
    """

    LEADING = "leading"
    REASONABLE = "reasonable"
    MEETS = "meets"
    EXCEEDS = "exceeds"
    BEYOND = "beyond"
    BELOW_AVERAGE = "below_average"
    ABOVE_AVERAGE = "above_average"


@dataclass(frozen=True, slots=True)
class Standard:
    """An indicator's values in one edition, and whom they are for.

    class_code: empty for none of the survey. kind, level, zone: in the standard's own words, * for
    every one. electricity: by which its figures count a kWh. [kgce/kWh] average: of a year, and no
    quota.
    """

    id: int
    standard_no: str
    province_code: str
    class_code: str
    kind: str
    level: str
    zone: str
    indicator: str
    unit: str
    average: bool
    tiers: Mapping[Tier, Fraction]
    electricity: Fraction | None
    document: str | None
    clause: str | None
    source: str
    evidence: str
    notes: str | None
    valid_from: date | None
    valid_to: date | None

    @property
    def year(self) -> int | None:
        """The year in its number: of its edition, of an average the year that it is of."""
        found = _YEAR.findall(self.standard_no)
        return int(found[-1]) if found else None


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom standards are held against, as it was on the last day of a year; None is not known.

    classes: its own and those that hold it. stated: words of standards that somebody stated it
    falls under, by dimension.
    """

    province: str | None
    classes: tuple[str, ...]
    level: str | None
    zone: str | None
    stated: frozenset[tuple[Dimension, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Indicator:
    """What a standard limits: a use in a year, divided by something that is there or counted."""

    code: str
    use: Expression
    use_unit: str
    per: Expression
    unit: str

    @classmethod
    def of(cls, code: str, use: str, use_unit: str, per: str, unit: str) -> Indicator:
        """Return it with its formulas read."""
        return cls(code, expression(use), use_unit, expression(per), unit)


@dataclass(frozen=True, slots=True)
class Correction:
    """A factor by which a standard multiplies the indicator before it is compared.

    needed: the standard's indicator is nothing without it. kind: of which it is asked, * of all.
    """

    code: str
    standard_no: str
    indicator: str
    kind: str
    version: str
    factor: Expression
    needed: bool
    place: int

    @classmethod
    def of(
        cls, code: str, standard_no: str, indicator: str, kind: str, version: str, factor: str,
        needed: str, place: int,
    ) -> Correction:  # fmt: skip
        """Return it with its formula read."""
        made = expression(factor)
        return cls(code, standard_no, indicator, kind, version, made, needed == "yes", place)

    def asked_by(self, one: Standard) -> bool:
        """Return whether a standard's value asks for it."""
        same = self.standard_no == one.standard_no and self.indicator == one.indicator
        return same and self.kind in (EVERY, one.kind)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that an expression asks for, and who says so.

    lacks: why nothing may be compared by it: coverage, time, coefficient, year.
    """

    value: Fraction
    source: str = ""
    lacks: tuple[str, ...] = ()


Amounts = Mapping[str, Amount]
Meanings = Mapping[tuple[Dimension, str], frozenset[str]]
Rivals = Mapping[tuple[str, str], Sequence[Standard]]  # by number and indicator
