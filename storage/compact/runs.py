"""Runs: what they are computed from, their snapshots, and their quotas as rows."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from compact.covers import covers_of
from compact.runs import Run
from storage.compact.run_columns import node_columns, quota_columns
from storage.compact.run_rows import RunRow
from storage.registry.institutions import like

__all__ = ["Level", "RunRow", "Share"]

_LONG = "SET LOCAL statement_timeout = '10min'"  # a union may have a million institutions
_LOCK = "SELECT pg_advisory_xact_lock(12, %s)"  # runs and issues of a union: one after the other
_SAME = "SELECT id FROM run WHERE target_id = %s AND sha256 = %s AND shadow = %s::integer[]"
_ADD = """
    INSERT INTO run (target_id, union_id, version, rule, method, sha256, quotas, base_g, total_g,
                     made_by, without_base, left_out, covers, shadow)
    SELECT %(target)s, %(union)s, coalesce(max(version), 0) + 1, %(rule)s, %(method)s,
           %(sha256)s, %(quotas)s, %(base_g)s, %(total_g)s, %(by)s, %(without_base)s, %(left_out)s,
           %(covers)s, %(shadow)s
      FROM run WHERE target_id = %(target)s
    RETURNING id
"""
_ADD_SNAPSHOT = "INSERT INTO run_snapshot (run_id, union_id, snapshot) VALUES (%s, %s, %s)"
_ADD_NODES = """
    INSERT INTO run_node (run_id, union_id, place, parent, key, base_g, amount_g, numerator,
                          denominator)
    SELECT %s, %s, place - 1, nullif(parent, -1), key, base, amount, above, below
      FROM unnest(%s::integer[], %s::text[], %s::bigint[], %s::bigint[], %s::numeric[],
                  %s::numeric[])
           WITH ORDINALITY AS n (parent, key, base, amount, above, below, place)
"""
# COPY stops at row security. Lists of lists would be flattened, so each month list comes as text.
_ADD_QUOTAS = """
    INSERT INTO run_quota (run_id, union_id, institution_id, member_id, node, year, base_g,
                           factors, weight_g, bound, amount_g, months_g, base_states, base_marks,
                           base_sha256, base_year, limits)
    SELECT %s, %s, institution, member, node, year, base::bigint[], factors::jsonb, weight, bound,
           amount, months::bigint[], states::text[], marks::jsonb, sha256, base_year,
           limits::jsonb
      FROM unnest(%s::integer[], %s::integer[], %s::integer[], %s::integer[], %s::text[],
                  %s::text[], %s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::text[],
                  %s::text[], %s::text[], %s::integer[], %s::text[])
           AS q (institution, member, node, year, base, factors, weight, bound, amount, months,
                 states, marks, sha256, base_year, limits)
"""
_RUNS = """
    SELECT r.run_id, r.target_id, r.union_id, r.indicator, r.version, r.rule, r.method, r.sha256,
           r.quotas, r.base_g, r.total_g, r.made_at, r.issued_as, r.issued_at, r.in_force,
           r.without_base, r.left_out, r.covers, r.shadow, r.root,
           coalesce(s.needed, false) AS second_person,
           q.said AS request, q.made_by AS request_by, q.made_at AS request_at,
           q.reason AS request_reason
      FROM report.run r
      LEFT JOIN LATERAL (
           SELECT needed FROM union_second_person WHERE union_id = r.union_id
            ORDER BY id DESC LIMIT 1) s ON true
      LEFT JOIN LATERAL (
           SELECT said, made_by, made_at, reason FROM run_request WHERE run_id = r.run_id
            ORDER BY id DESC LIMIT 1) q ON true
     WHERE (%(only)s::integer IS NULL OR r.run_id = %(only)s)
       AND (%(target)s::integer IS NULL OR r.target_id = %(target)s)
       AND (%(union)s::integer IS NULL OR r.union_id = %(union)s)
     ORDER BY r.target_id, r.version
"""
_QUOTAS = """
    SELECT q.run_id, q.institution_id, q.member_id, q.year, q.base_g, q.factors, q.weight_g,
           q.bound, q.amount_g, q.months_g, q.base_states, q.base_marks, q.base_sha256,
           q.base_year, q.limits
      FROM run_quota q
     WHERE q.run_id = %(run)s AND q.institution_id > %(after)s
       AND (%(only)s::integer[] IS NULL OR q.institution_id = ANY(%(only)s))
       AND (%(like)s::text IS NULL OR q.institution_id IN (
               SELECT institution_id FROM report.institution
                WHERE name_zh ILIKE %(like)s OR name_en ILIKE %(like)s
                   OR credit_code ILIKE %(like)s))
     ORDER BY q.institution_id LIMIT %(most)s
"""
_COUNT_QUOTAS = """
    SELECT count(*) FROM run_quota q
     WHERE q.run_id = %(run)s
       AND (%(like)s::text IS NULL OR q.institution_id IN (
               SELECT institution_id FROM report.institution
                WHERE name_zh ILIKE %(like)s OR name_en ILIKE %(like)s
                   OR credit_code ILIKE %(like)s))
"""
_CHAIN = """
    SELECT i.id, c.key, c.base_g, c.amount_g, c.numerator, c.denominator
      FROM unnest(%s::integer[]) AS i (id)
     CROSS JOIN LATERAL access.quota_chain(%s, i.id) WITH ORDINALITY
           AS c (key, base_g, amount_g, numerator, denominator, nth)
     ORDER BY i.id, c.nth
"""
_LEVELS = """
    SELECT key, base_g, amount_g, numerator, denominator FROM access.run_levels(%s)
     ORDER BY place LIMIT %s
"""
_OF_MEMBERS = """
    SELECT member_id, year, count(*)::integer, sum(amount_g)
      FROM run_quota WHERE run_id = %s GROUP BY member_id, year ORDER BY year, member_id
"""


@dataclass(frozen=True, slots=True)
class Level:
    """A level above a quota: its amount, and λ by which that was divided.

    All None where they would tell of a restricted institution.
    """

    key: str
    base_g: int | None
    amount_g: int | None
    multiplier: Fraction | None

    @property
    def multiplier_decimal(self) -> Decimal | None:
        """λ as people read it."""
        by = self.multiplier
        return None if by is None else Decimal(by.numerator) / Decimal(by.denominator)


@dataclass(frozen=True, slots=True)
class Share:
    """What a run gives one institution, by month; None in months without a base.

    base_states, base_marks, base_sha256: what the base rested on, what was odd about it, and the
    digest by which it is confirmed; None in runs of before bases were reviewed.
    """

    run_id: int
    institution_id: int
    member_id: int
    year: int
    base_g: list[int | None]
    factors: dict[str, int]
    weight_g: int
    bound: str | None
    amount_g: int
    months_g: list[int | None]
    base_states: list[str] | None
    base_marks: list[list[Any]] | None
    base_sha256: str | None
    base_year: int | None
    limits: dict[str, int]


def lock(connection: Connection[Any], union_id: int) -> None:
    """Wait for whoever else runs or issues for this union; hold it to the transaction's end."""
    connection.execute(_LONG)
    connection.execute(_LOCK, [union_id])


def same(
    connection: Connection[Any], target_id: int, sha256: str, shadow: Sequence[int] = ()
) -> int | None:
    """Return the run of a target that came to the very same snapshot, if there is one."""
    row = connection.execute(_SAME, [target_id, sha256, list(shadow)]).fetchone()
    return int(row[0]) if row else None


def add(
    connection: Connection[Any], target_id: int, run: Run, by: str, shadow: Sequence[int] = ()
) -> int:
    """Keep a run as the target's next version; return its id.

    shadow: members that it counts on trial.
    """
    union_id, made = run.problem.union, run.allocation
    parameters = {
        "target": target_id,
        "union": union_id,
        "rule": run.problem.method.rule.value,
        "method": json.dumps(run.problem.method.payload),
        "sha256": run.sha256,
        "quotas": len(made.quotas),
        "base_g": made.base_g,
        "total_g": made.total_g,
        "by": by,
        "without_base": list(run.problem.without_base),
        "left_out": list(run.problem.left_out),
        "shadow": list(shadow),
        "covers": json.dumps(
            covers_of(run.problem.holders, run.problem.without_base, run.problem.left_out)
        ),
    }
    row = connection.execute(_ADD, parameters).fetchone()
    assert row is not None
    run_id = int(row[0])
    connection.execute(_ADD_NODES, [run_id, union_id, *node_columns(made)])
    connection.execute(_ADD_QUOTAS, [run_id, union_id, *quota_columns(run)])
    connection.execute(_ADD_SNAPSHOT, [run_id, union_id, run.snapshot])  # seals what is above
    return run_id


def listed(
    connection: Connection[Any], *, union_id: int | None = None, target_id: int | None = None
) -> list[RunRow]:
    """Return runs that the viewer sees, in order of target and version."""
    return _runs(connection, {"only": None, "target": target_id, "union": union_id})


def one(connection: Connection[Any], run_id: int) -> RunRow | None:
    """Return one run, if the viewer sees it."""
    found = _runs(connection, {"only": run_id, "target": None, "union": None})
    return found[0] if found else None


def shares(
    connection: Connection[Any], run_id: int, *, after: int = 0, most: int | None = None,
    only: Sequence[int] | None = None, named: str | None = None,
) -> list[Share]:  # fmt: skip
    """Return a run's quotas that the viewer sees, those after an institution.

    only: of these institutions. named: part of a name or credit code.
    """
    parameters = {
        "run": run_id, "after": after, "most": most, "like": like(named),
        "only": None if only is None else list(only),
    }  # fmt: skip
    with connection.cursor(row_factory=class_row(Share)) as cursor:
        return cursor.execute(_QUOTAS, parameters).fetchall()


def count_shares(connection: Connection[Any], run_id: int, named: str | None) -> int:
    """Return how many of a run's quotas the viewer sees; named: part of a name or credit code."""
    row = connection.execute(_COUNT_QUOTAS, {"run": run_id, "like": like(named)}).fetchone()
    return int(row[0]) if row else 0


def chains(
    connection: Connection[Any], run_id: int, institutions: Sequence[int]
) -> dict[int, list[Level]]:
    """Return the levels above each quota that the viewer sees, the year first, by institution."""
    found: dict[int, list[Level]] = {}
    for who, *row in connection.execute(_CHAIN, [list(institutions), run_id]):
        found.setdefault(who, []).append(level_of(*row))
    return found


def levels(connection: Connection[Any], run_id: int, most: int) -> list[Level]:
    """Return the first levels of a run in their order, to planners of its union."""
    rows = connection.execute(_LEVELS, [run_id, most]).fetchall()
    return [level_of(*row) for row in rows]


def of_members(connection: Connection[Any], run_id: int) -> list[tuple[int, int, int, int]]:
    """Return member, year, how many quotas and their sum, as far as the viewer sees them."""
    rows = connection.execute(_OF_MEMBERS, [run_id])
    return [(member, year, quotas, int(total)) for member, year, quotas, total in rows]


def level_of(
    key: str,
    base_g: int | None,
    amount_g: int | None,
    numerator: Decimal | None,
    denominator: Decimal | None,
) -> Level:
    """Return a level as its row says it; λ is a fraction of whole numbers."""
    known = numerator is not None and denominator is not None
    by = Fraction(int(numerator or 0), int(denominator or 1)) if known else None
    return Level(key, base_g, amount_g, by)


def _runs(connection: Connection[Any], parameters: dict[str, int | None]) -> list[RunRow]:
    with connection.cursor(row_factory=class_row(RunRow)) as cursor:
        return cursor.execute(_RUNS, parameters).fetchall()
