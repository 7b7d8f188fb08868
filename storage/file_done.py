"""Files whose rows were done, with what takes each of them back."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

KEPT: Final = timedelta(days=31)

_ADD = """
    INSERT INTO file_done (actor, act, sha256, rows, opposites)
    VALUES (%s, %s, %s, %s, %s::jsonb) RETURNING id
"""
_ONE = """
    SELECT id, actor, act, sha256, rows, at, undone_at
      FROM file_done WHERE id = %s
"""
_LISTED = """
    SELECT id, actor, act, sha256, rows, at, undone_at,
           coalesce((SELECT p.name FROM access.called(ARRAY[actor]) p), actor) AS by_name
      FROM file_done WHERE id < %(before)s ORDER BY id DESC LIMIT %(most)s
"""
_LOCK = "SELECT opposites FROM file_done WHERE id = %s FOR UPDATE"
_UNDONE = "UPDATE file_done SET undone_at = now(), undone_by = %s WHERE id = %s"
_FORGET = """
    DELETE FROM file_done WHERE id IN (
           SELECT id FROM file_done WHERE at < now() - %s ORDER BY at LIMIT %s)
"""


@dataclass(frozen=True, slots=True)
class FileDone:
    """A file whose rows were done."""

    id: int
    actor: str
    act: str
    sha256: bytes
    rows: int
    at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class FileRow(FileDone):
    """A file in a list, with who brought it."""

    by_name: str


def add(
    connection: Connection[Any],
    actor: str,
    act: str,
    sha256: bytes,
    opposites: Sequence[dict[str, Any]],
) -> int:
    """Keep what takes back the rows of a file; return its id."""
    text = json.dumps(opposites, ensure_ascii=False)
    row = connection.execute(_ADD, [actor, act, sha256, len(opposites), text]).fetchone()
    assert row is not None
    return int(row[0])


def one(connection: Connection[Any], file_id: int) -> FileDone | None:
    """Return a file that the viewer may know of: their own, or any for an administrator."""
    with connection.cursor(row_factory=class_row(FileDone)) as cursor:
        return cursor.execute(_ONE, [file_id]).fetchone()


def listed(connection: Connection[Any], *, before: int, most: int) -> list[FileRow]:
    """Return the files that the viewer may know of, newest first; before: of lesser ids."""
    with connection.cursor(row_factory=class_row(FileRow)) as cursor:
        return cursor.execute(_LISTED, {"before": before, "most": most}).fetchall()


def opposites(connection: Connection[Any], file_id: int) -> list[dict[str, Any]]:
    """Return what takes back each row, and let nobody else take them back meanwhile."""
    row = connection.execute(_LOCK, [file_id]).fetchone()
    found: list[dict[str, Any]] = row[0] if row else []
    return found


def undone(connection: Connection[Any], file_id: int, actor: str) -> None:
    """Mark a file as taken back."""
    connection.execute(_UNDONE, [actor, file_id])


def forget(connection: Connection[Any], most: int) -> int:
    """Delete files older than is promised; return how many."""
    return connection.execute(_FORGET, [KEPT, most]).rowcount
