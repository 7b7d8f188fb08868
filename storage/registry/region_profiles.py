"""By which coefficients regions count by themselves."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

_OWN = "SELECT storage.region_profile(%s, %s)"
_RETIRE = """
    UPDATE region_profile SET known_until = now()
     WHERE region_id = %s AND valid_from = %s AND known_until IS NULL
"""
_STATE = """
    INSERT INTO region_profile (region_id, profile, valid_from, source, known_by)
    VALUES (%s, %s, %s, %s, %s)
"""
_LISTED = """
    SELECT p.region_id, r.name_zh, r.name_en, p.profile, o.name_zh AS profile_zh,
           o.name_en AS profile_en, p.valid_from, p.source, p.known_since, p.known_by
      FROM region_profile p
      JOIN report.profile o ON o.code = p.profile
      LEFT JOIN report.region r ON r.region_id = p.region_id
     WHERE p.known_until IS NULL ORDER BY p.region_id, p.valid_from
"""
_MAY = "SELECT access.plans_regions(%s)"


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """By which profile a region counts from a day on, and on what ground."""

    region_id: int
    name_zh: str | None
    name_en: str | None
    profile: str
    profile_zh: str
    profile_en: str
    valid_from: date
    source: str
    known_since: datetime
    known_by: str


def listed(connection: Connection[Any]) -> list[ProfileRow]:
    """Return what regions have stated, in order of regions and days."""
    with connection.cursor(row_factory=class_row(ProfileRow)) as cursor:
        return cursor.execute(_LISTED).fetchall()


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
