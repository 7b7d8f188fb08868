"""When an institution uses electricity, and the channels that tell."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.institution.asked import OWN
from dashboards.boards.model import KW, PLAIN, Column, Kind, Link, Panel, Text

CURVE: Final = Panel(
    9,
    Text("电力负荷（实测与估算）", "Electric load, measured and estimated"),
    Text(
        "32 天以内逐时，更长按已知小时逐日平均；有通道缺数则留空。"
        "估算：总量为实测，时间分布为推算。",
        "Hourly up to 32 days, else each day's mean over the hours known; open where a channel is "
        "missing. Estimated: the total is measured, its course is not.",
    ),
    Kind.LINES,
    KW,
    f"""
    WITH term AS (
        SELECT t.channel_id, t.share / 1000000.0 AS share, t.valid_from, t.valid_to
          FROM report.account_term t
         WHERE t.{OWN} AND t.carrier = 'electricity'
           AND t.channel_id IN (SELECT channel_id FROM report.channel)
    ), hours AS (
        SELECT u.hour AS "time", sum(u.used * t.share * 3.6 / nullif(u.known_s, 0)) AS load,
               bool_and(u.measured_s >= u.known_s) AS measured
          FROM report.usage_hour u JOIN term t USING (channel_id)
         WHERE {f.SHORT} AND $__timeFilter(u.hour) AND u.hour < $__timeTo()
           AND u.channel_id IN (SELECT channel_id FROM term)
           AND u.hour >= t.valid_from::timestamp AT TIME ZONE '$zone'
           AND (t.valid_to IS NULL OR u.hour < t.valid_to::timestamp AT TIME ZONE '$zone')
         GROUP BY u.hour
        HAVING count(u.used) = (
               SELECT count(*) FROM term o
                WHERE u.hour >= o.valid_from::timestamp AT TIME ZONE '$zone'
                  AND (o.valid_to IS NULL
                       OR u.hour < o.valid_to::timestamp AT TIME ZONE '$zone'))
    ), days AS (
        SELECT u.day::timestamp AT TIME ZONE '$zone' AS "time",
               sum(u.used * t.share * 3.6 / nullif(u.known_s, 0)) AS load,
               bool_and(u.measured_s >= u.known_s) AS measured
          FROM report.usage_day u JOIN term t USING (channel_id)
         WHERE NOT {f.SHORT}
           AND u.day >= ($__timeFrom()::timestamptz AT TIME ZONE '$zone')::date
           AND u.day < $__timeTo()::timestamptz AT TIME ZONE '$zone'
           AND u.channel_id IN (SELECT channel_id FROM term)
           AND u.day >= t.valid_from AND (t.valid_to IS NULL OR u.day < t.valid_to)
         GROUP BY u.day
        HAVING count(u.used) = (SELECT count(*) FROM term o
                                 WHERE u.day >= o.valid_from
                                   AND (o.valid_to IS NULL OR u.day < o.valid_to))
    )
    SELECT "time", CASE WHEN measured THEN load END AS measured,
           CASE WHEN NOT measured THEN load END AS estimated
      FROM (SELECT * FROM hours UNION ALL SELECT * FROM days) u
     ORDER BY 1
    """,
    width=24,
    decimals=2,
    columns=(f.MEASURED, f.ESTIMATED),
)
CHANNELS: Final = Panel(
    10,
    Text("计量通道", "Channels"),
    Text(
        "本机构的计量通道及统计期最后一个月的用量，点选可看负荷。",
        "Its channels with their use in the last month of the period; each leads to its load.",
    ),
    Kind.TABLE,
    PLAIN,
    f"""
    WITH {f.MONTHS}
    SELECT c.channel_id, {f.name("c")} AS meter, c.code, {f.name("k")} AS carrier, k.unit,
           u.used / k.per_unit::numeric AS used, u.measured_s / 3600.0 AS measured_h
      FROM report.channel c
      JOIN report.carrier k ON k.code = c.carrier
      LEFT JOIN report.usage_month u ON u.channel_id = c.channel_id
            AND u.month = (SELECT max(month) FROM report.usage_month
                            WHERE {f.IN_MONTHS} AND channel_id = c.channel_id)
     WHERE c.{OWN}
     ORDER BY c.carrier <> 'electricity', c.carrier, c.meter_code, c.code
     LIMIT 50
    """,
    height=7,
    columns=(
        Column("channel_id", Text("编号", "Id"), hidden=True),
        Column(
            "meter",
            Text("计量表", "Meter"),
            link=Link(
                Text("查看负荷", "Load"),
                "commonwatt-building",
                (("institution", "$institution"), ("channel", "channel_id")),
            ),
        ),
        Column("code", Text("通道", "Channel")),
        Column("carrier", Text("品种", "Carrier")),
        Column("unit", Text("单位", "Unit")),
        Column("used", Text("末月用量", "Use, last month"), decimals=1),
        Column("measured_h", Text("实测小时", "Hours measured"), decimals=0),
    ),
)
