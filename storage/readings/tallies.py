"""What was delivered, counted by collector in the transaction that stores it."""

from collections.abc import Mapping
from typing import Any

from psycopg import Connection

_TALLY = """
    INSERT INTO intake_tally AS t (collector, messages, stored, revised, duplicates, last_at)
    VALUES (%(name)s, %(messages)s, %(stored)s, %(revised)s, %(duplicates)s, now())
    ON CONFLICT (collector) DO UPDATE SET messages = t.messages + EXCLUDED.messages,
        stored = t.stored + EXCLUDED.stored, revised = t.revised + EXCLUDED.revised,
        duplicates = t.duplicates + EXCLUDED.duplicates, last_at = now()
"""


def tally(connection: Connection[Any], name: str, messages: int, counts: Mapping[str, int]) -> None:
    """Count what was delivered; counts: inserted, revised and duplicates."""
    told = {"stored": counts["inserted"], **{of: counts[of] for of in ("revised", "duplicates")}}
    connection.execute(_TALLY, {"name": name, "messages": messages, **told})
