"""Handles of large files: how far each is, what stood against it, whether the accounts have it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

LOCK_CLASS: Final = 31  # held by the session that takes a file, for as long as it lives
OPEN: Final = ("received", "read")

_COLUMNS: Final = """
    SELECT id, made_by, made_at, name, encode(sha256, 'hex') AS sha256, bytes, state, bytes_read,
           rows_read, rows_stored, counts, cardinality(channels) AS channels, first, last, file_id,
           errors, error_count, stored_at, ended_at
      FROM reading_import
"""
_ONE: Final = _COLUMNS + " WHERE id = %s"
_LISTED: Final = f"""
    SELECT i.*, coalesce((SELECT p.name FROM access.called(ARRAY[made_by]) p), made_by) AS by_name
      FROM ({_COLUMNS}) i
     WHERE id < %(before)s AND (%(state)s::text IS NULL OR state = %(state)s)
     ORDER BY id DESC LIMIT %(most)s
"""  # noqa: S608  # our own columns
_ADD = """
    INSERT INTO reading_import (made_by, name, sha256, bytes) VALUES (%s, %s, %s, %s) RETURNING id
"""
_WAITS = "SELECT usage_rows, account_rows FROM access.import_waits(%s)"
_AS_STORED = "UPDATE reading_import SET state = 'in_accounts', ended_at = now() WHERE id = %s"
_INTERRUPT = """
    UPDATE reading_import SET state = 'interrupted', ended_at = now(), errors = %s
     WHERE id = %s AND state = ANY(%s) AND pg_try_advisory_xact_lock(%s, id::integer)
"""
_GIVE_UP = """
    UPDATE reading_import SET state = 'interrupted', ended_at = now(), errors = %s
     WHERE id = %s AND state = ANY(%s)
"""
_TELL = """
    UPDATE reading_import
       SET state = %(state)s, bytes_read = %(bytes_read)s, rows_read = %(rows_read)s,
           rows_stored = %(rows_stored)s
     WHERE id = %(id)s
"""
_REFUSED = """
    UPDATE reading_import SET state = 'refused', errors = %s, error_count = %s, ended_at = now()
     WHERE id = %s
"""
_STORED = """
    UPDATE reading_import
       SET state = 'stored', stored_at = now(), counts = %(counts)s, rows_stored = rows_read,
           bytes_read = bytes, channels = %(channels)s, file_id = %(file)s,
           first = to_timestamp(%(first_ms)s / 1000.0), last = to_timestamp(%(last_ms)s / 1000.0)
     WHERE id = %(id)s
"""
_FORGET = """
    DELETE FROM reading_import WHERE id IN (
           SELECT id FROM reading_import
            WHERE made_at < now() - interval '90 days' ORDER BY id LIMIT %s)
"""


@dataclass(frozen=True, slots=True)
class LargeImport:
    """How far a large file is.

    state: received (being read), read (all of it can be taken), stored, in_accounts, refused,
        interrupted. bytes: as they came; bytes_read: of these. counts: what became of its readings.
    file_id: by which it is taken back, None where it said nothing new.
    errors: the first that stood against it, each with line, field and what to do.
    """

    id: int
    made_by: str
    made_at: datetime
    name: str
    sha256: str
    bytes: int
    state: str
    bytes_read: int
    rows_read: int
    rows_stored: int
    counts: Mapping[str, int]
    channels: int
    first: datetime | None
    last: datetime | None
    file_id: int | None
    errors: Sequence[Mapping[str, Any]]
    error_count: int
    stored_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class LargeImportRow(LargeImport):
    """A large file in a list, with who sent it."""

    by_name: str


def add(connection: Connection[Any], by: str, name: str, sha256: bytes, size: int) -> int:
    """Write down that a file came."""
    row = connection.execute(_ADD, [by, name, sha256, size]).fetchone()
    assert row is not None
    return int(row[0])


def one(connection: Connection[Any], import_id: int) -> LargeImport | None:
    """Return how far a file is that the viewer may know of."""
    with connection.cursor(row_factory=class_row(LargeImport)) as cursor:
        return cursor.execute(_ONE, [import_id]).fetchone()


def listed(
    connection: Connection[Any], *, state: str | None, before: int, most: int
) -> list[LargeImportRow]:
    """Return the files that the viewer may know of, newest first; before: of lesser ids."""
    with connection.cursor(row_factory=class_row(LargeImportRow)) as cursor:
        asked = {"state": state, "before": before, "most": most}
        return cursor.execute(_LISTED, asked).fetchall()


def waits(connection: Connection[Any], import_id: int) -> tuple[int, int]:
    """Return how many rows of the two queues wait for the days of a file: usage, accounts."""
    return connection.execute(_WAITS, [import_id]).fetchone() or (0, 0)


def counted(connection: Connection[Any], import_id: int) -> None:
    """Write down that the accounts have it."""
    connection.execute(_AS_STORED, [import_id])


def interrupt(connection: Connection[Any], import_id: int, why: Mapping[str, Any]) -> bool:
    """Write down that nobody takes the file any more, where nobody does; return whether."""
    asked = [Jsonb([dict(why)]), import_id, list(OPEN), LOCK_CLASS]
    return connection.execute(_INTERRUPT, asked).rowcount == 1


def give_up(connection: Connection[Any], import_id: int, why: Mapping[str, Any]) -> None:
    """Write down that whoever takes the file cannot go on, and why; nothing of it is kept."""
    connection.execute(_GIVE_UP, [Jsonb([dict(why)]), import_id, list(OPEN)])


def tell(
    connection: Connection[Any],
    import_id: int,
    *,
    state: str,
    bytes_read: int,
    rows_read: int,
    rows_stored: int = 0,
) -> None:
    """Write down how far a file is."""
    told = {"state": state, "bytes_read": bytes_read, "rows_read": rows_read}
    connection.execute(_TELL, {"id": import_id, "rows_stored": rows_stored, **told})


def refused(
    connection: Connection[Any], import_id: int, errors: Sequence[Mapping[str, Any]], count: int
) -> None:
    """Write down what stands against a file; nothing of it is kept."""
    connection.execute(_REFUSED, [Jsonb(list(errors)), count, import_id])


def stored(
    connection: Connection[Any],
    import_id: int,
    counts: Mapping[str, int],
    channels: Sequence[int],
    span_ms: tuple[int, int],
    file_id: int | None,
) -> None:
    """Write down that a file is stored, in the transaction that stores it.

    file_id: by which it can be taken back; None where it said nothing new.
    """
    told = {"channels": list(channels), "first_ms": span_ms[0], "last_ms": span_ms[1]}
    told |= {"file": file_id}
    connection.execute(_STORED, {"id": import_id, "counts": Jsonb(dict(counts)), **told})


def forget(connection: Connection[Any], most: int) -> int:
    """Delete handles that were kept long enough; return how many went."""
    return connection.execute(_FORGET, [most]).rowcount
