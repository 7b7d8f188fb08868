"""What a correction changes: stored hours, accounts, and the published figures on them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import Connection

from metering.units import MOST_QUANTA
from storage.whole import whole_row

_HOURS = """
    SELECT storage.ms(hour), used FROM report.usage_hour
     WHERE channel_id = %(channel)s AND hour >= to_timestamp(%(first)s / 1000.0)
       AND hour < to_timestamp(%(until)s / 1000.0)
"""

_ACCOUNTS = """
    SELECT a.institution_id, a.carrier, a.month, a.before, a.after, c.unit, c.per_unit
      FROM storage.accounts_with(%s, %s, %s, %s, %s) a JOIN carrier c ON c.code = a.carrier
"""

# Without a base year of the target, each institution's run says from which it counts.
_PUBLISHED = """
    WITH touched AS (SELECT * FROM unnest(%(institutions)s::integer[], %(months)s::date[])
                                   AS t (institution_id, month))
    SELECT DISTINCT 'base' AS kind, q.institution_id, q.union_id, q.run_id, t.month, q.year,
           EXISTS (SELECT FROM book_cause b WHERE b.run_id = q.run_id) AS issued,
           q.amount_g AS amount_g, r.sha256 AS snapshot
      FROM touched t
      JOIN run_quota q ON q.institution_id = t.institution_id
      JOIN run r ON r.id = q.run_id
      JOIN target g ON g.id = r.target_id
       AND coalesce(q.base_year, g.base_year, q.year - 1) = extract(year FROM t.month)
     UNION ALL
    SELECT DISTINCT ON (s.union_id, s.indicator, s.year, s.institution_id, t.month)
           'progress', s.institution_id, s.union_id, s.run_id, t.month, s.year, true, s.quota_g,
           r.sha256
      FROM touched t
      JOIN progress s ON s.institution_id = t.institution_id
       AND s.year = extract(year FROM t.month) AND s.day >= t.month
      LEFT JOIN run r ON r.id = s.run_id
     UNION ALL
    SELECT DISTINCT 'locked', v.institution_id, NULL::integer, NULL::integer, t.month, v.year, true,
           NULL::bigint, v.sha256
      FROM touched t
      JOIN account_version v ON v.institution_id = t.institution_id
       AND v.year = extract(year FROM t.month) AND v.answer IS DISTINCT FROM 'returned'
       AND v.version = (SELECT max(n.version) FROM account_version n
                         WHERE n.institution_id = v.institution_id AND n.year = v.year
                           AND n.answer IS DISTINCT FROM 'returned')
     ORDER BY 1, 2, 5, 3, 4
"""


@dataclass(frozen=True, slots=True)
class AccountChange:
    """A metered account before and after; beyond the viewer's rights without its institution.

    None is unknown, which an account beyond the most that there can be is, too.
    """

    institution_id: int | None
    carrier: str
    month: date
    before: int | None
    after: int | None
    unit: str
    per_unit: int


@dataclass(frozen=True, slots=True)
class Published:
    """A figure that rests on a month: a quota's base, progress against it, a locked account.

    amount_g: the quota, None of a locked account. issued: whether the quota holds in the books,
    so that its notice is out. snapshot: hash of the run's, which keeps the figures of before.
    """

    kind: str
    institution_id: int
    union_id: int | None
    run_id: int | None
    month: date
    year: int
    issued: bool
    amount_g: int | None
    snapshot: str | None


def hours(
    connection: Connection[Any], channel_id: int, first_ms: int, until_ms: int
) -> dict[int, int | None]:
    """Return the stored use by hour; None where nothing of it is known."""
    span = {"channel": channel_id, "first": first_ms, "until": until_ms}
    return dict(connection.execute(_HOURS, span).fetchall())


def accounts_with(
    connection: Connection[Any],
    channel_id: int,
    first_ms: int,
    until_ms: int,
    fresh: dict[int, int | None],
) -> list[AccountChange]:
    """Return the accounts that would differ, were a channel's hours of a span these."""
    asked = [channel_id, first_ms, until_ms, list(fresh), list(fresh.values())]
    changes = (
        AccountChange(of, carrier, month, _whole(before), _whole(after), unit, per_unit)
        for of, carrier, month, before, after, unit, per_unit in connection.execute(
            _ACCOUNTS, asked
        ).fetchall()
    )
    return [one for one in changes if one.before != one.after]


def published(
    connection: Connection[Any], institutions: list[int], months: list[date]
) -> list[Published]:
    """Return the published figures that rest on these months of these institutions."""
    asked = {"institutions": institutions, "months": months}
    with connection.cursor(row_factory=whole_row(Published)) as cursor:
        return cursor.execute(_PUBLISHED, asked).fetchall()


def _whole(quanta: Any) -> int | None:
    return None if quanta is None or abs(quanta) > MOST_QUANTA else int(quanta)
