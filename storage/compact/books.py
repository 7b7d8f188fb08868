"""The books: causes and their entries, only ever added; a quota is its account's balance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from compact.books import Kind
from compact.targets import Indicator
from storage.compact.book_refusals import settle

# What a run would move: each account from what runs have issued to what this one says. What was
# moved since stays, whatever is issued anew. All of it is SQL: a union may have a million accounts.
_MOVED = """
    WITH wanted AS (
        SELECT year, institution_id, amount_g FROM run_quota WHERE run_id = %(run)s
    ), held AS (
        SELECT e.year, e.institution_id, sum(e.amount_g)::bigint AS amount_g
          FROM book_entry e JOIN book_cause c ON c.id = e.cause_id
         WHERE e.union_id = %(union)s AND e.indicator = %(indicator)s AND e.account = 'holder'
           AND c.run_id IS NOT NULL AND c.run_id <> %(run)s
           AND e.year IN (SELECT wanted.year FROM wanted)
         GROUP BY e.year, e.institution_id
    ), moved AS (
        SELECT year, institution_id, coalesce(w.amount_g, 0) - coalesce(h.amount_g, 0) AS amount_g
          FROM held h FULL JOIN wanted w USING (year, institution_id)
    )
"""
_PLAN = """
    SELECT (SELECT count(*) FROM moved WHERE amount_g <> 0),
           EXISTS (SELECT FROM held WHERE amount_g <> 0)
"""
_ADD = """
    INSERT INTO book_cause (union_id, indicator, kind, run_id, reason, made_by)
    VALUES (%s, %s, %s, %s, %s, %s) RETURNING id
"""
# One statement, so that the books are summed once; the union's own account gives what others get.
_ADD_ENTRIES = """
    INSERT INTO book_entry (cause_id, union_id, indicator, year, institution_id, amount_g, account)
    SELECT %(cause)s, %(union)s, %(indicator)s, year, institution_id, amount_g,
           CASE WHEN institution_id IS NULL THEN 'union' ELSE 'holder' END
      FROM (SELECT year, institution_id, amount_g FROM moved WHERE amount_g <> 0
             UNION ALL
            SELECT year, NULL, -sum(amount_g)::bigint FROM moved
             GROUP BY year HAVING sum(amount_g) <> 0) e
     ORDER BY year, institution_id
"""
_LONG = "SET LOCAL statement_timeout = '10min'"
FIRST = (0, 0, 0, "")
# Of an institution that the run in force has dropped, the run that gave it its last quota.
_LISTED = """
    SELECT q.union_id, q.indicator, q.year, q.institution_id, v.name_zh, v.name_en, v.region_id,
           v.department_line, q.amount_g, q.state, q.as_of, q.run_id AS in_force_run_id, r.run_id
      FROM report.quota q
      LEFT JOIN report.institution v ON v.institution_id = q.institution_id
      LEFT JOIN LATERAL (
            SELECT s.run_id FROM run_quota s JOIN book_cause c ON c.run_id = s.run_id
             WHERE s.institution_id = q.institution_id AND s.year = q.year
               AND c.union_id = q.union_id AND c.indicator = q.indicator
             ORDER BY c.id DESC LIMIT 1) r ON true
     WHERE (q.institution_id, q.year, q.union_id, q.indicator)
           > (%(after)s, %(year)s, %(union_after)s, %(indicator_after)s)
       AND (%(indicator)s::text IS NULL OR q.indicator = %(indicator)s)
       AND (%(union)s::integer IS NULL OR q.union_id = %(union)s)
       AND (%(institution)s::integer IS NULL OR q.institution_id = %(institution)s)
       AND (%(among)s::integer[] IS NULL OR q.institution_id = ANY(%(among)s))
       AND (%(of_year)s::integer IS NULL OR q.year = %(of_year)s)
     ORDER BY q.institution_id, q.year, q.union_id, q.indicator LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Quota:
    """What an institution may use in a year: its account's balance.

    state: "dropped" where the run in force has no quota for it, else "in_force". as_of: when the
    books last said so. run_id: the run that it was last issued from.
    """

    union_id: int
    indicator: str
    year: int
    institution_id: int
    name_zh: str | None
    name_en: str | None
    region_id: int | None
    department_line: str | None
    amount_g: int
    state: str
    as_of: datetime
    in_force_run_id: int | None
    run_id: int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """How many accounts an issue would move, and whether runs have issued any before."""

    moved: int
    held: bool


@dataclass(frozen=True, slots=True)
class QuotaFilter:
    """Which quotas are asked for; None asks for all. among: of these institutions."""

    union_id: int | None = None
    year: int | None = None
    institution_id: int | None = None
    among: Sequence[int] | None = None
    indicator: str | None = None


def planned(connection: Connection[Any], union_id: int, indicator: Indicator, run_id: int) -> Plan:
    """Return what issuing a run would do to the books."""
    asked = {"union": union_id, "indicator": indicator.value, "run": run_id}
    row = connection.execute((_MOVED + _PLAN).encode(), asked).fetchone()
    assert row is not None
    return Plan(int(row[0]), bool(row[1]))


def issue(
    connection: Connection[Any],
    union_id: int,
    indicator: Indicator,
    run_id: int,
    kind: Kind,
    reason: str,
    by: str,
) -> int:
    """Write a run's quotas; return the cause's id, or refuse what the second log refuses."""
    connection.execute(_LONG)
    parameters = [union_id, indicator.value, kind.value, run_id, reason, by]
    row = connection.execute(_ADD, parameters).fetchone()
    assert row is not None
    cause_id = int(row[0])
    asked = {"union": union_id, "indicator": indicator.value, "run": run_id, "cause": cause_id}
    connection.execute((_MOVED + _ADD_ENTRIES).encode(), asked)
    settle(connection)
    return cause_id


def quotas(
    connection: Connection[Any],
    asked: QuotaFilter,
    *,
    after: tuple[int, int, int, str] = FIRST,
    most: int,
) -> list[Quota]:
    """Return quotas that the viewer sees, those after an (institution, year, union, indicator)."""
    parameters = {
        "union": asked.union_id,
        "of_year": asked.year,
        "institution": asked.institution_id,
        "among": None if asked.among is None else list(asked.among),
        "after": after[0],
        "year": after[1],
        "union_after": after[2],
        "indicator_after": after[3],
        "indicator": asked.indicator,
        "most": most,
    }
    with connection.cursor(row_factory=class_row(Quota)) as cursor:
        return cursor.execute(_LISTED, parameters).fetchall()
