"""Vehicles: registered, withdrawn, listed."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

_LIST = """
    SELECT v.id AS vehicle_id, v.institution_id, v.plate, v.since, i.name_zh, i.name_en
      FROM vehicle v JOIN report.institution i USING (institution_id)
     WHERE v.known_until IS NULL AND v.id > %(after)s
       AND (%(only)s::integer IS NULL OR v.id = %(only)s)
       AND (%(plate)s::text IS NULL OR strpos(v.plate, %(plate)s) > 0)
     ORDER BY v.id LIMIT %(most)s
"""
_REGISTERED = """
    SELECT EXISTS (SELECT FROM vehicle
                    WHERE institution_id = %s AND plate = %s AND known_until IS NULL)
"""
_ADD = """
    INSERT INTO vehicle (institution_id, plate, since, known_by) VALUES (%s, %s, %s, %s)
    RETURNING id
"""
_END = "UPDATE vehicle SET known_until = now() WHERE id = %s"


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle and whose it is."""

    vehicle_id: int
    institution_id: int
    plate: str
    since: date
    name_zh: str | None
    name_en: str | None


def listed(
    connection: Connection[Any],
    *,
    plate: str | None = None,
    only: int | None = None,
    after: int = 0,
    most: int = 1,
) -> list[Vehicle]:
    """Return vehicles that the viewer sees, in order of their ids."""
    asked = {"plate": plate, "only": only, "after": after, "most": most}
    with connection.cursor(row_factory=class_row(Vehicle)) as cursor:
        return cursor.execute(_LIST, asked).fetchall()


def add(connection: Connection[Any], institution_id: int, plate: str, since: date, by: str) -> int:
    """Register a vehicle, and return its id."""
    row = connection.execute(_ADD, [institution_id, plate, since, by]).fetchone()
    assert row is not None
    return int(row[0])


def is_registered(connection: Connection[Any], institution_id: int, plate: str) -> bool:
    """Return whether an institution has a vehicle of this plate."""
    return connection.execute(_REGISTERED, [institution_id, plate]).fetchone() == (True,)


def end(connection: Connection[Any], vehicle_id: int) -> None:
    """Let a vehicle be registered no longer."""
    connection.execute(_END, [vehicle_id])
