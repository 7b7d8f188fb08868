"""How long a load lasts, when in the day it falls, and its months."""

from typing import Final

from dashboards.boards.building.load import LOAD
from dashboards.boards.model import PERCENT, PLAIN, Column, Kind, Panel, Text

SHAPES: Final = (
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
    WITH {LOAD}, share AS (SELECT g / 50.0 AS part FROM generate_series(0, 50) AS s(g)),
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
    WITH {LOAD}
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
    WITH {LOAD}
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
            "各月 95% 的时间都不低于的负荷，与平均负荷对照；首尾月份只含统计期内的日子。",
            "What 95 % of a month's hours reach, beside the mean of the month; the first and the "
            "last month hold the days of the period alone.",
        ),
        Kind.BARS,
        PLAIN,
        f"""
    WITH {LOAD}
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
            "22 时至次日 6 时的用量占当月用量；首尾月份只含统计期内的日子。",
            "Use from 22 to 6 o'clock over all use of the month; the first and the last month hold "
            "the days of the period alone.",
        ),
        Kind.BARS,
        PERCENT,
        f"""
    WITH {LOAD}
    SELECT date_trunc('month', local) AT TIME ZONE '$zone' AS "time",
           sum(load) FILTER (WHERE extract(hour FROM local) >= 22 OR extract(hour FROM local) < 6)
               / nullif(sum(load), 0) AS night
      FROM load GROUP BY 1 ORDER BY 1
        """,
        decimals=1,
        columns=(Column("night", Text("夜间占比", "Share at night"), colour="other"),),
    ),
)
