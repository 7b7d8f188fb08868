"""Forms of the survey: their cells, what accounts tell of them, what was typed and filled in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row, kwargs_row

from metering.survey import Cell, Filled, Source

_CELLS = """
    SELECT form, code, place, name_zh, name_en, unit, kind,
           string_to_array(coalesce(carriers, ''), ' ') AS carriers, quanta_per_unit,
           string_to_array(coalesce(parts, ''), ' ') AS parts, within, price_of, price_low,
           price_high, asked = 'always' AS asked, lowest, highest, source, evidence
      FROM storage.survey_cells(%s)
"""
_SOURCES = "SELECT key, amount, coal_g FROM access.survey_sources(%s, %s)"
_TYPED = """
    SELECT DISTINCT ON (code) code, value, reason, made_at, made_by FROM survey_typed
     WHERE submission_id = %s ORDER BY code, id DESC
"""
_TYPE = """
    INSERT INTO survey_typed (submission_id, code, value, reason, made_by)
    VALUES (%s, %s, %s, %s, %s)
"""
_WORDS = """
    SELECT DISTINCT ON (code) code, words FROM survey_word
     WHERE submission_id = %s ORDER BY code, id DESC
"""
_EXPLAIN = "INSERT INTO survey_word (submission_id, code, words, made_by) VALUES (%s, %s, %s, %s)"
_FREEZE = """
    INSERT INTO survey_return (submission_id, round, codes, amounts, origins)
    VALUES (%s, %s, %s::text[], %s::numeric[], %s::text[])
"""
_NEWEST = """
    SELECT submission_id, round, codes, amounts, origins, sha256, made_at FROM survey_return
     WHERE submission_id = %s ORDER BY round DESC LIMIT 1
"""
_OF_YEAR = """
    SELECT r.submission_id, r.round, r.codes, r.amounts, r.origins, r.sha256, r.made_at
      FROM survey_return r JOIN submission s ON s.id = r.submission_id
     WHERE s.institution_id = %s AND s.year = %s ORDER BY r.round DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class TypedRow:
    """What was last typed into a cell; value None where that was taken back."""

    code: str
    value: Decimal | None
    reason: str
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """What was filled in, column by column, and its digest."""

    submission_id: int
    round: int
    codes: list[str]
    amounts: list[Decimal | None]
    origins: list[str | None]
    sha256: str
    made_at: datetime

    @property
    def filled(self) -> list[Filled]:
        """It cell by cell."""
        return list(map(Filled, self.codes, self.amounts, self.origins))


def cells(connection: Connection[Any], year: int) -> list[Cell]:
    """Return the cells of a year's forms, in the platform's order."""
    with connection.cursor(row_factory=kwargs_row(_cell)) as cursor:
        return cursor.execute(_CELLS, [year]).fetchall()


def _cell(*, carriers: list[str], parts: list[str], **said: Any) -> Cell:
    return Cell(
        carriers=tuple(one for one in carriers if one),
        parts=tuple(one for one in parts if one),
        **said,
    )


def sources(connection: Connection[Any], institution_id: int, year: int) -> dict[str, Source]:
    """Return what accounts and facts of a year tell, by carrier or fact."""
    found = connection.execute(_SOURCES, [institution_id, year])
    return {key: Source(amount, coal_g) for key, amount, coal_g in found}


def typed(connection: Connection[Any], submission_id: int) -> dict[str, TypedRow]:
    """Return what stands typed, by cell."""
    with connection.cursor(row_factory=class_row(TypedRow)) as cursor:
        found = cursor.execute(_TYPED, [submission_id]).fetchall()
    return {one.code: one for one in found if one.value is not None}


def type_in(
    connection: Connection[Any],
    submission_id: int,
    code: str,
    value: Decimal | None,
    reason: str,
    by: str,
) -> None:
    """Type a cell, or take back what was typed."""
    connection.execute(_TYPE, [submission_id, code, value, reason, by])


def words(connection: Connection[Any], submission_id: int) -> dict[str, str]:
    """Return what was said of doubtful cells."""
    return dict(connection.execute(_WORDS, [submission_id]).fetchall())


def explain(connection: Connection[Any], submission_id: int, code: str, said: str, by: str) -> None:
    """Say why a cell is what it is."""
    connection.execute(_EXPLAIN, [submission_id, code, said, by])


def freeze(
    connection: Connection[Any], submission_id: int, round_: int, found: Sequence[Filled]
) -> None:
    """Keep what is filled in, for good."""
    columns = [[one.code for one in found], [one.amount for one in found],
               [one.origin for one in found]]  # fmt: skip
    connection.execute(_FREEZE, [submission_id, round_, *columns])


def newest(connection: Connection[Any], submission_id: int) -> ReturnRow | None:
    """Return what was last filled in of a submission."""
    with connection.cursor(row_factory=class_row(ReturnRow)) as cursor:
        return cursor.execute(_NEWEST, [submission_id]).fetchone()


def of_year(connection: Connection[Any], institution_id: int, year: int) -> ReturnRow | None:
    """Return what was last filled in of an institution's year."""
    with connection.cursor(row_factory=class_row(ReturnRow)) as cursor:
        return cursor.execute(_OF_YEAR, [institution_id, year]).fetchone()
