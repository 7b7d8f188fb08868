"""What a comparison of rules hangs on beside accounts: who looks, and what planners decided."""

from typing import Any

from psycopg import Connection

_STATE = """
    SELECT (SELECT string_agg((to_jsonb(g) - 'viewer')::text, ' ' ORDER BY g.id)
              FROM access_grant g
             WHERE viewer = access.viewer()
               AND storage.civil_day() >= valid_from
               AND (valid_to IS NULL OR storage.civil_day() < valid_to)),
           (SELECT max(v.id) FROM base_verdict v WHERE v.union_id = t.union_id),
           (SELECT max(m.id) FROM base_month m WHERE m.union_id = t.union_id),
           (SELECT max(e.id) FROM union_enough e WHERE e.union_id = t.union_id),
           (SELECT max(r.id) FROM run r WHERE r.union_id = t.union_id),
           (SELECT max(s.id) FROM saving_evidence s), (SELECT max(d.id) FROM degree_day d)
      FROM target t WHERE t.id = %s
"""


def state(connection: Connection[Any], target_id: int) -> tuple[Any, ...]:
    """Return what differs as soon as another right is held or another decision is made."""
    return tuple(connection.execute(_STATE, [target_id]).fetchone() or ())


def classes(connection: Connection[Any]) -> dict[str, tuple[str, str]]:
    """Return the Chinese and English names of the classes of institutions by code."""
    rows = connection.execute("SELECT code, name_zh, name_en FROM report.institution_class")
    return {code: (zh, en) for code, zh, en in rows}
