"""What must happen later: rows written in the causing transaction, taken one at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

_ADD = """
    INSERT INTO due (kind, key, at)
    SELECT %(kind)s, %(key)s, %(at)s
     WHERE NOT EXISTS (SELECT FROM due WHERE kind = %(kind)s AND key = %(key)s)
"""
# A row that is being done is waited for; its successor, which comes of that, moves too.
_SOONER = """
    UPDATE due SET at = %(at)s WHERE kind = %(kind)s AND key = %(key)s AND at > %(at)s
"""
_TAKE = """
    SELECT id, kind, key, attempts FROM due
     WHERE kind = ANY(%s) AND at <= now() ORDER BY at LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_DONE = "DELETE FROM due WHERE id = %s"
# Twice as long each time, at most a day.
_FAILED = """
    UPDATE due SET attempts = attempts + 1, said = %s,
           at = now() + least(interval '1 minute' * 2 ^ least(attempts, 11), interval '1 day')
     WHERE id = %s
"""


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is to happen now."""

    id: int
    kind: str
    key: str
    attempts: int


def add(connection: Connection[Any], kind: str, key: str, at: datetime) -> None:
    """Have something happen at an instant; what waits already moves there if that is sooner."""
    for statement in (_SOONER, _ADD, _SOONER):
        connection.execute(statement, {"kind": kind, "key": key, "at": at})


def take(
    connection: Connection[Any], kinds: list[str], do: Callable[[Connection[Any], Due], datetime]
) -> Due | None:
    """Do one thing that is due, in one transaction with its successor; return it, if any was.

    do: returns when it is due again. What fails is put off and says why; others go on.
    """
    with connection.transaction():
        row = connection.execute(_TAKE, [kinds]).fetchone()
        if row is None:
            return None
        taken = Due(*row)
        try:
            with connection.transaction():
                again = do(connection, taken)
        except Exception as error:
            if connection.closed:  # nobody knows what became of it: it is still due
                raise
            connection.execute(_FAILED, [repr(error), taken.id])
            return taken
        connection.execute(_DONE, [taken.id])
        add(connection, taken.kind, taken.key, again)
    return taken
