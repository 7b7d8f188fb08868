"""One movement with its entries and all that was done about it."""

from dataclasses import dataclass

from actions.actor import Actor
from actions.figures import not_found
from compact.movements import Leg
from storage.compact import movements
from storage.compact.movements import DeedRow, MovementRow
from storage.registry import institutions


@dataclass(frozen=True, slots=True)
class LegShown:
    """An entry with the name of its institution, as far as the reader sees it."""

    leg: Leg
    name_zh: str | None
    name_en: str | None


@dataclass(frozen=True, slots=True)
class MovementDetail:
    """A movement, what it moves and its deeds."""

    row: MovementRow
    legs: list[LegShown]
    deeds: list[DeedRow]


def movement_of(actor: Actor, movement_id: int) -> MovementDetail:
    """Return one movement; NotFoundError where the reader sees none of its holders."""
    with actor.look() as connection:
        row = movements.one(connection, movement_id)
        if row is None:
            raise not_found("指标变动", "movement", {"movement_id": movement_id})
        shown = []
        for leg in movements.legs(connection, movement_id):
            of = leg.account in ("holder", "covered") and leg.place is not None
            found = institutions.one(connection, leg.place) if of and leg.place else None
            names = (found.name_zh, found.name_en) if found else (None, None)
            shown.append(LegShown(leg, *names))
        return MovementDetail(row, shown, movements.deeds(connection, movement_id))
