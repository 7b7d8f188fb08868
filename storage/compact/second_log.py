"""The second log of the books: its lines, published heads, and comparisons with the books."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from compact.journal import Line

KIND: Final = "books.reconcile"  # of tasks; their key is the union

_LONG: Final = "SET LOCAL statement_timeout = '10min'"  # a union may have a million accounts
_RECONCILE: Final = "SELECT access.reconcile(%s)"
_LISTED: Final = """
    SELECT reconciliation_id, union_id, lines, entries, differences, made_at, made_by
      FROM report.reconciliation
     WHERE (%(union)s::integer IS NULL OR union_id = %(union)s) AND reconciliation_id < %(before)s
     ORDER BY reconciliation_id DESC LIMIT %(most)s
"""
_DIFFERENCES: Final = """
    SELECT d.reconciliation_id, d.union_id, d.place, d.code, d.institution_id, d.indicator, d.what,
           d.made_at, v.name_zh, v.name_en
      FROM report.book_difference d
      LEFT JOIN report.institution v ON v.institution_id = d.institution_id
     WHERE (%(union)s::integer IS NULL OR d.union_id = %(union)s)
       AND (%(of)s::bigint IS NULL OR d.reconciliation_id = %(of)s)
       AND (-d.reconciliation_id, d.place) > (%(after)s, %(place)s)
     ORDER BY d.reconciliation_id DESC, d.place LIMIT %(most)s
"""
_HEADS: Final = """
    SELECT union_id, day, number, hash, made_at FROM report.journal_head
     WHERE (%(union)s::integer IS NULL OR union_id = %(union)s)
     ORDER BY day DESC, union_id
"""
_LINES: Final = """
    SELECT union_id, number, cause_id, kind, indicator, movement_id, made_at, entries, previous,
           hash
      FROM report.journal_line
     WHERE (%(union)s::integer IS NULL OR union_id = %(union)s)
       AND (union_id, -number) > (%(of)s, %(after)s)
     ORDER BY union_id, number DESC LIMIT %(most)s
"""
_WHOLE: Final = """
    SELECT union_id AS union, number, cause_id AS cause, kind, indicator, run_sha256,
           movement_id AS movement, ground, reason, made_by, at_ms, entries, years, accounts,
           places, amounts_g, previous, hash
      FROM journal.line WHERE union_id = %s ORDER BY number
"""
_STAND: Final = """
    SELECT union_id, lines, head, reconciled_at, differences, blocked, restricted
      FROM storage.books_stand()
"""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A comparison of a union's books, log and runs, and how much differed."""

    reconciliation_id: int
    union_id: int
    lines: int
    entries: int
    differences: int
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differed; without an institution the union's books as a whole."""

    reconciliation_id: int
    union_id: int
    place: int
    code: str
    institution_id: int | None
    indicator: str | None
    what: str
    made_at: datetime
    name_zh: str | None
    name_en: str | None


@dataclass(frozen=True, slots=True)
class Head:
    """Where a union's chain ended on a day."""

    union_id: int
    day: date
    number: int
    hash: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line of the log without its amounts: those are the accounts' own."""

    union_id: int
    number: int
    cause_id: int
    kind: str
    indicator: str
    movement_id: int | None
    made_at: datetime
    entries: int
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class BooksStand:
    """How a union's books stand: the log's end, the last comparison, and how many accounts rest.

    head: hash of the last line. reconciled_at, differences: None where nobody has compared yet.
    """

    union_id: int
    lines: int
    head: str
    reconciled_at: datetime | None
    differences: int | None
    blocked: int
    restricted: int


def compare(connection: Connection[Any], union_id: int) -> int:
    """Compare a union's books with the second log and the runs, and let what differs rest.

    Returns the comparison's id. The chain's end is published with it, once a day.
    """
    connection.execute(_LONG)
    row = connection.execute(_RECONCILE, [union_id]).fetchone()
    assert row is not None
    return int(row[0])


def reconcile(connection: Connection[Any], union_id: int) -> Reconciliation:
    """Compare, and return what it came to, for who plans the union."""
    made = compare(connection, union_id)
    return reconciliations(connection, union_id, before=made + 1, most=1)[0]


def reconciliations(
    connection: Connection[Any], union_id: int | None, *, before: int, most: int
) -> list[Reconciliation]:
    """Return comparisons that the viewer may read of, the newest first."""
    asked = {"union": union_id, "before": before, "most": most}
    with connection.cursor(row_factory=class_row(Reconciliation)) as cursor:
        return cursor.execute(_LISTED, asked).fetchall()


def differences(
    connection: Connection[Any],
    union_id: int | None,
    *,
    of: int | None = None,
    after: tuple[int, int] = (-(2**62), 0),
    most: int = 1000,
) -> list[Difference]:
    """Return what comparisons found, the newest first; after: (-reconciliation, place)."""
    asked = {"union": union_id, "of": of, "after": after[0], "place": after[1], "most": most}
    with connection.cursor(row_factory=class_row(Difference)) as cursor:
        return cursor.execute(_DIFFERENCES, asked).fetchall()


def heads(connection: Connection[Any], union_id: int | None = None) -> list[Head]:
    """Return the ends of the chain that were published, the newest first."""
    with connection.cursor(row_factory=class_row(Head)) as cursor:
        return cursor.execute(_HEADS, {"union": union_id}).fetchall()


def lines(
    connection: Connection[Any], union_id: int | None, *, after: tuple[int, int], most: int
) -> list[LineShown]:
    """Return lines by union, the newest first; after: (union, -number)."""
    asked = {"union": union_id, "of": after[0], "after": after[1], "most": most}
    with connection.cursor(row_factory=class_row(LineShown)) as cursor:
        return cursor.execute(_LINES, asked).fetchall()


def whole_lines(connection: Connection[Any], union_id: int) -> Sequence[Line]:
    """Return all lines with their amounts, for whoever may read past all rights."""
    rows = connection.execute(_WHOLE, [union_id]).fetchall()
    return [Line(*row[:11], *(tuple(one) for one in row[11:16]), *row[16:]) for row in rows]


def stand(connection: Connection[Any]) -> list[BooksStand]:
    """Return how the books of each union stand that has any."""
    with connection.cursor(row_factory=class_row(BooksStand)) as cursor:
        return cursor.execute(_STAND).fetchall()
