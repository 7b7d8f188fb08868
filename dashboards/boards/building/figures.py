"""A channel's load at a glance: its peak, mean, base and nights."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.building.load import LOADED
from dashboards.boards.model import PERCENT, PLAIN, Kind, Panel, Text

FIGURES: Final = (
    Panel(
        1,
        Text("最大负荷（$unit）", "Peak load ($unit)"),
        Text(
            "统计期内最高的实测小时平均负荷；曲线计量不足则不计。",
            "The highest hourly load that was measured; none where too little of the curve was.",
        ),
        Kind.STAT,
        PLAIN,
        f"{LOADED} max(load) AS value FROM load",
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
        f"{LOADED} avg(load) AS value FROM load",
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
        f"""{LOADED} percentile_cont(0.05) WITHIN GROUP (ORDER BY load::float8) AS value
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
        f"""{LOADED} sum(load) FILTER (WHERE extract(hour FROM local) >= 22
                          OR extract(hour FROM local) < 6) / nullif(sum(load), 0) AS value
              FROM load""",
        width=6,
        height=4,
        decimals=1,
        empty=f.NOT_ENOUGH,
    ),
)
