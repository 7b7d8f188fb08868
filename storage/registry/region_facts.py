"""A region as it is known of a day, and as it is redrawn from one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from storage.dated import supersede
from storage.registry.table import REGION

_ON_DAY: Final = """
    SELECT f.region_id, f.parent_id, f.code, f.kind, f.name_zh, f.name_en, f.climate_zone,
           f.grid_region, f.is_demo, f.valid_from, f.valid_to AS later
      FROM region_fact f
     WHERE f.region_id = %s AND f.known_until IS NULL AND f.valid_from <= %s
       AND (f.valid_to IS NULL OR f.valid_to > %s)
"""
_ABOVE: Final = """
    WITH RECURSIVE up (region_id) AS (
        SELECT %(region)s::integer
         UNION
        SELECT f.parent_id FROM up JOIN region_fact f ON f.region_id = up.region_id
         WHERE f.known_until IS NULL AND f.parent_id IS NOT NULL AND f.valid_from <= %(day)s
           AND (f.valid_to IS NULL OR f.valid_to > %(day)s))
    SELECT region_id FROM up
"""
_CODED: Final = """
    SELECT region_id FROM region_fact
     WHERE code = %s AND known_until IS NULL AND (valid_to IS NULL OR valid_to > %s)
     ORDER BY valid_from LIMIT 1
"""
_BELOW: Final = """
    WITH RECURSIVE below (region_id) AS (
        SELECT %s::integer
         UNION
        SELECT u.region_id FROM report.region u JOIN below b ON u.parent_id = b.region_id)
    SELECT count(*) FROM report.institution WHERE region_id IN (SELECT region_id FROM below)
"""


@dataclass(frozen=True, slots=True)
class RegionFact:
    """What a region is on a day; later: from when on it is registered otherwise, if it is."""

    region_id: int
    parent_id: int | None
    code: str | None
    kind: str
    name_zh: str
    name_en: str
    climate_zone: str | None
    grid_region: str | None
    is_demo: bool
    valid_from: date
    later: date | None


def on_day(connection: Connection[Any], region_id: int, day: date) -> RegionFact | None:
    """Return a region as it is known of a day, None where it is not there."""
    with connection.cursor(row_factory=class_row(RegionFact)) as cursor:
        return cursor.execute(_ON_DAY, [region_id, day, day]).fetchone()


def above(connection: Connection[Any], region_id: int, day: date) -> set[int]:
    """Return a region with all that it lies in on a day."""
    return {row[0] for row in connection.execute(_ABOVE, {"region": region_id, "day": day})}


def coded(connection: Connection[Any], code: str, day: date) -> int | None:
    """Return the region that has a code on a day or later."""
    row = connection.execute(_CODED, [code, day]).fetchone()
    return row and int(row[0])


def institutions_below(connection: Connection[Any], region_id: int) -> int:
    """Return how many institutions that the viewer sees belong to a region and those below."""
    row = connection.execute(_BELOW, [region_id]).fetchone()
    return int(row[0]) if row else 0


def redraw(
    connection: Connection[Any], held: RegionFact, changed: Mapping[str, Any], day: date,
    source: str, by: str,
) -> None:  # fmt: skip
    """Let a region be otherwise from a day on. changed: by column."""
    values = [changed.get(name, getattr(held, name)) for name in REGION.values]
    supersede(connection, REGION, [(held.region_id, *values, day, source)], by)
