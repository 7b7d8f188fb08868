"""What limits how much may be asked of institutions: certified leaders, and audited savings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

_ADD: Final = """
    INSERT INTO saving_evidence (institution_id, kind, title, saving_g, document_number, valid_from,
                                 valid_to, made_by)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
"""
_NEWEST: Final = """
    SELECT DISTINCT ON (institution_id, kind)
           institution_id, kind, title, saving_g, document_number, valid_from, valid_to
      FROM saving_evidence
     WHERE %(only)s::integer[] IS NULL OR institution_id = ANY(%(only)s)
     ORDER BY institution_id, kind, id DESC
"""


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A document of an institution; saving_g: of an audit, what might be saved in a year."""

    institution_id: int
    kind: str
    title: str
    saving_g: int | None
    document_number: str
    valid_from: date
    valid_to: date | None

    def holds_on(self, day: date) -> bool:
        """Return whether it holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def add(connection: Connection[Any], row: EvidenceRow, by: str) -> int:
    """Keep what was stated, and return its id."""
    values = [row.institution_id, row.kind, row.title, row.saving_g, row.document_number]
    made = connection.execute(_ADD, [*values, row.valid_from, row.valid_to, by]).fetchone()
    assert made is not None
    return int(made[0])


def newest(
    connection: Connection[Any], only: Sequence[int] | None = None
) -> dict[int, list[EvidenceRow]]:
    """Return the newest word of each kind on institutions that the viewer sees."""
    asked = {"only": None if only is None else list(only)}
    found: dict[int, list[EvidenceRow]] = {}
    with connection.cursor(row_factory=class_row(EvidenceRow)) as cursor:
        for one in cursor.execute(_NEWEST, asked):
            found.setdefault(one.institution_id, []).append(one)
    return found
