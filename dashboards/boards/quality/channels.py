"""How much of each channel is known, and which lack most."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.model import HOURS, PERCENT, PLAIN, Column, Kind, Panel, Text

CHANNELS: Final = f"""
    channels AS (SELECT c.* FROM report.channel c WHERE c.institution_id IN ({f.within()}))
"""
_DAYS: Final = """
    days AS (SELECT ($__timeFrom()::timestamptz AT TIME ZONE '$zone')::date AS first,
                    $__timeTo()::timestamptz AT TIME ZONE '$zone' AS until)
"""
# Today and what is to come are never missing: neither expected nor counted.
_OVER: Final = "least($__timeTo()::timestamptz, report.today_began('$zone'))"
STATES: Final = f"""
    {CHANNELS}, hours AS (
        SELECT u.channel_id, sum(u.known_s) AS known_s, sum(u.measured_s) AS measured_s
          FROM report.usage_hour u
         WHERE {f.LAST_MONTH} AND u.hour < report.today_began('$zone')
           AND u.channel_id IN (SELECT channel_id FROM channels)
         GROUP BY 1
    ), states AS (
        SELECT channel_id, extract(epoch FROM {_OVER} - greatest(since,
                   $__timeFrom()::timestamptz, $__timeTo()::timestamptz - interval '31 days'))
                   AS expected_s,
               coalesce(h.known_s, 0) AS known_s, coalesce(h.measured_s, 0) AS measured_s,
               greatest(coalesce(h.known_s - h.measured_s, 0), 0) AS estimated_s
          FROM channels c LEFT JOIN hours h USING (channel_id)
         WHERE c.since < {_OVER})
"""
COVERAGE: Final = Panel(
    6,
    Text("逐日完整率", "Coverage by day"),
    Text(
        "已结束的各日中，总量已知、曲线实测的时间各占应计量时间的比例，按品种。",
        "Of each day that is over: time whose total is known, and whose curve is measured.",
    ),
    Kind.LINES,
    PERCENT,
    f"""
    WITH {_DAYS}, {CHANNELS}, since AS (
        SELECT carrier, zone, (since AT TIME ZONE zone)::date AS day, count(*) AS channels
          FROM channels GROUP BY 1, 2, 3
    ), expected AS (
        SELECT d.day::date AS day, s.carrier,
               sum(s.channels * report.expected_s(s.day, NULL, s.zone, d.day::date,
                                                  d.day::date + 1)) AS expected_s
          FROM generate_series((SELECT first FROM days)::timestamp,
                   (SELECT until FROM days) - interval '1 day', interval '1 day') AS d(day)
          JOIN since s ON s.day <= d.day
         GROUP BY 1, 2
    ), held AS (
        SELECT u.day, c.carrier, sum(u.known_s) AS known_s, sum(u.measured_s) AS measured_s
          FROM report.usage_day u JOIN channels c USING (channel_id)
         WHERE u.day >= (SELECT first FROM days) AND u.day < (SELECT until FROM days)
         GROUP BY 1, 2)
    SELECT d.day::timestamp AT TIME ZONE '$zone' AS "time", {f.name("k")} || w.word AS metric,
           report.coverage(CASE w.place WHEN 1 THEN h.known_s ELSE h.measured_s END,
                           d.expected_s) AS value
      FROM expected d
     CROSS JOIN {f.COVERAGES}
      JOIN report.carrier k ON k.code = d.carrier
      LEFT JOIN held h USING (day, carrier)
     WHERE d.expected_s > 0
     ORDER BY 1, k.code, w.place
    """,
    width=24,
    decimals=1,
    thresholds=f.COVERED,
)
WORST: Final = Panel(
    7,
    Text("数据最差的通道", "Channels with the worst data"),
    Text(
        "统计期最后 31 天，按缺数时间由多到少；估算与缺数分列。",
        "Last 31 days of the period, most missing first; estimated and missing are told apart.",
    ),
    Kind.TABLE,
    PLAIN,
    f"""
    WITH {STATES}, first AS MATERIALIZED (
        SELECT c.institution_id, c.channel_id, {f.name("c")} || ' · ' || c.code AS meter,
               report.coverage(s.known_s, s.expected_s) AS coverage,
               report.coverage(s.measured_s, s.expected_s) AS shape, s.estimated_s,
               greatest(0, s.expected_s - s.known_s) / 3600.0 AS missing_h
          FROM states s JOIN channels c USING (channel_id)
         ORDER BY missing_h DESC, s.estimated_s DESC, c.channel_id
         LIMIT 50)
    SELECT w.institution_id, w.channel_id,
           coalesce({f.name("i")}, w.institution_id::text) AS institution,
           w.meter, w.coverage, w.shape, w.estimated_s / 3600.0 AS estimated_h, w.missing_h
      FROM first w
      JOIN report.named((SELECT array_agg(DISTINCT institution_id) FROM first)) i
           USING (institution_id)
     ORDER BY w.missing_h DESC, w.estimated_s DESC, w.channel_id
    """,
    width=24,
    height=9,
    columns=(
        *f.METER,
        Column("coverage", Text("总量完整率", "Of the total"), PERCENT, 1, thresholds=f.COVERED),
        Column("shape", Text("曲线完整率", "Of the curve"), PERCENT, 1, thresholds=f.COVERED),
        Column("estimated_h", Text("估算", "Estimated"), HOURS, 1),
        Column("missing_h", Text("缺数", "Missing"), HOURS, 1),
    ),
)
