"""What an institution may use, how far along it is, and what the books hold."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.institution.asked import OWN
from dashboards.boards.model import KGCE, PERCENT, PLAIN, Column, Kind, Panel, Text
from dashboards.boards.union.path import (
    AGAINST,
    NO_QUOTA,
    NOT_ENOUGH,
    ON_PATH,
    PATH_COLUMNS,
    path_of,
)

_PROGRESS: Final = f"""
    {f.MONTHS}, latest AS (
        SELECT DISTINCT ON (union_id, year) quota_g, path_g, used_g, compared_path_g,
               compared_used_g, enough_permille
          FROM report.progress
         WHERE {OWN} AND day >= (SELECT first FROM span) AND day < (SELECT until FROM span)
         ORDER BY union_id, year, day DESC)
"""
QUOTA: Final = (
    Panel(
        11,
        Text("指标使用率", "Quota used"),
        Text("实际用量占全年用能指标的比例。", "What was used, over the quota of the whole year."),
        Kind.GAUGE,
        PERCENT,
        f"""WITH {_PROGRESS} SELECT sum(used_g)::numeric / nullif(sum(quota_g), 0) AS value
              FROM latest""",
        width=6,
        decimals=1,
        thresholds=ON_PATH,
        empty=NO_QUOTA,
    ),
    Panel(
        12,
        Text("相对路径", "Against the path"),
        Text(
            "计量充分（按联合体的标准）的各月里，实际用量除以到那一天应用的用能指标；"
            "超过 100% 即偏离路径。",
            "What was used over the path of the quota up to that day, in the months that are "
            "enough measured, as the union asks; beyond 100 % is off the path.",
        ),
        Kind.GAUGE,
        PERCENT,
        f"WITH {_PROGRESS} SELECT {AGAINST} AS value FROM latest",
        width=6,
        decimals=1,
        thresholds=ON_PATH,
        empty=NOT_ENOUGH,
    ),
    Panel(
        13,
        Text("用能指标进度线", "Path of the quota"),
        Text(
            "自一月起累计的用能指标、实际用量与基准年同期，按月。",
            "Quota, use and base year, summed from January on, by month.",
        ),
        Kind.LINES,
        KGCE,
        path_of(f"q.{OWN}"),
        decimals=0,
        columns=PATH_COLUMNS,
        empty=NO_QUOTA,
    ),
    Panel(
        14,
        Text("账簿中的用能指标", "Quotas in the books"),
        Text(
            "账簿所载的各年度指标；有效方案不再列入者注明。",
            "What the books hold for each year; where the run in force dropped it, that is said.",
        ),
        Kind.TABLE,
        PLAIN,
        f"""
    WITH {f.MONTHS}
    SELECT q.year::text AS year, q.amount_g / 1000.0 AS quota,
           CASE '$lang' || ' ' || q.state WHEN 'zh in_force' THEN '有效'
                WHEN 'zh dropped' THEN '已移出' WHEN 'en in_force' THEN 'in force'
                ELSE q.state END AS state,
           to_char(q.as_of AT TIME ZONE '$zone', 'YYYY-MM-DD HH24:MI') AS as_of
      FROM report.quota q
     WHERE q.{OWN} AND make_date(q.year, 12, 31) >= (SELECT first FROM span)
       AND make_date(q.year, 1, 1) < (SELECT until FROM span)
     ORDER BY q.year DESC, q.union_id LIMIT 20
    """,
        width=24,
        height=5,
        columns=(
            Column("year", Text("年份", "Year")),
            Column("quota", Text("用能指标", "Quota"), KGCE, 0),
            Column("state", Text("状态", "State")),
            Column("as_of", Text("账簿时间", "Books as of")),
        ),
        empty=NO_QUOTA,
    ),
)
