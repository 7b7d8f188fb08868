"""Small linear programs in fractions: an answer that is exact, and multipliers that can be trusted.

Source: the primal simplex method on inequalities (the point moves along edges of what is allowed),
with Bland's rule of 1977, by which it cannot go round in circles.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

Row = list[Fraction]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a point must keep: row · point ≥ least for each row, and kept · point as it is."""

    rows: Sequence[Row]
    least: Sequence[Fraction]
    kept: Sequence[Row]


def minimised(start: Row, limits: Limits) -> tuple[Row, list[int]]:
    """Return the point whose last coordinate is least, and which limits have positive multipliers.

    start: a point within the limits. Raises ValueError where there is no end to falling.
    """
    point, goal = list(start), [Fraction(0)] * (len(start) - 1) + [Fraction(1)]
    active = _first_corner(point, limits)
    while True:
        basis = [*limits.kept, *(limits.rows[place] for place in active)]
        weights = solved([list(column) for column in zip(*basis, strict=True)], goal)
        multipliers = weights[len(limits.kept) :]
        negative = [place for place, one in zip(active, multipliers, strict=True) if one < 0]
        if not negative:
            pairs = zip(active, multipliers, strict=True)
            return point, [place for place, one in pairs if one > 0]
        leaving = active.index(min(negative))
        away = [Fraction(0)] * len(basis)
        away[len(limits.kept) + leaving] = Fraction(1)
        active.pop(leaving)
        active.append(_moved(point, solved(basis, away), limits))


def _first_corner(point: Row, limits: Limits) -> list[int]:
    """Move a point down or along to a corner, and return the independent limits it touches."""
    basis, active = [list(row) for row in limits.kept], []
    for place, row in enumerate(limits.rows):
        touched = len(basis) < len(point) and _dot(row, point) == limits.least[place]
        if touched and rank_added(basis, row):
            basis.append(row)
            active.append(place)
    while len(basis) < len(point):
        place = _moved(point, _along(basis, len(point)), limits)
        basis.append(limits.rows[place])
        active.append(place)
    return active


def _along(basis: Sequence[Row], size: int) -> Row:
    """Return a direction that leaves every row of a basis as it is, down where it can be."""
    lead, reduced = _reduced(basis)
    free = next(place for place in range(size) if place not in lead)
    way = [Fraction(0)] * size
    way[free] = Fraction(1)
    for place, row in zip(lead, reduced, strict=True):
        way[place] = -row[free]
    return [-one for one in way] if way[-1] > 0 else way


def _moved(point: Row, way: Row, limits: Limits) -> int:
    """Move a point along a way until a limit stops it, and return the first limit that does."""
    nearest: tuple[Fraction, int] | None = None
    for place, row in enumerate(limits.rows):
        if (falls := _dot(row, way)) < 0:
            room = (limits.least[place] - _dot(row, point)) / falls
            nearest = min(nearest, (room, place)) if nearest else (room, place)
    if nearest is None:
        raise ValueError("nothing stops the fall: the program has no least point")
    for place, one in enumerate(way):
        point[place] += nearest[0] * one
    return nearest[1]


def rank_added(rows: Sequence[Row], row: Row) -> bool:
    """Return whether a row is none that others make up together."""
    lead, reduced = _reduced(rows)
    left = list(row)
    for place, one in zip(lead, reduced, strict=True):
        if factor := left[place]:
            left = [a - factor * b for a, b in zip(left, one, strict=True)]
    return any(left)


def solved(rows: Sequence[Row], right: Sequence[Fraction]) -> Row:
    """Return x of rows · x = right, for as many independent rows as unknowns."""
    lead, reduced = _reduced([[*row, value] for row, value in zip(rows, right, strict=True)])
    if lead != list(range(len(rows))):
        raise ValueError("the rows are not independent")
    return [row[-1] for row in reduced]


def _reduced(rows: Sequence[Row]) -> tuple[list[int], list[Row]]:
    """Return rows with a 1 of their own each, in order of its place, and these places."""
    left = [list(row) for row in rows]
    lead: list[int] = []
    done: list[Row] = []
    for place in range(len(left[0]) if left else 0):
        pivot = next((row for row in left if row[place]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        pivot = [one / pivot[place] for one in pivot]
        left, done = ([_less(row, pivot, place) for row in some] for some in (left, done))
        lead.append(place)
        done.append(pivot)
    return lead, done


def _less(row: Row, pivot: Row, place: int) -> Row:
    factor = row[place]
    return [a - factor * b for a, b in zip(row, pivot, strict=True)] if factor else row


def _dot(row: Row, point: Row) -> Fraction:
    return sum((a * b for a, b in zip(row, point, strict=True) if a and b), Fraction(0))
