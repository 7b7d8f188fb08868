"""Scans that people attach: kept a day until an act names them, then for good."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

WAITS: Final = timedelta(hours=24)

# The same file again waits a day from now.
_ADD = """
    INSERT INTO attachment (sha256, actor, name, media_type, content) VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT (sha256, actor) DO UPDATE SET at = now(), name = excluded.name
"""
_ONE = """
    SELECT encode(sha256, 'hex') AS sha256, name, media_type, length(content) AS bytes, kept
      FROM attachment
     WHERE sha256 = decode(%(sha256)s, 'hex') AND (%(actor)s::text IS NULL OR actor = %(actor)s)
     ORDER BY at LIMIT 1
"""
_CONTENT = """
    SELECT content FROM attachment WHERE sha256 = decode(%s, 'hex') ORDER BY at LIMIT 1
"""
_KEEP = """
    UPDATE attachment SET kept = true
     WHERE encode(sha256, 'hex') = ANY(%s) AND actor = %s AND NOT kept
"""
_NAME = """
    INSERT INTO attachment_named (sha256, actor, act, subject)
    SELECT decode(digest, 'hex'), %(actor)s, %(act)s, %(subject)s
      FROM unnest(%(named)s::text[]) AS named (digest)
        ON CONFLICT DO NOTHING
"""
_NAMING = "SELECT act, subject FROM access.acts_naming(decode(%s, 'hex'))"
_NAMED = """
    SELECT sha256, name, media_type, bytes, kept, content
      FROM access.named_attachment(decode(%s, 'hex'))
"""
_FORGET = """
    DELETE FROM attachment WHERE (sha256, actor) IN (
           SELECT sha256, actor FROM attachment WHERE NOT kept AND at < now() - %s
            ORDER BY at LIMIT %s)
"""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that somebody attached; kept: an act has named it."""

    sha256: str
    name: str
    media_type: str
    bytes: int
    kept: bool


def add(
    connection: Connection[Any],
    actor: str,
    sha256: bytes,
    name: str,
    media_type: str,
    content: bytes,
) -> None:
    """Keep a file for a day."""
    connection.execute(_ADD, [sha256, actor, name, media_type, content])


def one(connection: Connection[Any], sha256: str, actor: str | None = None) -> Attachment | None:
    """Return a file that the viewer sees: of this actor, or of anybody."""
    with connection.cursor(row_factory=class_row(Attachment)) as cursor:
        return cursor.execute(_ONE, {"sha256": sha256, "actor": actor}).fetchone()


def content(connection: Connection[Any], sha256: str) -> bytes:
    """Return what a file holds, which the viewer sees."""
    row = connection.execute(_CONTENT, [sha256]).fetchone()
    return bytes(row[0]) if row else b""


def keep(connection: Connection[Any], actor: str, named: Collection[str]) -> None:
    """Keep files for good, for an act names them."""
    if named:
        connection.execute(_KEEP, [list(named), actor])


def name(
    connection: Connection[Any], actor: str, named: Collection[str], act: str, subject: int
) -> None:
    """Write down that an act on an object names files, so that who sees it may open them."""
    if named:
        parameters = {"actor": actor, "named": list(named), "act": act, "subject": subject}
        connection.execute(_NAME, parameters)


def naming(connection: Connection[Any], sha256: str) -> list[tuple[str, int]]:
    """Return the acts that name a file, each with its object, whoever asks."""
    return connection.execute(_NAMING, [sha256]).fetchall()


def of_act(connection: Connection[Any], sha256: str) -> tuple[Attachment, bytes] | None:
    """Return a file that an act names, with what it holds, to who sees such an act."""
    row = connection.execute(_NAMED, [sha256]).fetchone()
    return (Attachment(*row[:-1]), bytes(row[-1])) if row else None


def forget(connection: Connection[Any], most: int) -> int:
    """Delete files that waited a day and were named by nothing; return how many."""
    return connection.execute(_FORGET, [WAITS, most]).rowcount
