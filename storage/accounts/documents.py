"""The documents behind an account that no meter made: bills, typed figures, an estimate."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from psycopg import Connection
from psycopg.rows import class_row

from storage.accounts.ledger import Account

# A bill counts by its days, or whole in its billing month, as the rule of the month has it.
_DOCUMENTS: Final = """
    SELECT 'bill' AS kind, b.id, coalesce(b.number, u.number) AS number, b.first, b.last,
           p.basis, b.quanta AS whole, p.quanta AS part, b.scan, b.estimated,
           b.reason, b.known_since, b.known_by
      FROM bill_part p
      JOIN bill b ON b.id = p.bill_id AND b.known_until IS NULL
      JOIN utility_account u ON u.id = b.utility_account_id AND u.carrier = %(carrier)s
     WHERE %(source)s = 'bill' AND p.institution_id = %(institution)s AND p.month = %(month)s
       AND p.basis = coalesce((
               SELECT r.spread FROM counting_rule r
                WHERE r.institution_id = %(institution)s AND r.carrier = %(carrier)s
                  AND r.known_until IS NULL AND r.valid_from <= %(month)s
                  AND (r.valid_to IS NULL OR %(month)s < r.valid_to)), 'days')
     UNION ALL
    SELECT CASE t.kind WHEN 'month' THEN 'typed' ELSE 'delivery' END, t.id, t.basis, t.day, t.day,
           NULL, t.quanta, t.quanta, NULL, false, NULL, t.known_since, t.known_by
      FROM typed_figure t
     WHERE %(source)s = 'typed' AND t.institution_id = %(institution)s
       AND t.carrier = %(carrier)s AND t.day >= %(month)s
       AND t.day < %(month)s::date + interval '1 month' AND t.known_until IS NULL
     ORDER BY first, id
"""
_ESTIMATE: Final = """
    SELECT 'estimate' AS kind, e.id, e.how AS number, e.month AS first, e.month AS last,
           NULL AS basis, e.quanta AS whole, e.quanta AS part, NULL AS scan, true AS estimated,
           e.reason, e.made_at AS known_since, e.made_by AS known_by
      FROM account_estimate e
     WHERE e.institution_id = %(institution)s AND e.carrier = %(carrier)s AND e.month = %(month)s
     ORDER BY e.id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Document:
    """One document behind an account; whole and part in the carrier's quanta.

    number: of a bill, the supplier's; of what was typed, on what it rests; of an estimate, how it
    was made. basis: of a bill, days or billed. reason: of a correction or an estimate.
    """

    kind: Literal["bill", "typed", "delivery", "estimate"]
    id: int
    number: str
    first: date
    last: date
    basis: str | None
    whole: int
    part: int
    scan: str | None
    estimated: bool
    reason: str | None
    known_since: datetime
    known_by: str


def behind(connection: Connection[Any], account: Account) -> list[Document]:
    """Return what stands behind an account of bills, typed figures or an estimate, as far as seen.

    An account by a bill that only an estimate names rests on that estimate.
    """
    asked = {
        "institution": account.institution_id,
        "carrier": account.carrier,
        "month": account.month,
        "source": account.source,
    }
    with connection.cursor(row_factory=class_row(Document)) as cursor:
        found = cursor.execute(_DOCUMENTS, asked).fetchall()
        if not found and account.source in ("bill", "estimate"):
            found = cursor.execute(_ESTIMATE, asked).fetchall()
    return found
