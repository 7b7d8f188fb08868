"""Bases: what months rest on, what planners said of them, and what they decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

_INSTITUTIONS = """
    SELECT institution_id, member_id, roster_status
      FROM access.plans_bases_among(%(union)s, %(only)s::integer[])
     ORDER BY institution_id
"""
_DAYS = "SELECT day, quanta FROM access.base_days(%s, %s, %s, %s, %s)"
_VERDICTS = """
    SELECT DISTINCT ON (institution_id) institution_id, verdict, base_sha256, reason, made_by,
           made_at
      FROM base_verdict WHERE target_id = %(target)s
       AND (%(only)s::integer[] IS NULL OR institution_id = ANY(%(only)s))
     ORDER BY institution_id, id DESC
"""
_ACTS = """
    SELECT * FROM (
        SELECT DISTINCT ON (institution_id, carrier, month)
               institution_id, carrier, month, how, quanta, reason, made_by, made_at
          FROM base_month WHERE union_id = %(union)s
           AND (%(only)s::integer[] IS NULL OR institution_id = ANY(%(only)s))
         ORDER BY institution_id, carrier, month, id DESC) newest
     WHERE quanta IS NOT NULL
"""
_ESTIMATE = """
    INSERT INTO base_month (union_id, institution_id, carrier, month, how, quanta, reason, made_by)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
_DECIDE = """
    INSERT INTO base_verdict (union_id, target_id, institution_id, verdict, base_sha256, reason,
                              made_by)
    SELECT %s, %s, institution, %s, sha256, %s, %s
      FROM unnest(%s::integer[], %s::text[]) AS d (institution, sha256)
"""
# Whose base nobody confirmed as this run counted it, nor left out.
_OPEN = """
    WITH verdict AS (
        SELECT DISTINCT ON (v.institution_id) v.institution_id, v.verdict, v.base_sha256
          FROM base_verdict v JOIN run r ON r.target_id = v.target_id
         WHERE r.id = %(run)s ORDER BY v.institution_id, v.id DESC
    )
    SELECT q.institution_id
      FROM run_quota q LEFT JOIN verdict v ON v.institution_id = q.institution_id
     WHERE q.run_id = %(run)s
       AND (v.verdict = 'confirmed' AND v.base_sha256 = q.base_sha256) IS NOT TRUE
     UNION ALL
    SELECT w.institution_id
      FROM run r CROSS JOIN unnest(r.without_base || r.left_out) AS w (institution_id)
      LEFT JOIN verdict v ON v.institution_id = w.institution_id
     WHERE r.id = %(run)s AND (v.verdict IN ('confirmed', 'left_out')) IS NOT TRUE
     ORDER BY 1
"""
_SET_ENOUGH = """
    INSERT INTO union_enough (union_id, permille, reason, made_by) VALUES (%s, %s, %s, %s)
"""
_PER_UNITS = """
    SELECT code, per_unit FROM carrier
     WHERE in_total_energy OR storage.counts_in('water', code, in_total_energy)
"""
_ENOUGH = "SELECT storage.union_enough(%s)"
_NEWEST = """
    SELECT (SELECT max(id) FROM base_verdict), (SELECT max(id) FROM base_month),
           (SELECT max(id) FROM union_enough)
"""


@dataclass(frozen=True, slots=True)
class TargetInstitution:
    """An institution that shares a target: where it counts now, and whether it is closed."""

    institution_id: int
    member_id: int
    roster_status: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was last decided about a base; it holds for the base that the digest names."""

    institution_id: int
    verdict: str
    base_sha256: str
    reason: str
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Act:
    """A planner's figure for a carrier's month."""

    institution_id: int
    carrier: str
    month: date
    how: str
    quanta: int
    reason: str
    made_by: str
    made_at: datetime


def institutions(
    connection: Connection[Any], union_id: int, only: Sequence[int] | None = None
) -> list[TargetInstitution]:
    """Return the union's institutions for which the viewer plans, in order of id.

    Those too that counted in it at some time: whose roster holds is asked of `storage.rosters`.
    """
    parameters = {"union": union_id, "only": None if only is None else list(only)}
    with connection.cursor(row_factory=class_row(TargetInstitution)) as cursor:
        return cursor.execute(_INSTITUTIONS, parameters).fetchall()


def days(
    connection: Connection[Any],
    union_id: int,
    institution_id: int,
    carrier: str,
    span: tuple[date, date],
) -> dict[date, int]:
    """Return what was used on each day that is known whole, from one day to before another."""
    return dict(connection.execute(_DAYS, [union_id, institution_id, carrier, *span]).fetchall())


def verdicts(
    connection: Connection[Any], target_id: int, only: Sequence[int] | None = None
) -> dict[int, Verdict]:
    """Return what was last decided for a target, by institution."""
    parameters = {"target": target_id, "only": None if only is None else list(only)}
    with connection.cursor(row_factory=class_row(Verdict)) as cursor:
        rows = cursor.execute(_VERDICTS, parameters).fetchall()
    return {one.institution_id: one for one in rows}


def acts(
    connection: Connection[Any], union_id: int, only: Sequence[int] | None = None
) -> dict[int, list[Act]]:
    """Return the figures of planners that hold, by institution."""
    parameters = {"union": union_id, "only": None if only is None else list(only)}
    found: dict[int, list[Act]] = {}
    with connection.cursor(row_factory=class_row(Act)) as cursor:
        for one in cursor.execute(_ACTS, parameters):
            found.setdefault(one.institution_id, []).append(one)
    return found


def estimate(
    connection: Connection[Any],
    union_id: int,
    institution_id: int,
    at: tuple[str, date],
    estimated: tuple[str, int | None, str],
    by: str,
) -> None:
    """Keep a figure for a base. at: carrier and month. estimated: how, quanta and reason."""
    connection.execute(_ESTIMATE, [union_id, institution_id, *at, *estimated, by])


def decide(
    connection: Connection[Any],
    union_id: int,
    target_id: int,
    decision: tuple[str, str],
    digests: dict[int, str],
    by: str,
) -> None:
    """Keep a decision on some bases. decision: verdict and reason. digests: by institution."""
    columns = [list(digests), list(digests.values())]
    verdict, reason = decision
    connection.execute(_DECIDE, [union_id, target_id, verdict, reason, by, *columns])


def not_reviewed(connection: Connection[Any], run_id: int) -> list[int]:
    """Return the institutions whose base, as a run counted it, nobody has answered for."""
    return [row[0] for row in connection.execute(_OPEN, {"run": run_id})]


def per_units(connection: Connection[Any]) -> dict[str, int]:
    """Return how many quanta are one unit of each carrier that a target may count."""
    return dict(connection.execute(_PER_UNITS).fetchall())


def enough(connection: Connection[Any], union_id: int) -> int:
    """Return how many thousandths of the expected time make a month known."""
    row = connection.execute(_ENOUGH, [union_id]).fetchone()
    return int(row[0]) if row else 0


def newest(connection: Connection[Any]) -> tuple[int | None, ...]:
    """Return the newest rows of all that planners said, as the viewer sees them."""
    return tuple(connection.execute(_NEWEST).fetchone() or ())


def set_enough(
    connection: Connection[Any], union_id: int, permille: int, reason: str, by: str
) -> None:
    """Keep how much is enough for a union from now on."""
    connection.execute(_SET_ENOUGH, [union_id, permille, reason, by])
