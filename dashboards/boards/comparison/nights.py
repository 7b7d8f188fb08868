"""Who wastes most at night, held against its own day."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.comparison.peers import ID
from dashboards.boards.model import (
    KW,
    PERCENT,
    PLAIN,
    WATT_PER_M2,
    Column,
    Kind,
    Link,
    Panel,
    Text,
    Threshold,
)

_NIGHT_STATES: Final = (Threshold(None, "plain"), Threshold(0.333, "warn"), Threshold(0.4, "bad"))
_RATIO_STATES: Final = (Threshold(None, "plain"), Threshold(0.6, "warn"), Threshold(0.9, "bad"))
_TO_BUILDING: Final = Link(
    Text("建筑负荷", "Load of the building"),
    "commonwatt-building",
    (("institution", "institution_id"),),
)
# Who is merely large is not first: each is held against its own day, by the ratio of the middle.
NIGHTS: Final = Panel(
    8,
    Text("夜间用电", "Electricity at night"),
    Text(
        "统计期最后 31 天，22 时至次日 6 时：谁在夜里浪费最多？超出：高于其日间负荷乘以地区"
        "夜/日比中位数的部分。均匀用电的夜间占比为 33.3%。只计实测小时；"
        "曲线计量不足的在后，不排名。",
        "Last 31 days, 22 to 6 o'clock: who wastes most? Beyond: above its day load times the "
        "region's median ratio of night to day. Constant use has 33.3 % at night. Measured hours "
        "only; whose curve is not measured enough comes last, without a ratio.",
    ),
    Kind.TABLE,
    PLAIN,
    f"""
    WITH {f.MONTHS}, clock AS MATERIALIZED (
        SELECT hour, date_part('hour', hour AT TIME ZONE '$zone') NOT BETWEEN 6 AND 21 AS night
          FROM generate_series(date_trunc('hour', greatest($__timeFrom()::timestamptz,
                   $__timeTo()::timestamptz - interval '31 days')),
               $__timeTo()::timestamptz, interval '1 hour') AS h(hour)
    ), terms AS (
        SELECT institution_id, channel_id, share,
               greatest(0, extract(epoch FROM
                   least($__timeTo()::timestamptz, report.today_began('$zone'))
                   - greatest($__timeFrom()::timestamptz,
                              $__timeTo()::timestamptz - interval '31 days',
                              valid_from::timestamp AT TIME ZONE '$zone'))) AS expected_s
          FROM report.account_term
         WHERE carrier = 'electricity' AND institution_id IN ({f.within()})
           AND channel_id IN (SELECT channel_id FROM report.channel)
           AND valid_from <= ({f.UNTIL})::date
           AND (valid_to IS NULL OR valid_to >= ({f.UNTIL})::date)
    ), loads AS (
        SELECT u.channel_id, sum(u.used) AS used, count(*) AS hours,
               sum(u.used) FILTER (WHERE c.night) AS night_used,
               count(*) FILTER (WHERE c.night) AS night_hours,
               sum(u.used) FILTER (WHERE NOT c.night) AS day_used,
               count(*) FILTER (WHERE NOT c.night) AS day_hours
          FROM report.usage_hour u JOIN clock c USING (hour)
         WHERE {f.LAST_MONTH} AND u.measured_s = 3600
           AND u.hour < report.today_began('$zone')
           AND u.channel_id IN (SELECT channel_id FROM terms)
         GROUP BY 1
    ), nights AS (
        SELECT t.institution_id, sum(l.used * t.share / 1000000000.0) AS kwh,
               sum(l.night_used * t.share / 1000000000.0) AS night_kwh,
               sum(l.night_used * t.share / 1000000000.0 / nullif(l.night_hours, 0)) AS night_kw,
               sum(l.day_used * t.share / 1000000000.0 / nullif(l.day_hours, 0)) AS day_kw,
               sum(l.hours) * 3600 AS measured_s, sum(t.expected_s) AS expected_s
          FROM terms t LEFT JOIN loads l USING (channel_id)
         GROUP BY 1
    ), judged AS (
        SELECT n.*, report.coverage(n.measured_s, n.expected_s) AS shape, e.enough,
               CASE WHEN e.enough THEN n.night_kw / nullif(n.day_kw, 0) END AS ratio
          FROM nights n
         CROSS JOIN LATERAL (
                SELECT report.is_enough(n.measured_s, n.expected_s, {f.ENOUGH}) AS enough) e
    ), middle AS (
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ratio::float8)::numeric AS ratio
          FROM judged
    ), first AS MATERIALIZED (
        SELECT n.*, n.night_kwh * greatest(0, 1 - m.ratio / nullif(n.ratio, 0)) AS beyond_kwh
          FROM judged n CROSS JOIN middle m
         ORDER BY beyond_kwh DESC NULLS LAST, n.night_kwh DESC NULLS LAST, n.institution_id
         LIMIT 50)
    SELECT n.institution_id, coalesce({f.name("i")}, n.institution_id::text) AS institution,
           n.beyond_kwh, n.night_kwh, n.night_kw, n.ratio,
           CASE WHEN n.enough THEN n.night_kwh / nullif(n.kwh, 0) END AS share, n.shape,
           1000 * n.night_kw / nullif(s.area_m2, 0) AS per_area
      FROM first n
      JOIN report.named((SELECT array_agg(institution_id) FROM first)) i USING (institution_id)
      LEFT JOIN {f.means("(SELECT array_agg(institution_id) FROM first)")} s
             USING (institution_id)
     ORDER BY n.beyond_kwh DESC NULLS LAST, n.night_kwh DESC NULLS LAST, n.institution_id
     LIMIT 50
    """,
    width=24,
    height=10,
    columns=(
        ID,
        Column("institution", Text("机构", "Institution"), link=_TO_BUILDING),
        Column("beyond_kwh", Text("超出 kWh", "Beyond kWh"), decimals=0),
        Column("night_kwh", Text("夜间 kWh", "Night kWh"), decimals=0),
        Column("night_kw", Text("夜间平均负荷", "Mean load at night"), KW, 1),
        Column("ratio", Text("夜/日负荷比", "Night to day"), PERCENT, 0, thresholds=_RATIO_STATES),
        Column("share", Text("夜间占比", "Share at night"), PERCENT, 1, thresholds=_NIGHT_STATES),
        Column("shape", Text("曲线完整率", "Curve measured"), PERCENT, 1, thresholds=f.COVERED),
        Column("per_area", Text("夜间强度", "Night intensity"), WATT_PER_M2, 2, empty=f.NOT_STATED),
    ),
)
