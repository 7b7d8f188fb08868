"""Commitments of members under a union's plan, and what was said of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

_ADD: Final = """
    INSERT INTO commitment (union_id, region_id, number, title, body, due, evidence, source,
                            made_by)
    VALUES (%(union)s, %(region)s, %(number)s, %(title)s, %(body)s, %(due)s, %(evidence)s,
            %(source)s, %(by)s)
    RETURNING id
"""
_SAY: Final = """
    INSERT INTO commitment_word (commitment_id, union_id, region_id, said, percent, text,
                                 scan_sha256, made_by)
    VALUES (%(commitment)s, %(union)s, %(region)s, %(said)s, %(percent)s, %(text)s, %(scan)s,
            %(by)s)
"""
_LISTED: Final = """
    SELECT c.*, f.code, f.name_zh, f.name_en,
           c.region_id IN (SELECT s.id FROM access.acts_for() AS s(id)) AS own
      FROM report.commitment c
      LEFT JOIN region_fact f ON f.region_id = c.region_id AND f.known_until IS NULL
           AND storage.today() >= f.valid_from
           AND (f.valid_to IS NULL OR storage.today() < f.valid_to)
     WHERE (%(only)s::integer IS NULL OR c.commitment_id = %(only)s)
       AND (%(union)s::integer IS NULL OR c.union_id = %(union)s)
       AND (%(region)s::integer IS NULL OR c.region_id = %(region)s)
       AND (%(state)s::text IS NULL OR c.state = %(state)s)
       AND (NOT %(overdue)s OR c.overdue)
       AND (c.due, c.commitment_id) > (%(after_day)s::date, %(after)s::integer)
     ORDER BY c.due, c.commitment_id LIMIT %(most)s
"""
_WORDS: Final = """
    SELECT said, percent, text, scan_sha256, made_at, made_by FROM commitment_word
     WHERE commitment_id = %s ORDER BY id
"""
_FIRST: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class CommitmentRow:
    """A commitment as it stands; overdue: its day is over, and nobody has reported it done.

    said, said_text, said_by, said_at: the last word. done_by: who last reported it done.
    own: whether the viewer acts for its member. days_over: None once it is reported done.
    """

    commitment_id: int
    union_id: int
    region_id: int
    number: str
    title: str
    body: str | None
    due: date
    evidence: str | None
    source: str
    made_at: datetime
    made_by: str
    state: str
    said: str | None
    percent: int | None
    said_text: str | None
    said_by: str | None
    said_at: datetime | None
    done_by: str | None
    overdue: bool
    days_over: int | None
    code: str | None
    name_zh: str | None
    name_en: str | None
    own: bool


@dataclass(frozen=True, slots=True)
class WordRow:
    """What was said of a commitment, with its evidence or reason."""

    said: str
    percent: int | None
    text: str
    scan_sha256: str | None
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class Which:
    """Which commitments are asked for; None asks for all."""

    union_id: int | None = None
    region_id: int | None = None
    state: str | None = None
    overdue: bool = False


def add(connection: Connection[Any], fields: Mapping[str, Any], by: str) -> int:
    """Keep what is asked of a member; return its id."""
    row = connection.execute(_ADD, {**fields, "by": by}).fetchone()
    assert row is not None
    return int(row[0])


def say(
    connection: Connection[Any],
    on: CommitmentRow,
    said: str,
    text: str,
    by: str,
    *,
    percent: int | None = None,
    scan: str | None = None,
) -> None:
    """Keep what somebody says of a commitment."""
    fields = {
        "commitment": on.commitment_id,
        "union": on.union_id,
        "region": on.region_id,
        "said": said,
        "percent": percent,
        "text": text,
        "scan": scan,
        "by": by,
    }
    connection.execute(_SAY, fields)


def one(connection: Connection[Any], commitment_id: int) -> CommitmentRow | None:
    """Return one commitment, if the viewer sees its union."""
    found = _found(connection, Which(), commitment_id, (_FIRST, 0), 1)
    return found[0] if found else None


def listed(
    connection: Connection[Any], asked: Which, *, after: tuple[date, int] = (_FIRST, 0), most: int
) -> list[CommitmentRow]:
    """Return commitments in order of their day, those after a (day, id)."""
    return _found(connection, asked, None, after, most)


def words(connection: Connection[Any], commitment_id: int) -> list[WordRow]:
    """Return all that was said of a commitment, the first word first."""
    with connection.cursor(row_factory=class_row(WordRow)) as cursor:
        return cursor.execute(_WORDS, [commitment_id]).fetchall()


def _found(
    connection: Connection[Any],
    asked: Which,
    only: int | None,
    after: tuple[date, int],
    most: int,
) -> list[CommitmentRow]:
    parameters = {
        "only": only,
        "union": asked.union_id,
        "region": asked.region_id,
        "state": asked.state,
        "overdue": asked.overdue,
        "after_day": after[0],
        "after": after[1],
        "most": most,
    }
    with connection.cursor(row_factory=class_row(CommitmentRow)) as cursor:
        return cursor.execute(_LISTED, parameters).fetchall()
