"""Shares of time that offices ask to be measured; rows are retired, never changed."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

_STATED = """
    SELECT region_id, share_millionths / 1000000.0 AS share, source, known_since, known_by
      FROM enough_measured WHERE known_until IS NULL ORDER BY region_id NULLS FIRST
"""
_MAY = """
    SELECT CASE WHEN %(region)s::integer IS NULL THEN access.administers()
                ELSE access.plans_regions(ARRAY[%(region)s]::integer[]) END
"""
_RETIRE = """
    UPDATE enough_measured SET known_until = now()
     WHERE known_until IS NULL AND region_id IS NOT DISTINCT FROM %(region)s::integer
"""
_STATE = """
    INSERT INTO enough_measured (region_id, share_millionths, source, known_by)
    VALUES (%(region)s, %(share)s, %(source)s, %(by)s)
"""


@dataclass(frozen=True, slots=True)
class EnoughShare:
    """A share that holds now; region_id: None is the whole installation."""

    region_id: int | None
    share: Decimal
    source: str
    known_since: datetime
    known_by: str


def stated(connection: Connection[Any]) -> list[EnoughShare]:
    """Return all shares that hold, the installation's first."""
    with connection.cursor(row_factory=class_row(EnoughShare)) as cursor:
        return cursor.execute(_STATED).fetchall()


def may_state(connection: Connection[Any], region_id: int | None) -> bool:
    """Return whether the viewer decides for a region, or for the installation."""
    row = connection.execute(_MAY, {"region": region_id}).fetchone()
    return row == (True,)


def state(
    connection: Connection[Any], region_id: int | None, millionths: int, source: str, by: str
) -> None:
    """Let a share hold from now on; the one before it stays on record."""
    parameters = {"region": region_id, "share": millionths, "source": source, "by": by}
    connection.execute(_RETIRE, parameters)
    connection.execute(_STATE, parameters)
