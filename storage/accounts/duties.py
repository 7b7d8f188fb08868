"""What institutions owe, until when, and whether it was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

_CALENDAR = """
    SELECT code, name_zh, name_en, period, told_by FROM duty
     WHERE known_until IS NULL AND valid_from <= %(day)s
       AND (valid_to IS NULL OR valid_to > %(day)s) ORDER BY code
"""
_DUE = """
    WITH page AS MATERIALIZED (
        SELECT d.duty, d.institution_id, d.period, d.due_on, d.done
          FROM access.duties(%(ids)s::integer[], %(first)s, %(until)s) d
         WHERE (%(duty)s::text IS NULL OR d.duty = %(duty)s) AND (NOT %(open)s OR NOT d.done)
           AND (d.due_on, d.duty, d.institution_id) > (%(last_due)s, %(last_duty)s, %(last)s)
         ORDER BY d.due_on, d.duty, d.institution_id LIMIT %(most)s
    )
    SELECT d.duty, y.name_zh AS duty_zh, y.name_en AS duty_en, d.institution_id, n.name_zh,
           n.name_en, d.period, d.due_on, d.done
      FROM page d
      JOIN duty y ON y.code = d.duty AND y.known_until IS NULL AND y.valid_from <= d.due_on
       AND (y.valid_to IS NULL OR y.valid_to > d.due_on)
      LEFT JOIN report.named(ARRAY(SELECT institution_id FROM page)) n USING (institution_id)
     ORDER BY d.due_on, d.duty, d.institution_id
"""
_BY_REGION = """
    SELECT d.duty, y.name_zh AS duty_zh, y.name_en AS duty_en, d.region_id, r.name_zh AS region_zh,
           r.name_en AS region_en, d.department_line, l.name_zh AS line_zh, l.name_en AS line_en,
           d.period, d.due_on, count(*)::integer AS owed,
           (count(*) FILTER (WHERE d.done))::integer AS done,
           (count(*) FILTER (WHERE NOT d.done AND d.due_on < %(today)s))::integer AS overdue
      FROM access.duties(NULL, %(first)s, %(until)s) d
      JOIN duty y ON y.code = d.duty AND y.known_until IS NULL AND y.valid_from <= d.due_on
       AND (y.valid_to IS NULL OR y.valid_to > d.due_on)
      JOIN report.region r USING (region_id)
      JOIN department_line l ON l.code = d.department_line
     GROUP BY d.duty, y.name_zh, y.name_en, d.region_id, r.name_zh, r.name_en, d.department_line,
              l.name_zh, l.name_en, d.period, d.due_on
     ORDER BY d.due_on, d.duty, d.region_id, d.department_line
"""
_OPEN = """
    SELECT d.duty, y.name_zh AS duty_zh, y.name_en AS duty_en, d.period, d.due_on,
           count(*)::integer AS many
      FROM access.duties(NULL, %(first)s, %(until)s) d
      JOIN duty y ON y.code = d.duty AND y.known_until IS NULL AND y.valid_from <= d.due_on
       AND (y.valid_to IS NULL OR y.valid_to > d.due_on)
     WHERE NOT d.done
     GROUP BY d.duty, y.name_zh, y.name_en, d.period, d.due_on ORDER BY d.due_on, d.duty
"""
_SEEN = "SELECT count(*) FROM access.covers('keep_accounts')"
_DONE = """
    INSERT INTO duty_done (institution_id, duty, period, note, known_by) VALUES (%s, %s, %s, %s, %s)
"""
_SAID = """
    SELECT note FROM duty_done
     WHERE institution_id = %s AND duty = %s AND period = %s AND known_until IS NULL
"""
_RETIRE = """
    UPDATE duty_done SET known_until = now()
     WHERE institution_id = %s AND duty = %s AND period = %s AND known_until IS NULL
"""


@dataclass(frozen=True, slots=True)
class Duty:
    """What is owed in each month, quarter or year; told_by: act, accounts or submission."""

    code: str
    name_zh: str
    name_en: str
    period: str
    told_by: str


@dataclass(frozen=True, slots=True)
class DueRow:
    """What an institution owes of a period, and until when."""

    duty: str
    duty_zh: str
    duty_en: str
    institution_id: int
    name_zh: str | None
    name_en: str | None
    period: date
    due_on: date
    done: bool


@dataclass(frozen=True, slots=True)
class OwedRow:
    """How many institutions of a region and line owe something, did it, and are late."""

    duty: str
    duty_zh: str
    duty_en: str
    region_id: int
    region_zh: str | None
    region_en: str | None
    department_line: str
    line_zh: str
    line_en: str
    period: date
    due_on: date
    owed: int
    done: int
    overdue: int


@dataclass(frozen=True, slots=True)
class OpenDuty:
    """How many institutions have not done what falls due on a day."""

    duty: str
    duty_zh: str
    duty_en: str
    period: date
    due_on: date
    many: int


def calendar(connection: Connection[Any], day: date) -> list[Duty]:
    """Return the duties that hold on a day."""
    with connection.cursor(row_factory=class_row(Duty)) as cursor:
        return cursor.execute(_CALENDAR, {"day": day}).fetchall()


def due(
    connection: Connection[Any],
    span: tuple[date, date],
    *,
    ids: Sequence[int] | None = None,
    duty: str | None = None,
    only_open: bool = False,
    after: tuple[date, str, int] = (date(1970, 1, 1), "", 0),
    most: int = 1,
) -> list[DueRow]:
    """Return what falls due from a day to before another, in order of days."""
    asked = {"ids": None if ids is None else list(ids), "first": span[0], "until": span[1],
             "duty": duty, "open": only_open, "last_due": after[0], "last_duty": after[1],
             "last": after[2], "most": most}  # fmt: skip
    with connection.cursor(row_factory=class_row(DueRow)) as cursor:
        return cursor.execute(_DUE, asked).fetchall()


def by_region(connection: Connection[Any], span: tuple[date, date], today: date) -> list[OwedRow]:
    """Return the same counted by region and line."""
    asked = {"first": span[0], "until": span[1], "today": today}
    with connection.cursor(row_factory=class_row(OwedRow)) as cursor:
        return cursor.execute(_BY_REGION, asked).fetchall()


def still_open(connection: Connection[Any], span: tuple[date, date]) -> list[OpenDuty]:
    """Return what of it is not done, counted by duty and period."""
    with connection.cursor(row_factory=class_row(OpenDuty)) as cursor:
        return cursor.execute(_OPEN, {"first": span[0], "until": span[1]}).fetchall()


def kept(connection: Connection[Any]) -> int:
    """Return of how many institutions the viewer keeps the accounts."""
    row = connection.execute(_SEEN).fetchone()
    assert row is not None
    return int(row[0])


def said(connection: Connection[Any], institution_id: int, duty: str, period: date) -> str | None:
    """Return with which note a duty was said to be done."""
    row = connection.execute(_SAID, [institution_id, duty, period]).fetchone()
    return None if row is None else str(row[0])


def done(
    connection: Connection[Any], institution_id: int, duty: str, period: date, note: str, by: str
) -> None:
    """Say that a duty is done."""
    connection.execute(_DONE, [institution_id, duty, period, note, by])


def retire(connection: Connection[Any], institution_id: int, duty: str, period: date) -> None:
    """Say no longer that a duty is done."""
    connection.execute(_RETIRE, [institution_id, duty, period])
