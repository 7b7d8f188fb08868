"""An institution and its like: who is compared, and by which figures."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.model import PERCENT, Column, Text

# Those that were counted in the chosen region in the period and had the own class at its end;
# without a class, those without one. Of a move only the months in the region count. Who was in
# account for fewer days than enough of theirs (`covered` alone) is compared no more than who was
# measured too little.
PEERS: Final = f"""
    {f.MEMBER}, counted AS MATERIALIZED (
        SELECT institution_id, first_month, until_month FROM member
         WHERE first_month < (SELECT until FROM span) AND until_month > (SELECT first FROM span)
         UNION ALL
        SELECT institution_id, '-infinity', 'infinity' FROM report.affiliated
         WHERE institution_id::text = '$institution'
           AND institution_id NOT IN (SELECT institution_id FROM member)
    ), classed AS (
        SELECT DISTINCT ON (institution_id) institution_id, class FROM report.classified
         WHERE first_month < (SELECT until FROM span) AND until_month > (SELECT first FROM span)
         ORDER BY institution_id, first_month DESC
    ), peers AS (
        SELECT i.institution_id, coalesce({f.name("i")}, i.institution_id::text) AS name,
               s.area_m2, s.persons, i.institution_id::text = '$institution' AS own
          FROM report.institution i
          LEFT JOIN classed k USING (institution_id)
          LEFT JOIN {f.means()} s USING (institution_id)
         WHERE i.institution_id IN (SELECT institution_id FROM counted)
           AND (i.institution_id::text = '$institution'
                OR k.class IS NOT DISTINCT FROM (
                    SELECT o.class FROM classed o WHERE o.institution_id::text = '$institution'))
    ), used AS (
        SELECT a.institution_id, sum(a.kgce_g) / 1000.0 AS kgce,
               sum(a.known_s) FILTER (WHERE k.in_total_energy) AS known_s
          FROM report.account_figure a
          JOIN report.carrier k ON k.code = a.carrier
          JOIN counted c ON c.institution_id = a.institution_id
               AND a.month >= c.first_month AND a.month < c.until_month
         WHERE a.profile = '$profile' AND a.counts AND {f.IN_MONTHS}
           AND a.institution_id IN (SELECT institution_id FROM peers)
         GROUP BY 1
    ), expected AS (
        SELECT a.institution_id, sum(a.expected_s) AS expected_s
          FROM {f.expected_by_month(f.these("peers"))} a
          JOIN counted c ON c.institution_id = a.institution_id
               AND a.month >= c.first_month AND a.month < c.until_month
          JOIN report.carrier k ON k.code = a.carrier AND k.in_total_energy
         GROUP BY 1
    ), held AS (
        SELECT a.institution_id,
               sum(report.count_days(a.days, c.first_month, c.until_month)) AS days
          FROM {f.in_account(f.these("peers"))} a JOIN counted c USING (institution_id)
         GROUP BY 1
    ), each AS MATERIALIZED (
        SELECT p.*, m.coverage, m.covered, u.kgce, u.kgce / nullif(p.area_m2, 0) AS per_area,
               u.kgce / nullif(p.persons, 0) AS per_person,
               m.covered AND coalesce(h.days, 0)
                   >= {f.ENOUGH} * coalesce(max(h.days) FILTER (WHERE m.covered) OVER (), 0)
                   AS enough
          FROM peers p
          LEFT JOIN used u USING (institution_id)
          LEFT JOIN expected x USING (institution_id)
          LEFT JOIN held h USING (institution_id)
         CROSS JOIN LATERAL (
               SELECT report.coverage(u.known_s, x.expected_s) AS coverage,
                      report.is_enough(u.known_s, x.expected_s, {f.ENOUGH}) AS covered) m)
"""
ID, NAME = f.OF_INSTITUTION
COVERAGE: Final = Column(
    "coverage", Text("总量完整率", "Coverage"), PERCENT, 1, thresholds=f.COVERED
)


def words(text: Text) -> str:
    return f"CASE WHEN '$lang' = 'en' THEN '{text.en}' ELSE '{text.zh}' END"


LEFT_OUT: Final = "NOT enough OR num_nulls(area_m2, persons) > 0"
