"""How far targets are reached, a row a night: what both years measured, and what comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any, Final

from psycopg import Connection

from compact.reaching import Pair, Reached, Sums, reached
from compact.targets import MILLION
from storage.compact import bases, targets
from storage.whole import whole_row

_DIGITS: Final = Context(prec=60)

_SUMS = "SELECT * FROM access.target_sums(%s, %s)"
_TAKE_AWAY = "DELETE FROM target_progress WHERE target_id = %s AND day = %s"
_KEEP = """
    INSERT INTO target_progress (
        target_id, union_id, member_id, day, year, upto, due, institutions, months, base,
        base_size, now, now_size, annual_months, annual_before, annual_before_size, annual_now,
        annual_now_size, enough_permille, guarded, verdict, fall_millionths, asked_millionths,
        annual_fall_millionths, annual_asked_millionths)
    VALUES (%(target)s, %(union)s, %(member)s, %(day)s, %(year)s, %(upto)s, %(due)s,
            %(institutions)s, %(months)s, %(base)s, %(base_size)s, %(now)s, %(now_size)s,
            %(annual_months)s, %(annual_before)s, %(annual_before_size)s, %(annual_now)s,
            %(annual_now_size)s, %(enough)s, %(guarded)s, %(verdict)s, %(fall)s, %(asked)s,
            %(annual_fall)s, %(annual_asked)s)
"""
_NEWEST = """
    SELECT DISTINCT ON (p.target_id, p.member_id)
           p.target_id, p.union_id, p.member_id, p.day, p.year, p.upto, p.due, p.institutions,
           p.months, p.base, p.base_size, p.now, p.now_size, p.annual_months, p.annual_before,
           p.annual_before_size, p.annual_now, p.annual_now_size, p.enough_permille,
           p.made_at AS as_of
      FROM target_progress p
     WHERE (%(target)s::integer IS NULL OR p.target_id = %(target)s)
       AND (%(union)s::integer IS NULL OR p.union_id = %(union)s)
       AND (p.guarded = '{}' OR NOT access.tells_of_unseen(p.guarded))
     ORDER BY p.target_id, p.member_id NULLS FIRST, p.day DESC
"""


@dataclass(frozen=True, slots=True)
class MemberSums:
    """What is known of a member, or of all (None), and which restricted institutions it holds."""

    member_id: int | None
    institutions: int
    guarded: Sequence[int]
    sums: Sums


@dataclass(frozen=True, slots=True)
class TargetProgress:
    """What was known of a target at the end of a day, of a member or of all (None).

    upto: last day of the newest month compared. due: institution-months over; months: of these,
    measured in both years. Amounts in grams or litres; sizes in m² or persons × months.
    """

    target_id: int
    union_id: int
    member_id: int | None
    day: date
    year: int
    upto: date | None
    due: int
    institutions: int
    months: int
    base: Any
    base_size: Any
    now: Any
    now_size: Any
    annual_months: int
    annual_before: Any
    annual_before_size: Any
    annual_now: Any
    annual_now_size: Any
    enough_permille: int
    as_of: datetime

    @property
    def sums(self) -> Sums:
        """What the arithmetic takes."""
        now = Fraction(self.now), Fraction(self.now_size)
        since = Fraction(self.annual_now), Fraction(self.annual_now_size)
        return Sums(
            self.year,
            Pair(Fraction(self.base), now[0], Fraction(self.base_size), now[1], self.months),
            Pair(
                Fraction(self.annual_before),
                since[0],
                Fraction(self.annual_before_size),
                since[1],
                self.annual_months,
            ),
            self.due,
            self.upto,
        )


def record(connection: Connection[Any], union_id: int, day: date) -> int:
    """Keep how far the targets of a union are reached at the end of a day; return how many rows.

    A target whose years are over stands at its last day; one without years of its own, or whose
    first year has not begun, has none.
    """
    enough, kept = bases.enough(connection, union_id), 0
    for one in targets.listed(connection, union_id):
        years = one.target.years()
        if not years or day.year < years[0]:
            continue
        last = min(day, date(years[-1], 12, 31))
        found = [
            (each, reached(one.target, each.sums, last + timedelta(days=1), enough))
            for each in sums(connection, one.target_id, last)
        ]
        keep(connection, (one.target_id, union_id), last, enough, found)
        kept += len(found)
    return kept


def sums(connection: Connection[Any], target_id: int, day: date) -> list[MemberSums]:
    """Return what is known of a target's members and of all at the end of a day."""
    found = []
    for row in connection.execute(_SUMS, [target_id, day]).fetchall():
        member, upto, due, many, months, *amounts = row
        base, base_size, now, now_size, annual_months = (*map(Fraction, amounts[:4]), amounts[4])
        before, before_size, since, since_size = map(Fraction, amounts[5:9])
        found.append(
            MemberSums(
                member,
                many,
                amounts[9],
                Sums(
                    day.year,
                    Pair(base, now, base_size, now_size, months),
                    Pair(before, since, before_size, since_size, annual_months),
                    due,
                    upto,
                ),
            )
        )
    return found


def keep(
    connection: Connection[Any],
    ids: tuple[int, int],
    day: date,
    enough: int,
    rows: Sequence[tuple[MemberSums, Reached]],
) -> None:
    """Keep what a night came to, in the place of what was kept for the same day.

    ids: of target and union. enough: of the months that are over, in thousandths.
    """
    connection.execute(_TAKE_AWAY, [ids[0], day])
    for one, said in rows:
        cumulative, annual = one.sums.cumulative, one.sums.annual
        values = {
            "target": ids[0], "union": ids[1], "member": one.member_id, "day": day,
            "year": one.sums.year, "upto": one.sums.upto, "due": one.sums.due,
            "institutions": one.institutions, "months": cumulative.months,
            "base": _exact(cumulative.before), "base_size": _exact(cumulative.before_size),
            "now": _exact(cumulative.now), "now_size": _exact(cumulative.now_size),
            "annual_months": annual.months, "annual_before": _exact(annual.before),
            "annual_before_size": _exact(annual.before_size), "annual_now": _exact(annual.now),
            "annual_now_size": _exact(annual.now_size), "enough": enough,
            "guarded": list(one.guarded), "verdict": said.verdict.value,
            "fall": _millionths(said.fall), "asked": _millionths(said.asked),
            "annual_fall": _millionths(said.annual_fall),
            "annual_asked": _millionths(said.annual_asked),
        }  # fmt: skip
        connection.execute(_KEEP, values)


def newest(
    connection: Connection[Any], *, target_id: int | None = None, union_id: int | None = None
) -> list[TargetProgress]:
    """Return the last night of each target, all together first, then its members, as far as shown.

    What would tell of a restricted institution that the viewer does not see is not there.
    """
    with connection.cursor(row_factory=whole_row(TargetProgress)) as cursor:
        wanted = {"target": target_id, "union": union_id}
        return cursor.execute(_NEWEST, wanted).fetchall()


def _exact(value: Fraction) -> str:
    """Return a fraction as a decimal, to more places than means of sizes have."""
    return format(_DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator)), "f")


def _millionths(share: Fraction | None) -> int | None:
    return None if share is None else round(share * MILLION)
