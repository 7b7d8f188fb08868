"""What a region and its members used, by month and carrier."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.model import Text

_HERE: Final = "institution_id IN (SELECT institution_id FROM member)"
ENERGY: Final = f"""
    {f.MEMBER}, energy AS (
        SELECT m.region_id, a.institution_id, a.month, a.carrier, a.quanta, a.kgce_g, a.co2_g,
               a.known_s, a.expected_s
          FROM report.account_figure a JOIN {f.AS_MEMBER}
         WHERE a.profile = '$profile' AND a.counts AND {f.IN_MONTHS})
"""
# Summed before it is named: names are text, and there are many accounts.
BY_MEMBER: Final = """
    sums AS (
        SELECT region_id, month, sum(kgce_g) AS kgce_g, sum(co2_g) AS co2_g
          FROM energy GROUP BY 1, 2)
"""
# What those institutions should hold: of every carrier in each month.
EXPECTED: Final = f"""
    expected AS MATERIALIZED (
        SELECT region_id, carrier, month, expected_s FROM {f.expected_in()})
"""
# Of months that are over: what was used by whom both years measured whole, and how much that is. A
# 29 February, in whichever year has one, is beside no day of the other: what it held is taken off.
PAIRS: Final = f"""
    in_part AS MATERIALIZED (
        SELECT institution_id, carrier, month FROM report.month_in_part
    ), february AS (
        SELECT month, day, is_now FROM (
            SELECT make_date(y, 2, 1) AS month, make_date(l, 3, 1) - 1 AS day, l = y AS is_now
              FROM span
             CROSS JOIN generate_series(extract(year FROM first)::integer,
                                        extract(year FROM until)::integer) AS y
             CROSS JOIN LATERAL (VALUES (y), (y - 1)) AS v(l)) f
         WHERE extract(day FROM day) = 29 AND {f.IN_MONTHS}
    ), leap AS MATERIALIZED (
        SELECT f.month, f.is_now, d.institution_id, d.carrier, d.quanta
          FROM february f
         CROSS JOIN LATERAL report.compared({f.these("member")}, f.day, f.day + 1, 0) d
    ), earlier AS (
        SELECT institution_id, carrier, (month + interval '1 year')::date AS month, kgce_g, quanta
          FROM report.account_figure
         WHERE profile = '$profile' AND counts AND {f.YEAR_EARLIER}
           AND kgce_g IS NOT NULL AND report.is_whole(known_s, expected_s)
           AND (institution_id, carrier, month) NOT IN (SELECT * FROM in_part)
    ), pair AS (
        SELECT month, sum(e.expected_s) AS compared_s,
               sum(e.kgce_g) - coalesce(sum(round(
                   e.kgce_g * l.quanta / nullif(e.quanta, 0))) FILTER (WHERE l.is_now), 0)
                   AS kgce_g,
               sum(b.kgce_g) - coalesce(sum(round(
                   b.kgce_g * l.quanta / nullif(b.quanta, 0))) FILTER (WHERE NOT l.is_now), 0)
                   AS before_g
          FROM energy e JOIN earlier b USING (institution_id, carrier, month)
          LEFT JOIN leap l USING (institution_id, carrier, month)
         WHERE e.kgce_g IS NOT NULL AND report.is_whole(e.known_s, e.expected_s)
           AND (l.is_now IS NULL OR l.quanta IS NOT NULL)
           AND (e.institution_id, e.carrier, e.month) NOT IN (SELECT * FROM in_part)
         GROUP BY 1
    ), compared AS (
        SELECT month, sum(x.expected_s) AS expected_s, max(p.compared_s) AS compared_s,
               max(p.kgce_g) AS kgce_g, max(p.before_g) AS before_g
          FROM expected x
          JOIN report.carrier k ON k.code = x.carrier AND k.in_total_energy
          LEFT JOIN pair p USING (month)
         WHERE month + interval '1 month'
               <= (SELECT report.today_began('$zone') AT TIME ZONE '$zone')
         GROUP BY 1)
"""
_OWN_LEVEL: Final = Text("（本级）", " (own level)")


def member_name() -> str:
    own = f"CASE WHEN '$lang' = 'en' THEN '{_OWN_LEVEL.en}' ELSE '{_OWN_LEVEL.zh}' END"
    return f"{f.name('r')} || CASE WHEN r.region_id::text = '$region' THEN {own} ELSE '' END"
