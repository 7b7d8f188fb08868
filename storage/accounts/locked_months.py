"""What was locked of a year, month by month, beside what accounts say now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

_MONTHS: Final = """
    SELECT m.institution_id, m.version, m.answer, m.carrier, c.name_zh AS carrier_zh,
           c.name_en AS carrier_en, c.unit, c.per_unit, m.month, m.source, m.quanta, m.now_source,
           m.now_quanta
      FROM access.locked_months(%s::integer[], %s) m JOIN carrier c ON c.code = m.carrier
     ORDER BY m.institution_id, m.carrier, m.month
"""


@dataclass(frozen=True, slots=True)
class LockedMonth:
    """A carrier's month of the version that waits or holds; answer: verified, or None.

    quanta, source: as locked; now_quanta, now_source: as counted now. None: not in account.
    """

    institution_id: int
    version: int
    answer: str | None
    carrier: str
    carrier_zh: str
    carrier_en: str
    unit: str
    per_unit: int
    month: date
    source: str | None
    quanta: int | None
    now_source: str | None
    now_quanta: int | None

    @property
    def difference(self) -> int:
        """What is in account now beyond what is locked. [quanta]"""
        return (self.now_quanta or 0) - (self.quanta or 0)


def listed(connection: Connection[Any], ids: Sequence[int], year: int) -> list[LockedMonth]:
    """Return the months of these, as far as the viewer sees them and something is locked."""
    with connection.cursor(row_factory=class_row(LockedMonth)) as cursor:
        return cursor.execute(_MONTHS, [list(ids), year]).fetchall()
