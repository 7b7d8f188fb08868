"""Issues that wait for a second person: what a union says of that, who asked and who refused."""

from typing import Any, Final, Literal

from psycopg import Connection

_NEEDED: Final = """
    SELECT needed FROM union_second_person WHERE union_id = %s ORDER BY id DESC LIMIT 1
"""
_STATE: Final = """
    INSERT INTO union_second_person (union_id, needed, reason, made_by) VALUES (%s, %s, %s, %s)
"""
_PLANNERS: Final = "SELECT access.planners_of(%s)"
_SAY: Final = """
    INSERT INTO run_request (run_id, union_id, said, reason, made_by) VALUES (%s, %s, %s, %s, %s)
    RETURNING id
"""


def needed(connection: Connection[Any], union_id: int) -> bool:
    """Return whether a union has its runs issued by another person than who asks for it."""
    row = connection.execute(_NEEDED, [union_id]).fetchone()
    return bool(row and row[0])


def state(
    connection: Connection[Any], union_id: int, reason: str, by: str, *, needed: bool
) -> None:
    """Say from now on whether it is so."""
    connection.execute(_STATE, [union_id, needed, reason, by])


def planners(connection: Connection[Any], union_id: int) -> int:
    """Return how many people plan for a union today, whatever log-ins they have."""
    row = connection.execute(_PLANNERS, [union_id]).fetchone()
    assert row is not None
    return int(row[0])


def say(
    connection: Connection[Any],
    run_id: int,
    union_id: int,
    said: Literal["asked", "refused"],
    reason: str,
    by: str,
) -> int:
    """Keep that somebody asks for a run's issue, or refuses it; return the word's id."""
    row = connection.execute(_SAY, [run_id, union_id, said, reason, by]).fetchone()
    assert row is not None
    return int(row[0])
