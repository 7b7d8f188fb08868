"""How many gateways are heard, are silent, and were never heard; counts alone."""

from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

# Silent as `gateways.Gateway.silent_at` has it: for longer than it uses to.
_COUNT: Final = """
    WITH periods AS (
        SELECT b.gateway_id, max(s.period_s) AS longest_s, min(s.period_s) AS shortest_s
          FROM binding b
          JOIN channel_setting s ON s.channel_id = b.channel_id AND s.known_until IS NULL
         WHERE b.known_until IS NULL AND b.valid_to IS NULL
         GROUP BY 1)
    SELECT count(*) FILTER (WHERE l.heard_at >= l.since) AS online,
           count(*) FILTER (WHERE l.heard_at < l.since) AS silent,
           count(*) FILTER (WHERE l.heard_at IS NULL) AS never
      FROM gateway g
      LEFT JOIN gateway_clock k ON k.gateway_id = g.id
      LEFT JOIN gateway_seen n ON n.gateway_id = g.id
      LEFT JOIN periods p ON p.gateway_id = g.id
     CROSS JOIN LATERAL (SELECT greatest(k.heard_at, n.seen_at) AS heard_at, now()
           - storage.late_after_s(n.every_s, p.longest_s, p.shortest_s) * interval '1 second'
           AS since) l
     WHERE g.revoked_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Heard:
    """Gateways that are not revoked: heard of late by their own habit, before that, and never."""

    online: int
    silent: int
    never: int


def heard(connection: Connection[Any]) -> Heard:
    """Count the gateways that the viewer sees."""
    with connection.cursor(row_factory=class_row(Heard)) as cursor:
        found = cursor.execute(_COUNT).fetchone()
    assert found is not None
    return found
