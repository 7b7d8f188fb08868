"""What was answered to requests that carried a key, so that none is done twice."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from psycopg import Connection

KEPT: Final = timedelta(days=7)

# Whoever holds the key now is waited for.
_CLAIM = """
    INSERT INTO answered (actor, act, key, digest) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_FOUND = "SELECT digest, answer FROM answered WHERE actor = %s AND act = %s AND key = %s"
_KEEP = "UPDATE answered SET answer = %s::jsonb WHERE actor = %s AND act = %s AND key = %s"
_FORGET = """
    DELETE FROM answered WHERE (actor, act, key) IN (
           SELECT actor, act, key FROM answered WHERE at < now() - %s ORDER BY at LIMIT %s)
"""


@dataclass(frozen=True, slots=True)
class Answered:
    """What an actor asked for under a key, as a digest, and what was answered as JSON."""

    digest: bytes
    answer: Any


def claim(
    connection: Connection[Any], actor: str, act: str, key: str, digest: bytes
) -> Answered | None:
    """Take a key for this transaction; return what was answered where it was taken before."""
    if connection.execute(_CLAIM, [actor, act, key, digest]).rowcount == 1:
        return None
    row = connection.execute(_FOUND, [actor, act, key]).fetchone()
    assert row is not None  # kept for days, and forgotten by the worker alone
    return Answered(bytes(row[0]), row[1])


def keep(connection: Connection[Any], actor: str, act: str, key: str, answer: str) -> None:
    """Write down what is answered under a key that this transaction has taken."""
    connection.execute(_KEEP, [answer, actor, act, key])


def forget(connection: Connection[Any], most: int) -> int:
    """Delete answers older than is promised; return how many."""
    return connection.execute(_FORGET, [KEPT, most]).rowcount
