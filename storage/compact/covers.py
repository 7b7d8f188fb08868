"""Cover: what holders used in their closed years, what of it is covered, and how that stood."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from compact.cover import CoverRecord, Periods
from storage.compact.book_refusals import in_words

_HOLDERS: Final = """
    SELECT c.institution_id, c.member_id, c.first_year, c.years, c.used_g, c.excluded, c.covered_g,
           c.last_year, c.period_first, c.period_years, c.interim_percent,
           v.name_zh, v.name_en, f.name_zh AS region_zh, f.name_en AS region_en,
           v.institution_id IS NOT NULL AS seen
      FROM storage.cover_of(%(union)s, %(indicator)s, %(institution)s) c
      LEFT JOIN report.institution v ON v.institution_id = c.institution_id
      LEFT JOIN region_fact f ON f.region_id = c.member_id AND f.known_until IS NULL
           AND storage.today() >= f.valid_from
           AND (f.valid_to IS NULL OR storage.today() < f.valid_to)
     ORDER BY c.institution_id
"""
_OF_MEMBERS: Final = "SELECT member_id, holders FROM access.holders_by_member(%s, %s)"
_EXCLUDE: Final = """
    INSERT INTO cover_exclusion (union_id, indicator, institution_id, year, excluded, reason,
                                 made_by)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_FREEZE: Final = """
    INSERT INTO cover_frozen (union_id, indicator, deadline, institution_id, member_id, status,
                              due_g, covered_g, made_by)
    SELECT %s, %s, %s, i, m, s, d, c, %s
      FROM unnest(%s::integer[], %s::integer[], %s::text[], %s::numeric[], %s::numeric[])
           AS f (i, m, s, d, c)
"""
_FROZEN: Final = """
    SELECT z.union_id, z.indicator, z.deadline, z.institution_id, z.member_id, z.status, z.due_g,
           z.covered_g, z.made_at, v.name_zh, v.name_en
      FROM cover_frozen z
      JOIN report.institution v ON v.institution_id = z.institution_id
     WHERE (%(union)s::integer IS NULL OR z.union_id = %(union)s)
       AND (%(deadline)s::date IS NULL OR z.deadline = %(deadline)s)
     ORDER BY z.deadline DESC, z.union_id, z.institution_id, z.indicator
"""
_FREEZE_DUE: Final = "SELECT storage.freeze_due(%s, %s, %s)"
_RESTRICTED: Final = """
    SELECT count(*) FROM report.account_state
     WHERE union_id = %s AND cover_deadline = %s AND state = 'restricted'
"""
_IS_FROZEN: Final = "SELECT count(*) FROM cover_frozen WHERE union_id = %s AND deadline = %s"


@dataclass(frozen=True, slots=True)
class HolderRow:
    """What is known of a holder's cover; used_g: of each year, None where it is not final.

    last_year: the last in which it was on the roster; None while it is. period_first, period_years,
    interim_percent: of the agreed periods; None where each year stands for itself.
    """

    institution_id: int
    member_id: int
    first_year: int
    years: list[int]
    used_g: list[int | None]
    excluded: list[int]
    covered_g: int
    last_year: int | None
    period_first: int | None
    period_years: int | None
    interim_percent: Decimal | None
    name_zh: str | None
    name_en: str | None
    region_zh: str | None
    region_en: str | None
    seen: bool

    def record(self, year: int) -> CoverRecord:
        """Return it as the value whose status follows from it; year: the current one."""
        used = {
            of: Fraction(int(g))
            for of, g in zip(self.years, self.used_g, strict=True)
            if g is not None and of not in self.excluded
        }
        excluded, covered = frozenset(self.excluded), Fraction(int(self.covered_g))
        last = self.last_year if self.last_year is not None and self.last_year < year else None
        return CoverRecord(self.first_year, last, year, used, excluded, covered, self._periods)

    @property
    def _periods(self) -> Periods | None:
        if self.period_first is None or self.period_years is None or self.interim_percent is None:
            return None
        return Periods(self.period_first, self.period_years, Fraction(self.interim_percent) / 100)


@dataclass(frozen=True, slots=True)
class FrozenRow:
    """How a holder stood at a deadline."""

    union_id: int
    indicator: str
    deadline: date
    institution_id: int
    member_id: int
    status: str
    due_g: int | None
    covered_g: int
    made_at: datetime
    name_zh: str | None
    name_en: str | None


@dataclass(frozen=True, slots=True)
class Stood:
    """How a holder stands when it is frozen. [g]"""

    institution: int
    member: int
    status: str
    due_g: int | None
    covered_g: int


def holders(
    connection: Connection[Any], union_id: int, indicator: str, institution_id: int | None = None
) -> list[HolderRow]:
    """Return the holders of a union's quotas that the viewer sees or reckons for."""
    asked = {"union": union_id, "indicator": indicator, "institution": institution_id}
    with connection.cursor(row_factory=class_row(HolderRow)) as cursor:
        return cursor.execute(_HOLDERS, asked).fetchall()


def of_members(connection: Connection[Any], union_id: int, indicator: str) -> dict[int, int]:
    """Return how many holders each member has."""
    return dict(connection.execute(_OF_MEMBERS, [union_id, indicator]).fetchall())


def exclude(
    connection: Connection[Any], of: tuple[int, str], institution_id: int, year: int, reason: str,
    by: str, *, excluded: bool,
) -> None:  # fmt: skip
    """Leave a holder's year out of its cover, or take it in again; of: union and indicator."""
    connection.execute(_EXCLUDE, [*of, institution_id, year, excluded, reason, by])


def freeze(
    connection: Connection[Any],
    union_id: int,
    indicator: str,
    deadline: date,
    stood: Iterable[Stood],
    by: str,
) -> None:
    """Keep how every holder stood at a deadline."""
    rows = [(one.institution, one.member, one.status, one.due_g, one.covered_g) for one in stood]
    columns = [list(each) for each in zip(*rows, strict=True)]
    with in_words():
        connection.execute(_FREEZE, [union_id, indicator, deadline, by, *columns])


def freeze_due(connection: Connection[Any], union_id: int, indicator: str, today: date) -> int:
    """Keep how all stand the night after the agreed deadline; return how many holders, mostly 0."""
    row = connection.execute(_FREEZE_DUE, [union_id, indicator, today]).fetchone()
    return int(row[0]) if row else 0


def restricted(connection: Connection[Any], union_id: int, deadline: date) -> int:
    """Return how many accounts are restricted since a deadline, of those that the viewer sees."""
    row = connection.execute(_RESTRICTED, [union_id, deadline]).fetchone()
    return int(row[0]) if row else 0


def is_frozen(connection: Connection[Any], union_id: int, deadline: date) -> bool:
    """Return whether statuses were frozen at a deadline already."""
    row = connection.execute(_IS_FROZEN, [union_id, deadline]).fetchone()
    return bool(row and row[0])


def frozen(
    connection: Connection[Any], union_id: int | None, deadline: date | None
) -> list[FrozenRow]:
    """Return how the holders that the viewer sees stood, the newest deadline first."""
    with connection.cursor(row_factory=class_row(FrozenRow)) as cursor:
        return cursor.execute(_FROZEN, {"union": union_id, "deadline": deadline}).fetchall()
