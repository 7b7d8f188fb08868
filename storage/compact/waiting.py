"""What of the books waits for somebody: approvals, covers, years to verify, accounts that rest."""

from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from storage.compact import movements
from storage.compact.movements import MovementFilter, MovementRow

_COUNTS: Final = "SELECT kind, year, many FROM access.books_waiting()"
# Of whom the viewer may approve, whoever proposed it.
_APPROVED_BY: Final = """
    SELECT m.movement_id FROM report.movement m
     WHERE m.state = 'proposed' AND m.second_person
       AND (m.institution_id IN (SELECT c.id FROM access.covers('plan') AS c(id))
            OR (m.institution_id IS NULL
                AND m.union_id IN (SELECT s.id FROM access.planned_unions() AS s(id))))
     ORDER BY m.movement_id
"""


@dataclass(frozen=True, slots=True)
class Count:
    """How many wait; kind: cover, verify or rests, year: None of accounts."""

    kind: str
    year: int | None
    many: int


def counts(connection: Connection[Any]) -> list[Count]:
    """Return what waits for the viewer, by kind and year."""
    with connection.cursor(row_factory=class_row(Count)) as cursor:
        return cursor.execute(_COUNTS).fetchall()


def approvals(connection: Connection[Any], most: int) -> tuple[list[MovementRow], int]:
    """Return the oldest movements that wait for an approval of the viewer's, and how many do."""
    ids = [made for (made,) in connection.execute(_APPROVED_BY)]
    found = [movements.listed(connection, MovementFilter(), only=one) for one in ids[:most]]
    return [one for rows in found for one in rows], len(ids)
