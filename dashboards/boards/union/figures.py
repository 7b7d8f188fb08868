"""A union at a glance: its target, its quotas, how much of them is used."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.model import KGCE, PERCENT, Kind, Panel, Text
from dashboards.boards.union.path import NO_QUOTA, gauges

LATEST: Final = f"""
    {f.MONTHS}, latest AS (
        SELECT DISTINCT ON (member_id, year) member_id, year, day, quota_g, path_g, used_g,
               compared_path_g, compared_used_g, enough, enough_permille, known_s, expected_s,
               institutions, months, compared_months
          FROM report.progress
         WHERE union_id::text = '$union' AND indicator = 'total_kgce' AND institution_id IS NULL
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
    *gauges(3, LATEST, height=6),
)
