"""What is refused of typed figures: what another one, or another row of the file, says already."""

from collections.abc import Iterable
from datetime import date

from actions.fields import Acting
from actions.figures import in_words
from metering.errors import ConflictError
from storage.accounts import typed
from storage.accounts.typed import MONTH, Known, NewFigure

Unit = tuple[int, str]  # quanta in the carrier's unit, and that unit


def refuse_known(at: Acting, said: NewFigure, unit: Unit, without: int | None = None) -> None:
    """Refuse a figure that contradicts one that is known, or one of the same file.

    without: the figure that it is to replace.
    """
    beside = _beside(at, said.institution_id)
    for one in beside.get((said.carrier, _month(said.day)), ()):
        if one.id not in (0, without) and _contradicts(said, one):
            raise _twice(said, one, unit)


def refuse_beside(at: Acting, row: int, said: NewFigure, unit: Unit) -> None:
    """Refuse a figure of a file that another row of it contradicts; row: what tells rows apart."""
    rows: dict[int, NewFigure] = at.known.setdefault(
        ("typed now", said.institution_id, said.carrier, _month(said.day)), {}
    )
    for other, one in rows.items():
        known = Known(0, one.carrier, one.kind, one.day, one.quanta, one.basis)
        if other != row and _contradicts(said, known):
            raise _twice(said, known, unit)
    rows[row] = said


def _beside(at: Acting, institution: int) -> dict[tuple[str, date], list[Known]]:
    """Return what is known of an institution by carrier and month, asked once in a transaction."""
    key = ("typed", institution)
    if key not in at.known:
        at.known[key] = _by_month(typed.known(at.connection, institution))
    found: dict[tuple[str, date], list[Known]] = at.known[key]
    return found


def _by_month(found: Iterable[Known]) -> dict[tuple[str, date], list[Known]]:
    by: dict[tuple[str, date], list[Known]] = {}
    for one in found:
        by.setdefault((one.carrier, _month(one.day)), []).append(one)
    return by


def _month(day: date) -> date:
    return day.replace(day=1)


def _contradicts(said: NewFigure, one: Known) -> bool:
    """A month's figure stands alone; a delivery is told by kind, day and document."""
    if MONTH in (said.kind, one.kind):
        return True
    return (said.kind, said.day, said.basis) == (one.kind, one.day, one.basis)


def _twice(said: NewFigure, one: Known, unit: Unit) -> ConflictError:
    fresh, held = (f"{quanta} {unit[1]}" for quanta in _amounts(said.quanta, one.quanta, unit))
    zh_of, en_of = (f"第 {one.id} 号", f"figure {one.id}") if one.id else ("本文件", "this file")
    when = f"{said.day:%Y-%m}" if said.kind == MONTH else f"{said.day}"
    then = f"{one.day:%Y-%m}" if one.kind == MONTH else f"{one.day}"
    return ConflictError(
        "figure.twice",
        zh=f"{when} 的 {said.carrier} {fresh},与{zh_of}已填的 {then} {held}({one.basis})重复计入。",
        en=f"{fresh} of {said.carrier} in {when} would count beside {held} of {then} in {en_of} "
        f"({one.basis}).",
        next_zh="已填的有误的,请更正或撤销该数。",
        next_en="Where that is wrong, correct or withdraw it.",
        where={"field": "quantity", "figure_id": one.id, "carrier": said.carrier},
    )


def _amounts(fresh: int, held: int, unit: Unit) -> tuple[str, str]:
    per_unit = unit[0]
    return in_words(fresh, per_unit, "").strip(), in_words(held, per_unit, "").strip()
