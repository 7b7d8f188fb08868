"""Bills: what suppliers billed under a number, each known until it is corrected or withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

_LIST: Final = """
    SELECT b.id AS bill_id, b.utility_account_id, b.first, b.last, b.month, b.quanta, b.quantity,
           b.unit, b.period_quanta, b.period_price, b.yuan_per_unit, b.cost_fen, b.tax_fen,
           b.basic_fen, b.total_fen, b.number, b.estimated, b.scan, b.reason, b.corrects,
           b.known_since, b.known_until, b.known_by, u.number AS account_number, u.supplier,
           u.carrier, k.name_zh AS carrier_zh, k.name_en AS carrier_en, k.unit AS carrier_unit,
           k.quantum, k.per_unit, (SELECT array_agg(DISTINCT p.institution_id) FROM bill_part p
                         WHERE p.bill_id = b.id) AS institutions
      FROM bill b
      JOIN utility_account u ON u.id = b.utility_account_id
      JOIN carrier k ON k.code = u.carrier
     WHERE b.id > %(after)s AND (%(all)s OR b.known_until IS NULL)
       AND (%(only)s::bigint IS NULL OR b.id = %(only)s)
       AND (%(account)s::integer IS NULL OR b.utility_account_id = %(account)s)
       AND (%(institution)s::integer IS NULL OR EXISTS (
                SELECT FROM bill_part p
                 WHERE p.bill_id = b.id AND p.institution_id = %(institution)s))
       AND (%(carrier)s::text IS NULL OR u.carrier = %(carrier)s)
       AND (%(first)s::date IS NULL OR b.last >= %(first)s)
       AND (%(until)s::date IS NULL OR b.first < %(until)s)
     ORDER BY b.id LIMIT %(most)s
"""
# Those that stand in the way of bills of some days: of each account, and of the same number of its
# supplier's.
_IN_THE_WAY: Final = """
    SELECT b.id, b.utility_account_id, b.first, b.last, b.quanta, b.number
      FROM bill b
     WHERE b.known_until IS NULL AND b.id IS DISTINCT FROM %(without)s
       AND b.utility_account_id = %(account)s
       AND (daterange(b.first, b.last, '[]') && daterange(%(first)s, %(last)s, '[]')
            OR b.number = %(number)s)
     ORDER BY b.first LIMIT 1
"""
_METERS: Final = "SELECT bill_id, quanta FROM report.bill_meters(%s)"
_RETIRE: Final = "UPDATE bill SET known_until = now() WHERE id = ANY(%s) AND known_until IS NULL"
_COLUMNS: Final = (
    ("utility_account_id", "integer"), ("first", "date"), ("last", "date"), ("month", "date"),
    ("quanta", "bigint"), ("quantity", "numeric"), ("unit", "text"), ("yuan_per_unit", "numeric"),
    ("cost_fen", "bigint"), ("tax_fen", "bigint"), ("basic_fen", "bigint"),
    ("total_fen", "bigint"), ("number", "text"),
    ("estimated", "boolean"), ("scan", "text"), ("reason", "text"), ("corrects", "bigint"),
)  # fmt: skip
_PERIODS: Final = ("sharp", "peak", "flat", "valley", "deep")
_ADD: Final = f"""
    INSERT INTO bill ({", ".join(name for name, _ in _COLUMNS)}, period_quanta, period_price,
                      known_by)
    SELECT {", ".join(f"r.{name}" for name, _ in _COLUMNS)},
           CASE WHEN num_nonnulls({", ".join(f"r.q_{one}" for one in _PERIODS)}) > 0
                THEN ARRAY[{", ".join(f"r.q_{one}" for one in _PERIODS)}] END,
           CASE WHEN num_nonnulls({", ".join(f"r.p_{one}" for one in _PERIODS)}) > 0
                THEN ARRAY[{", ".join(f"r.p_{one}" for one in _PERIODS)}] END, %s
      FROM unnest({", ".join(f"%s::{kind}[]" for _, kind in _COLUMNS)},
                  {", ".join("%s::bigint[]" for _ in _PERIODS)},
                  {", ".join("%s::numeric[]" for _ in _PERIODS)})
           AS r({", ".join(name for name, _ in _COLUMNS)},
                {", ".join(f"q_{one}" for one in _PERIODS)},
                {", ".join(f"p_{one}" for one in _PERIODS)})
    RETURNING id, utility_account_id, first
"""  # noqa: S608 - only our own names


@dataclass(frozen=True, slots=True)
class NewBill:
    """What a bill says; days are both included.

    month: in which it counts whole. quanta: of its carrier; quantity and prices are in its unit.
    period_*: sharp, peak, flat, valley, deep valley; None where the bill has none of one.
    """

    utility_account_id: int
    first: date
    last: date
    month: date
    quanta: int
    quantity: Decimal
    unit: str
    period_quanta: tuple[int | None, ...] = (None,) * 5
    period_price: tuple[Decimal | None, ...] = (None,) * 5
    yuan_per_unit: Decimal | None = None
    cost_fen: int | None = None
    tax_fen: int | None = None
    basic_fen: int | None = None
    total_fen: int | None = None
    number: str | None = None
    estimated: bool = False
    scan: str | None = None
    reason: str | None = None
    corrects: int | None = None


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill with its number, carrier and the institutions that take parts of it."""

    bill_id: int
    utility_account_id: int
    first: date
    last: date
    month: date
    quanta: int
    quantity: Decimal
    unit: str
    period_quanta: list[int | None] | None
    period_price: list[Decimal | None] | None
    yuan_per_unit: Decimal | None
    cost_fen: int | None
    tax_fen: int | None
    basic_fen: int | None
    total_fen: int | None
    number: str | None
    estimated: bool
    scan: str | None
    reason: str | None
    corrects: int | None
    known_since: datetime
    known_until: datetime | None
    known_by: str
    account_number: str
    supplier: str
    carrier: str
    carrier_zh: str
    carrier_en: str
    carrier_unit: str
    quantum: str
    per_unit: int
    institutions: list[int] | None


@dataclass(frozen=True, slots=True)
class InTheWay:
    """A bill of the same days, or of the same number."""

    id: int
    utility_account_id: int
    first: date
    last: date
    quanta: int
    number: str | None


def listed(
    connection: Connection[Any],
    *,
    only: int | None = None,
    account: int | None = None,
    institution: int | None = None,
    carrier: str | None = None,
    span: tuple[date | None, date | None] = (None, None),
    every: bool = False,
    after: int = 0,
    most: int = 1,
) -> list[Bill]:
    """Return bills that the viewer sees, in order of their ids; every: corrected ones too."""
    asked = {"only": only, "account": account, "institution": institution, "carrier": carrier,
             "first": span[0], "until": span[1], "all": every, "after": after,
             "most": most}  # fmt: skip
    with connection.cursor(row_factory=class_row(Bill)) as cursor:
        return cursor.execute(_LIST, asked).fetchall()


def in_the_way(
    connection: Connection[Any],
    account: int,
    span: tuple[date, date],
    number: str | None,
    without: int | None = None,
) -> InTheWay | None:
    """Return a known bill of one of these days, or of this number; days are both included."""
    asked = {"account": account, "first": span[0], "last": span[1], "number": number,
             "without": without}  # fmt: skip
    with connection.cursor(row_factory=class_row(InTheWay)) as cursor:
        return cursor.execute(_IN_THE_WAY, asked).fetchone()


def add(connection: Connection[Any], rows: Sequence[NewBill], by: str) -> list[int]:
    """Keep bills, and return their ids in the order of the rows; accounts have them at once."""
    columns = [[getattr(one, name) for one in rows] for name, _ in _COLUMNS]
    periods = [[one.period_quanta[place] for one in rows] for place in range(5)]
    prices = [[one.period_price[place] for one in rows] for place in range(5)]
    made = connection.execute(_ADD, [by, *columns, *periods, *prices]).fetchall()
    ids = {(account, first): bill_id for bill_id, account, first in made}
    return [ids[one.utility_account_id, one.first] for one in rows]


def meters(connection: Connection[Any], ids: Sequence[int]) -> dict[int, int]:
    """Return what meters say of the days of bills, where they know all of them. [quanta]"""
    return dict(connection.execute(_METERS, [list(ids)]).fetchall())


def retire(connection: Connection[Any], ids: Sequence[int]) -> None:
    """Let bills be known no longer."""
    connection.execute(_RETIRE, [list(ids)])
