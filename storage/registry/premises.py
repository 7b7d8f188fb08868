"""Premises of institutions: owned, rented, borrowed and let out, from day to day."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from storage.dated import Dated, supersede

_TABLE: Final = Dated(
    "premises",
    ("institution_id", "name"),
    ("tenure", "area_m2", "other_id", "other"),
    ends="tenure",
)
_LISTED: Final = """
    SELECT p.institution_id, i.name_zh, i.name_en, p.name, p.tenure, p.area_m2, p.other_id,
           coalesce(o.name_zh, o.name_en, p.other, '') AS other_zh,
           coalesce(o.name_en, o.name_zh, p.other, '') AS other_en,
           p.valid_from, p.valid_to, p.source, p.known_since
      FROM premises p
      LEFT JOIN report.institution i ON i.institution_id = p.institution_id
      LEFT JOIN report.institution o ON o.institution_id = p.other_id
     WHERE p.known_until IS NULL AND p.tenure IS NOT NULL
       AND (%(institution)s::integer IS NULL
            OR %(institution)s IN (p.institution_id, p.other_id))
       AND (p.institution_id, p.name, p.valid_from::text) > (%(who)s, %(name)s, %(from)s)
     ORDER BY p.institution_id, p.name, p.valid_from LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Premises:
    """A building, or a part of one, as it was stated; other: from or to whom."""

    institution_id: int
    name_zh: str | None
    name_en: str | None
    name: str
    tenure: str
    area_m2: Decimal
    other_id: int | None
    other_zh: str
    other_en: str
    valid_from: date
    valid_to: date | None
    source: str
    known_since: datetime

    def holds_on(self, day: date) -> bool:
        """Return whether it holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def holds_after(self, day: date) -> bool:
        """Return whether it holds on a day or a later one."""
        return self.valid_to is None or self.valid_to > day


def state(
    connection: Connection[Any], key: tuple[int, str], tenure: str | None,
    area_m2: Decimal | None, other: tuple[int | None, str | None], valid_from: date,
    source: str, by: str,
) -> None:  # fmt: skip
    """Let premises be so from a day on; tenure None: they end there."""
    supersede(connection, _TABLE, [(*key, tenure, area_m2, *other, valid_from, source)], by)


def listed(
    connection: Connection[Any], *, most: int, institution: int | None = None,
    after: tuple[int, str, str] = (0, "", ""),
) -> list[Premises]:  # fmt: skip
    """Return premises that institutions stated, and those that others let to the one asked for."""
    asked = {"institution": institution, "most": most} | dict(
        zip(("who", "name", "from"), after, strict=True)
    )
    with connection.cursor(row_factory=class_row(Premises)) as cursor:
        return cursor.execute(_LISTED, asked).fetchall()
