"""How a gateway is: its habits, and how much of what it sends is refused."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import Connection
from psycopg.types.multirange import Multirange

from metering.gateways import Habits

_HABITS: Final = """
    SELECT s.seen_at, coalesce(s.every_s, '{}'), coalesce(s.ahead_ms, '{}'), s.seqs,
           (SELECT max(c.period_s) FROM binding b
              JOIN channel_setting c ON c.channel_id = b.channel_id AND c.known_until IS NULL
             WHERE b.gateway_id = g.id AND b.known_until IS NULL AND b.valid_to IS NULL)
      FROM gateway g LEFT JOIN gateway_seen s ON s.gateway_id = g.id
     WHERE g.id = %s
"""
_COUNTS: Final = """
    SELECT coalesce(sum(messages), 0)::bigint, coalesce(sum(refused), 0)::bigint,
           (SELECT receipted_at FROM gateway_seen WHERE gateway_id = %(on)s)
      FROM gateway_day WHERE gateway_id = %(on)s AND day >= storage.today() - 1
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """Messages of today and yesterday, by UTC; how many were refused, in whole or in part.

    receipted_at: when one with a number was last committed.
    """

    messages: int
    refused: int
    receipted_at: datetime | None


def habits(connection: Connection[Any], gateway_id: int) -> Habits:
    """Return what was seen of a gateway of late; nothing of one that was never heard."""
    row = connection.execute(_HABITS, [gateway_id]).fetchone()
    if row is None:
        return Habits(None, [], [], [])
    seen_at, every_s, ahead_ms, seqs, period_s = row
    return Habits(seen_at, every_s, ahead_ms, _ranges(seqs), period_s)


def counts(connection: Connection[Any], gateway_id: int) -> Counts:
    """Return how much it has sent."""
    row = connection.execute(_COUNTS, {"on": gateway_id}).fetchone()
    return Counts(*row) if row else Counts(0, 0, None)


def _ranges(seqs: Multirange[int] | None) -> list[tuple[int, int]]:
    """Return ranges with both their ends inside."""
    return [(one.lower, one.upper - 1) for one in seqs or () if one.lower and one.upper]
