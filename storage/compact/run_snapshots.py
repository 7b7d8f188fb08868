"""What a run was computed from, as canonical JSON: for proving it again."""

from typing import Any

from psycopg import Connection

from compact.snapshot_parts import Leaf

_SNAPSHOT = "SELECT access.run_snapshot(%s)"
_PART = "SELECT digest, name, content, salt FROM access.run_part(%s, %s) ORDER BY place"
_SNAPSHOTS = """
    SELECT r.id, r.sha256, s.snapshot FROM run r JOIN run_snapshot s ON s.run_id = r.id
     WHERE %(only)s::integer IS NULL OR r.id = %(only)s ORDER BY r.id
"""


def of(connection: Connection[Any], run_id: int) -> str | None:
    """Return a run's snapshot, where the viewer plans for its union and sees all in it."""
    row = connection.execute(_SNAPSHOT, [run_id]).fetchone()
    return str(row[0]) if row and row[0] is not None else None


def part(connection: Connection[Any], run_id: int, member: int | None = None) -> list[Leaf]:
    """Return a run's leaves in order, open where the viewer sees them; member: its own alone."""
    return [Leaf(*row) for row in connection.execute(_PART, [run_id, member])]


def listed(connection: Connection[Any], run_id: int | None) -> list[tuple[int, str, str]]:
    """Return id, digest and snapshot of one run or of all."""
    return connection.execute(_SNAPSHOTS, {"only": run_id}).fetchall()
