"""What two years of an institution have in common, beside its area and persons of both."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from psycopg import Connection

from storage.whole import whole_row

# The days that both years measured, in months that are over; of a carrier without a coefficient,
# which is in neither sum, none. Area and persons are those of the same months, weighted by the days
# of them that are compared: what grew later in the year before, or is to come, moves nothing.
_USED = """
    WITH figure AS (
        SELECT month, carrier, quanta, kgce_g
          FROM report.account_figure
         WHERE institution_id = %(institution)s AND profile = %(profile)s AND source = 'meter'
           AND month >= make_date(least(%(before)s, %(after)s)::integer, 1, 1)
           AND month < make_date(greatest(%(before)s, %(after)s)::integer + 1, 1, 1)
    ), pair AS (
        SELECT c.month, c.of_days,
               CASE WHEN a.kgce_g IS NULL OR b.kgce_g IS NULL THEN 0 ELSE c.days END AS days,
               storage.half_up(b.kgce_g * c.before_quanta, b.quanta) AS before_g,
               storage.half_up(a.kgce_g * c.quanta, a.quanta) AS after_g
          FROM report.compared(ARRAY[%(institution)s]::integer[],
                               make_date(%(after)s::integer, 1, 1),
                               make_date(%(after)s::integer + 1, 1, 1),
                               (%(after)s - %(before)s)::integer) c
          JOIN report.carrier k ON k.code = c.carrier AND k.in_total_energy
          LEFT JOIN figure a ON a.carrier = c.carrier AND a.month = c.month
          LEFT JOIN figure b ON b.carrier = c.carrier AND b.month
                = (c.month - make_interval(years => (%(after)s - %(before)s)::integer))::date
         WHERE c.month + interval '1 month' <= storage.today()
    ), common AS (
        SELECT month, (month - make_interval(years => (%(after)s - %(before)s)::integer))::date
                   AS earlier, max(days) AS days
          FROM pair WHERE days > 0 GROUP BY month
    ), size AS (
        SELECT sum(b.area_m2 * c.days) / nullif(sum(c.days) FILTER (WHERE b.area_m2 > 0), 0)
                   AS area_before,
               sum(a.area_m2 * c.days) / nullif(sum(c.days) FILTER (WHERE a.area_m2 > 0), 0)
                   AS area_after,
               sum(b.persons * c.days) / nullif(sum(c.days) FILTER (WHERE b.persons > 0), 0)
                   AS persons_before,
               sum(a.persons * c.days) / nullif(sum(c.days) FILTER (WHERE a.persons > 0), 0)
                   AS persons_after
          FROM common c
          LEFT JOIN LATERAL report.means(ARRAY[%(institution)s]::integer[], c.earlier,
                        (c.earlier + interval '1 month')::date) b ON true
          LEFT JOIN LATERAL report.means(ARRAY[%(institution)s]::integer[], c.month,
                        (c.month + interval '1 month')::date) a ON true)
    SELECT (SELECT count(*)::integer FROM pair WHERE days > 0) AS months,
           (SELECT coalesce(sum(days), 0)::integer FROM pair) AS days,
           (SELECT coalesce(sum(of_days), 0)::integer FROM pair) AS of_days,
           (SELECT coalesce(sum(before_g), 0) FROM pair WHERE days > 0) AS before_g,
           (SELECT coalesce(sum(after_g), 0) FROM pair WHERE days > 0) AS after_g,
           trim_scale(round(s.area_before, 6)) AS area_before,
           trim_scale(round(s.area_after, 6)) AS area_after,
           trim_scale(round(s.persons_before, 6)) AS persons_before,
           trim_scale(round(s.persons_after, 6)) AS persons_after
      FROM report.institution i CROSS JOIN size s
     WHERE i.institution_id = %(institution)s
"""


@dataclass(frozen=True, slots=True)
class Used:
    """Energy of the days that both years measured, and the facts of these days. [g, m²]

    months: how many carrier-months have such days; days, of_days: carrier-days.
    """

    months: int
    days: int
    of_days: int
    before_g: int
    after_g: int
    area_before: Decimal | None
    area_after: Decimal | None
    persons_before: Decimal | None
    persons_after: Decimal | None


def used(
    connection: Connection[Any], institution_id: int, before: int, after: int, profile: str
) -> Used | None:
    """Return both years of an institution; None where the viewer sees none such."""
    parameters = {
        "institution": institution_id,
        "before": before,
        "after": after,
        "profile": profile,
    }
    with connection.cursor(row_factory=whole_row(Used)) as cursor:
        return cursor.execute(_USED, parameters).fetchone()
