"""Keys that nobody has bound, of gateways that are known: a meter was added, or renamed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

_NEW_KEYS: Final = """
    SELECT g.id AS gateway_id, g.name, min(r.received_at) AS since, count(*)::integer AS messages,
           (array_agg(r.message_zh ORDER BY r.id DESC))[1] AS zh,
           (array_agg(r.message_en ORDER BY r.id DESC))[1] AS en
      FROM rejected_message r JOIN gateway g ON g.name = r.gateway
     WHERE r.resolved_at IS NULL AND r.reason = ANY(%(reasons)s) AND g.revoked_at IS NULL
       AND EXISTS (SELECT FROM binding b WHERE b.gateway_id = g.id AND b.known_until IS NULL)
     GROUP BY g.id, g.name ORDER BY since DESC, g.name LIMIT %(most)s
"""
_UNBOUND: Final = ["reading.unknown_key", "reading.bound_elsewhere"]


@dataclass(frozen=True, slots=True)
class NewKeys:
    """A gateway that is known, and sends under a key that is not.

    since: when it first did. messages: that wait for it. zh, en: what its last refusal says.
    """

    gateway_id: int
    name: str
    since: datetime
    messages: int
    zh: str
    en: str


def new_keys(connection: Connection[Any], most: int) -> list[NewKeys]:
    """Return known gateways that send under keys that nobody has bound, the newest first."""
    with connection.cursor(row_factory=class_row(NewKeys)) as cursor:
        return cursor.execute(_NEW_KEYS, {"reasons": _UNBOUND, "most": most}).fetchall()
