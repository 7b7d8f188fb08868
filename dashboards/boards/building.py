"""One channel of a building: its load, how long it lasts, when it falls, what never falls."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.model import (
    PERCENT,
    PLAIN,
    Board,
    Column,
    Kind,
    Link,
    Panel,
    Row,
    Text,
    Variable,
)

_CHANNEL: Final = Variable(
    "channel",
    Text("计量通道", "Channel"),
    f"""
    SELECT c.channel_id::text AS "__value",
           {f.name("c")} || ' · ' || c.code || ' (' || c.unit || ')' AS "__text"
      FROM report.channel c
     WHERE c.institution_id::text = '$institution'
        OR c.channel_id IN (SELECT channel_id FROM report.account_term
                             WHERE institution_id::text = '$institution')
     ORDER BY c.carrier <> 'electricity', c.institution_id::text <> '$institution',
              c.meter_code, c.code
     LIMIT 500
    """,
    numeric=True,
)
_UNIT: Final = Variable(
    "unit",
    Text("单位", "Unit"),
    """
    SELECT CASE unit WHEN 'kWh' THEN 'kW' ELSE unit || '/h' END AS "__value",
           CASE unit WHEN 'kWh' THEN 'kW' ELSE unit || '/h' END AS "__text"
      FROM report.channel WHERE channel_id::text = '$channel'
    UNION ALL SELECT 'kW', 'kW' WHERE NOT EXISTS (
        SELECT FROM report.channel WHERE channel_id::text = '$channel')
    """,
    hidden=True,
)
_ZONE: Final = Variable(
    "zone",
    Text("时区", "Time zone"),
    """
    SELECT zone AS "__value", zone AS "__text"
      FROM report.channel WHERE channel_id::text = '$channel'
    UNION ALL SELECT z.zone, z.zone FROM report.region_zone(NULL) AS z(zone) WHERE NOT EXISTS (
        SELECT FROM report.channel WHERE channel_id::text = '$channel')
    """,
    hidden=True,
)

_OWN: Final = "channel_id = (SELECT channel_id FROM chosen)"
# A channel that does not exist, or that is neither the institution's nor in its account, is
# nobody's: the query answers with nothing, never with the load of another one.
_CHOSEN: Final = """
    chosen AS (SELECT c.channel_id, c.per_unit, c.since FROM report.channel c
                WHERE c.channel_id::text = '$channel'
                  AND (c.institution_id::text = '$institution'
                       OR c.channel_id IN (SELECT channel_id FROM report.account_term
                                            WHERE institution_id::text = '$institution')))
"""
# Of a shape only hours count that were measured as such, and not before there are enough of them.
_LOAD: Final = f"""
    {_CHOSEN}, measured AS MATERIALIZED (
        SELECT u.hour, u.hour AT TIME ZONE '$zone' AS local,
               u.used / (SELECT per_unit FROM chosen)::numeric AS load
          FROM report.usage_hour u
         WHERE u.{_OWN} AND $__timeFilter(u.hour) AND u.hour < $__timeTo()
           AND u.measured_s = 3600
    ), shape AS (
        SELECT 3600 * count(*) FILTER (WHERE hour < report.today_began('$zone')) AS measured_s,
               extract(epoch FROM
                   least($__timeTo()::timestamptz, report.today_began('$zone'))
                   - greatest($__timeFrom()::timestamptz, (SELECT since FROM chosen)))
                   AS expected_s
          FROM measured
    ), load AS (
        SELECT hour, local, load FROM measured
         WHERE (SELECT report.is_enough(measured_s, expected_s, {f.ENOUGH_OF}) FROM shape))
"""
_LOADED: Final = f"WITH {_LOAD} SELECT"


_FIGURES: Final = (
    Panel(
        1,
        Text("最大负荷（$unit）", "Peak load ($unit)"),
        Text(
            "统计期内最高的实测小时平均负荷；曲线计量不足则不计。",
            "The highest hourly load that was measured; none where too little of the curve was.",
        ),
        Kind.STAT,
        PLAIN,
        f"{_LOADED} max(load) AS value FROM load",
        width=6,
        height=4,
        decimals=2,
        empty=f.NOT_ENOUGH,
    ),
    Panel(
        2,
        Text("平均负荷（$unit）", "Mean load ($unit)"),
        Text("统计期内实测各小时的平均负荷。", "The mean over all hours that were measured."),
        Kind.STAT,
        PLAIN,
        f"{_LOADED} avg(load) AS value FROM load",
        width=6,
        height=4,
        decimals=2,
        empty=f.NOT_ENOUGH,
    ),
    Panel(
        3,
        Text("基础负荷（$unit）", "Base load ($unit)"),
        Text(
            "95% 的时间都不低于的负荷，即从不关闭的用能。",
            "The load that 95 % of all hours reach: what is never switched off.",
        ),
        Kind.STAT,
        PLAIN,
        f"""{_LOADED} percentile_cont(0.05) WITHIN GROUP (ORDER BY load::float8) AS value
              FROM load""",
        width=6,
        height=4,
        decimals=2,
        empty=f.NOT_ENOUGH,
    ),
    Panel(
        4,
        Text("夜间用能占比", "Share used at night"),
        Text(
            "22 时至次日 6 时的用量占全部用量；全天均匀用能时为 33.3%。",
            "Use from 22 to 6 o'clock over all use; a constant load has 33.3 %.",
        ),
        Kind.STAT,
        PERCENT,
        f"""{_LOADED} sum(load) FILTER (WHERE extract(hour FROM local) >= 22
                          OR extract(hour FROM local) < 6) / nullif(sum(load), 0) AS value
              FROM load""",
        width=6,
        height=4,
        decimals=1,
        empty=f.NOT_ENOUGH,
    ),
)

_CURVE: Final = Panel(
    5,
    Text("负荷曲线（$unit）", "Load curve ($unit)"),
    Text(
        "32 天以内逐时，更长按已知小时逐日平均；估算：总量为实测，时间分布为推算。",
        "Hourly up to 32 days, else each day's mean over the hours known; estimated: the total is "
        "measured, its course is not.",
    ),
    Kind.LINES,
    PLAIN,
    f"""
    WITH {_CHOSEN}, known AS (
        SELECT u.hour AS "time", u.used * 3600.0 / nullif(u.known_s, 0) AS used,
               u.measured_s >= u.known_s AS measured
          FROM report.usage_hour u
         WHERE {f.SHORT} AND u.{_OWN} AND $__timeFilter(u.hour) AND u.hour < $__timeTo()
         UNION ALL
        SELECT u.day::timestamp AT TIME ZONE '$zone', u.used * 3600.0 / nullif(u.known_s, 0),
               u.measured_s >= u.known_s
          FROM report.usage_day u
         WHERE NOT {f.SHORT} AND u.{_OWN}
           AND u.day >= ($__timeFrom()::timestamptz AT TIME ZONE '$zone')::date
           AND u.day < $__timeTo()::timestamptz AT TIME ZONE '$zone')
    SELECT "time", CASE WHEN measured THEN used / (SELECT per_unit FROM chosen)::numeric END
                       AS measured,
           CASE WHEN NOT measured THEN used / (SELECT per_unit FROM chosen)::numeric END
               AS estimated
      FROM known ORDER BY 1
    """,
    width=24,
    decimals=2,
    columns=(f.MEASURED, f.ESTIMATED),
)

_SHAPES: Final = (
    Panel(
        6,
        Text("负荷持续曲线（$unit）", "Load-duration curve ($unit)"),
        Text(
            "横轴为时间比例：有多少时间负荷不低于该值。",
            "How large a share of all hours the load was at least this high.",
        ),
        Kind.CATEGORIES,
        PLAIN,
        f"""
    WITH {_LOAD}, share AS (SELECT g / 50.0 AS part FROM generate_series(0, 50) AS s(g)),
    levels AS (
        SELECT percentile_cont((SELECT array_agg(1 - part ORDER BY part)::float8[] FROM share))
                   WITHIN GROUP (ORDER BY load::float8) AS level
          FROM load WHERE load IS NOT NULL)
    SELECT to_char(100 * s.part, 'FM990') || '%' AS share, l.level[1 + (50 * s.part)::integer]
               AS load
      FROM share s CROSS JOIN levels l
     WHERE l.level IS NOT NULL
     ORDER BY s.part
        """,
        decimals=2,
        columns=(
            Column("share", Text("时间比例", "Share of hours")),
            Column("load", Text("负荷", "Load"), colour="electricity"),
        ),
    ),
    Panel(
        7,
        Text("一日之中（$unit）", "Course of a day ($unit)"),
        Text(
            "工作日（周一至周五）与周末各小时的平均负荷。",
            "Mean load of each hour, Monday to Friday and at weekends.",
        ),
        Kind.CATEGORIES,
        PLAIN,
        f"""
    WITH {_LOAD}
    SELECT to_char(extract(hour FROM local), 'FM00') AS hour,
           avg(load) FILTER (WHERE extract(isodow FROM local) < 6) AS weekday,
           avg(load) FILTER (WHERE extract(isodow FROM local) >= 6) AS weekend
      FROM load GROUP BY 1 ORDER BY 1
        """,
        decimals=2,
        columns=(
            Column("hour", Text("小时", "Hour")),
            Column("weekday", Text("工作日", "Weekdays"), colour="electricity"),
            Column("weekend", Text("周末", "Weekends"), colour="natural_gas"),
        ),
    ),
    Panel(
        8,
        Text("日 × 时热力图（$unit）", "Day by hour ($unit)"),
        Text(
            "每格为一天中的一小时；夜里和周末的深色值得查一查。最长显示 92 天。",
            "A cell is one hour of a day; dark nights and weekends ask for a look. Up to 92 days.",
        ),
        Kind.HEATMAP,
        PLAIN,
        f"""
    WITH {_LOAD}
    SELECT date_trunc('day', local) AT TIME ZONE '$zone' AS "time",
           to_char(local, 'HH24') AS metric, avg(load) AS value
      FROM load
     WHERE hour >= $__timeTo()::timestamptz - interval '92 days'
     GROUP BY 1, 2 ORDER BY 1, 2
        """,
        width=24,
        height=9,
        decimals=2,
        max_points=3000,
    ),
    Panel(
        9,
        Text("逐月基础负荷（$unit）", "Base load by month ($unit)"),
        Text(
            "各月 95% 的时间都不低于的负荷，与平均负荷对照。",
            "What 95 % of a month's hours reach, beside the mean of the month.",
        ),
        Kind.BARS,
        PLAIN,
        f"""
    WITH {_LOAD}
    SELECT date_trunc('month', local) AT TIME ZONE '$zone' AS "time",
           percentile_cont(0.05) WITHIN GROUP (ORDER BY load::float8) AS base,
           avg(load) AS mean
      FROM load WHERE load IS NOT NULL GROUP BY 1 ORDER BY 1
        """,
        decimals=2,
        columns=(
            Column("base", Text("基础负荷", "Base load"), colour="heat"),
            Column("mean", Text("平均负荷", "Mean load"), colour="before"),
        ),
        width=12,
    ),
    Panel(
        10,
        Text("逐月夜间占比", "Share used at night, by month"),
        Text(
            "22 时至次日 6 时的用量占当月用量。",
            "Use from 22 to 6 o'clock over all use of the month.",
        ),
        Kind.BARS,
        PERCENT,
        f"""
    WITH {_LOAD}
    SELECT date_trunc('month', local) AT TIME ZONE '$zone' AS "time",
           sum(load) FILTER (WHERE extract(hour FROM local) >= 22 OR extract(hour FROM local) < 6)
               / nullif(sum(load), 0) AS night
      FROM load GROUP BY 1 ORDER BY 1
        """,
        decimals=1,
        columns=(Column("night", Text("夜间占比", "Share at night"), colour="other"),),
    ),
)

BUILDING: Final = Board(
    "commonwatt-building",
    Text("建筑负荷", "Load of a building"),
    Text(
        "这块表的负荷何时高、何时低，从不关闭的有多少？",
        "When is this meter's load high and low, and how much is never switched off?",
    ),
    (f.INSTITUTION, _CHANNEL, _UNIT, _ZONE),
    (
        Row(Text("概况", "At a glance"), _FIGURES),
        Row(Text("负荷", "Load"), (_CURVE,)),
        Row(Text("形状", "Shape"), _SHAPES[:2]),
        Row(Text("何时用能", "When it is used"), (_SHAPES[2],)),
        Row(Text("逐月", "By month"), _SHAPES[3:]),
    ),
    since="now-31d/d",
    until="now",
    links=(
        Link(
            Text("机构用能", "The institution"),
            "commonwatt-institution",
            (("institution", "$institution"),),
        ),
    ),
)
