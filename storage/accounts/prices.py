"""What institutions pay for a unit of a carrier: dated facts, as somebody stated them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from storage.dated import Dated, supersede

_TABLE: Final = Dated("price", ("institution_id", "carrier"), ("yuan_per_unit",))
_KNOWN = """
    SELECT carrier, yuan_per_unit, nullif(valid_from, '-infinity') AS valid_from, valid_to, source
      FROM price WHERE institution_id = %s AND known_until IS NULL ORDER BY carrier, valid_from
"""


@dataclass(frozen=True, slots=True)
class Price:
    """What a unit costs from a day to before another. [yuan per kWh, m³ …]"""

    carrier: str
    yuan_per_unit: Decimal
    valid_from: date | None
    valid_to: date | None
    source: str


def state(
    connection: Connection[Any],
    institution_id: int,
    carrier: str,
    yuan_per_unit: Decimal,
    valid_from: date,
    source: str,
    by: str,
) -> bool:
    """Let a price hold from a day on, until the next one known; return whether that is new."""
    row = (institution_id, carrier, yuan_per_unit, valid_from, source)
    return bool(supersede(connection, _TABLE, [row], by))


def known(connection: Connection[Any], institution_id: int) -> list[Price]:
    """Return the prices of an institution that the viewer sees, in order of carrier and day."""
    with connection.cursor(row_factory=class_row(Price)) as cursor:
        return cursor.execute(_KNOWN, [institution_id]).fetchall()
