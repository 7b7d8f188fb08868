"""What each quota standard says of an institution in a year: that none applies is an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from compact.standard_grading import Compared, Distance, compared, distance, grade_of
from compact.standard_matching import Differs, differences, elsewhere, lacking, rivals_of
from compact.standards import (
    Amounts,
    Correction,
    Dimension,
    Grade,
    Indicator,
    Meanings,
    Standard,
    Subject,
)

# Of whom these are not known, nothing is told apart: one answer says so, not one a standard.
_WIDE: Final = frozenset({Dimension.PROVINCE, Dimension.CLASS})


class Verdict(StrEnum):
    """What came of holding an institution against a standard."""

    GRADED = "graded"
    NOT_ENOUGH = "not_enough"  # it applies, and too little is measured or stated
    UNSETTLED = "unsettled"  # it may apply: what decides is not stated
    OTHER = "other"  # it is for others
    NONE = "none"  # nothing applies, nor may apply


class Applies(StrEnum):
    """Whether a standard is for whom it is held against, or beside it for comparison."""

    OWN = "own"
    BEFORE = "before"  # its own, but the year came before the edition
    ELSEWHERE = "elsewhere"  # of another province, and all else fits
    NO = "no"


@dataclass(frozen=True, slots=True)
class Lists:
    """What authorities published, as it holds on the last day of a year."""

    standards: Sequence[Standard]
    meanings: Meanings
    indicators: Mapping[str, Indicator]
    corrections: Sequence[Correction]


@dataclass(frozen=True, slots=True)
class Answer:
    """A standard held against an institution; standard: None where none applies.

    differs: what keeps it away. lacks: dimensions and inputs that must be stated, and why what was
    measured is not compared.
    """

    standard: Standard | None
    verdict: Verdict
    applies: Applies
    differs: tuple[Differs, ...] = ()
    lacks: tuple[str, ...] = ()
    compared: Compared | None = None
    grade: Grade | None = None
    distance: Distance | None = None


def answers(
    lists: Lists, subject: Subject, amounts: Mapping[Fraction | None, Amounts], year: int
) -> list[Answer]:
    """Return what each standard says, in their order; one without a standard where none applies.

    amounts: by the coefficient of electricity under which energy is counted, None where a standard
    states none.
    """
    kept = nearest(lists.standards, year)
    rivals = rivals_of(kept)
    found = []
    for one in kept:
        differs = tuple(differences(one, subject, lists.meanings, rivals))
        found.append(_answer(lists, one, differs, amounts.get(one.electricity), year))
    own = (Applies.OWN, Applies.BEFORE)
    if not any(one.applies in own and one.standard and not one.standard.average for one in found):
        found.append(Answer(None, Verdict.NONE, Applies.OWN, lacks=_of_none(subject)))
    return found


def nearest(standards: Iterable[Standard], year: int) -> list[Standard]:
    """Return standards, and of averages those of the newest year up to this, else the next."""
    kept: dict[tuple[str, ...], Standard] = {}
    for one in standards:
        key = (one.province_code, one.class_code, one.kind, one.level, one.zone, one.indicator)
        if not one.average:
            kept[*key, one.standard_no] = one
        elif key not in kept or _how_far(one, year) < _how_far(kept[key], year):
            kept[key] = one
    return list(kept.values())


def _how_far(one: Standard, year: int) -> tuple[bool, int]:
    of = one.year or year
    return (of > year, abs(year - of))


def _answer(
    lists: Lists, one: Standard, differs: tuple[Differs, ...], amounts: Amounts | None, year: int
) -> Answer:
    missing = tuple(str(each) for each in lacking(differs))
    if differs and not elsewhere(differs):
        verdict = Verdict.UNSETTLED if missing else Verdict.OTHER
        far = any(each.dimension in _WIDE for each in differs)
        applies = Applies.OWN if missing and not far else Applies.NO
        return Answer(one, verdict, applies, differs, missing)
    applies = Applies.ELSEWHERE if differs else Applies.OWN
    if applies is Applies.OWN and not one.average and year < (one.year or year):
        applies = Applies.BEFORE
    indicator = lists.indicators.get(one.indicator)
    if indicator is None or indicator.unit != one.unit:
        return Answer(one, Verdict.NOT_ENOUGH, applies, differs, ("indicator",))
    if amounts is None:
        return Answer(one, Verdict.NOT_ENOUGH, applies, differs, ("profile",))
    asked = [each for each in lists.corrections if each.asked_by(one)]
    found = compared(indicator, asked, amounts)
    if found.value is None:
        return Answer(one, Verdict.NOT_ENOUGH, applies, differs, found.lacks, found)
    grade = grade_of(one, found.value)
    return Answer(one, Verdict.GRADED, applies, differs, (), found, grade, distance(one, found))


def _of_none(subject: Subject) -> tuple[str, ...]:
    """Return what is not known of whom no standard is for; where all is, a standard is lacking."""
    held = {
        Dimension.PROVINCE: subject.province,
        Dimension.CLASS: subject.classes,
        Dimension.LEVEL: subject.level,
    }
    return tuple(str(one) for one, known in held.items() if not known) or ("standard",)
