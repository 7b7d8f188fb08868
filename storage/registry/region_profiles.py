"""By which coefficients regions count by themselves."""

from datetime import date
from typing import Any

from psycopg import Connection

_OWN = "SELECT storage.region_profile(%s, %s)"
_RETIRE = """
    UPDATE region_profile SET known_until = now()
     WHERE region_id = %s AND valid_from = %s AND known_until IS NULL
"""
_STATE = """
    INSERT INTO region_profile (region_id, profile, valid_from, source, known_by)
    VALUES (%s, %s, %s, %s, %s)
"""
_MAY = "SELECT access.plans_regions(%s)"


def own(connection: Connection[Any], region_id: int, day: date) -> str:
    """Return a region's own profile: stated by it, else by the nearest above, else the default."""
    row = connection.execute(_OWN, [region_id, day]).fetchone()
    assert row is not None
    return str(row[0])


def may_state(connection: Connection[Any], region_id: int) -> bool:
    """Return whether the viewer plans for a region."""
    return connection.execute(_MAY, [[region_id]]).fetchone() == (True,)


def state(
    connection: Connection[Any], region_id: int, profile: str, since: date, source: str, by: str
) -> None:
    """Let a region count by a profile from a day on; another of the same day stays on record."""
    connection.execute(_RETIRE, [region_id, since])
    connection.execute(_STATE, [region_id, profile, since, source, by])
