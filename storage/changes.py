"""What two years of an institution have in common, beside its area and persons of both."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

# Area and persons of a year are weighted by days.
_USED = """
    WITH figure AS (
        SELECT extract(year FROM month)::integer AS year, extract(month FROM month) AS month,
               carrier, kgce_g
          FROM report.account_figure
         WHERE institution_id = %(institution)s AND profile = %(profile)s AND source = 'meter'
           AND kgce_g IS NOT NULL
           AND month >= make_date(least(%(before)s, %(after)s)::integer, 1, 1)
           AND month < make_date(greatest(%(before)s, %(after)s)::integer + 1, 1, 1)
    ), pair AS (
        SELECT b.kgce_g AS before_g, a.kgce_g AS after_g
          FROM figure b JOIN figure a USING (month, carrier)
         WHERE b.year = %(before)s AND a.year = %(after)s)
    SELECT (SELECT count(*)::integer FROM pair) AS months,
           (SELECT coalesce(sum(before_g), 0)::bigint FROM pair) AS before_g,
           (SELECT coalesce(sum(after_g), 0)::bigint FROM pair) AS after_g,
           nullif(b.area_m2, 0) AS area_before, nullif(a.area_m2, 0) AS area_after,
           nullif(b.persons, 0) AS persons_before, nullif(a.persons, 0) AS persons_after
      FROM report.institution i
      LEFT JOIN report.means(ARRAY[%(institution)s]::integer[],
                             make_date(%(before)s::integer, 1, 1),
                             make_date(%(before)s::integer + 1, 1, 1)) b USING (institution_id)
      LEFT JOIN report.means(ARRAY[%(institution)s]::integer[],
                             make_date(%(after)s::integer, 1, 1),
                             make_date(%(after)s::integer + 1, 1, 1)) a USING (institution_id)
     WHERE i.institution_id = %(institution)s
"""


@dataclass(frozen=True, slots=True)
class Used:
    """Energy of the months and carriers that both years have, and each year's facts. [g, m²]"""

    months: int
    before_g: int
    after_g: int
    area_before: Decimal | None
    area_after: Decimal | None
    persons_before: Decimal | None
    persons_after: Decimal | None


def used(
    connection: Connection[Any], institution_id: int, before: int, after: int, profile: str
) -> Used | None:
    """Return both years of an institution; None where the viewer sees none such."""
    said = {"institution": institution_id, "before": before, "after": after, "profile": profile}
    with connection.cursor(row_factory=class_row(Used)) as cursor:
        return cursor.execute(_USED, said).fetchone()
