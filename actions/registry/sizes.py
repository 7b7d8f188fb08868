"""Areas and persons derived from their parts: what they come to, and whether that can be."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from actions.fields import Acting
from actions.registry.size_words import SIZES, larger, otherwise_heated
from analytics import sizes as arithmetic
from analytics.sizes import Counts, Part, Stated
from storage.registry import sizes, standard_facts
from storage.registry.sizes import SizePart, SizeSaid

HEATED_INPUT: Final = "heated_area_m2"  # of the formulas of standards
_SOURCES: Final = 5  # of parts that a sum names


def parts_by_size(at: Acting, who: int) -> dict[str, list[tuple[Part, SizePart]]]:
    """Return the parts of an institution by what they are parts of, as they count."""
    kinds = {one.code: one for one in sizes.kinds(at.connection, at.today)}
    found: dict[str, list[tuple[Part, SizePart]]] = {size: [] for size in SIZES}
    for one in sizes.parts(at.connection, who):
        kind = kinds[one.kind]
        part = Part(one.number, Counts(kind.counts), one.days, one.valid_from, one.valid_to)
        found[kind.size].append((part, one))
    return found


def renew(at: Acting, who: int, size: str) -> None:
    """Let a size be what its parts come to where there are any, else as it was typed.

    InputError where a heated or cooled area would exceed the floor area.
    """
    mine = parts_by_size(at, who)
    held = sizes.said(at.connection, who, size)
    stated = [
        Stated(one.number, one.source, one.id, one.valid_from, one.valid_to)
        for one in held
        if not one.derived
    ]
    parts = [part for part, _ in mine[size]]
    known = [one.valid_from for one in held if one.known]
    days = arithmetic.turns(parts, stated, known)
    rows = [_row(mine[size], stated, day) for day in days]
    sizes.write_sums(at.connection, who, size, rows, at.actor)
    _must_fit(at, who, mine)


def _row(
    parts: Sequence[tuple[Part, SizePart]], stated: Iterable[Stated], day: date
) -> tuple[date, Decimal | None, bool, str]:
    """Return what a size is from a day on, whether parts say so, and by which documents."""
    number = arithmetic.together([part for part, _ in parts], day)
    if number is not None:
        names = dict.fromkeys(one.source for part, one in parts if part.holds_on(day))
        told = "; ".join(list(names)[:_SOURCES])
        return day, number, True, f"各部分之和 / sum of its parts: {told}"
    said = arithmetic.said_on(stated, day)
    return (day, said.number, False, said.source) if said else (day, None, False, "")


def on_day(at: Acting, who: int, size: str, day: date) -> Decimal | None:
    """Return a size as it is known of a day."""
    return _on(sizes.said(at.connection, who, size), day)


def _on(said: Iterable[SizeSaid], day: date) -> Decimal | None:
    return next((one.number for one in said if one.known and one.holds_on(day)), None)


def _must_fit(at: Acting, who: int, mine: Mapping[str, Sequence[tuple[Part, SizePart]]]) -> None:
    """Refuse a heated or cooled area above the floor area on any day, and name both."""
    floor = sizes.said(at.connection, who, "area_m2")
    beside = [part for part, _ in mine["area_m2"] if part.counts is Counts.APART]
    for size in ("heated_m2", "cooled_m2"):
        said = sizes.said(at.connection, who, size)
        days = {one.valid_from for one in (*floor, *said) if one.known}
        for day in sorted(days.union(one.valid_from for one in beside)):
            number, area = _on(said, day), _on(floor, day)
            if number is None or area is None:
                continue
            whole = area + sum((one.number for one in beside if one.holds_on(day)), Decimal(0))
            if number > whole:
                raise larger(SIZES[size], day, number, whole)
    for one in sizes.said(at.connection, who, "heated_m2"):
        if one.known:
            must_agree_on_heat(at, who, (one.valid_from, one.valid_to), one.number)


def must_agree_on_heat(
    at: Acting, who: int, days: tuple[date, date | None], heated: Decimal
) -> None:
    """Refuse a heated area that was stated otherwise for quota standards, and name both."""
    since, until = days
    for one in standard_facts.known(at.connection, [who], typed_only=True):
        meets = (until is None or one.valid_from < until) and (
            one.valid_to is None or since < one.valid_to
        )
        if one.input == HEATED_INPUT and meets and one.number != heated:
            raise otherwise_heated(max(since, one.valid_from), heated, one.number, one.source)
