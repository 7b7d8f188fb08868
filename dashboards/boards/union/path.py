"""The path of quotas, summed from January on, and what is off it."""

from dataclasses import replace
from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.model import KGCE, PERCENT, Column, Kind, Panel, Text, Threshold

NO_QUOTA: Final = Text("尚未下达用能指标", "no quota")
ON_PATH: Final = (Threshold(None, "good"), Threshold(0.97, "warn"), Threshold(1.0, "bad"))
# Use beside path over the months that are enough measured; none where these are too little of it.
AGAINST: Final = """
    CASE WHEN sum(compared_path_g) * 1000 >= sum(path_g) * max(enough_permille)
         THEN sum(compared_used_g)::numeric / nullif(sum(compared_path_g), 0) END
"""
NO_PROGRESS: Final = Text("统计期内没有指标进度", "no progress of a quota in the period")
NOT_ENOUGH: Final = Text(
    "统计期内没有指标进度,或计量不足",
    "no progress of a quota in the period, or not enough measured",
)


def path_of(chosen: str) -> str:
    """Return the SQL of energy quota and use, summed from January; chosen: whose months count."""
    return f"""
    WITH {f.MONTHS}, path AS (
        SELECT q.institution_id, q.month, q.quota_g, q.base_g FROM report.quota_month q
         WHERE {chosen} AND q.indicator = 'total_kgce' AND q.{f.IN_MONTHS}
    ), counted AS MATERIALIZED (
        SELECT institution_id, month, kgce_g FROM report.account_counted
         WHERE profile = '$profile' AND kgce_g IS NOT NULL AND {f.IN_MONTHS}
           AND month BETWEEN (SELECT min(month) FROM path) AND (SELECT max(month) FROM path)
    ), used AS (
        SELECT month, sum(kgce_g) AS used_g
          FROM counted JOIN path USING (institution_id, month) GROUP BY 1
    ), months AS (
        SELECT month, q.quota_g, q.base_g, u.used_g
          FROM (SELECT month, sum(quota_g) AS quota_g, sum(base_g) AS base_g
                  FROM path GROUP BY 1) q
          LEFT JOIN used u USING (month))
    SELECT {f.BEGINS} AS "time",
           sum(quota_g) OVER w / 1000.0 AS quota,
           CASE WHEN used_g IS NOT NULL THEN sum(used_g) OVER w / 1000.0 END AS used,
           sum(base_g) OVER w / 1000.0 AS base
      FROM months
    WINDOW w AS (PARTITION BY extract(year FROM month) ORDER BY month)
     ORDER BY 1
    """


def gauges(first: int, latest: str, *, height: int = 8) -> tuple[Panel, Panel]:
    """Return how much of quotas is used, and how far from their path.

    first: the number of the first panel. latest: SQL of the progress that counts, named so.
    """
    used = _gauge(
        first,
        Text("指标使用率", "Quota used"),
        Text("实际用量占全年用能指标的比例。", "What was used, over the quota of the whole year."),
        f"WITH {latest} SELECT sum(used_g)::numeric / nullif(sum(quota_g), 0) AS value FROM latest",
        NO_PROGRESS,
    )
    against = _gauge(
        first + 1,
        Text("相对路径", "Against the path"),
        Text(
            "计量充分（按联合体的标准）的各月里，实际用量除以到那一天应用的用能指标；"
            "超过 100% 即偏离路径。",
            "What was used over the path of the quota up to that day, in the months that are "
            "enough measured, as the union asks; beyond 100 % is off the path.",
        ),
        f"WITH {latest} SELECT {AGAINST} AS value FROM latest",
        NOT_ENOUGH,
    )
    return replace(used, height=height), replace(against, height=height)


def _gauge(number: int, title: Text, about: Text, sql: str, empty: Text) -> Panel:
    return Panel(
        number,
        title,
        about,
        Kind.GAUGE,
        PERCENT,
        sql,
        width=6,
        decimals=1,
        thresholds=ON_PATH,
        empty=empty,
    )


PATH_COLUMNS: Final = (
    Column("quota", Text("用能指标进度线", "Path of the quota"), colour="estimated"),
    Column("used", Text("实际用量", "Used"), colour="electricity"),
    Column("base", Text("基准年同期", "Base year"), colour="before"),
)
PATH: Final = Panel(
    5,
    Text("目标路径", "Path to the target"),
    Text(
        "您可以看到的机构：自一月起累计的用能指标、实际用量与基准年同期，按月。",
        "Institutions you may see: quota, use and base year, summed from January on, by month.",
    ),
    Kind.LINES,
    KGCE,
    path_of("q.union_id::text = '$union'"),
    width=24,
    decimals=0,
    columns=PATH_COLUMNS,
    empty=NO_QUOTA,
)
