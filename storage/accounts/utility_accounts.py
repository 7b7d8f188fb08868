"""Utility account numbers: whose bills come under them, with which shares, since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

WHOLE: Final = 1_000_000  # a share is so many millionths

_LIST: Final = """
    SELECT u.id AS utility_account_id, u.supplier, u.number, u.carrier, k.name_zh AS carrier_zh,
           k.name_en AS carrier_en, k.unit, k.quantum, k.per_unit, s.institutions, s.shares,
           s.since, s.until, b.bills, b.billed_to
      FROM utility_account u
      JOIN carrier k ON k.code = u.carrier
     CROSS JOIN LATERAL (
            SELECT array_agg(s.institution_id ORDER BY s.valid_from, s.institution_id)
                       AS institutions,
                   array_agg(s.share ORDER BY s.valid_from, s.institution_id) AS shares,
                   array_agg(s.valid_from ORDER BY s.valid_from, s.institution_id) AS since,
                   array_agg(s.valid_to ORDER BY s.valid_from, s.institution_id) AS until
              FROM utility_share s
             WHERE s.utility_account_id = u.id AND s.known_until IS NULL) s
     CROSS JOIN LATERAL (
            SELECT count(*)::integer AS bills, max(b.last) AS billed_to FROM bill b
             WHERE b.utility_account_id = u.id AND b.known_until IS NULL) b
     WHERE u.id > %(after)s AND s.institutions IS NOT NULL
       AND (%(only)s::integer IS NULL OR u.id = %(only)s)
       AND (%(institution)s::integer IS NULL OR %(institution)s = ANY(s.institutions))
       AND (%(carrier)s::text IS NULL OR u.carrier = %(carrier)s)
       AND (%(number)s::text IS NULL OR strpos(u.number, %(number)s) > 0)
     ORDER BY u.id LIMIT %(most)s
"""
_TAKEN: Final = "SELECT * FROM access.number_taken(%s, %s, %s, %s, %s)"
_ID: Final = "SELECT access.number_id(%s, %s, %s)"
_ADD: Final = """
    INSERT INTO utility_account (supplier, number, carrier, made_by) VALUES (%s, %s, %s, %s)
"""
_SHARE: Final = """
    INSERT INTO utility_share (utility_account_id, institution_id, share, valid_from, valid_to,
                               source, known_by)
    SELECT %(account)s, r.institution, r.share, r.since, r.until, r.source, %(by)s
      FROM unnest(%(institutions)s::integer[], %(shares)s::integer[], %(since)s::date[],
                  %(until)s::date[], %(sources)s::text[])
           AS r(institution, share, since, until, source)
"""
# What holds on or after a day, known no longer; what of it held before goes on being known.
_RETIRE: Final = """
    UPDATE utility_share SET known_until = now()
     WHERE utility_account_id = %s AND known_until IS NULL AND (valid_to IS NULL OR valid_to > %s)
    RETURNING institution_id, share, valid_from, valid_to, source
"""
_NUMBERED: Final = """
    SELECT number, array_agg(id ORDER BY id) FROM utility_account
     WHERE number = ANY(%s) GROUP BY number
"""


@dataclass(frozen=True, slots=True)
class UtilityAccount:
    """A supplier's number, and its shares in order of their days, as far as the viewer sees them.

    quantum, per_unit: of the carrier's accounts. shares: millionths. until: before which day.
    billed_to: the last day of the newest bill.
    """

    utility_account_id: int
    supplier: str
    number: str
    carrier: str
    carrier_zh: str
    carrier_en: str
    unit: str
    quantum: str
    per_unit: int
    institutions: list[int]
    shares: list[int]
    since: list[date]
    until: list[date | None]
    bills: int
    billed_to: date | None

    @property
    def valid_from(self) -> date:
        """From when on it is somebody's."""
        return min(self.since)

    @property
    def valid_to(self) -> date | None:
        """Before which day it is; None: it goes on."""
        ends = [one for one in self.until if one is not None]
        return max(ends) if len(ends) == len(self.until) else None

    def whole_on(self, day: date) -> int:
        """Return how much of it is known to be whose on a day. [millionths]"""
        held = zip(self.shares, self.since, self.until, strict=True)
        return sum(
            share for share, since, until in held if since <= day and (until is None or day < until)
        )


@dataclass(frozen=True, slots=True)
class ShareRow:
    """What an institution takes from a day to before another. [millionths]"""

    institution_id: int
    share: int
    valid_from: date
    valid_to: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Taken:
    """That a number is somebody's on some days; institution_id: None where it is not seen."""

    utility_account_id: int
    institution_id: int | None
    valid_from: date
    valid_to: date | None


def listed(
    connection: Connection[Any],
    *,
    only: int | None = None,
    institution: int | None = None,
    carrier: str | None = None,
    number: str | None = None,
    after: int = 0,
    most: int = 1,
) -> list[UtilityAccount]:
    """Return numbers that the viewer sees, in order of their ids."""
    asked = {"only": only, "institution": institution, "carrier": carrier, "number": number,
             "after": after, "most": most}  # fmt: skip
    with connection.cursor(row_factory=class_row(UtilityAccount)) as cursor:
        return cursor.execute(_LIST, asked).fetchall()


def numbered(connection: Connection[Any], numbers: Sequence[str]) -> dict[str, list[int]]:
    """Return the ids of numbers that the viewer sees; several where suppliers use the same one."""
    return dict(connection.execute(_NUMBERED, [list(numbers)]).fetchall())


def taken(
    connection: Connection[Any], key: tuple[str, str, str], first: date, until: date | None
) -> list[Taken]:
    """Return whose a number is on some days; key: number, supplier, carrier."""
    with connection.cursor(row_factory=class_row(Taken)) as cursor:
        return cursor.execute(_TAKEN, [*key, first, until]).fetchall()


def add(connection: Connection[Any], key: tuple[str, str, str], by: str) -> int:
    """Return the id of a number, made where there is none; key: number, supplier, carrier."""
    if (found := _id(connection, key)) is not None:
        return found
    number, supplier, carrier = key
    connection.execute(_ADD, [supplier, number, carrier, by])
    made = _id(connection, key)
    assert made is not None
    return made


def _id(connection: Connection[Any], key: tuple[str, str, str]) -> int | None:
    row = connection.execute(_ID, list(key)).fetchone()
    return None if row is None else row[0]


def share(connection: Connection[Any], account: int, rows: Sequence[ShareRow], by: str) -> None:
    """Let shares hold; those of a day are a whole."""
    columns = {
        "institutions": [one.institution_id for one in rows],
        "shares": [one.share for one in rows],
        "since": [one.valid_from for one in rows],
        "until": [one.valid_to for one in rows],
        "sources": [one.source for one in rows],
    }
    connection.execute(_SHARE, {"account": account, "by": by, **columns})


def retire(connection: Connection[Any], account: int, day: date) -> list[ShareRow]:
    """Let no share be known that holds on a day or after; return what of them held before it."""
    with connection.cursor(row_factory=class_row(ShareRow)) as cursor:
        gone = cursor.execute(_RETIRE, [account, day]).fetchall()
    return [
        ShareRow(one.institution_id, one.share, one.valid_from, day, one.source)
        for one in gone
        if one.valid_from < day
    ]
