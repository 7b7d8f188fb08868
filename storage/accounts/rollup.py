"""Forms of the survey summed over institutions: by region, line or class."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

# A whole nation's forms are summed in one statement, which takes its time.
_LONG = "SET LOCAL statement_timeout = '5min'"
_ROLLUP = """
    SELECT r.key, r.name_zh AS group_zh, r.name_en AS group_en, c.form, r.code,
           c.name_zh AS cell_zh, c.name_en AS cell_en, c.unit, r.known, r.amount
      FROM access.survey_rollup(%(year)s, %(by)s) r
      JOIN storage.survey_cells(%(year)s) WITH ORDINALITY AS c(
           id, form, code, place, name_zh, name_en, unit, kind, carriers, quanta_per_unit, parts,
           within, price_of, price_low, price_high, asked, lowest, highest, valid_from, valid_to,
           document, clause, source, evidence, notes, known_since, known_until, n) USING (code)
     ORDER BY CASE WHEN %(by)s = 'region' THEN lpad(r.key, 12, '0') ELSE r.key END COLLATE "C", c.n
"""


@dataclass(frozen=True, slots=True)
class RollupRow:
    """What a cell comes to in a group; known: of how many institutions; key: of region or code."""

    key: str
    group_zh: str | None
    group_en: str | None
    form: str
    code: str
    cell_zh: str
    cell_en: str
    unit: str
    known: int
    amount: Decimal | None


def rollup(connection: Connection[Any], year: int, by: str) -> list[RollupRow]:
    """Return the cells of a year's approved forms by region, line or class, as the viewer sees."""
    connection.execute(_LONG)
    with connection.cursor(row_factory=class_row(RollupRow)) as cursor:
        return cursor.execute(_ROLLUP, {"year": year, "by": by}).fetchall()
