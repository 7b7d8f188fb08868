"""Quotas of CO2 and water beside those of energy: each in its unit, so no sum mixes them."""

from dashboards.boards import fragments as f
from dashboards.boards.model import AMOUNT, PERCENT, PLAIN, Column, Kind, Panel, Text
from dashboards.boards.union.path import NO_QUOTA, ON_PATH
from dashboards.boards.union.targets import named


def indicator_of(row: str) -> str:
    """Return the SQL of an indicator in words; row: the alias of what has it."""
    return f"""CASE WHEN '$lang' = 'en' THEN CASE {row}.indicator {named(1)} END
                ELSE CASE {row}.indicator {named(0)} END END"""


def unit_of(row: str) -> str:
    """Return the SQL of the unit of an indicator."""
    return f"""CASE {row}.indicator WHEN 'total_kgco2' THEN 'kgCO2'
                WHEN 'total_water_m3' THEN 'm³' ELSE 'kgce' END"""


def others(number: int, chosen: str, of: str) -> Panel:
    """Return the table of the newest progress by CO2 and water.

    chosen: which rows of progress `p`. of: SQL of whose they are.
    """
    return Panel(
        number,
        Text("二氧化碳与用水指标", "Quotas of CO2 and water"),
        Text(
            "统计期内最近一次的进度，各以自己的单位；相对路径只比较计量充分的机构月。",
            "The latest progress within the period, each in its own unit; only months that are "
            "enough measured are compared with the path.",
        ),
        Kind.TABLE,
        PLAIN,
        f"""
    WITH {f.MONTHS}, latest AS (
        SELECT DISTINCT ON (p.union_id, p.indicator, p.member_id, p.year) p.*
          FROM report.progress p
         WHERE {chosen} AND p.indicator <> 'total_kgce'
           AND p.day >= (SELECT first FROM span) AND p.day < (SELECT until FROM span)
         ORDER BY p.union_id, p.indicator, p.member_id, p.year, p.day DESC)
    SELECT {indicator_of("p")} AS indicator, {of} AS whose, p.year::text AS year,
           {unit_of("p")} AS unit, p.quota_g / 1000.0 AS quota, p.path_g / 1000.0 AS path,
           p.used_g / 1000.0 AS used,
           CASE WHEN p.enough
                THEN p.compared_used_g::numeric / nullif(p.compared_path_g, 0) END AS ratio
      FROM latest p LEFT JOIN report.region r ON r.region_id = p.member_id
     ORDER BY p.indicator, ratio DESC NULLS LAST, p.member_id, p.year LIMIT 100
    """,
        width=24,
        height=7,
        columns=(
            Column("indicator", Text("控制指标", "Indicator")),
            Column("whose", Text("成员", "Member")),
            Column("year", Text("年份", "Year")),
            Column("unit", Text("单位", "Unit")),
            Column("quota", Text("指标", "Quota"), AMOUNT, 0),
            Column("path", Text("序时应有", "Path to date"), AMOUNT, 0),
            Column("used", Text("已用", "Used"), AMOUNT, 0, empty=Text("未计量", "not measured")),
            Column(
                "ratio",
                Text("相对路径", "Against path"),
                PERCENT,
                1,
                thresholds=ON_PATH,
                empty=Text("计量不足", "not enough measured"),
            ),
        ),
        empty=NO_QUOTA,
    )
