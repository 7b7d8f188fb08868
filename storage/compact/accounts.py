"""Book accounts: their balances, and what may be done to them."""

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from psycopg import Connection
from psycopg.rows import class_row

from storage.compact.book_refusals import in_words

_LISTED: Final = """
    SELECT a.union_id, a.indicator, a.year, a.account, a.institution_id, a.region_id, a.amount_g,
           coalesce(w.state, s.state, 'open') AS state, coalesce(w.reason, s.reason) AS reason,
           v.name_zh, v.name_en, f.name_zh AS region_zh, f.name_en AS region_en
      FROM report.book_account a
      LEFT JOIN report.account_state s ON s.union_id = a.union_id
           AND s.institution_id = a.institution_id AND s.indicator = a.indicator
           AND s.state <> 'open'
      LEFT JOIN report.account_state w ON w.union_id = a.union_id AND w.institution_id IS NULL
           AND w.state <> 'open'
      LEFT JOIN report.institution v ON v.institution_id = a.institution_id
      LEFT JOIN region_fact f ON f.region_id = a.region_id AND f.known_until IS NULL
           AND storage.today() >= f.valid_from
           AND (f.valid_to IS NULL OR storage.today() < f.valid_to)
     WHERE (%(union)s::integer IS NULL OR a.union_id = %(union)s)
       AND (%(institution)s::integer IS NULL OR a.institution_id = %(institution)s)
       AND (%(of_year)s::integer IS NULL OR a.year = %(of_year)s)
       AND (a.union_id, a.year, coalesce(a.institution_id, 0), a.account, coalesce(a.region_id, 0),
            a.indicator)
           > (%(after_union)s, %(after_year)s, %(after)s, %(after_account)s, %(after_region)s,
              %(after_indicator)s)
     ORDER BY a.union_id, a.year, coalesce(a.institution_id, 0), a.account,
              coalesce(a.region_id, 0), a.indicator
     LIMIT %(most)s
"""
# Each by an index: a union's own accounts are few entries among millions.
_BALANCE_OF_HOLDER: Final = """
    SELECT coalesce(sum(amount_g), 0)::bigint FROM book_entry
     WHERE union_id = %s AND indicator = %s AND year = %s AND account = %s AND institution_id = %s
"""
_BALANCE_OF_UNION: Final = """
    SELECT coalesce(sum(amount_g), 0)::bigint FROM book_entry
     WHERE union_id = %s AND indicator = %s AND year = %s AND account = %s
       AND institution_id IS NULL AND region_id IS NOT DISTINCT FROM %s
"""
_STATE: Final = """
    SELECT state FROM book_account_state
     WHERE union_id = %s AND institution_id IS NOT DISTINCT FROM %s
       AND indicator IS NOT DISTINCT FROM %s
     ORDER BY id DESC LIMIT 1
"""
_SAY: Final = """
    INSERT INTO book_account_state (union_id, institution_id, indicator, state, reason, made_by)
    VALUES (%s, %s, %s, %s, %s, %s)
"""
FIRST: Final = (0, 0, -1, "", -1, "")


class Whose(NamedTuple):
    """Whose account in a union's books: a holder's of an indicator, of all years, or all of it."""

    union: int
    institution: int | None = None
    indicator: str | None = None


@dataclass(frozen=True, slots=True)
class BookAccount:
    """An account of the books in a year; state: of its holder's account, or of all the union's."""

    union_id: int
    indicator: str
    year: int
    account: str
    institution_id: int | None
    region_id: int | None
    amount_g: int
    state: str
    reason: str | None
    name_zh: str | None
    name_en: str | None
    region_zh: str | None
    region_en: str | None

    @property
    def key(self) -> tuple[int, int, int, str, int, str]:
        """Its place among all."""
        places = self.institution_id or 0, self.account, self.region_id or 0, self.indicator
        return (self.union_id, self.year, *places)


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Which accounts are asked for; None asks for all."""

    union_id: int | None = None
    institution_id: int | None = None
    year: int | None = None


def listed(
    connection: Connection[Any],
    asked: AccountFilter,
    *,
    after: tuple[int, int, int, str, int, str] = FIRST,
    most: int = 1000,
) -> list[BookAccount]:
    """Return the accounts that the viewer sees, with their balances."""
    parameters = {
        "union": asked.union_id,
        "institution": asked.institution_id,
        "of_year": asked.year,
        "after_union": after[0],
        "after_year": after[1],
        "after": after[2],
        "after_account": after[3],
        "after_region": after[4],
        "after_indicator": after[5],
        "most": most,
    }
    with connection.cursor(row_factory=class_row(BookAccount)) as cursor:
        return cursor.execute(_LISTED, parameters).fetchall()


def balance(
    connection: Connection[Any], union_id: int, indicator: str, year: int, account: str,
    *, institution_id: int | None = None, region_id: int | None = None,
) -> int:  # fmt: skip
    """Return what one account holds, as far as the viewer sees it. [g]"""
    of = [union_id, indicator, year, account]
    if institution_id is None:
        row = connection.execute(_BALANCE_OF_UNION, [*of, region_id]).fetchone()
    else:
        row = connection.execute(_BALANCE_OF_HOLDER, [*of, institution_id]).fetchone()
    assert row is not None
    return int(row[0])


def state(connection: Connection[Any], of: Whose) -> str:
    """Return what may be done to an account; without a word it is open."""
    row = connection.execute(_STATE, [*of]).fetchone()
    return str(row[0]) if row else "open"


def say(connection: Connection[Any], of: Whose, state: str, reason: str, by: str) -> None:
    """Let an account be open, restricted or closed from now on, or refuse what cannot follow."""
    with in_words():
        connection.execute(_SAY, [*of, state, reason, by])
