"""What a region used in a year: as it counted then, and by institution for a restatement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

_BELOW: Final = """
    below AS MATERIALIZED (
        SELECT region_id FROM report.region_within WHERE within_id = %(region)s)
"""
# Of the region and those below it as they lie today; an institution counts in the months in which
# it belonged there.
_THEN: Final = f"""
    WITH {_BELOW}
    SELECT sum(a.kgce_g) AS kgce_g, sum(a.co2_g) AS co2_g,
           count(DISTINCT a.institution_id) AS institutions
      FROM report.affiliated f
      JOIN report.account_counted a ON a.institution_id = f.institution_id
           AND a.month >= f.first_month AND a.month < f.until_month
      JOIN profile p ON p.code = a.profile AND p.is_default
     WHERE f.region_id IN (SELECT region_id FROM below) AND a.quanta IS NOT NULL
       AND a.month >= %(first)s AND a.month < %(until)s
"""  # noqa: S608 - only our own text
_TODAY: Final = f"""
    WITH {_BELOW}
    SELECT institution_id FROM report.affiliation
     WHERE region_id IN (SELECT region_id FROM below) ORDER BY 1
"""  # noqa: S608
_EACH: Final = """
    SELECT a.institution_id, sum(a.kgce_g) AS kgce_g, sum(a.co2_g) AS co2_g
      FROM report.account_counted a JOIN profile p ON p.code = a.profile AND p.is_default
     WHERE a.institution_id = ANY(%(ids)s) AND a.quanta IS NOT NULL
       AND a.month >= %(first)s AND a.month < %(until)s
     GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Then:
    """What counted in a region then; None where nothing is known. [g]"""

    kgce_g: int | None
    co2_g: int | None
    institutions: int


def then(connection: Connection[Any], region_id: int, first: date, until: date) -> Then:
    """Return what counted in a region in some months, each institution while it belonged there."""
    asked = {"region": region_id, "first": first, "until": until}
    with connection.cursor(row_factory=class_row(Then)) as cursor:
        found = cursor.execute(_THEN, asked).fetchone()
    assert found is not None
    return found


def today(connection: Connection[Any], region_id: int) -> list[int]:
    """Return who belongs to a region and those below it today."""
    return [row[0] for row in connection.execute(_TODAY, {"region": region_id})]


def each(
    connection: Connection[Any], ids: Sequence[int], first: date, until: date
) -> list[tuple[int, int | None, int | None]]:
    """Return what institutions used in some months, wherever they belonged: kgce and CO2. [g]"""
    asked = {"ids": list(ids), "first": first, "until": until}
    return connection.execute(_EACH, asked).fetchall()
