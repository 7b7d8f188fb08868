"""Trusted lists: to whom a holder's transfers wait no longer than the agreement's delay."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

_TRUSTED: Final = """
    SELECT t.id AS trust_id, t.union_id, t.institution_id, t.taker_id, t.valid_from, t.valid_to,
           t.source, v.name_zh, v.name_en, k.name_zh AS taker_zh, k.name_en AS taker_en
      FROM trusted_taker t
      LEFT JOIN report.institution v ON v.institution_id = t.institution_id
      LEFT JOIN report.institution k ON k.institution_id = t.taker_id
     WHERE t.known_until IS NULL AND (%(union)s::integer IS NULL OR t.union_id = %(union)s)
     ORDER BY t.union_id, t.institution_id, t.taker_id, t.valid_from
"""
_TRUST: Final = """
    INSERT INTO trusted_taker (union_id, institution_id, taker_id, valid_from, valid_to, source,
                               known_by)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_RETIRE: Final = "UPDATE trusted_taker SET known_until = now() WHERE id = %s"


@dataclass(frozen=True, slots=True)
class TrustRow:
    """A taker whom a giver has listed, from when to when."""

    trust_id: int
    union_id: int
    institution_id: int
    taker_id: int
    valid_from: date
    valid_to: date | None
    source: str
    name_zh: str | None
    name_en: str | None
    taker_zh: str | None
    taker_en: str | None


def listed(connection: Connection[Any], union_id: int | None = None) -> list[TrustRow]:
    """Return whom givers have listed, as far as the viewer sees the giver."""
    with connection.cursor(row_factory=class_row(TrustRow)) as cursor:
        return cursor.execute(_TRUSTED, {"union": union_id}).fetchall()


def add(
    connection: Connection[Any], union_id: int, of: tuple[int, int], since: date, source: str,
    by: str,
) -> None:  # fmt: skip
    """List a taker of a giver from a day on; of: giver and taker."""
    connection.execute(_TRUST, [union_id, *of, since, None, source, by])


def end(connection: Connection[Any], row: TrustRow, last: date, source: str, by: str) -> None:
    """Take a taker off the list: the day given is the first one without it."""
    connection.execute(_RETIRE, [row.trust_id])
    if row.valid_from < last:
        of = [row.union_id, row.institution_id, row.taker_id]
        connection.execute(_TRUST, [*of, row.valid_from, last, source, by])
