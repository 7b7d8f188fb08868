"""Regions as a tree, with how many institutions of each the viewer sees; and the words of lists."""

from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

# A region counts what is affiliated to it and to its lower regions.
_TREE = """
    WITH RECURSIVE now AS (
        SELECT region_id, parent_id, code, kind, name_zh, name_en, climate_zone, grid_region,
               is_demo, verified, source
          FROM region_fact
         WHERE known_until IS NULL AND storage.today() >= valid_from
           AND (valid_to IS NULL OR storage.today() < valid_to)
    ), own AS (
        SELECT region_id, count(*) AS n FROM report.institution
         WHERE region_id IS NOT NULL GROUP BY region_id
    ), up AS (
        SELECT region_id, n FROM own
         UNION ALL
        SELECT now.parent_id, up.n FROM up JOIN now ON now.region_id = up.region_id
         WHERE now.parent_id IS NOT NULL
    ), total AS (
        SELECT region_id, sum(n)::integer AS n FROM up GROUP BY region_id
    )
    SELECT now.*, coalesce(own.n, 0)::integer AS own_level, coalesce(total.n, 0) AS institutions
      FROM now LEFT JOIN own USING (region_id) LEFT JOIN total USING (region_id)
     WHERE NOT %(only_seen)s OR total.n > 0
     ORDER BY now.code NULLS LAST, now.region_id
"""

_CARRIERS = """
    SELECT code, name_zh, name_en, unit, quantum, per_unit, in_total_energy, source, verified
      FROM carrier ORDER BY code
"""

_PROFILES = "SELECT code, name_zh, name_en, is_default FROM profile ORDER BY is_default DESC, code"
_GRIDS = """
    SELECT DISTINCT ON (code) code, name_zh, name_en FROM grid_factor
     WHERE known_until IS NULL ORDER BY code, year DESC
"""
_PLANNED = "SELECT * FROM access.planned_regions()"
_CLASSES = """
    SELECT code, name_zh, name_en FROM institution_class c
     WHERE NOT EXISTS (SELECT FROM institution_class b WHERE b.parent = c.code) ORDER BY code
"""
_LINES = "SELECT code, name_zh, name_en FROM department_line ORDER BY code"


@dataclass(frozen=True, slots=True)
class Region:
    """A node of the territorial tree.

    own_level: institutions affiliated to the region itself, institutions: with those of its lower
    regions; only such as the viewer sees.
    """

    region_id: int
    parent_id: int | None
    code: str | None
    kind: str
    name_zh: str
    name_en: str
    climate_zone: str | None
    grid_region: str | None
    is_demo: bool
    verified: bool
    source: str
    own_level: int
    institutions: int


@dataclass(frozen=True, slots=True)
class Carrier:
    """What is used, and the whole quanta that its accounts count; per_unit quanta are one unit."""

    code: str
    name_zh: str
    name_en: str
    unit: str
    quantum: str
    per_unit: int
    in_total_energy: bool
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """One authority's set of coefficients."""

    code: str
    name_zh: str
    name_en: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class GridName:
    """What a grid with a factor is called: a province's, a region's, the national one."""

    code: str
    name_zh: str
    name_en: str


def tree(connection: Connection[Any], *, only_seen: bool) -> list[Region]:
    """Return the regions in order of code; children name their parents.

    only_seen: leave out regions in which the viewer sees nothing.
    """
    with connection.cursor(row_factory=class_row(Region)) as cursor:
        return cursor.execute(_TREE, {"only_seen": only_seen}).fetchall()


def planned(connection: Connection[Any]) -> set[int]:
    """Return the regions that the viewer plans for."""
    return {row[0] for row in connection.execute(_PLANNED)}


def carriers(connection: Connection[Any]) -> list[Carrier]:
    """Return all carriers."""
    with connection.cursor(row_factory=class_row(Carrier)) as cursor:
        return cursor.execute(_CARRIERS).fetchall()


def profiles(connection: Connection[Any]) -> list[Profile]:
    """Return all profiles, the default first."""
    with connection.cursor(row_factory=class_row(Profile)) as cursor:
        return cursor.execute(_PROFILES).fetchall()


def grids(connection: Connection[Any]) -> list[GridName]:
    """Return what the grids that have factors are called."""
    with connection.cursor(row_factory=class_row(GridName)) as cursor:
        return cursor.execute(_GRIDS).fetchall()


def lines(connection: Connection[Any]) -> dict[str, tuple[str, str]]:
    """Return the names of the department lines, Chinese and English, by code."""
    return {code: (zh, en) for code, zh, en in connection.execute(_LINES)}


def classes(connection: Connection[Any]) -> list[tuple[str, str, str]]:
    """Return the classes that institutions may be of, with their names; sums are none."""
    return connection.execute(_CLASSES).fetchall()
