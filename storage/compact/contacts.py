"""Authorities and liaison officers of members, and what is said of a union's results."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from storage.dated import Dated, supersede

_AUTHORITY: Final = Dated(
    "member_authority",
    keys=("region_id", "subject"),
    values=("name_zh", "name_en", "kind", "powers", "held_by"),
)
_LIAISON: Final = Dated(
    "liaison_officer", keys=("union_id", "region_id", "place"), values=("name", "contact")
)
_AUTHORITIES: Final = """
    SELECT subject, name_zh, name_en, kind, powers, held_by, valid_from, source
      FROM member_authority
     WHERE region_id = %s AND known_until IS NULL AND storage.today() >= valid_from
       AND (valid_to IS NULL OR storage.today() < valid_to)
     ORDER BY subject
"""
_OFFICERS: Final = """
    SELECT place, name, contact, valid_from, source FROM liaison_officer
     WHERE union_id = %s AND region_id = %s AND known_until IS NULL
       AND storage.today() >= valid_from AND (valid_to IS NULL OR storage.today() < valid_to)
     ORDER BY place DESC
"""
_COMMENT: Final = """
    INSERT INTO union_comment (union_id, region_id, text, made_by) VALUES (%s, %s, %s, %s)
    RETURNING id
"""
_COMMENTS: Final = """
    SELECT c.id AS comment_id, c.region_id, c.text, c.made_at, c.made_by, f.name_zh, f.name_en,
           coalesce(c.region_id = u.guide_id, false) AS guides
      FROM union_comment c
      JOIN region_union u ON u.id = c.union_id
      LEFT JOIN region_fact f ON f.region_id = c.region_id AND f.known_until IS NULL
           AND storage.today() >= f.valid_from
           AND (f.valid_to IS NULL OR storage.today() < f.valid_to)
     WHERE c.union_id = %s ORDER BY c.id DESC LIMIT 200
"""
_GUIDES: Final = "SELECT %s IN (SELECT * FROM access.guides())"


@dataclass(frozen=True, slots=True)
class AuthorityRow:
    """An authority of a member for a subject; held_by: who holds the power that it lacks."""

    subject: str
    name_zh: str
    name_en: str
    kind: str
    powers: str
    held_by: str | None
    valid_from: date
    source: str


@dataclass(frozen=True, slots=True)
class OfficerRow:
    """A member's liaison officer in a union, or the deputy."""

    place: str
    name: str
    contact: str
    valid_from: date
    source: str


@dataclass(frozen=True, slots=True)
class CommentRow:
    """What somebody said of a union's results; guides: for the authority that guides it."""

    comment_id: int
    region_id: int | None
    text: str
    made_at: datetime
    made_by: str
    name_zh: str | None
    name_en: str | None
    guides: bool


def name_authority(
    connection: Connection[Any], region_id: int, row: tuple[Any, ...], by: str
) -> bool:
    """Let an authority be competent from a day on; return whether that is new.

    row: subject, both names, kind, powers, held_by, valid_from, source.
    """
    return bool(supersede(connection, _AUTHORITY, [(region_id, *row)], by))


def name_officer(
    connection: Connection[Any], union_id: int, region_id: int, row: tuple[Any, ...], by: str
) -> bool:
    """Let somebody be liaison officer or deputy from a day on; return whether that is new.

    row: place, name, contact, valid_from, source.
    """
    return bool(supersede(connection, _LIAISON, [(union_id, region_id, *row)], by))


def authorities(connection: Connection[Any], region_id: int) -> list[AuthorityRow]:
    """Return the authorities of a member today."""
    with connection.cursor(row_factory=class_row(AuthorityRow)) as cursor:
        return cursor.execute(_AUTHORITIES, [region_id]).fetchall()


def officers(connection: Connection[Any], union_id: int, region_id: int) -> list[OfficerRow]:
    """Return a member's liaison officer and deputy today."""
    with connection.cursor(row_factory=class_row(OfficerRow)) as cursor:
        return cursor.execute(_OFFICERS, [union_id, region_id]).fetchall()


def comment(
    connection: Connection[Any], union_id: int, region_id: int | None, text: str, by: str
) -> int:
    """Keep what is said for a region, or as planner of all; return the comment's id."""
    row = connection.execute(_COMMENT, [union_id, region_id, text, by]).fetchone()
    assert row is not None
    return int(row[0])


def comments(connection: Connection[Any], union_id: int) -> list[CommentRow]:
    """Return the newest comments on a union's results."""
    with connection.cursor(row_factory=class_row(CommentRow)) as cursor:
        return cursor.execute(_COMMENTS, [union_id]).fetchall()


def guides(connection: Connection[Any], union_id: int) -> bool:
    """Return whether the viewer guides a union."""
    return connection.execute(_GUIDES, [union_id]).fetchone() == (True,)
