"""To whom a quota standard applies: province, class, kind, level and zone, in its own words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from compact.standards import (
    ALL_CLASSES,
    EVERY,
    NATION,
    Dimension,
    Meanings,
    Rivals,
    Standard,
    Subject,
)


@dataclass(frozen=True, slots=True)
class Differs:
    """What keeps a standard from an institution; held: None where that is not known."""

    dimension: Dimension
    asked: str
    held: str | None


def rivals_of(standards: Iterable[Standard]) -> Rivals:
    """Return the values among which an institution has one: of one number and indicator."""
    found: dict[tuple[str, str], list[Standard]] = {}
    for one in standards:
        found.setdefault((one.standard_no, one.indicator), []).append(one)
    return found


def differences(
    standard: Standard, subject: Subject, meanings: Meanings, rivals: Rivals
) -> list[Differs]:
    """Return all that keeps a standard from an institution; nothing where it applies.

    meanings: what a standard's word stands for among our classes, levels and zones: those, * for
    every one, or nothing where somebody must state it. A word that was stated goes before.
    """
    found = [_province(standard, subject), _class(standard, subject)]
    found += [
        _worded(one, standard, subject, meanings, rivals)
        for one in (Dimension.KIND, Dimension.LEVEL, Dimension.ZONE)
    ]
    return [one for one in found if one is not None]


def elsewhere(found: Iterable[Differs]) -> bool:
    """Return whether nothing but the province keeps a standard away: it may be compared with."""
    return [one.dimension for one in found] == [Dimension.PROVINCE]


def lacking(found: Iterable[Differs]) -> list[Dimension]:
    """Return what must be stated before it is known whether a standard applies.

    Nothing where something known already speaks against it, the province apart.
    """
    known = list(found)
    if any(one.held is not None and one.dimension is not Dimension.PROVINCE for one in known):
        return []
    return [one.dimension for one in known if one.held is None]


def _province(standard: Standard, subject: Subject) -> Differs | None:
    if standard.province_code in (NATION, subject.province):
        return None
    return Differs(Dimension.PROVINCE, standard.province_code, subject.province)


def _class(standard: Standard, subject: Subject) -> Differs | None:
    """Find another class; values of no class of the survey are for who is stated to be such."""
    stated = (Dimension.KIND, standard.kind) in subject.stated
    known = standard.class_code in (ALL_CLASSES, *subject.classes)
    if known or (stated and not standard.class_code):
        return None
    unknown = None if standard.class_code else ""
    held = subject.classes[0] if subject.classes else unknown
    return Differs(Dimension.CLASS, standard.class_code, held)


def _worded(
    of: Dimension, standard: Standard, subject: Subject, meanings: Meanings, rivals: Rivals
) -> Differs | None:
    word = _word(standard, of)
    if word == EVERY or (of, word) in subject.stated:
        return None
    among = rivals.get((standard.standard_no, standard.indicator), ())
    others = {_word(one, of) for one in among} - {word, EVERY}
    if other := next(_stated(subject, of, others), None):
        return Differs(of, word, other)
    means = meanings.get((of, word), frozenset())
    if EVERY in means:
        return None
    held = {Dimension.LEVEL: subject.level, Dimension.ZONE: subject.zone}.get(of)
    if means and held in means:
        return None
    return Differs(of, word, held if means else None)


def _stated(subject: Subject, of: Dimension, words: set[str]) -> Iterator[str]:
    return (word for dimension, word in sorted(subject.stated) if dimension is of and word in words)


def _word(standard: Standard, of: Dimension) -> str:
    words = {
        Dimension.KIND: standard.kind,
        Dimension.LEVEL: standard.level,
        Dimension.ZONE: standard.zone,
    }
    return words[of]
