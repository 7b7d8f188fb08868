"""Members of a union side by side: each under its own profile and under the agreed one."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from storage.connections import give_room

# Of the institutions that the viewer sees, those of which enough is known; per area and person of
# those whose area and persons are known. What has no coefficient under one of both profiles counts
# under neither: the same use stands on both sides.
_COMPARED = """
    WITH member AS MATERIALIZED (
        SELECT m.region_id, m.own, m.agreed FROM report.member_profiles(%(union)s, %(day)s) m
    ), counted AS MATERIALIZED (
        SELECT m.region_id AS member_id, a.institution_id, a.first_month, a.until_month
          FROM member m
          JOIN report.region_within w ON w.within_id = m.region_id
          JOIN report.affiliated a ON a.region_id = w.region_id AND a.level <> 'central'
         WHERE a.first_month < %(until)s AND a.until_month > %(first)s
    ), used AS (
        SELECT c.member_id, f.institution_id, f.carrier, f.month,
               sum(f.kgce_g) FILTER (WHERE f.profile = m.own) AS own_g,
               sum(f.kgce_g) FILTER (WHERE f.profile = m.agreed) AS agreed_g,
               max(f.known_s) AS known_s, bool_or(f.quanta IS NOT NULL) AS told
          FROM counted c
          JOIN member m ON m.region_id = c.member_id
          JOIN report.account_figure f ON f.institution_id = c.institution_id
           AND f.month >= c.first_month AND f.month < c.until_month
           AND f.profile IN (m.own, m.agreed) AND f.counts
          JOIN report.carrier k ON k.code = f.carrier AND k.in_total_energy
         WHERE f.month >= %(first)s AND f.month < %(until)s
         GROUP BY c.member_id, f.institution_id, f.carrier, f.month
    ), summed AS MATERIALIZED (
        SELECT member_id, institution_id,
               sum(own_g) FILTER (WHERE agreed_g IS NOT NULL) AS own_g,
               sum(agreed_g) FILTER (WHERE own_g IS NOT NULL) AS agreed_g, sum(known_s) AS known_s,
               array_agg(DISTINCT carrier)
                   FILTER (WHERE told AND (own_g IS NULL OR agreed_g IS NULL)) AS without
          FROM used GROUP BY member_id, institution_id
    ), expected AS (
        SELECT c.member_id, e.institution_id, sum(e.expected_s) AS expected_s
          FROM report.expected_by_month(
                   ARRAY(SELECT DISTINCT institution_id FROM summed), %(first)s, %(until)s) e
          JOIN counted c ON c.institution_id = e.institution_id
           AND e.month >= c.first_month AND e.month < c.until_month
          JOIN report.carrier k ON k.code = e.carrier AND k.in_total_energy
         GROUP BY c.member_id, e.institution_id
    ), each AS (
        SELECT s.member_id, s.own_g, s.agreed_g, s.without, f.area_m2, f.persons,
               report.is_enough(s.known_s, e.expected_s, report.enough(s.member_id)) AS enough
          FROM summed s
          LEFT JOIN expected e USING (member_id, institution_id)
          LEFT JOIN report.means(ARRAY(SELECT DISTINCT institution_id FROM summed),
                                 %(first)s, %(until)s) f USING (institution_id)
    )
    SELECT m.region_id, r.name_zh, r.name_en, m.own, m.agreed,
           (SELECT count(DISTINCT c.institution_id) FROM counted c
             WHERE c.member_id = m.region_id)::integer AS institutions,
           count(*) FILTER (WHERE e.enough)::integer AS enough,
           sum(e.own_g) FILTER (WHERE e.enough) AS own_g,
           sum(e.agreed_g) FILTER (WHERE e.enough) AS agreed_g,
           sum(e.own_g) FILTER (WHERE e.enough AND e.area_m2 > 0) AS own_of_area_g,
           sum(e.agreed_g) FILTER (WHERE e.enough AND e.area_m2 > 0) AS agreed_of_area_g,
           sum(e.area_m2) FILTER (WHERE e.enough AND e.area_m2 > 0) AS area_m2,
           sum(e.own_g) FILTER (WHERE e.enough AND e.persons > 0) AS own_of_persons_g,
           sum(e.agreed_g) FILTER (WHERE e.enough AND e.persons > 0) AS agreed_of_persons_g,
           sum(e.persons) FILTER (WHERE e.enough AND e.persons > 0) AS persons,
           ARRAY(SELECT DISTINCT w FROM summed s CROSS JOIN unnest(s.without) AS w
                  WHERE s.member_id = m.region_id ORDER BY w) AS without
      FROM member m
      LEFT JOIN report.region r USING (region_id)
      LEFT JOIN each e ON e.member_id = m.region_id
     GROUP BY m.region_id, r.name_zh, r.name_en, m.own, m.agreed
     ORDER BY m.region_id
"""


@dataclass(frozen=True, slots=True)
class ComparedMember:
    """A member's energy over whole months under its own profile and the agreed one.

    institutions: that the viewer sees; enough: of which so much is known that they are compared.
    own_g, agreed_g: of these; of_area, of_persons: of those with a known area, or persons.
    without: carriers that have no coefficient under one of both, and count under neither.
    """

    region_id: int
    name_zh: str | None
    name_en: str | None
    own: str
    agreed: str
    institutions: int
    enough: int
    own_g: Decimal | None
    agreed_g: Decimal | None
    own_of_area_g: Decimal | None
    agreed_of_area_g: Decimal | None
    area_m2: Decimal | None
    own_of_persons_g: Decimal | None
    agreed_of_persons_g: Decimal | None
    persons: Decimal | None
    without: list[str]


def compared(
    connection: Connection[Any], union_id: int, first: date, until: date, day: date
) -> list[ComparedMember]:
    """Return the members of a union over whole months; profiles are those of a day."""
    asked = {"union": union_id, "first": first, "until": until, "day": day}
    give_room(connection)
    with connection.cursor(row_factory=class_row(ComparedMember)) as cursor:
        return cursor.execute(_COMPARED, asked).fetchall()
