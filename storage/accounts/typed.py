"""Typed figures: months of a carrier and deliveries, as persons state them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

MONTH: Final = "month"  # the kind of a figure that is a whole month's

_LIST: Final = """
    SELECT t.id AS figure_id, t.institution_id, t.carrier, k.name_zh AS carrier_zh,
           k.name_en AS carrier_en, k.unit AS carrier_unit, k.quantum, k.per_unit, t.kind, t.day,
           t.quanta, t.quantity, t.unit, t.cost_fen, t.basis, t.corrects, t.known_since,
           t.known_until, t.known_by
      FROM typed_figure t
      JOIN carrier k ON k.code = t.carrier
     WHERE t.id > %(after)s AND (%(all)s OR t.known_until IS NULL)
       AND (%(only)s::bigint IS NULL OR t.id = %(only)s)
       AND (%(institution)s::integer IS NULL OR t.institution_id = %(institution)s)
       AND (%(carrier)s::text IS NULL OR t.carrier = %(carrier)s)
       AND (%(first)s::date IS NULL OR t.day >= %(first)s)
       AND (%(until)s::date IS NULL OR t.day < %(until)s)
     ORDER BY t.id LIMIT %(most)s
"""
_KNOWN: Final = """
    SELECT id, carrier, kind, day, quanta, basis FROM typed_figure
     WHERE institution_id = %s AND known_until IS NULL ORDER BY id
"""
_COLUMNS: Final = (
    ("institution_id", "integer"), ("carrier", "text"), ("kind", "text"), ("day", "date"),
    ("quanta", "bigint"), ("quantity", "numeric"), ("unit", "text"), ("cost_fen", "bigint"),
    ("basis", "text"), ("corrects", "bigint"),
)  # fmt: skip
_NAMES: Final = ", ".join(name for name, _ in _COLUMNS)
_ADD: Final = f"""
    INSERT INTO typed_figure ({_NAMES}, known_by)
    SELECT {_NAMES}, %s FROM unnest({", ".join(f"%s::{kind}[]" for _, kind in _COLUMNS)})
           AS r({_NAMES})
    RETURNING id, institution_id, carrier, day, kind, basis
"""  # noqa: S608 - only our own names
_RETIRE: Final = "UPDATE typed_figure SET known_until = now() WHERE id = ANY(%s)"
_KINDS: Final = """
    SELECT k.code, k.carrier, k.name_zh, k.name_en, k.unit_zh, k.unit_en, k.quanta_per_unit,
           c.name_zh AS carrier_zh, c.name_en AS carrier_en, c.unit AS carrier_unit, c.quantum,
           c.per_unit
      FROM delivery_kind k JOIN carrier c ON c.code = k.carrier
     WHERE k.known_until IS NULL AND k.valid_from <= %(day)s
       AND (k.valid_to IS NULL OR %(day)s < k.valid_to)
     ORDER BY k.code
"""


@dataclass(frozen=True, slots=True)
class NewFigure:
    """What is typed in. day: of a delivery, of a month its first. quanta: of the carrier."""

    institution_id: int
    carrier: str
    kind: str
    day: date
    quanta: int
    quantity: Decimal
    unit: str
    cost_fen: int | None
    basis: str
    corrects: int | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that a person typed in."""

    figure_id: int
    institution_id: int
    carrier: str
    carrier_zh: str
    carrier_en: str
    carrier_unit: str
    quantum: str
    per_unit: int
    kind: str
    day: date
    quanta: int
    quantity: Decimal
    unit: str
    cost_fen: int | None
    basis: str
    corrects: int | None
    known_since: datetime
    known_until: datetime | None
    known_by: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an institution already."""

    id: int
    carrier: str
    kind: str
    day: date
    quanta: int
    basis: str


@dataclass(frozen=True, slots=True)
class DeliveryKind:
    """What can be delivered: of a carrier, and how many of its quanta one unit is."""

    code: str
    carrier: str
    name_zh: str
    name_en: str
    unit_zh: str
    unit_en: str
    quanta_per_unit: Decimal
    carrier_zh: str
    carrier_en: str
    carrier_unit: str
    quantum: str
    per_unit: int


def listed(
    connection: Connection[Any],
    *,
    only: int | None = None,
    institution: int | None = None,
    carrier: str | None = None,
    span: tuple[date | None, date | None] = (None, None),
    every: bool = False,
    after: int = 0,
    most: int = 1,
) -> list[Figure]:
    """Return figures that the viewer sees, in order of their ids; every: corrected ones too."""
    asked = {"only": only, "institution": institution, "carrier": carrier, "first": span[0],
             "until": span[1], "all": every, "after": after, "most": most}  # fmt: skip
    with connection.cursor(row_factory=class_row(Figure)) as cursor:
        return cursor.execute(_LIST, asked).fetchall()


def known(connection: Connection[Any], institution: int) -> list[Known]:
    """Return what is known of an institution, in order of ids."""
    with connection.cursor(row_factory=class_row(Known)) as cursor:
        return cursor.execute(_KNOWN, [institution]).fetchall()


def add(connection: Connection[Any], rows: Sequence[NewFigure], by: str) -> list[int]:
    """Keep figures, and return their ids in the order of the rows; accounts have them at once."""
    columns = [[getattr(one, name) for one in rows] for name, _ in _COLUMNS]
    made = connection.execute(_ADD, [by, *columns]).fetchall()
    ids = {tuple(key): figure for figure, *key in made}
    return [ids[one.institution_id, one.carrier, one.day, one.kind, one.basis] for one in rows]


def retire(connection: Connection[Any], ids: Sequence[int]) -> None:
    """Let figures be known no longer."""
    connection.execute(_RETIRE, [list(ids)])


def kinds(connection: Connection[Any], day: date) -> list[DeliveryKind]:
    """Return what can be delivered, as it holds on a day."""
    with connection.cursor(row_factory=class_row(DeliveryKind)) as cursor:
        return cursor.execute(_KINDS, {"day": day}).fetchall()
