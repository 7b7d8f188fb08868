"""What institutions take of bills: the documents behind the months of their accounts."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

_LIST: Final = """
    SELECT p.bill_id, p.institution_id, p.month, p.basis, p.days, p.quanta, p.cost_fen, b.first,
           b.last, b.quanta AS whole_quanta, b.scan, b.estimated, u.number AS account_number,
           u.carrier, k.name_zh AS carrier_zh, k.name_en AS carrier_en, k.unit, k.per_unit
      FROM bill_part p
      JOIN bill b ON b.id = p.bill_id AND b.known_until IS NULL
      JOIN utility_account u ON u.id = b.utility_account_id
      JOIN carrier k ON k.code = u.carrier
     WHERE (p.institution_id, p.month, p.bill_id, p.basis)
           > (%(who)s::integer, %(month)s::date, %(bill)s::bigint, %(basis)s::text)
       AND (%(institution)s::integer IS NULL OR p.institution_id = %(institution)s)
       AND (%(carrier)s::text IS NULL OR u.carrier = %(carrier)s)
       AND (%(first)s::date IS NULL OR p.month >= %(first)s)
       AND (%(until)s::date IS NULL OR p.month < %(until)s)
     ORDER BY p.institution_id, p.month, p.bill_id, p.basis LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class BillPart:
    """What an institution takes of a bill in a month.

    basis: days, or billed where the bill counts whole in its billing month. whole_quanta: of the
    bill. days: of it on which the institution has a share.
    """

    bill_id: int
    institution_id: int
    month: date
    basis: str
    days: int
    quanta: int
    cost_fen: int | None
    first: date
    last: date
    whole_quanta: int
    scan: str | None
    estimated: bool
    account_number: str
    carrier: str
    carrier_zh: str
    carrier_en: str
    unit: str
    per_unit: int


def listed(
    connection: Connection[Any],
    *,
    institution: int | None,
    carrier: str | None,
    span: tuple[date | None, date | None],
    after: tuple[int, str, int, str],
    most: int,
) -> list[BillPart]:
    """Return parts of known bills that the viewer sees, by institution, month and bill.

    after: institution, month, bill and basis of the last one that is known already.
    """
    who, month, bill, basis = after
    asked = {"institution": institution, "carrier": carrier, "first": span[0], "until": span[1],
             "who": who, "month": month, "bill": bill, "basis": basis, "most": most}  # fmt: skip
    with connection.cursor(row_factory=class_row(BillPart)) as cursor:
        return cursor.execute(_LIST, asked).fetchall()
