"""A union at a glance: its target, its quotas, how much of them is used."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.model import KGCE, PERCENT, Kind, Panel, Text
from dashboards.boards.union.path import AGAINST, NO_QUOTA, NOT_ENOUGH, ON_PATH

LATEST: Final = f"""
    {f.MONTHS}, latest AS (
        SELECT DISTINCT ON (member_id, year) member_id, year, day, quota_g, path_g, used_g,
               compared_path_g, compared_used_g, enough, enough_permille, known_s, expected_s,
               institutions, months, compared_months
          FROM report.progress
         WHERE union_id::text = '$union' AND institution_id IS NULL
           AND day >= (SELECT first FROM span) AND day < (SELECT until FROM span)
         ORDER BY member_id, year, day DESC)
"""
FIGURES: Final = (
    Panel(
        1,
        Text("目标降幅", "Target"),
        Text(
            "联合体最近一个目标相对基准年的降幅。", "How far below the base year the target lies."
        ),
        Kind.STAT,
        PERCENT,
        """
    SELECT fall_millionths / 1000000.0 AS value FROM report.target
     WHERE union_id::text = '$union' AND indicator = 'total_kgce'
     ORDER BY target_id DESC LIMIT 1
        """,
        width=6,
        height=6,
        decimals=1,
        timed=False,
        empty=Text("没有目标", "no target"),
    ),
    Panel(
        2,
        Text("用能指标合计", "Quotas together"),
        Text(
            "您可以看到的成员在统计期内各年度的用能指标之和。",
            "Quotas of the members that you may see, over the years of the period.",
        ),
        Kind.STAT,
        KGCE,
        f"WITH {LATEST} SELECT sum(quota_g) / 1000.0 AS value FROM latest",
        width=6,
        height=6,
        decimals=0,
        empty=NO_QUOTA,
    ),
    Panel(
        3,
        Text("指标使用率", "Quota used"),
        Text("实际用量占全年用能指标的比例。", "What was used, over the quota of the whole year."),
        Kind.GAUGE,
        PERCENT,
        f"""WITH {LATEST} SELECT sum(used_g)::numeric / nullif(sum(quota_g), 0) AS value
              FROM latest""",
        width=6,
        height=6,
        decimals=1,
        thresholds=ON_PATH,
        empty=NO_QUOTA,
    ),
    Panel(
        4,
        Text("相对路径", "Against the path"),
        Text(
            "计量充分（按联合体的标准）的各月里，实际用量除以到那一天应用的用能指标；"
            "超过 100% 即偏离路径。",
            "What was used over the path of the quota up to that day, in the months that are "
            "enough measured, as the union asks; beyond 100 % is off the path.",
        ),
        Kind.GAUGE,
        PERCENT,
        f"WITH {LATEST} SELECT {AGAINST} AS value FROM latest",
        width=6,
        height=6,
        decimals=1,
        thresholds=ON_PATH,
        empty=NOT_ENOUGH,
    ),
)
