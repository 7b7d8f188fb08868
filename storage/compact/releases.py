"""Which members let the union issue quotas to their institutions, by one run or by all."""

from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

_ADD: Final = """
    INSERT INTO quota_release (union_id, region_id, run_id, released, document_number, made_by)
    VALUES (%s, %s, %s, %s, %s, %s) RETURNING id
"""
_STANDING: Final = """
    SELECT id AS word_id, run_id, released, document_number FROM quota_release
     WHERE union_id = %(union)s AND region_id = %(region)s
       AND (run_id IS NULL OR run_id = %(run)s)
     ORDER BY id DESC LIMIT 1
"""
_WAITS: Final = "SELECT * FROM access.run_waits_for(%s)"


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """A member's word: whether quotas may be issued to its institutions; run_id: None is by all."""

    word_id: int
    run_id: int | None
    released: bool
    document_number: str


def add(
    connection: Connection[Any],
    whose: tuple[int, int],
    run_id: int | None,
    document_number: str,
    by: str,
    *,
    released: bool,
) -> int:
    """Keep a member's word, and return its id; whose: union and region."""
    row = connection.execute(_ADD, [*whose, run_id, released, document_number, by]).fetchone()
    assert row is not None
    return int(row[0])


def standing(
    connection: Connection[Any], whose: tuple[int, int], run_id: int | None
) -> ReleaseRow | None:
    """Return the word of a member that holds for a run, or (None) for all that come."""
    asked = {"union": whose[0], "region": whose[1], "run": run_id}
    with connection.cursor(row_factory=class_row(ReleaseRow)) as cursor:
        return cursor.execute(_STANDING, asked).fetchone()


def waits_for(connection: Connection[Any], run_id: int) -> list[int]:
    """Return members that have not let a run be issued, but for those the viewer acts for."""
    return [int(one) for (one,) in connection.execute(_WAITS, [run_id])]
