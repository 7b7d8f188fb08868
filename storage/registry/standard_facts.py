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
# The heated area that the registry knows is not stated twice.
_KNOWN: Final = """
    SELECT institution_id, input, word, number, valid_from, valid_to, source, known_since
      FROM standard_fact
     WHERE known_until IS NULL AND institution_id = ANY(%(ids)s) AND number IS NOT NULL
     UNION ALL
    SELECT f.institution_id, 'heated_area_m2', '', f.number, f.valid_from, f.valid_to, f.source,
           f.known_since
      FROM institution_fact f
     WHERE f.known_until IS NULL AND f.institution_id = ANY(%(ids)s)
       AND f.attribute = 'heated_m2' AND NOT %(typed_only)s
       AND NOT EXISTS (SELECT FROM standard_fact t
                        WHERE t.institution_id = f.institution_id AND t.known_until IS NULL
                          AND t.input = 'heated_area_m2' AND t.number IS NOT NULL
                          AND daterange(t.valid_from, t.valid_to)
                              && daterange(f.valid_from, f.valid_to))
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


def known(
    connection: Connection[Any], institutions: Sequence[int], *, typed_only: bool = False
) -> list[StandardFact]:
    """Return what is stated of institutions that the viewer sees, in order of id, name and day.

    The heated area of the registry among it, where none was stated for standards; typed_only:
    without it.
    """
    asked = {"ids": list(institutions), "typed_only": typed_only}
    with connection.cursor(row_factory=class_row(StandardFact)) as cursor:
        return cursor.execute(_KNOWN, asked).fetchall()
