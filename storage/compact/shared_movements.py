"""What moves among many accounts: what a year leaves over, and what a holder's successors get."""

from fractions import Fraction
from typing import Any, Final

from psycopg import Connection

from compact.movements import Deed, Leg
from storage.compact.book_refusals import in_words
from storage.compact.movements import Proposal, say

_LONG: Final = "SET LOCAL statement_timeout = '10min'"
_LEFT: Final = """
    SELECT coalesce(sum(g), 0)::bigint, count(*)
      FROM (SELECT sum(amount_g) AS g FROM book_entry
             WHERE union_id = %s AND indicator = %s AND year = %s
               AND account IN ('holder', 'reserve', 'pool')
             GROUP BY account, institution_id, region_id HAVING sum(amount_g) > 0) a
"""
_EXPIRE: Final = """
    INSERT INTO movement (union_id, indicator, kind, year, amount_g, reason, made_by)
    VALUES (%s, %s, 'expiry', %s, %s, %s, %s) RETURNING id
"""
# Set-based: a union may have a million accounts.
_EXPIRE_LEGS: Final = """
    INSERT INTO movement_leg (movement_id, union_id, indicator, place, account, institution_id,
                              region_id, year, amount_g)
    SELECT %(movement)s, %(union)s, %(indicator)s, row_number() OVER (), l.account,
           l.institution_id, l.region_id, %(year)s, l.g
      FROM (SELECT account, institution_id, region_id, -sum(amount_g)::bigint AS g FROM book_entry
             WHERE union_id = %(union)s AND indicator = %(indicator)s AND year = %(year)s
               AND account IN ('holder', 'reserve', 'pool')
             GROUP BY account, institution_id, region_id HAVING sum(amount_g) > 0
             UNION ALL
            SELECT 'expired', NULL, NULL, %(whole)s) l
"""
_CLOSE: Final = """
    INSERT INTO book_year_closed (union_id, indicator, year, reason, made_by)
    VALUES (%s, %s, %s, %s, %s)
"""
_HELD: Final = """
    SELECT 'holder', institution_id, year, sum(amount_g)::bigint FROM book_entry
     WHERE union_id = %s AND indicator = %s AND institution_id = %s AND account = 'holder'
       AND NOT EXISTS (SELECT FROM book_year_closed y
                        WHERE y.union_id = book_entry.union_id
                          AND y.indicator = book_entry.indicator AND y.year = book_entry.year)
     GROUP BY institution_id, year HAVING sum(amount_g) > 0 ORDER BY year
"""
# By the newest change of the roster that holds.
_SUCCESSORS: Final = """
    SELECT p.successor_id, p.numerator, p.denominator
      FROM roster_part p JOIN roster_change c ON c.id = p.change_id
     WHERE p.predecessor_id = %(institution)s AND p.successor_id IS NOT NULL
       AND c.known_until IS NULL AND c.id = (
           SELECT max(n.id) FROM roster_change n JOIN roster_part q ON q.change_id = n.id
            WHERE q.predecessor_id = %(institution)s AND n.known_until IS NULL)
     ORDER BY p.successor_id
"""
_CLOSED: Final = """
    SELECT EXISTS (SELECT FROM book_year_closed
                    WHERE union_id = %s AND indicator = %s AND year = %s)
"""


def left(connection: Connection[Any], union_id: int, indicator: str, year: int) -> tuple[int, int]:
    """Return what the accounts of a year still hold, and how many they are. [g]"""
    row = connection.execute(_LEFT, [union_id, indicator, year]).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def is_closed(connection: Connection[Any], union_id: int, indicator: str, year: int) -> bool:
    """Return whether a year's books are closed."""
    row = connection.execute(_CLOSED, [union_id, indicator, year]).fetchone()
    return bool(row and row[0])


def close_year(connection: Connection[Any], said: Proposal, year: int) -> int | None:
    """Let what is left of a year expire and close its books; return the movement, if any moved."""
    connection.execute(_LONG)
    whole, _ = left(connection, said.union_id, said.indicator, year)
    of = [said.union_id, said.indicator, year]
    made: int | None = None
    with in_words():
        if whole:
            row = connection.execute(_EXPIRE, [*of, whole, said.reason, said.by]).fetchone()
            assert row is not None
            made = int(row[0])
            asked = {"movement": made, "union": of[0], "indicator": of[1], "year": year}
            connection.execute(_EXPIRE_LEGS, asked | {"whole": whole})
    if made is not None:
        say(connection, made, Deed.PROPOSE, said.by)
        say(connection, made, Deed.DO, said.by)
    with in_words():
        connection.execute(_CLOSE, [*of, said.reason, said.by])
    return made


def held(
    connection: Connection[Any], union_id: int, indicator: str, institution_id: int
) -> list[Leg]:
    """Return what a holder's accounts of all open years hold."""
    rows = connection.execute(_HELD, [union_id, indicator, institution_id])
    return [Leg(*row) for row in rows]


def successors(connection: Connection[Any], institution_id: int) -> list[tuple[int, Fraction]]:
    """Return who succeeds an institution by the roster's newest change, with exact shares."""
    rows = connection.execute(_SUCCESSORS, {"institution": institution_id}).fetchall()
    return [(successor, Fraction(int(above), int(below))) for successor, above, below in rows]
