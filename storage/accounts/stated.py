"""What accounts of some months come to, as bills, typed figures and rules make them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

_COUNTED: Final = """
    SELECT f.institution_id, f.carrier, f.month, f.source, f.quanta
      FROM report.account_figure f JOIN report.profile p ON p.code = f.profile AND p.is_default
     WHERE f.counts AND f.institution_id = ANY(%s) AND f.carrier = %s
       AND f.month >= %s AND f.month < %s
     ORDER BY f.institution_id, f.month
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """What counts in a month of an account, and by which source. [quanta]"""

    institution_id: int
    carrier: str
    month: date
    source: str
    quanta: int | None


def counted(
    connection: Connection[Any], institutions: Sequence[int], carrier: str, span: tuple[date, date]
) -> list[Counted]:
    """Return what counts of institutions in months from the first to before another."""
    asked = [list(institutions), carrier, *span]
    with connection.cursor(row_factory=class_row(Counted)) as cursor:
        return cursor.execute(_COUNTED, asked).fetchall()
