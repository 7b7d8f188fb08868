"""Indicators of institutions over whole months: intensity, coverage, year on year, own place."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from storage.boards import give_room

# Of a region only the months count in which it held the institution; the class is that of the
# period's end, area and persons are weighted by days. Year on year counts the carriers and months
# that both years have. Alike are those of one class, or those without one.
_INDICATORS = """
    WITH classed AS (
        SELECT DISTINCT ON (institution_id) institution_id, class AS class_code
          FROM report.classified
         WHERE first_month < %(until)s AND until_month > %(first)s
         ORDER BY institution_id, first_month DESC
    ), counted AS MATERIALIZED (
        SELECT a.institution_id, a.first_month, a.until_month
          FROM report.affiliated a JOIN report.region_within w ON w.region_id = a.region_id
         WHERE w.within_id = %(region)s
         UNION ALL
        SELECT id, '-infinity', 'infinity' FROM institution
         WHERE %(region)s::integer IS NULL
    ), now AS MATERIALIZED (
        SELECT f.institution_id, f.profile, f.carrier, f.month, f.kgce_g, f.measured_s,
               k.in_total_energy AND f.quanta IS NOT NULL AND f.kgce_g IS NULL AS left_out
          FROM report.account_figure f
          JOIN report.carrier k ON k.code = f.carrier
          JOIN counted c ON c.institution_id = f.institution_id
               AND f.month >= c.first_month AND f.month < c.until_month
         WHERE f.source = 'meter' AND f.profile = ANY(%(profiles)s)
           AND f.month >= %(first)s AND f.month < %(until)s
    ), used AS (
        SELECT institution_id, profile, sum(kgce_g)::bigint AS kgce_g,
               sum(measured_s)::bigint AS measured_s,
               coalesce(array_agg(DISTINCT carrier) FILTER (WHERE left_out), '{}') AS without
          FROM now GROUP BY 1, 2
    ), pair AS (
        SELECT n.institution_id, n.profile, sum(n.kgce_g)::bigint AS compared_g,
               sum(b.kgce_g)::bigint AS before_g
          FROM now n
          JOIN report.account_figure b
               ON b.institution_id = n.institution_id AND b.profile = n.profile
              AND b.carrier = n.carrier AND b.month = (n.month - interval '1 year')::date
              AND b.source = 'meter'
              AND b.month >= (%(first)s::date - interval '1 year')::date
              AND b.month < (%(until)s::date - interval '1 year')::date
         WHERE num_nonnulls(n.kgce_g, b.kgce_g) = 2
         GROUP BY 1, 2
    ), due AS (
        SELECT institution_id, sum(expected_s)::bigint AS due_s
          FROM report.expected(NULL, %(first)s, %(until)s) GROUP BY 1
    ), each AS (
        SELECT u.*, k.class_code, f.area_m2, f.persons,
               u.kgce_g / 1000.0 / nullif(f.area_m2, 0) AS per_m2,
               u.kgce_g / 1000.0 / nullif(f.persons, 0) AS per_person
          FROM used u
          LEFT JOIN classed k USING (institution_id)
          LEFT JOIN report.means(NULL, %(first)s, %(until)s) f USING (institution_id)
    ), alike AS (
        SELECT profile, coalesce(class_code, '') AS kind,
               count(per_m2)::integer AS of_m2, count(per_person)::integer AS of_person,
               percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY per_m2::float8)
                   AS quartiles_m2,
               percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY per_person::float8)
                   AS quartiles_person
          FROM each GROUP BY 1, 2
    ), placed AS (
        SELECT e.*,
               CASE WHEN per_m2 IS NOT NULL THEN rank() OVER (
                   PARTITION BY profile, class_code, per_m2 IS NULL ORDER BY per_m2) END::integer
                   AS place_m2,
               CASE WHEN per_person IS NOT NULL THEN rank() OVER (
                   PARTITION BY profile, class_code, per_person IS NULL ORDER BY per_person)
                   END::integer AS place_person
          FROM each e)
    SELECT p.institution_id, p.profile, p.class_code, p.kgce_g, p.area_m2, p.persons, p.per_m2,
           p.per_person, p.measured_s, d.due_s, c.compared_g, c.before_g, p.place_m2, a.of_m2,
           a.quartiles_m2, p.without, p.place_person, a.of_person, a.quartiles_person
      FROM placed p
      JOIN alike a ON a.profile = p.profile AND a.kind = coalesce(p.class_code, '')
      LEFT JOIN pair c ON c.institution_id = p.institution_id AND c.profile = p.profile
      LEFT JOIN due d ON d.institution_id = p.institution_id
     WHERE p.institution_id > %(after)s
       AND (%(only)s::integer IS NULL OR p.institution_id = %(only)s)
     ORDER BY p.institution_id, p.profile LIMIT %(most)s
"""
# Members that work under several profiles are shown under each of them.
_PROFILES = """
    SELECT profile FROM report.target UNION SELECT code FROM report.profile WHERE is_default
     ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whole months from `first` to before `until`, under some profiles.

    region_id: with all below it; None is everywhere the viewer sees. Those in it are compared.
    """

    first: date
    until: date
    profiles: list[str]
    region_id: int | None = None
    institution_id: int | None = None


@dataclass(frozen=True, slots=True)
class Indicator:
    """One institution under one profile; None where what it needs is not known.

    per_m2, per_person: kgce. compared_g, before_g: of the months that the year before has too.
    without: carriers that were used, but have no coefficient: kgce_g does not hold them.
    place: from the lowest among `of` institutions of its class; quartiles: lower, middle, upper.
    """

    institution_id: int
    profile: str
    class_code: str | None
    kgce_g: int | None
    without: list[str]
    area_m2: Decimal | None
    persons: Decimal | None
    per_m2: Decimal | None
    per_person: Decimal | None
    measured_s: int
    due_s: int | None
    compared_g: int | None
    before_g: int | None
    place_m2: int | None
    of_m2: int
    quartiles_m2: list[float] | None
    place_person: int | None
    of_person: int
    quartiles_person: list[float] | None


def indicators(
    connection: Connection[Any], wanted: Wanted, *, after: int, most: int
) -> list[Indicator]:
    """Return the first of the institutions that the viewer sees, in order of id and profile."""
    said = {
        "first": wanted.first, "until": wanted.until, "profiles": wanted.profiles,
        "region": wanted.region_id, "only": wanted.institution_id, "after": after, "most": most,
    }  # fmt: skip
    give_room(connection)
    with connection.cursor(row_factory=class_row(Indicator)) as cursor:
        return cursor.execute(_INDICATORS, said).fetchall()


def profiles(connection: Connection[Any]) -> list[str]:
    """Return the default profile, and those of targets that the viewer sees."""
    return [row[0] for row in connection.execute(_PROFILES)]
