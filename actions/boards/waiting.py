"""What of the books waits for whoever logs in: approvals, covers, years to verify, accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from psycopg import Connection
from psycopg.rows import TupleRow

from storage.access import people
from storage.compact import waiting
from storage.compact.movements import MovementRow
from storage.compact.waiting import Count

_FEW: Final = 5


@dataclass(frozen=True, slots=True)
class Approval:
    """A movement that waits for another person. own: whether the actor proposed it, by: who did."""

    movement: MovementRow
    by: str
    own: bool


@dataclass(frozen=True, slots=True)
class OfBooks:
    """What waits; approvals: the oldest few of `all`."""

    approvals: Sequence[Approval]
    all: int
    counts: Sequence[Count]

    def __bool__(self) -> bool:
        return bool(self.all or self.counts)


def of_books(connection: Connection[TupleRow]) -> OfBooks:
    """Return what of the books waits for the viewer."""
    rows, many = waiting.approvals(connection, _FEW)
    names = people.called(connection, [one.made_by for one in rows])
    found = [
        Approval(one, names[one.made_by], people.is_one_of(connection, [one.made_by]))
        for one in rows
    ]
    return OfBooks(found, many, waiting.counts(connection))
