"""Of whom quota standards are asked, and what of it was measured in a year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from compact.standards import Dimension, Subject
from storage.whole import whole_row

# As it was on the last day of the year: where it stands decides, else where it belongs. The nearest
# region above with a climate zone says which it is.
_HELD: Final = """
    WITH RECURSIVE region_then AS (
        SELECT region_id, parent_id, code, kind, climate_zone FROM region_fact
         WHERE known_until IS NULL AND valid_from <= %(day)s
           AND (valid_to IS NULL OR %(day)s < valid_to)
    ), place AS (
        SELECT region_id, CASE kind WHEN 'province' THEN code END AS province,
               climate_zone AS zone
          FROM region_then WHERE parent_id IS NULL
         UNION ALL
        SELECT r.region_id, CASE r.kind WHEN 'province' THEN r.code ELSE p.province END,
               coalesce(r.climate_zone, p.zone)
          FROM place p JOIN region_then r ON r.parent_id = p.region_id
    ), classes AS (
        SELECT code AS of, code, parent, 0 AS steps FROM institution_class
         UNION ALL
        SELECT c.of, p.code, p.parent, c.steps + 1
          FROM classes c JOIN institution_class p ON p.code = c.parent
    ), held AS (
        SELECT i.institution_id, a.level, p.province, p.zone,
               ARRAY(SELECT c.code FROM classes c WHERE c.of = f.value ORDER BY c.steps)
                   AS classes
          FROM unnest(%(ids)s::integer[]) AS i(institution_id)
          LEFT JOIN institution_fact f ON f.institution_id = i.institution_id
               AND f.attribute = 'class' AND f.known_until IS NULL AND f.valid_from <= %(day)s
               AND (f.valid_to IS NULL OR %(day)s < f.valid_to)
          LEFT JOIN affiliation a ON a.institution_id = i.institution_id
               AND a.known_until IS NULL AND a.valid_from <= %(day)s
               AND (a.valid_to IS NULL OR %(day)s < a.valid_to)
          LEFT JOIN location l ON l.institution_id = i.institution_id
               AND l.known_until IS NULL AND l.valid_from <= %(day)s
               AND (l.valid_to IS NULL OR %(day)s < l.valid_to)
          LEFT JOIN place p ON p.region_id = coalesce(l.region_id, a.region_id)
    )
"""
_SUBJECTS: Final = f"""
    {_HELD}
    SELECT h.institution_id, n.name_zh, n.name_en, h.level, h.classes, h.province, h.zone,
           m.area_m2, m.persons, report.enough_of(h.institution_id) AS enough_share,
           coalesce(report.count_days(d.days, %(first)s, %(until)s), 0) AS days
      FROM held h
      JOIN report.named(%(ids)s) n ON n.institution_id = h.institution_id
      LEFT JOIN report.means(%(ids)s, %(first)s, %(until)s) m
        ON m.institution_id = h.institution_id
      LEFT JOIN report.in_account(%(ids)s, %(first)s, %(until)s) d
        ON d.institution_id = h.institution_id
     ORDER BY h.institution_id
"""  # noqa: S608 - only our own text
# Many institutions are alike in all that a standard asks.
_ALIKE: Final = f"""
    {_HELD}
    SELECT DISTINCT h.classes, h.level, h.province, h.zone,
           ARRAY(SELECT f.input || ':' || f.word FROM standard_fact f
                  WHERE f.institution_id = h.institution_id AND f.known_until IS NULL
                    AND f.word <> '' AND f.number IS NOT NULL AND f.valid_from <= %(day)s
                    AND (f.valid_to IS NULL OR %(day)s < f.valid_to) ORDER BY 1) AS stated
      FROM held h WHERE h.classes <> '{{}}'
     ORDER BY 1, 2, 3, 4
"""  # noqa: S608 - only our own text
# What was used of each carrier in a year, under each profile asked for; expected also where there
# is no account.
_USED: Final = """
    WITH used AS (
        SELECT f.institution_id, f.carrier, f.profile, sum(f.quanta) AS quanta,
               sum(f.kgce_g) AS kgce_g, sum(f.known_s) AS known_s,
               bool_or(f.quanta IS NOT NULL AND f.kgce_g IS NULL) AS left_out
          FROM report.account_figure f
         WHERE f.institution_id = ANY(%(ids)s) AND f.counts AND f.profile = ANY(%(profiles)s)
           AND f.month >= %(first)s AND f.month < %(until)s
         GROUP BY 1, 2, 3
    ), expected AS (
        SELECT e.institution_id, e.carrier, e.expected_s, p.profile
          FROM report.expected(%(ids)s, %(first)s, %(until)s) e
         CROSS JOIN unnest(%(profiles)s::text[]) AS p(profile)
    )
    SELECT institution_id, profile, carrier, k.in_total_energy, k.per_unit, u.quanta, u.kgce_g,
           coalesce(u.known_s, 0) AS known_s, e.expected_s,
           coalesce(u.left_out, false) AND k.in_total_energy AS left_out
      FROM expected e FULL JOIN used u USING (institution_id, profile, carrier)
      JOIN report.carrier k ON k.code = carrier
     ORDER BY institution_id, profile, carrier
"""
_COEFFICIENTS: Final = """
    SELECT k.wanted AS profile, k.kgce_per_unit, p.is_default
      FROM storage.coefficient_span k JOIN report.profile p ON p.code = k.wanted
     WHERE k.carrier = 'electricity' AND k.profile = k.wanted
       AND k.used_from <= %(day)s AND %(day)s < k.used_until
     ORDER BY p.is_default DESC, k.wanted
"""
_IDS: Final = """
    SELECT i.institution_id FROM report.institution i
     WHERE i.institution_id > %(after)s
       AND (%(only)s::integer IS NULL OR i.institution_id = %(only)s)
       AND (%(region)s::integer IS NULL OR i.region_id IN (
            SELECT w.region_id FROM report.region_within w WHERE w.within_id = %(region)s))
     ORDER BY i.institution_id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """An institution on the last day of a year; area and persons are the year's, by days.

    days: in account, in the year. enough_share: what its office asks to be measured.
    """

    institution_id: int
    name_zh: str | None
    name_en: str | None
    level: str | None
    classes: list[str]
    province: str | None
    zone: str | None
    area_m2: Decimal | None
    persons: Decimal | None
    enough_share: Decimal
    days: int


@dataclass(frozen=True, slots=True)
class Used:
    """A carrier's use in a year under a profile; left_out: some of it has no coefficient."""

    institution_id: int
    profile: str
    carrier: str
    in_total_energy: bool
    per_unit: int
    quanta: int | None
    kgce_g: int | None
    known_s: int
    expected_s: int | None
    left_out: bool


@dataclass(frozen=True, slots=True)
class Coefficient:
    """By what a profile's own table counts a kWh in a year. [kgce]"""

    profile: str
    kgce_per_unit: Decimal
    is_default: bool


def institutions(
    connection: Connection[Any], only: int | None, region: int | None, after: int, most: int
) -> list[int]:
    """Return the next institutions that the viewer sees, in order of id."""
    asked = {"only": only, "region": region, "after": after, "most": most}
    return [row[0] for row in connection.execute(_IDS, asked)]


def subjects(
    connection: Connection[Any], ids: Sequence[int], first: date, until: date, day: date
) -> list[SubjectRow]:
    """Return institutions as they were on a day, the last of a year."""
    asked = {"ids": list(ids), "first": first, "until": until, "day": day}
    with connection.cursor(row_factory=whole_row(SubjectRow)) as cursor:
        return cursor.execute(_SUBJECTS, asked).fetchall()


def alike(connection: Connection[Any], ids: Sequence[int], day: date) -> list[Subject]:
    """Return whom standards are asked of among institutions that the viewer sees, each kind once.

    Those without a class are left out.
    """
    found = []
    for classes, level, province, zone, stated in connection.execute(
        _ALIKE, {"ids": list(ids), "day": day}
    ):
        words = (one.split(":", 1) for one in stated)
        held = frozenset((Dimension(of), word) for of, word in words)
        found.append(Subject(province, tuple(classes), level, zone, held))
    return found


def used(
    connection: Connection[Any], ids: Sequence[int], profiles: Sequence[str], first: date,
    until: date,
) -> list[Used]:  # fmt: skip
    """Return what was used of each carrier from a day to before another."""
    asked = {"ids": list(ids), "profiles": list(profiles), "first": first, "until": until}
    with connection.cursor(row_factory=whole_row(Used)) as cursor:
        return cursor.execute(_USED, asked).fetchall()


def coefficients(connection: Connection[Any], day: date) -> list[Coefficient]:
    """Return the profiles that state a coefficient of electricity themselves, the default first."""
    with connection.cursor(row_factory=class_row(Coefficient)) as cursor:
        return cursor.execute(_COEFFICIENTS, {"day": day}).fetchall()
