"""What runs give members together, beside the run that is in force, and whom that has dropped."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from compact.targets import Indicator

# A level's key is the year, then its region.
_SUMS = """
    SELECT split_part(key, '/', 1)::integer, nullif(split_part(key, '/region:', 2), '')::integer,
           base_g, amount_g
      FROM access.run_levels(%s)
     WHERE key ~ '^[0-9]+(/region:[0-9]+)?$'
       AND (key !~ '/' OR split_part(key, '/region:', 2) = ANY(%s::text[]))
     ORDER BY 1, 2 NULLS LAST
"""
_IN_FORCE = "SELECT year, run_id FROM run_in_force WHERE union_id = %s AND indicator = %s"
_DROPPED = """
    SELECT q.institution_id, v.name_zh, v.name_en, q.year,
           CASE WHEN q.institution_id = ANY(r.left_out) THEN 'left_out'
                WHEN q.institution_id = ANY(r.without_base) THEN 'without_base'
                ELSE 'not_counted' END
      FROM report.quota q
      JOIN run r ON r.id = q.run_id
      LEFT JOIN report.institution v ON v.institution_id = q.institution_id
     WHERE q.union_id = %(union)s AND q.run_id = %(run)s AND q.state = 'dropped'
     ORDER BY q.institution_id, q.year LIMIT %(most)s
"""

Sums = dict[tuple[int, int | None], "Sum"]


@dataclass(frozen=True, slots=True)
class Sum:
    """What a member or a whole year has; None where it would tell of a restricted one. [g]"""

    base_g: int | None
    amount_g: int | None


@dataclass(frozen=True, slots=True)
class Dropped:
    """An institution that had a quota and has none under the run in force.

    reason: left_out, without_base or not_counted.
    """

    institution_id: int
    name_zh: str | None
    name_en: str | None
    year: int
    reason: str


def sums(connection: Connection[Any], run_id: int, members: Collection[int]) -> Sums:
    """Return a run's sums by (year, member), of a whole year by (year, None), to planners."""
    rows = connection.execute(_SUMS, [run_id, [str(one) for one in members]])
    return {(year, member): Sum(base_g, amount_g) for year, member, base_g, amount_g in rows}


def in_force(connection: Connection[Any], union_id: int, indicator: Indicator) -> dict[int, int]:
    """Return the run in force of each year that has one."""
    return dict(connection.execute(_IN_FORCE, [union_id, indicator.value]).fetchall())


def dropped(connection: Connection[Any], union_id: int, run_id: int, most: int) -> list[Dropped]:
    """Return whose quotas a run in force took away, as far as the viewer sees them."""
    parameters = {"union": union_id, "run": run_id, "most": most}
    return [Dropped(*row) for row in connection.execute(_DROPPED, parameters)]
