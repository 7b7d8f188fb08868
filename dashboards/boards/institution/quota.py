"""What an institution may use, how far along it is, and what the books hold."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.institution.asked import OWN
from dashboards.boards.model import AMOUNT, KGCE, PLAIN, Column, Kind, Panel, Text
from dashboards.boards.union.others import indicator_of, others, unit_of
from dashboards.boards.union.path import NO_QUOTA, PATH_COLUMNS, gauges, path_of

_PROGRESS: Final = f"""
    {f.MONTHS}, latest AS (
        SELECT DISTINCT ON (union_id, year) quota_g, path_g, used_g, compared_path_g,
               compared_used_g, enough_permille
          FROM report.progress
         WHERE {OWN} AND indicator = 'total_kgce'
           AND day >= (SELECT first FROM span) AND day < (SELECT until FROM span)
         ORDER BY union_id, year, day DESC)
"""
QUOTA: Final = (
    *gauges(11, _PROGRESS),
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
        Text("账簿中的指标", "Quotas in the books"),
        Text(
            "账簿所载的各年度指标；有效方案不再列入者注明。",
            "What the books hold for each year; where the run in force dropped it, that is said.",
        ),
        Kind.TABLE,
        PLAIN,
        f"""
    WITH {f.MONTHS}
    SELECT q.year::text AS year, {indicator_of("q")} AS indicator,
           q.amount_g / 1000.0 AS quota, {unit_of("q")} AS unit,
           CASE '$lang' || ' ' || q.state WHEN 'zh in_force' THEN '有效'
                WHEN 'zh dropped' THEN '已移出' WHEN 'en in_force' THEN 'in force'
                ELSE q.state END AS state,
           to_char(q.as_of AT TIME ZONE '$zone', 'YYYY-MM-DD HH24:MI') AS as_of
      FROM report.quota q
     WHERE q.{OWN} AND make_date(q.year, 12, 31) >= (SELECT first FROM span)
       AND make_date(q.year, 1, 1) < (SELECT until FROM span)
     ORDER BY q.year DESC, q.union_id, q.indicator LIMIT 20
    """,
        width=24,
        height=5,
        columns=(
            Column("year", Text("年份", "Year")),
            Column("indicator", Text("控制指标", "Indicator")),
            Column("quota", Text("指标", "Quota"), AMOUNT, 0),
            Column("unit", Text("单位", "Unit")),
            Column("state", Text("状态", "State")),
            Column("as_of", Text("账簿时间", "Books as of")),
        ),
        empty=NO_QUOTA,
    ),
    others(17, f"p.{OWN}", f.name("r")),
)
