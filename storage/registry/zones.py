"""The civil zones of regions: whose midnight ends their day."""

from typing import Any

from psycopg import Connection

_ZONE = "SELECT storage.region_zone(%s)"
_KNOWN = "SELECT storage.is_zone(%s)"
_RETIRE = """
    UPDATE region_zone SET known_until = now() WHERE region_id = %(region)s AND known_until IS NULL
"""
_STATE = """
    INSERT INTO region_zone (region_id, zone, source, known_by)
    VALUES (%(region)s, %(zone)s, %(source)s, %(by)s)
"""


def zone_of(connection: Connection[Any], region_id: int | None) -> str:
    """Return a region's zone: its own, else that of the nearest above, else the installation's."""
    row = connection.execute(_ZONE, [region_id]).fetchone()
    assert row is not None
    return str(row[0])


def is_zone(connection: Connection[Any], name: str) -> bool:
    """Return whether the server knows a zone of this name."""
    row = connection.execute(_KNOWN, [name]).fetchone()
    return row == (True,)


def state(connection: Connection[Any], region_id: int, zone: str, source: str, by: str) -> None:
    """Let a region and those below it count their days in a zone from now on."""
    parameters = {"region": region_id, "zone": zone, "source": source, "by": by}
    connection.execute(_RETIRE, parameters)
    connection.execute(_STATE, parameters)
