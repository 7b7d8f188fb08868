"""What of the books waits for whoever logs in: approvals, covers, years to verify, accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from psycopg import Connection
from psycopg.rows import TupleRow

from storage.access import people
from storage.accounts import checks, duties, submissions
from storage.accounts.checks import WaitingRow
from storage.accounts.duties import OpenDuty
from storage.compact import waiting
from storage.compact.movements import MovementRow
from storage.compact.waiting import Count

_FEW: Final = 5
_LATE: Final = timedelta(days=45)  # what is overdue longer is in its list
_SOON: Final = timedelta(days=14)
_MOST_REMINDED: Final = 5_000  # institutions; whoever keeps more has the list by region


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


@dataclass(frozen=True, slots=True)
class OfYear:
    """Of the year's work: (year, state, how many) of submissions that wait for the reader.

    duties: what is not done, due within a fortnight or overdue for six weeks at most.
    """

    submissions: Sequence[tuple[int, str, int]]
    duties: Sequence[OpenDuty]
    checks: Sequence[WaitingRow]
    today: date

    def __bool__(self) -> bool:
        return bool(self.submissions or self.duties or self.checks)


def of_year(connection: Connection[TupleRow], today: date) -> OfYear:
    """Return what of the year's submissions, checks and duties waits for whoever keeps accounts."""
    reminded = 0 < duties.kept(connection) <= _MOST_REMINDED
    span = today - _LATE, today + _SOON
    owed = duties.still_open(connection, span) if reminded else []
    sheets = checks.waiting(connection, today)
    return OfYear(submissions.waiting(connection), owed, sheets, today)
