"""PV electricity of institutions by month: generated, fed in, used on the spot."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from psycopg import Connection

from storage.whole import whole_row

# A formula of that carrier adds generation and takes feed-in off; over the days that all of them
# know, so that the three fit one another.
_MONTHS: Final = """
    WITH made AS (
        SELECT f.channel_id, m.institution_id, f.valid_from, f.valid_to, p.input, p.sign
          FROM formula f
          JOIN channel c ON c.id = f.channel_id AND c.carrier = 'electricity_pv_self'
          JOIN meter m ON m.id = c.meter_id
         CROSS JOIN LATERAL unnest(f.inputs, f.signs) AS p(input, sign)
         WHERE f.known_until IS NULL AND f.by IS NULL
           AND (%(institution)s::integer IS NULL OR m.institution_id = %(institution)s)
    ), day AS (
        SELECT v.institution_id, v.channel_id, u.day,
               sum(u.used) FILTER (WHERE v.sign > 0) AS generated,
               coalesce(sum(u.used) FILTER (WHERE v.sign < 0), 0) AS fed_in,
               bool_and(d.used IS NOT NULL) AS known
          FROM made v
          JOIN report.usage_day u ON u.channel_id = v.input
           AND u.day >= greatest(v.valid_from, %(first)s) AND u.day < %(until)s
           AND (v.valid_to IS NULL OR u.day < v.valid_to)
          LEFT JOIN report.usage_day d ON d.channel_id = v.channel_id AND d.day = u.day
         GROUP BY 1, 2, 3
    )
    SELECT y.institution_id, i.name_zh AS house_zh, i.name_en AS house_en, y.channel_id,
           date_trunc('month', y.day::timestamp)::date AS month,
           sum(y.generated) FILTER (WHERE y.known) AS generated,
           sum(y.fed_in) FILTER (WHERE y.known) AS fed_in,
           sum(y.generated - y.fed_in) FILTER (WHERE y.known) AS self_used,
           count(*) FILTER (WHERE y.known)::integer AS days, count(*)::integer AS of_days,
           g.quanta AS delivered
      FROM day y
      JOIN report.institution i USING (institution_id)
      LEFT JOIN LATERAL (
            SELECT max(a.quanta) AS quanta FROM report.account_counted a
             WHERE a.institution_id = y.institution_id AND a.carrier = 'electricity'
               AND a.month = date_trunc('month', y.day::timestamp)::date) g ON true
     GROUP BY 1, 2, 3, 4, 5, g.quanta
     ORDER BY 5 DESC, 1, 4
"""


@dataclass(frozen=True, slots=True)
class PvMonth:
    """A month of an institution's PV electricity. [Wh]

    generated, fed_in, self_used: over the days that are known; None where there is none. delivered:
    what counts of the grid's electricity in the account, of the whole month.
    """

    institution_id: int
    house_zh: str | None
    house_en: str | None
    channel_id: int
    month: date
    generated: int | None
    fed_in: int | None
    self_used: int | None
    days: int
    of_days: int
    delivered: int | None


def months(
    connection: Connection[Any], first: date, until: date, institution: int | None = None
) -> list[PvMonth]:
    """Return the months between two days, the newest first."""
    asked = {"first": first, "until": until, "institution": institution}
    with connection.cursor(row_factory=whole_row(PvMonth)) as cursor:
        return cursor.execute(_MONTHS, asked).fetchall()
