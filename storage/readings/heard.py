"""How many gateways are heard, are silent, and were never heard; counts alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import Connection

from metering.gateways import Habits

_HABITS: Final = """
    WITH periods AS (
        SELECT b.gateway_id, max(s.period_s) AS period_s
          FROM binding b
          JOIN channel_setting s ON s.channel_id = b.channel_id AND s.known_until IS NULL
         WHERE b.known_until IS NULL AND b.valid_to IS NULL
         GROUP BY 1)
    SELECT greatest(k.heard_at, s.seen_at), coalesce(s.every_s, '{}'), p.period_s
      FROM gateway g
      LEFT JOIN gateway_clock k ON k.gateway_id = g.id
      LEFT JOIN gateway_seen s ON s.gateway_id = g.id
      LEFT JOIN periods p ON p.gateway_id = g.id
"""


@dataclass(frozen=True, slots=True)
class Heard:
    """Gateways: heard as lately as they use to be, silent for longer, and never heard."""

    online: int
    silent: int
    never: int


def heard(connection: Connection[Any], now: datetime) -> Heard:
    """Count the gateways that the viewer sees, each judged by its own habits."""
    online = silent = never = 0
    for seen_at, every_s, period_s in connection.execute(_HABITS):
        if seen_at is None:
            never += 1
        elif Habits(seen_at, every_s, (), (), period_s).offline(now):
            silent += 1
        else:
            online += 1
    return Heard(online, silent, never)
