"""What boards show of many institutions at once: sums by carrier, with how much was measured."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg import Connection

from storage.whole import whole_row

# Of whole months the last one; the running one only where there is no other.
_NEWEST = """
    SELECT coalesce((SELECT month FROM account
                      WHERE month < date_trunc('month', storage.today()::timestamp)
                      ORDER BY month DESC LIMIT 1),
                    (SELECT month FROM account ORDER BY month LIMIT 1))
"""

_NEWEST_OF = """
    SELECT coalesce(max(month) FILTER (
                        WHERE month < date_trunc('month', storage.today()::timestamp)),
                    min(month)), max(month)
      FROM account WHERE institution_id = %s
"""

# Of each month the source that counts: two would count the same use twice. Of evidence
# the worst counts, which is the first in the alphabet too: no, secondary, yes.
_SUMS = """
    WITH used AS (
        SELECT a.institution_id, a.carrier, sum(a.quanta) AS quanta,
               sum(a.measured_s) AS measured_s,
               sum(a.known_s) AS known_s, sum(a.kgce_g) AS kgce_g,
               sum(a.co2_g) AS co2_g,
               min(a.coefficient_evidence) AS kgce_evidence,
               min(a.co2_evidence) AS co2_evidence,
               count(a.coefficient_outside) > 0 AS kgce_outside,
               count(a.co2_outside) > 0 AS co2_outside
          FROM report.account_energy a
         WHERE a.profile = %(profile)s AND a.counts
           AND a.month >= %(first)s AND a.month < %(until)s AND a.institution_id = ANY(%(ids)s)
         GROUP BY a.institution_id, a.carrier)
"""
_OF_EACH = f"""
    {_SUMS}
    SELECT institution_id, carrier, u.quanta, u.kgce_g, u.co2_g,
           coalesce(u.measured_s, 0) AS measured_s, coalesce(u.known_s, 0) AS known_s,
           coalesce(d.expected_s, 0) AS expected_s,
           num_nonnulls(u.quanta) AS institutions, u.kgce_evidence, u.co2_evidence,
           coalesce(u.kgce_outside, false) AS kgce_outside,
           coalesce(u.co2_outside, false) AS co2_outside
      FROM used u
      FULL JOIN report.expected(%(ids)s::integer[], %(first)s, %(until)s) d
             USING (institution_id, carrier)
     ORDER BY institution_id, carrier
"""  # noqa: S608 - only our own text
_OF_ALL = f"""
    {_SUMS}
    SELECT 0 AS institution_id, carrier, sum(u.quanta) AS quanta,
           sum(u.kgce_g) AS kgce_g, sum(u.co2_g) AS co2_g,
           coalesce(sum(u.measured_s), 0) AS measured_s,
           coalesce(sum(u.known_s), 0) AS known_s,
           coalesce(sum(d.expected_s), 0) AS expected_s,
           count(u.quanta)::integer AS institutions,
           min(u.kgce_evidence) AS kgce_evidence, min(u.co2_evidence) AS co2_evidence,
           coalesce(bool_or(u.kgce_outside), false) AS kgce_outside,
           coalesce(bool_or(u.co2_outside), false) AS co2_outside
      FROM used u
      FULL JOIN report.expected(%(ids)s::integer[], %(first)s, %(until)s) d
             USING (institution_id, carrier)
     GROUP BY carrier ORDER BY carrier
"""  # noqa: S608

_SIZES = "SELECT institution_id, area_m2, persons FROM report.means(%s, %s, %s)"

_EXPECTED = """
    SELECT carrier, month, expected_s
      FROM report.expected_by_month(ARRAY[%(id)s]::integer[], %(first)s, %(until)s)
"""
_COMPARED = """
    SELECT carrier, month, days, of_days, quanta, before_quanta
      FROM report.compared(ARRAY[%(id)s]::integer[], %(first)s, %(until)s, 1)
"""
_ENOUGH = "SELECT report.enough_of(%s)"


@dataclass(frozen=True, slots=True)
class Sum:
    """The metered use of a carrier in some months.

    institution_id: 0 where it is a sum over many; institutions: of how many something is known.
    quanta, kgce_g, co2_g: None where nothing is known. measured_s: of which the shape is known,
    known_s: the total; expected_s: what would be complete.
    kgce_evidence, co2_evidence: of the worst factor, no before secondary before yes; None where
    there was none. kgce_outside, co2_outside: whether one was used outside its years.
    """

    institution_id: int
    carrier: str
    quanta: int | None
    kgce_g: int | None
    co2_g: int | None
    measured_s: int
    known_s: int
    expected_s: int
    institutions: int
    kgce_evidence: str | None
    co2_evidence: str | None
    kgce_outside: bool
    co2_outside: bool


@dataclass(frozen=True, slots=True)
class Sizes:
    """Area and persons of an institution over some months, weighted by days; None: not stated."""

    area_m2: Decimal | None = None
    persons: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """The days of a month that the year before has measured too, of how many, and their use.

    quanta, before_quanta: None where there is no such day.
    """

    days: int
    of_days: int
    quanta: int | None
    before_quanta: int | None


def last_month(connection: Connection[Any]) -> date | None:
    """Return the last whole month of which the viewer sees an account, else the first running."""
    row = connection.execute(_NEWEST).fetchone()
    return row[0] if row else None


def last_months_of(
    connection: Connection[Any], institution_id: int
) -> tuple[date | None, date | None]:
    """Return the same of one institution, and the last month that has an account at all."""
    row = connection.execute(_NEWEST_OF, [institution_id]).fetchone()
    return (row[0], row[1]) if row else (None, None)


def sums(
    connection: Connection[Any], ids: list[int], first: date, until: date, profile: str
) -> list[Sum]:
    """Return one sum per carrier over these institutions."""
    parameters = {"ids": ids, "first": first, "until": until, "profile": profile}
    return _sums(connection, _OF_ALL, parameters)


def sums_of_each(
    connection: Connection[Any], ids: list[int], first: date, until: date, profile: str
) -> list[Sum]:
    """Return one sum per institution and carrier, in this order."""
    parameters = {"ids": ids, "first": first, "until": until, "profile": profile}
    return _sums(connection, _OF_EACH, parameters)


def sizes(
    connection: Connection[Any], ids: list[int], first: date, until: date
) -> dict[int, Sizes]:
    """Return what was stated of these institutions; who stated nothing has no entry."""
    rows = connection.execute(_SIZES, [ids, first, until])
    return {row[0]: Sizes(row[1], row[2]) for row in rows}


def expected(
    connection: Connection[Any], institution_id: int, first: date, until: date
) -> dict[tuple[str, date], int]:
    """Return the seconds that each month of an institution's carriers should hold."""
    parameters = {"id": institution_id, "first": first, "until": until}
    rows = connection.execute(_EXPECTED, parameters).fetchall()
    return {(carrier, month): seconds for carrier, month, seconds in rows}


def compared(
    connection: Connection[Any], institution_id: int, first: date, until: date
) -> dict[tuple[str, date], Compared]:
    """Return what months of an institution's carriers have in common with the year before."""
    parameters = {"id": institution_id, "first": first, "until": until}
    found = {}
    for carrier, month, days, of_days, *used in connection.execute(_COMPARED, parameters):
        now, before = (None if one is None else int(one) for one in used)
        found[carrier, month] = Compared(days, of_days, now, before)
    return found


def enough_of(connection: Connection[Any], institution_id: int) -> Decimal:
    """Return the share that the institution's office asks for before it compares."""
    row = connection.execute(_ENOUGH, [institution_id]).fetchone()
    assert row is not None
    return Decimal(row[0])


def _sums(connection: Connection[Any], statement: str, parameters: dict[str, Any]) -> list[Sum]:
    with connection.cursor(row_factory=whole_row(Sum)) as cursor:
        return cursor.execute(statement, parameters).fetchall()
