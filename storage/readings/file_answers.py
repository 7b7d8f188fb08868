"""What officers answered of files of one layout, institution by institution."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

_KNOWN = """
    SELECT institution_id, answers, known_since, known_by
      FROM file_answer  -- of institutions that the viewer may write for
     WHERE layout = %s AND known_until IS NULL
     ORDER BY known_since DESC, institution_id
"""
_RETIRE = """
    UPDATE file_answer SET known_until = now()
     WHERE layout = %(layout)s AND institution_id = ANY(%(institutions)s)
       AND known_until IS NULL AND answers <> %(answers)s
"""
# A row that says the same stands; of two officers at once, the first one's does.
_ADD = """
    INSERT INTO file_answer (institution_id, layout, answers, known_by)
    SELECT institution_id, %(layout)s, %(answers)s, %(by)s
      FROM unnest(%(institutions)s::integer[]) AS institution_id
    ON CONFLICT (institution_id, layout) WHERE known_until IS NULL DO NOTHING
"""
_OF_CHANNELS = """
    SELECT DISTINCT m.institution_id
      FROM channel c JOIN meter m ON m.id = c.meter_id
     WHERE c.id = ANY(%s)
     ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """What holds of a layout for one institution: since when, and by whom."""

    institution_id: int
    answers: Mapping[str, Any]
    known_since: datetime
    known_by: str


def known(connection: Connection[Any], layout: bytes) -> list[FileAnswer]:
    """Return what was answered of a layout for institutions that the viewer writes for."""
    with connection.cursor(row_factory=class_row(FileAnswer)) as cursor:
        return cursor.execute(_KNOWN, [layout]).fetchall()


def keep(
    connection: Connection[Any],
    layout: bytes,
    institutions: Sequence[int],
    answers: Mapping[str, Any],
    by: str,
) -> None:
    """Let answers hold for a layout of institutions; none retires what was answered before."""
    values = {
        "layout": layout, "institutions": list(institutions), "answers": Jsonb(answers), "by": by
    }  # fmt: skip
    connection.execute(_RETIRE, values)
    if answers:
        connection.execute(_ADD, values)


def institutions_of(connection: Connection[Any], channel_ids: list[int]) -> list[int]:
    """Return whose the channels are, of those that the viewer sees."""
    return [row[0] for row in connection.execute(_OF_CHANNELS, [channel_ids])]
