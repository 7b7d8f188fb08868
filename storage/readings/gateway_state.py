"""How a gateway is: the numbers it has used, and how much of what it sends is refused."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import Connection
from psycopg.types.multirange import Multirange

_SEQS: Final = "SELECT seqs FROM gateway_seen WHERE gateway_id = %s"
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


def seqs(connection: Connection[Any], gateway_id: int) -> list[tuple[int, int]]:
    """Return the ranges of a gateway's numbers, first and last, in order."""
    row = connection.execute(_SEQS, [gateway_id]).fetchone()
    return _ranges(row[0]) if row else []


def counts(connection: Connection[Any], gateway_id: int) -> Counts:
    """Return how much it has sent."""
    row = connection.execute(_COUNTS, {"on": gateway_id}).fetchone()
    return Counts(*row) if row else Counts(0, 0, None)


def _ranges(seqs: Multirange[int] | None) -> list[tuple[int, int]]:
    """Return ranges with both their ends inside."""
    return [(one.lower, one.upper - 1) for one in seqs or () if one.lower and one.upper]
