"""Where members and institutions stand on the path of their year, kept by day."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

KIND: Final = "standing"  # of rows of `due`

_STAND = "SELECT access.stand(%s, %s, %s)"
_NEWEST = """
    SELECT DISTINCT ON (s.union_id, s.indicator, s.year, s.member_id, s.institution_id)
           s.union_id, s.indicator, s.year, s.day, s.member_id, s.institution_id, s.run_id,
           s.quota_g, s.due_g, s.used_g, s.measured_s, s.expected_s
      FROM standing s
     WHERE (%(union)s::integer IS NULL OR s.union_id = %(union)s)
       AND (%(institution)s::integer IS NULL OR s.institution_id = %(institution)s)
       AND (%(day)s::date IS NULL OR s.day <= %(day)s)
       AND (s.institution_id IS NULL) = %(of_members)s
     ORDER BY s.union_id, s.indicator, s.year, s.member_id, s.institution_id, s.day DESC
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a member, or an institution in it, stands at the end of a day.

    institution_id: None of a member as a whole. due_g: of the quota, by that day. used_g: in
    months that have a quota; None where nothing was measured.
    """

    union_id: int
    indicator: str
    year: int
    day: date
    member_id: int
    institution_id: int | None
    run_id: int
    quota_g: int
    due_g: int
    used_g: int | None
    measured_s: int
    expected_s: int


def stand(connection: Connection[Any], union_id: int, indicator: str, day: date) -> int:
    """Keep where all of a union stand at the end of a day; return how many rows that are."""
    row = connection.execute(_STAND, [union_id, indicator, day]).fetchone()
    return int(row[0]) if row else 0


def newest(
    connection: Connection[Any],
    *,
    of_members: bool,
    union_id: int | None = None,
    institution_id: int | None = None,
    day: date | None = None,
) -> list[Standing]:
    """Return the last standing of each year that the viewer sees, up to a day."""
    parameters = {
        "union": union_id,
        "institution": institution_id,
        "day": day,
        "of_members": of_members,
    }
    with connection.cursor(row_factory=class_row(Standing)) as cursor:
        return cursor.execute(_NEWEST, parameters).fetchall()
