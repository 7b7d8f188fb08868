"""What a run was computed from, as canonical JSON: for proving it again."""

from typing import Any

from psycopg import Connection

_SNAPSHOT = "SELECT access.run_snapshot(%s)"
_SNAPSHOTS = """
    SELECT r.id, r.sha256, s.snapshot FROM run r JOIN run_snapshot s ON s.run_id = r.id
     WHERE %(only)s::integer IS NULL OR r.id = %(only)s ORDER BY r.id
"""


def of(connection: Connection[Any], run_id: int) -> str | None:
    """Return a run's snapshot, where the viewer plans for its union and sees all in it."""
    row = connection.execute(_SNAPSHOT, [run_id]).fetchone()
    return str(row[0]) if row and row[0] is not None else None


def listed(connection: Connection[Any], run_id: int | None) -> list[tuple[int, str, str]]:
    """Return id, digest and snapshot of one run or of all."""
    return connection.execute(_SNAPSHOTS, {"only": run_id}).fetchall()
