"""When institutions are open, and their own holidays, as they were stated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from storage.dated import Dated, supersede_in_turn
from storage.registry.table import new_ids

_HOURS: Final = Dated("opening_hours", ("institution_id", "days"), ("opens", "closes"))
_STATED: Final = """
    SELECT h.institution_id, i.name_zh, i.name_en, h.days, h.opens, h.closes, h.valid_from,
           h.valid_to, h.source, h.known_since
      FROM opening_hours h JOIN report.institution i USING (institution_id)
     WHERE h.known_until IS NULL AND h.opens IS NOT NULL
       AND (%(institution)s::integer IS NULL OR h.institution_id = %(institution)s)
       AND (h.institution_id, h.days, h.valid_from::text) > (%(who)s, %(days)s, %(from)s)
     ORDER BY h.institution_id, h.days, h.valid_from LIMIT %(most)s
"""
_VACATIONS: Final = """
    SELECT v.id AS vacation_id, v.institution_id, i.name_zh, i.name_en, v.name, v.first, v.until,
           v.source, v.known_since
      FROM vacation v JOIN report.institution i USING (institution_id)
     WHERE v.known_until IS NULL
       AND (%(institution)s::integer IS NULL OR v.institution_id = %(institution)s)
       AND (%(one)s::integer IS NULL OR v.id = %(one)s)
       AND (v.institution_id, v.first::text) > (%(who)s, %(from)s)
     ORDER BY v.institution_id, v.first LIMIT %(most)s
"""
_ADD: Final = """
    INSERT INTO vacation (id, institution_id, name, first, until, source, known_by)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_RETIRE: Final = "UPDATE vacation SET known_until = now() WHERE id = %s"
_AGAIN: Final = "SELECT access.look_again(%s, %s)"


@dataclass(frozen=True, slots=True)
class Hours:
    """When an institution is open on some days of the week. [minutes]; 0 and 0: it is closed."""

    institution_id: int
    name_zh: str | None
    name_en: str | None
    days: str
    opens: int
    closes: int
    valid_from: date
    valid_to: date | None
    source: str
    known_since: datetime

    def holds_on(self, day: date) -> bool:
        """Return whether it holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class Vacation:
    """Days on which an institution is on holiday by itself; until is not included."""

    vacation_id: int
    institution_id: int
    name_zh: str | None
    name_en: str | None
    name: str
    first: date
    until: date
    source: str
    known_since: datetime


def state(
    connection: Connection[Any], institution_id: int, days: Sequence[str],
    hours: tuple[int | None, int | None], valid_from: date, source: str, by: str,
) -> None:  # fmt: skip
    """Let hours hold from a day on; None and None: they are as usual again."""
    rows = [(institution_id, one, *hours, valid_from, source) for one in days]
    supersede_in_turn(connection, _HOURS, rows, by)
    connection.execute(_AGAIN, [institution_id, valid_from])


def stated(
    connection: Connection[Any], *, most: int, institution: int | None = None,
    after: tuple[int, str, str] = (0, "", ""),
) -> list[Hours]:  # fmt: skip
    """Return stated hours in order of institution, days and first day."""
    asked = {"institution": institution, "most": most} | dict(
        zip(("who", "days", "from"), after, strict=True)
    )
    with connection.cursor(row_factory=class_row(Hours)) as cursor:
        return cursor.execute(_STATED, asked).fetchall()


def add_vacation(
    connection: Connection[Any], institution_id: int, name: str, days: tuple[date, date],
    source: str, by: str,
) -> int:  # fmt: skip
    """Write a holiday down, and return its id."""
    (made,) = new_ids(connection, "vacation", 1)
    connection.execute(_ADD, [made, institution_id, name, *days, source, by])
    connection.execute(_AGAIN, [institution_id, days[0]])
    return made


def retire_vacation(connection: Connection[Any], one: Vacation) -> None:
    """Take a holiday back; that it was stated stays on record."""
    connection.execute(_RETIRE, [one.vacation_id])
    connection.execute(_AGAIN, [one.institution_id, one.first])


def vacations(
    connection: Connection[Any], *, most: int, institution: int | None = None,
    one: int | None = None, after: tuple[int, str] = (0, ""),
) -> list[Vacation]:  # fmt: skip
    """Return holidays in order of institution and first day."""
    asked = {"institution": institution, "one": one, "most": most} | dict(
        zip(("who", "from"), after, strict=True)
    )
    with connection.cursor(row_factory=class_row(Vacation)) as cursor:
        return cursor.execute(_VACATIONS, asked).fetchall()
