"""What quota standards ask of institutions beyond the registry, as somebody stated it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from storage.dated import Dated, supersede

_TABLE: Final = Dated(
    "standard_fact", ("institution_id", "input", "word"), ("number",), ends="number"
)
_KNOWN: Final = """
    SELECT institution_id, input, word, number, valid_from, valid_to, source, known_since
      FROM standard_fact
     WHERE known_until IS NULL AND institution_id = ANY(%(ids)s) AND number IS NOT NULL
     ORDER BY institution_id, input, word, valid_from
"""


@dataclass(frozen=True, slots=True)
class StandardFact:
    """A word that an institution falls under, or a number that a formula asks for.

    word: of a standard, where `input` is a dimension; empty of a number.
    """

    institution_id: int
    input: str
    word: str
    number: Decimal
    valid_from: date
    valid_to: date | None
    source: str
    known_since: Any

    def holds_on(self, day: date) -> bool:
        """Return whether it holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def state(
    connection: Connection[Any], institution_id: int, what: tuple[str, str],
    number: Decimal | None, valid_from: date, source: str, by: str,
) -> bool:  # fmt: skip
    """Let it hold from a day on, until the next one known; None: it ends there.

    what: the input and, of a dimension, the word. returns: whether that is new.
    """
    row = (institution_id, *what, number, valid_from, source)
    return bool(supersede(connection, _TABLE, [row], by))


def known(connection: Connection[Any], institutions: Sequence[int]) -> list[StandardFact]:
    """Return what is stated of institutions that the viewer sees, in order of id, name and day."""
    with connection.cursor(row_factory=class_row(StandardFact)) as cursor:
        return cursor.execute(_KNOWN, {"ids": list(institutions)}).fetchall()
