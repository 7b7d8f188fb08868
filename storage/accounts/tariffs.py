"""Tariffs of institutions, and what metered hours and months cost by them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from storage.dated import Dated, supersede

_TABLE: Final = Dated(
    "tariff",
    ("institution_id", "carrier"),
    ("name", "price", "hours", "basic_by", "basic_kw", "basic_yuan", "tax_percent"),
)
_KNOWN: Final = """
    SELECT carrier, name, price, hours, basic_by, basic_kw, basic_yuan, tax_percent, valid_from,
           valid_to, source
      FROM tariff WHERE known_until IS NULL AND institution_id = %s ORDER BY carrier, valid_from
"""
_WITH: Final = """
    SELECT DISTINCT institution_id FROM tariff
     WHERE known_until IS NULL AND institution_id > %s
       AND (%s::integer IS NULL OR institution_id = %s)
     ORDER BY 1 LIMIT %s
"""
_COSTS: Final = """
    SELECT c.institution_id, c.carrier, k.name_zh AS carrier_zh, k.name_en AS carrier_en, k.unit,
           k.per_unit, c.month, c.hours, c.of_hours, c.quanta, c.period_quanta, c.energy_fen,
           c.basic_fen, c.tax_fen, c.billed_fen
      FROM report.costs(%s, %s, %s) c JOIN report.carrier k ON k.code = c.carrier
     ORDER BY c.institution_id, c.carrier, c.month
"""
_HOURS: Final = """
    SELECT h.institution_id, h.carrier, k.name_zh AS carrier_zh, k.name_en AS carrier_en, h.hour,
           h.quanta, h.period, h.yuan_per_unit, k.unit, k.per_unit
      FROM report.priced_hours(%s, %s, %s) h JOIN report.carrier k ON k.code = h.carrier
     ORDER BY h.institution_id, h.carrier, h.hour
"""


@dataclass(frozen=True, slots=True)
class Tariff:
    """A tariff from a day to before another.

    price: of sharp, peak, flat, valley, deep valley, yuan per unit; None where it has none.
    hours: for each month, January first, 24 letters. basic_yuan: per kW a month.
    """

    carrier: str
    name: str
    price: list[Decimal | None]
    hours: list[str]
    basic_by: str | None
    basic_kw: Decimal | None
    basic_yuan: Decimal | None
    tax_percent: Decimal | None
    valid_from: date
    valid_to: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Cost:
    """What a month costs by its tariffs; hours: of which all meters know the use, of how many.

    billed_fen: what bills say of the same month by its days, None unless each has a cost.
    """

    institution_id: int
    carrier: str
    carrier_zh: str
    carrier_en: str
    unit: str
    per_unit: int
    month: date
    hours: int
    of_hours: int
    quanta: Decimal | None
    period_quanta: list[Decimal | None]
    energy_fen: int | None
    basic_fen: int | None
    tax_fen: int | None
    billed_fen: int | None


@dataclass(frozen=True, slots=True)
class PricedHour:
    """An hour with its period (1 to 5, as prices are ordered) and price; quanta: None: unknown."""

    institution_id: int
    carrier: str
    carrier_zh: str
    carrier_en: str
    hour: datetime
    quanta: Decimal | None
    period: int
    yuan_per_unit: Decimal | None
    unit: str
    per_unit: int


def state(connection: Connection[Any], row: tuple[Any, ...], by: str) -> None:
    """Let a tariff hold from a day on, until the next one known; row: as the table's columns."""
    supersede(connection, _TABLE, [row], by)


def known(connection: Connection[Any], institution_id: int) -> list[Tariff]:
    """Return the tariffs of an institution that the viewer sees, by carrier and day."""
    with connection.cursor(row_factory=class_row(Tariff)) as cursor:
        return cursor.execute(_KNOWN, [institution_id]).fetchall()


def institutions_with(
    connection: Connection[Any], only: int | None, after: int, most: int
) -> list[int]:
    """Return institutions that have a tariff, in order of their ids."""
    return [row[0] for row in connection.execute(_WITH, [after, only, only, most])]


def costs(
    connection: Connection[Any], institutions: Sequence[int], first: date, until: date
) -> list[Cost]:
    """Return what months cost, from the first to before another."""
    with connection.cursor(row_factory=class_row(Cost)) as cursor:
        return cursor.execute(_COSTS, [list(institutions), first, until]).fetchall()


def priced(
    connection: Connection[Any], institutions: Sequence[int], carrier: str | None, day: date
) -> list[PricedHour]:
    """Return what the hours of a civil day cost."""
    with connection.cursor(row_factory=class_row(PricedHour)) as cursor:
        return cursor.execute(_HOURS, [list(institutions), carrier, day]).fetchall()
