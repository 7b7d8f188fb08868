"""Whom a planned union counts beyond what the viewer sees, and what they add to kept runs."""

from typing import Any

from psycopg import Connection

from compact.disclosure import Part

_UNSEEN = "SELECT institution_id, guarded FROM access.union_unseen(%s)"
# What the unseen add to the sums of every run of a union.
_PARTS = """
    SELECT q.run_id, q.institution_id, n.key,
           (SELECT coalesce(sum(b), 0) FROM unnest(q.base_g) AS b)::bigint, q.amount_g, q.weight_g
      FROM run_quota q JOIN run_node n ON n.run_id = q.run_id AND n.place = q.node
     WHERE q.union_id = %s AND q.institution_id = ANY(%s)
"""


def unseen(connection: Connection[Any], union_id: int) -> dict[int, bool]:
    """Return whom a planned union counts beyond what the viewer sees, and who is restricted."""
    return dict(connection.execute(_UNSEEN, [union_id]).fetchall())


def parts_before(
    connection: Connection[Any], union_id: int, institutions: list[int]
) -> list[dict[int, Part]]:
    """Return what institutions add to the sums of each run of a union that has any of them."""
    found: dict[int, dict[int, Part]] = {}
    rows = connection.execute(_PARTS, [union_id, institutions]).fetchall()
    for run, institution, key, *figures in rows:
        found.setdefault(run, {})[institution] = Part(key, tuple(figures))
    return list(found.values())
