"""Indicators of institutions over whole months: intensity, coverage, year on year, own place."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg import Connection

from storage.connections import give_room
from storage.whole import whole_row

# Of a region only the months count in which it held the institution; the class is that of the
# period's end, area and persons are weighted by days. Whose energy is not measured enough is listed
# and has neither place nor quartile nor year on year, which compares the days that both years
# measured, of months that are over. Alike are those of one class, or those without one; who was in
# account for fewer days than enough of theirs is listed too, and has no place.
_INDICATORS = """
    WITH asked AS MATERIALIZED (
        SELECT report.enough(%(region)s) AS share
    ), classed AS (
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
        SELECT f.institution_id, f.profile, f.carrier, f.month, f.quanta, f.kgce_g, f.known_s,
               f.measured_s, k.in_total_energy,
               k.in_total_energy AND f.quanta IS NOT NULL AND f.kgce_g IS NULL AS left_out
          FROM report.account_figure f
          JOIN report.carrier k ON k.code = f.carrier
          JOIN counted c ON c.institution_id = f.institution_id
               AND f.month >= c.first_month AND f.month < c.until_month
         WHERE f.counts AND f.profile = ANY(%(profiles)s)
           AND f.month >= %(first)s AND f.month < %(until)s
    ), used AS (
        SELECT institution_id, profile, sum(kgce_g) AS kgce_g,
               sum(known_s) FILTER (WHERE in_total_energy) AS known_s,
               sum(measured_s) FILTER (WHERE in_total_energy) AS measured_s,
               coalesce(array_agg(DISTINCT carrier) FILTER (WHERE left_out), '{}') AS without
          FROM now
         GROUP BY 1, 2
    ), expected AS (
        SELECT e.institution_id, sum(e.expected_s) AS expected_s
          FROM report.expected_by_month(NULL, %(first)s, %(until)s) e
          JOIN counted c ON c.institution_id = e.institution_id
               AND e.month >= c.first_month AND e.month < c.until_month
          JOIN report.carrier k ON k.code = e.carrier AND k.in_total_energy
         GROUP BY 1
    ), held AS (
        SELECT a.institution_id,
               sum(report.count_days(a.days, c.first_month, c.until_month)) AS days
          FROM report.in_account(NULL, %(first)s, %(until)s) a
          JOIN counted c USING (institution_id)
         GROUP BY 1
    ), whole AS (
        SELECT institution_id, profile, u.kgce_g, coalesce(u.known_s, 0) AS known_s,
               coalesce(u.measured_s, 0) AS measured_s, e.expected_s,
               coalesce(u.without, '{}') AS without,
               report.is_enough(u.known_s, e.expected_s, (SELECT share FROM asked)) AS enough
          FROM (SELECT institution_id, profile, expected_s
                  FROM expected CROSS JOIN unnest(%(profiles)s::text[]) AS p(profile)) e
          FULL JOIN used u USING (institution_id, profile)
    ), each AS (
        SELECT w.*, k.class_code, w.enough AND coalesce(h.days, 0)
                   >= (SELECT share FROM asked) * coalesce(max(h.days) FILTER (WHERE w.enough)
                          OVER (PARTITION BY profile, k.class_code), 0) AS placeable,
               f.area_m2, f.persons,
               w.kgce_g / 1000.0 / nullif(f.area_m2, 0) AS per_m2,
               w.kgce_g / 1000.0 / nullif(f.persons, 0) AS per_person
          FROM whole w
          LEFT JOIN classed k USING (institution_id)
          LEFT JOIN held h USING (institution_id)
          LEFT JOIN report.means(NULL, %(first)s, %(until)s) f USING (institution_id)
    ), alike AS (
        SELECT profile, coalesce(class_code, '') AS kind,
               count(per_m2) FILTER (WHERE placeable)::integer AS of_m2,
               count(per_person) FILTER (WHERE placeable)::integer AS of_person,
               count(*)::integer AS alike,
               percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY per_m2::float8)
                   FILTER (WHERE placeable) AS quartiles_m2,
               percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY per_person::float8)
                   FILTER (WHERE placeable) AS quartiles_person
          FROM each GROUP BY 1, 2
    ), placed AS (
        SELECT e.*,
               CASE WHEN placeable AND per_m2 IS NOT NULL THEN rank() OVER (
                   PARTITION BY profile, class_code, placeable AND per_m2 IS NOT NULL
                   ORDER BY per_m2) END::integer AS place_m2,
               CASE WHEN placeable AND per_person IS NOT NULL THEN rank() OVER (
                   PARTITION BY profile, class_code, placeable AND per_person IS NOT NULL
                   ORDER BY per_person) END::integer AS place_person
          FROM each e
    ), page AS MATERIALIZED (
        SELECT * FROM placed
         WHERE institution_id > %(after)s
           AND (%(only)s::integer IS NULL OR institution_id = %(only)s)
         ORDER BY institution_id, profile LIMIT %(most)s
    ), like_days AS MATERIALIZED (
        SELECT d.*
          FROM report.compared((SELECT coalesce(array_agg(DISTINCT institution_id), '{}')
                                  FROM page), %(first)s, %(until)s, 1) d
          JOIN counted c ON c.institution_id = d.institution_id
               AND d.month >= c.first_month AND d.month < c.until_month
          JOIN report.carrier k ON k.code = d.carrier AND k.in_total_energy
         WHERE d.month + interval '1 month' <= storage.today()
    ), pair AS (
        SELECT d.institution_id, p.profile,
               coalesce(sum(d.days) FILTER (WHERE n.kgce_g IS NOT NULL AND b.kgce_g IS NOT NULL),
                        0)::integer AS days,
               sum(d.of_days)::integer AS of_days,
               sum(storage.half_up(n.kgce_g * d.quanta, n.quanta)) AS compared_g,
               sum(storage.half_up(b.kgce_g * d.before_quanta, b.quanta)) AS before_g
          FROM like_days d
         CROSS JOIN unnest(%(profiles)s::text[]) AS p(profile)
          LEFT JOIN now n ON n.institution_id = d.institution_id AND n.profile = p.profile
                AND n.carrier = d.carrier AND n.month = d.month
          LEFT JOIN report.account_figure b
                 ON b.institution_id = d.institution_id AND b.profile = p.profile
                AND b.carrier = d.carrier AND b.counts
                AND b.month = (d.month - interval '1 year')::date
                AND b.month >= (%(first)s::date - interval '1 year')::date
                AND b.month < (%(until)s::date - interval '1 year')::date
         GROUP BY 1, 2)
    SELECT p.institution_id, p.profile, p.class_code, p.kgce_g, p.area_m2, p.persons, p.per_m2,
           p.per_person, p.known_s, p.measured_s, p.expected_s, p.enough, p.placeable,
           c.compared_g, c.before_g,
           coalesce(c.days, 0) AS days, coalesce(c.of_days, 0) AS of_days,
           p.enough AND report.is_enough(c.days, c.of_days, (SELECT share FROM asked))
               AS comparable,
           p.place_m2, a.of_m2, a.quartiles_m2, p.without, p.place_person, a.of_person,
           a.quartiles_person, a.alike, (SELECT share FROM asked) AS enough_share
      FROM page p
      JOIN alike a ON a.profile = p.profile AND a.kind = coalesce(p.class_code, '')
      LEFT JOIN pair c ON c.institution_id = p.institution_id AND c.profile = p.profile
     ORDER BY p.institution_id, p.profile
"""
# Members that work under several profiles are shown under each of them, and under their own.
_PROFILES = """
    SELECT profile FROM report.target UNION SELECT code FROM report.profile WHERE is_default
     UNION SELECT profile FROM region_profile WHERE known_until IS NULL
     UNION SELECT report.agreed_profile(union_id) FROM report.region_union
     ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class IndicatorFilter:
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

    per_m2, per_person: kgce. known_s, measured_s, expected_s: of all carriers in total energy;
    enough: whether so much is known that it is compared; placeable: whether also for as many days
    as its like, so that it has a place; enough_share: what the region's office asks for.
    compared_g, before_g: of the `days`, of `of_days`, that both years measured; comparable: whether
    that is enough for a change.
    without: carriers that were used, but have no coefficient: kgce_g does not hold them.
    place: from the lowest among `of` of the `alike` institutions of its class; quartiles: lower,
    middle, upper.
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
    known_s: int
    measured_s: int
    expected_s: int | None
    enough: bool
    placeable: bool
    compared_g: int | None
    before_g: int | None
    days: int
    of_days: int
    comparable: bool
    place_m2: int | None
    of_m2: int
    quartiles_m2: list[float] | None
    place_person: int | None
    of_person: int
    quartiles_person: list[float] | None
    alike: int
    enough_share: Decimal

    @property
    def lacks(self) -> list[str]:
        """What keeps it from being compared: coverage, time in account, area, persons."""
        there = {
            "coverage": self.enough,
            "time": self.placeable or not self.enough,
            "area": self.area_m2,
            "persons": self.persons,
        }
        return [name for name, held in there.items() if not held]


def indicators(
    connection: Connection[Any], wanted: IndicatorFilter, *, after: int, most: int
) -> list[Indicator]:
    """Return the first of the institutions that the viewer sees, in order of id and profile."""
    parameters = {
        "first": wanted.first, "until": wanted.until, "profiles": wanted.profiles,
        "region": wanted.region_id, "only": wanted.institution_id, "after": after, "most": most,
    }  # fmt: skip
    give_room(connection)
    with connection.cursor(row_factory=whole_row(Indicator)) as cursor:
        return cursor.execute(_INDICATORS, parameters).fetchall()


def profiles(connection: Connection[Any]) -> list[str]:
    """Return the default profile, and those of targets that the viewer sees."""
    return [row[0] for row in connection.execute(_PROFILES)]
