"""Coefficients and CO2 factors that people state beside those that come with the program."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from psycopg import Connection, sql
from psycopg.rows import class_row

from storage import editions, seeds
from storage.editions import ALWAYS, FOR_GOOD, Edition, Table

_SAID: Final = (*seeds.EVIDENCED, *seeds.JUDGED)
COEFFICIENT: Final = Table(
    "coefficient", ("profile", "carrier"), ("kgce_per_unit", *_SAID), stated=True
)
CO2_FACTOR: Final = Table("co2_factor", ("carrier",), ("kgco2_per_unit", *_SAID), stated=True)
GRID_FACTOR: Final = Table(
    "grid_factor",
    ("code", "basis", "year"),
    ("scope", "name_zh", "name_en", "kgco2_per_kwh", *_SAID),
    dated=False,
    stated=True,
)
TABLES: Final = {one.name: one for one in (COEFFICIENT, CO2_FACTOR, GRID_FACTOR)}
BASIS: Final = "average"  # of the grid factors that accounts take

_FACTORS: Final = """
    SELECT f.of, f.id, f.key, f.value, nullif(f.valid_from, '-infinity') AS valid_from, f.valid_to,
           f.document, f.made_by
      FROM (SELECT 'coefficient' AS of, id, ARRAY[profile, carrier] AS key, kgce_per_unit AS value,
                   valid_from, valid_to, document, made_by
              FROM coefficient WHERE known_until IS NULL
             UNION ALL
            SELECT 'co2_factor', id, ARRAY[carrier], kgco2_per_unit, valid_from, valid_to, document,
                   made_by
              FROM co2_factor WHERE known_until IS NULL
             UNION ALL
            SELECT 'grid_factor', id, ARRAY[code, basis, year::text], kgco2_per_kwh,
                   make_date(year, 1, 1), make_date(year + 1, 1, 1), document, made_by
              FROM grid_factor WHERE known_until IS NULL) f
     WHERE {which} ORDER BY f.of, f.key, f.valid_from
"""
# Every place that may have a factor of its grid: provinces, and what the list names beside them.
_PLACES: Final = """
    SELECT DISTINCT ON (code) scope, code, name_zh, name_en
      FROM (SELECT 1 AS turn, scope, code, name_zh, name_en FROM grid_factor
             WHERE known_until IS NULL
             UNION ALL
            SELECT 2, 'province', code, name_zh, name_en FROM report.region
             WHERE kind = 'province' AND code IS NOT NULL) p
     ORDER BY code, turn
"""
_TOUCHED: Final = """
    SELECT count(*) AS accounts, count(DISTINCT institution_id) AS institutions
      FROM account
     WHERE carrier = %(carrier)s AND month >= %(first)s AND month < %(until)s AND quanta IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor as it is known now.

    of: its table. key: profile and carrier; carrier; or place, basis and year. value: in kgce or
    kgCO2 per unit of the carrier. made_by: None where it came with the program.
    """

    of: str
    id: int
    key: list[str]
    value: Decimal
    valid_from: date | None
    valid_to: date | None
    document: str | None
    made_by: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """A place whose grid may have a factor: the nation, a grid region, a province."""

    scope: str
    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Stated:
    """What somebody states: a value and where an auditor finds it."""

    value: Decimal
    document: str | None
    clause: str | None
    source: str
    evidence: str
    notes: str | None
    by: str

    def said(self, *before: str) -> tuple[str | None, ...]:
        """Return it as the last columns of a row; before: what stands before the value."""
        verified = "true" if self.evidence == "yes" else "false"
        where = (self.document, self.clause, self.source, self.evidence, self.notes)
        return (*before, f"{self.value:f}", *where, verified, self.by)


def state_dated(
    connection: Connection[Any],
    table: Table,
    key: Sequence[str],
    says: Stated,
    days: tuple[date | None, date | None],
) -> None:
    """State a coefficient, or a carrier's CO2 factor, from a day to before another."""
    first, until = days
    one = Edition(tuple(key), says.said(), first or ALWAYS, until or FOR_GOOD)
    editions.state(connection, table, one)


def state_grid(connection: Connection[Any], place: Place, year: int, says: Stated) -> None:
    """State what CO2 a kWh of a place's grid brought in a year."""
    said = says.said(place.scope, place.name_zh, place.name_en)
    editions.state(connection, GRID_FACTOR, Edition((place.code, BASIS, str(year)), said))


def withdraw(connection: Connection[Any], of: str, factor_id: int) -> None:
    """Let what somebody stated be known no more; what came with the program holds there again."""
    editions.retire(connection, TABLES[of], factor_id)
    seeds.load_factors(connection)


def stated(connection: Connection[Any]) -> list[Factor]:
    """Return what people have stated, in order of table, key and days."""
    return _factors(connection, "f.made_by IS NOT NULL", {})


def of_key(connection: Connection[Any], of: str, key: Sequence[str]) -> list[Factor]:
    """Return the editions of a key in order of their days."""
    return _factors(connection, "f.of = %(of)s AND f.key = %(key)s", {"of": of, "key": list(key)})


def places(connection: Connection[Any]) -> list[Place]:
    """Return the places whose grids may have a factor."""
    with connection.cursor(row_factory=class_row(Place)) as cursor:
        return cursor.execute(_PLACES).fetchall()


def touched(
    connection: Connection[Any], carrier: str, first: date | None, until: date | None
) -> tuple[int, int]:
    """Return how many accounts that know a use lie in a span, and of how many institutions."""
    days = {"first": first or date.min, "until": until or date.max}
    row = connection.execute(_TOUCHED, {"carrier": carrier, **days}).fetchone()
    assert row is not None
    return row[0], row[1]


def _factors(connection: Connection[Any], which: str, asked: dict[str, Any]) -> list[Factor]:
    statement = sql.SQL(_FACTORS).format(which=sql.SQL(which))
    with connection.cursor(row_factory=class_row(Factor)) as cursor:
        return cursor.execute(statement, asked).fetchall()
