"""Checks that were planned: the frozen roster, the seed, who was drawn, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from metering.checks import Unit

_ROSTER = "SELECT institution_id, region, class, size FROM access.check_roster(%s, %s, %s)"
_RULE = """
    SELECT code, name_zh, name_en, millionths, source FROM check_rule
     WHERE code = %(code)s AND known_until IS NULL AND valid_from <= %(day)s
       AND (valid_to IS NULL OR valid_to > %(day)s)
"""
_PLANS_THERE = "SELECT access.plans_checks(%s, %s)"
_PLAN = """
    INSERT INTO check_plan (year, region_id, department_line, share_millionths, large_m2, source,
        seed_from, seed_day, frame_sha256, institutions, strata, planned_on, planned_by)
    VALUES (%(year)s, %(region)s, %(line)s, %(share)s, %(large)s, %(source)s, %(seed_from)s,
            %(seed_day)s, %(digest)s, %(institutions)s, %(strata)s, %(day)s, %(by)s)
    RETURNING id
"""
_FREEZE = """
    INSERT INTO check_frame (plan_id, institution_id, region, class, size)
    SELECT %(plan)s, u.* FROM unnest(%(ids)s::integer[], %(regions)s::text[], %(classes)s::text[],
                                     %(sizes)s::text[]) AS u
"""
_FRAME = """
    SELECT institution_id, region, class, size FROM check_frame
     WHERE plan_id = %s ORDER BY institution_id
"""
_DRAW = "INSERT INTO check_draw (plan_id, seed, drawn_by) VALUES (%s, %s, %s)"
_SHEETS = """
    INSERT INTO check_sheet (plan_id, institution_id)
    SELECT %s, u.id FROM unnest(%s::integer[]) AS u(id) ORDER BY u.id
"""
_LISTED = """
    SELECT p.id AS plan_id, p.year, p.region_id, r.name_zh AS region_zh, r.name_en AS region_en,
           p.department_line, l.name_zh AS line_zh, l.name_en AS line_en, p.share_millionths,
           p.large_m2, p.source, p.seed_from, p.seed_day, d.seed, p.frame_sha256, p.institutions,
           p.strata, p.planned_at, p.planned_by, d.drawn_at, d.drawn_by,
           access.plans_check(p.id) AS mine
      FROM check_plan p
      LEFT JOIN report.region r ON r.region_id = p.region_id
      LEFT JOIN department_line l ON l.code = p.department_line
      LEFT JOIN check_draw d ON d.plan_id = p.id
     WHERE p.id < %(before)s AND (%(only)s::integer IS NULL OR p.id = %(only)s)
       AND (%(year)s::integer IS NULL OR p.year = %(year)s)
     ORDER BY p.id DESC LIMIT %(most)s
"""
_NEWEST = "SELECT max(plan_id) FROM check_draw"
_FRAMED = """
    WITH page AS MATERIALIZED (
        SELECT f.institution_id, f.region, f.class, f.size, d.seed,
               p.frame_sha256
          FROM check_frame f JOIN check_plan p ON p.id = f.plan_id
          LEFT JOIN check_draw d ON d.plan_id = f.plan_id
         WHERE f.plan_id = %(plan)s AND f.institution_id > %(after)s
         ORDER BY f.institution_id LIMIT %(most)s
    )
    SELECT p.institution_id, n.name_zh, n.name_en, p.region, p.class AS class_code, p.size, p.seed,
           p.frame_sha256, access.was_drawn(%(plan)s, p.institution_id) AS drawn
      FROM page p
      LEFT JOIN report.named(ARRAY(SELECT institution_id FROM page)) n USING (institution_id)
     ORDER BY p.institution_id
"""
_STRATA = """
    SELECT s.region, r.name_zh AS region_zh, r.name_en AS region_en, s.class AS class_code, s.size,
           s.institutions, s.drawn, s.checked, s.wrong, s.corrected
      FROM report.check_strata s LEFT JOIN report.region r ON r.code = s.region
     WHERE s.plan_id = %s ORDER BY s.region, s.class, s.size
"""


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A share or tolerance as of a day."""

    code: str
    name_zh: str
    name_en: str
    millionths: int
    source: str


@dataclass(frozen=True, slots=True)
class NewPlan:
    """What is planned. line: None is all of them; large_m2: where large institutions begin."""

    year: int
    region_id: int
    line: str | None
    share_millionths: int
    large_m2: Decimal | None
    source: str
    seed_from: str
    seed_day: date


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A planned check; seed, drawn_at, drawn_by: None until it is drawn. mine: the viewer may."""

    plan_id: int
    year: int
    region_id: int
    region_zh: str | None
    region_en: str | None
    department_line: str | None
    line_zh: str | None
    line_en: str | None
    share_millionths: int
    large_m2: Decimal | None
    source: str
    seed_from: str
    seed_day: date
    seed: str | None
    frame_sha256: str
    institutions: int
    strata: int
    planned_at: datetime
    planned_by: str
    drawn_at: datetime | None
    drawn_by: str | None
    mine: bool


@dataclass(frozen=True, slots=True)
class FramedRow:
    """An institution of a frozen roster with its stratum; drawn: None before the draw."""

    institution_id: int
    name_zh: str | None
    name_en: str | None
    region: str
    class_code: str
    size: str
    seed: str | None
    frame_sha256: str
    drawn: bool | None


@dataclass(frozen=True, slots=True)
class StratumRow:
    """Of how many institutions a stratum is, and how many were drawn, checked, wrong, corrected."""

    region: str
    region_zh: str | None
    region_en: str | None
    class_code: str
    size: str
    institutions: int
    drawn: int
    checked: int
    wrong: int
    corrected: int


def rule(connection: Connection[Any], code: str, day: date) -> RuleRow:
    """Return what a rule of checks says on a day."""
    with connection.cursor(row_factory=class_row(RuleRow)) as cursor:
        found = cursor.execute(_RULE, {"code": code, "day": day}).fetchone()
    assert found is not None
    return found


def plans_there(connection: Connection[Any], region_id: int, line: str | None) -> bool:
    """Return whether the viewer may plan checks of a region, or of its institutions of a line."""
    return connection.execute(_PLANS_THERE, [region_id, line]).fetchone() == (True,)


def roster(
    connection: Connection[Any], region_id: int, line: str | None, large_m2: Decimal | None
) -> list[Unit]:
    """Return the roster of today that the viewer checks, with strata, in order of ids."""
    return [Unit(*row) for row in connection.execute(_ROSTER, [region_id, line, large_m2])]


def plan(
    connection: Connection[Any],
    said: NewPlan,
    units: Sequence[Unit],
    digest: str,
    day: date,
    by: str,
) -> int:
    """Keep a plan with its roster, and return its id."""
    row = connection.execute(_PLAN, {
        "year": said.year, "region": said.region_id, "line": said.line,
        "share": said.share_millionths, "large": said.large_m2, "source": said.source,
        "seed_from": said.seed_from, "seed_day": said.seed_day, "digest": digest,
        "institutions": len(units), "strata": len({one.stratum for one in units}), "day": day,
        "by": by,
    }).fetchone()  # fmt: skip
    assert row is not None
    connection.execute(_FREEZE, {
        "plan": row[0], "ids": [one.institution for one in units],
        "regions": [one.region for one in units], "classes": [one.class_code for one in units],
        "sizes": [one.size for one in units],
    })  # fmt: skip
    return int(row[0])


def frame(connection: Connection[Any], plan_id: int) -> list[Unit]:
    """Return the frozen roster of a plan, as far as the viewer sees it."""
    return [Unit(*row) for row in connection.execute(_FRAME, [plan_id])]


def draw(connection: Connection[Any], plan_id: int, seed: str, ids: Sequence[int], by: str) -> None:
    """Write down the seed, and a sheet for each that was drawn."""
    connection.execute(_DRAW, [plan_id, seed, by])
    connection.execute(_SHEETS, [plan_id, list(ids)])


def listed(
    connection: Connection[Any],
    *,
    year: int | None = None,
    only: int | None = None,
    before: int = 2**31 - 1,
    most: int = 1,
) -> list[PlanRow]:
    """Return the plans, the newest first."""
    asked = {"year": year, "only": only, "before": before, "most": most}
    with connection.cursor(row_factory=class_row(PlanRow)) as cursor:
        return cursor.execute(_LISTED, asked).fetchall()


def newest_drawn(connection: Connection[Any]) -> int | None:
    """Return the newest plan that is drawn."""
    row = connection.execute(_NEWEST).fetchone()
    return None if row is None or row[0] is None else int(row[0])


def framed(
    connection: Connection[Any], plan_id: int, *, after: int = 0, most: int = 1
) -> list[FramedRow]:
    """Return a frozen roster in order of ids, as far as the viewer sees it."""
    asked = {"plan": plan_id, "after": after, "most": most}
    with connection.cursor(row_factory=class_row(FramedRow)) as cursor:
        return cursor.execute(_FRAMED, asked).fetchall()


def strata(connection: Connection[Any], plan_id: int) -> list[StratumRow]:
    """Return how sheets of a plan stand by stratum, of whom the viewer checks."""
    with connection.cursor(row_factory=class_row(StratumRow)) as cursor:
        return cursor.execute(_STRATA, [plan_id]).fetchall()
