"""Who is counted where: the roster of a year is that of its first day, whatever moved since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Place:
    """Where an institution counts in a union, from a day to before another; None has no end yet."""

    region: int
    member: int
    line: str
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Classed:
    """What an institution is, from a day to before another."""

    code: str
    valid_from: date
    valid_to: date | None = None


def place_on(places: Sequence[Place], known_from: date, day: date) -> Place | None:
    """Return where an institution counted on a day; None where that was outside the union.

    known_from: since when it is affiliated anywhere; a day before that takes the first place.
    """
    asked = max(day, known_from)
    return next((one for one in places if _holds(one, asked)), None)


def class_on(classes: Sequence[Classed], day: date) -> str | None:
    """Return its class on a day, before any was stated the first one."""
    if not classes:
        return None
    asked = max(day, min(one.valid_from for one in classes))
    return next((one.code for one in classes if _holds(one, asked)), None)


def _holds(one: Place | Classed, day: date) -> bool:
    return one.valid_from <= day and (one.valid_to is None or day < one.valid_to)
