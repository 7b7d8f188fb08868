"""What notices of quotas print beside the quotas: documents, a member's levels, days of use."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from compact.targets import Target
from storage.compact.books import Quota
from storage.compact.runs import Level, level_of

_ISSUED: Final = """
    SELECT run_id, region_id, document_number, authority_zh, authority_en, issued_on, made_at
      FROM quota_notice WHERE run_id = %s AND region_id = %s ORDER BY id DESC LIMIT 1
"""
_ADD: Final = """
    INSERT INTO quota_notice (run_id, union_id, region_id, document_number, authority_zh,
                              authority_en, issued_on, made_by)
    SELECT id, union_id, %(region)s, %(number)s, %(zh)s, %(en)s, %(day)s, %(by)s
      FROM run WHERE id = %(run)s
"""
_TAKEN: Final = """
    SELECT EXISTS (SELECT FROM quota_notice
                    WHERE region_id = %s AND document_number = %s AND run_id <> %s)
"""
_LEVELS: Final = """
    SELECT key, base_g, amount_g, numerator, denominator FROM access.member_levels(%s, %s)
"""
_MANY: Final = "SELECT access.member_quotas(%s, %s)"
_SEEN: Final = """
    SELECT count(*)::integer FROM run_quota q
     WHERE q.run_id = %s AND q.member_id = %s
       AND q.institution_id IN (SELECT s.id FROM access.sees() AS s(id))
"""
_MONTHS: Final = """
    SELECT n.month, sum(b.grams), sum(m.grams)
      FROM run_quota q
     CROSS JOIN generate_series(1, 12) AS n (month)
     CROSS JOIN LATERAL (SELECT q.base_g[n.month] AS grams) b
     CROSS JOIN LATERAL (SELECT q.months_g[n.month] AS grams) m
     WHERE q.run_id = %s AND q.member_id = %s AND b.grams IS NOT NULL
     GROUP BY n.month ORDER BY n.month
"""
_OF_MEMBER: Final = """
    SELECT institution_id FROM run_quota
     WHERE run_id = %s AND member_id = %s AND institution_id > %s
       AND institution_id IN (SELECT s.id FROM access.sees() AS s(id))
     ORDER BY institution_id LIMIT %s
"""
_MEMBERS: Final = """
    SELECT m.region_id FROM report.membership m JOIN run r ON r.union_id = m.union_id
     WHERE r.id = %(run)s AND access.member_quotas(%(run)s, m.region_id) > 0
       AND (m.union_id, m.region_id) IN (
           SELECT s.union_id, s.region_id FROM access.sits_with_members() AS s)
     ORDER BY m.region_id
"""
_IN_FORCE: Final = """
    SELECT extract(month FROM month)::integer, quota_g FROM report.quota_month
     WHERE union_id = %s AND indicator = %s AND institution_id = %s AND year = %s
"""
_USED: Final = "SELECT day, kind, grams FROM access.used_days(%s, %s, %s, %s, %s)"
_DAYS: Final = "SELECT day, kind, name_zh, name_en, published FROM report.days_of_year(%s)"


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """By which document, of which authority, a member's quotas of a run are issued.

    made_at: when that was kept.
    """

    run_id: int
    region_id: int
    document_number: str
    authority_zh: str
    authority_en: str
    issued_on: date
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day of a year: its kind, what it is called, and whether the year's calendar is known."""

    day: date
    kind: str
    name_zh: str | None
    name_en: str | None
    published: bool


def issued(connection: Connection[Any], run_id: int, region_id: int) -> NoticeRow | None:
    """Return the document that holds, None where the member's authority has issued none."""
    with connection.cursor(row_factory=class_row(NoticeRow)) as cursor:
        return cursor.execute(_ISSUED, [run_id, region_id]).fetchone()


def add(connection: Connection[Any], notice: NoticeRow, by: str) -> None:
    """Keep by which document quotas are issued."""
    connection.execute(
        _ADD,
        {
            "run": notice.run_id,
            "region": notice.region_id,
            "number": notice.document_number,
            "zh": notice.authority_zh,
            "en": notice.authority_en,
            "day": notice.issued_on,
            "by": by,
        },
    )


def is_of_another_run(
    connection: Connection[Any], run_id: int, region_id: int, number: str
) -> bool:
    """Return whether a member's document issued another run."""
    return connection.execute(_TAKEN, [region_id, number, run_id]).fetchone() == (True,)


def members(connection: Connection[Any], run_id: int) -> list[int]:
    """Return the members that a run has quotas for, as far as the viewer knows their sums."""
    return [int(one) for (one,) in connection.execute(_MEMBERS, {"run": run_id})]


def member_levels(connection: Connection[Any], run_id: int, region_id: int) -> list[Level]:
    """Return the year, the member, and to its planners what lies below it."""
    return [level_of(*row) for row in connection.execute(_LEVELS, [run_id, region_id])]


def counts(connection: Connection[Any], run_id: int, region_id: int) -> tuple[int, int]:
    """Return how many institutions of a member a run has, and how many the viewer sees."""
    many = connection.execute(_MANY, [run_id, region_id]).fetchone()
    seen = connection.execute(_SEEN, [run_id, region_id]).fetchone()
    return (int(many[0]) if many else 0, int(seen[0]) if seen else 0)


def member_months(
    connection: Connection[Any], run_id: int, region_id: int
) -> dict[int, tuple[int, int]]:
    """Return base and quota of a member by month, as far as the viewer sees its institutions."""
    rows = connection.execute(_MONTHS, [run_id, region_id])
    return {month: (int(base), int(amount)) for month, base, amount in rows}


def institutions(
    connection: Connection[Any], run_id: int, region_id: int, *, after: int, most: int
) -> list[int]:
    """Return institutions of a member that a run has and the viewer sees, in order of id."""
    rows = connection.execute(_OF_MEMBER, [run_id, region_id, after, most])
    return [int(one) for (one,) in rows]


def months_in_force(connection: Connection[Any], quota: Quota) -> dict[int, int]:
    """Return a quota by month as the books hold it; a month without a base has none."""
    asked = [quota.union_id, quota.indicator, quota.institution_id, quota.year]
    return {month: int(grams) for month, grams in connection.execute(_IN_FORCE, asked)}


def used_days(
    connection: Connection[Any], institution_id: int, target: Target, span: tuple[date, date]
) -> list[tuple[date, str, int]]:
    """Return days that are known whole, with their kind and what was used. [g, of water L]

    target: says what is counted, and by which profile.
    """
    counts = target.profile, target.indicator.quantity.value
    rows = connection.execute(_USED, [institution_id, *counts, *span])
    return [(day, kind, int(grams)) for day, kind, grams in rows]


def days_of(connection: Connection[Any], year: int) -> list[DayRow]:
    """Return the days of a year."""
    with connection.cursor(row_factory=class_row(DayRow)) as cursor:
        return cursor.execute(_DAYS, [year]).fetchall()
