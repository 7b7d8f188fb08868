"""How a union's members stand, and which institutions are beyond the path."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.model import KGCE, PERCENT, PLAIN, Column, Kind, Link, Panel, Text
from dashboards.boards.union.figures import LATEST
from dashboards.boards.union.path import NO_QUOTA, ON_PATH

MEMBERS: Final = Panel(
    6,
    Text("成员进度", "Progress of members"),
    Text(
        "各成员在统计期内最近一次的用能指标进度，超出路径者在前；相对路径只比较计量充分的机构月。",
        "The latest progress of each member within the period, those beyond the path first; only "
        "months of institutions that are enough measured are compared with the path.",
    ),
    Kind.TABLE,
    PLAIN,
    f"""
    WITH {LATEST}
    SELECT l.member_id, {f.name("r")} AS member, l.year::text AS year, l.quota_g / 1000.0 AS quota,
           l.path_g / 1000.0 AS path, l.used_g / 1000.0 AS used,
           CASE WHEN l.enough
                THEN l.compared_used_g::numeric / nullif(l.compared_path_g, 0) END AS ratio,
           report.coverage(l.known_s, l.expected_s) AS coverage, l.institutions,
           l.compared_months || ' / ' || l.months AS months
      FROM latest l JOIN report.region r ON r.region_id = l.member_id
     ORDER BY ratio DESC NULLS LAST, l.member_id, l.year
     LIMIT 100
    """,
    width=24,
    height=9,
    columns=(
        Column("member_id", Text("编号", "Id"), hidden=True),
        Column(
            "member",
            Text("成员", "Member"),
            link=Link(
                Text("地区总览", "Region"),
                "commonwatt-region",
                (("region", "member_id"), ("profile", "$profile")),
            ),
        ),
        Column("year", Text("年份", "Year")),
        Column("quota", Text("用能指标", "Quota"), KGCE, 0),
        Column("path", Text("序时应有", "Path to date"), KGCE, 0),
        Column("used", Text("已用", "Used"), KGCE, 0, empty=Text("未计量", "not measured")),
        Column(
            "ratio",
            Text("相对路径", "Against path"),
            PERCENT,
            1,
            thresholds=ON_PATH,
            empty=Text("计量不足", "not enough measured"),
        ),
        Column("coverage", Text("完整率", "Coverage"), PERCENT, 1, thresholds=f.COVERED),
        Column("institutions", Text("机构数", "Institutions"), decimals=0),
        Column("months", Text("所比机构月", "Months compared")),
    ),
    empty=NO_QUOTA,
)
BEYOND: Final = Panel(
    7,
    Text("偏离路径的机构", "Institutions beyond the path"),
    Text(
        "计量充分（按联合体的标准）的各月里用量超过应用指标的机构，超出最多者在前；只列您可以看到的机构。",
        "Those that used more than their path in the months that are enough measured, as the union "
        "asks, most first; only institutions that you may see.",
    ),
    Kind.TABLE,
    PLAIN,
    f"""
    WITH {f.MONTHS}, latest AS (
        SELECT DISTINCT ON (institution_id, year) institution_id, year, compared_path_g AS path_g,
               compared_used_g AS used_g, enough
          FROM report.progress
         WHERE union_id::text = '$union' AND indicator = 'total_kgce'
           AND institution_id IS NOT NULL
           AND day >= (SELECT first FROM span) AND day < (SELECT until FROM span)
         ORDER BY institution_id, year, day DESC)
    SELECT l.institution_id, coalesce({f.name("i")}, l.institution_id::text) AS institution,
           l.year::text AS year, (l.used_g - l.path_g) / 1000.0 AS beyond,
           l.used_g::numeric / nullif(l.path_g, 0) AS ratio
      FROM latest l JOIN report.institution i USING (institution_id)
     WHERE l.enough AND l.used_g > l.path_g
     ORDER BY beyond DESC, l.institution_id, l.year
     LIMIT 50
    """,
    width=24,
    height=9,
    columns=(
        *f.OF_INSTITUTION,
        Column("year", Text("年份", "Year")),
        Column("beyond", Text("超出", "Beyond"), KGCE, 0),
        Column("ratio", Text("相对路径", "Against path"), PERCENT, 1, thresholds=ON_PATH),
    ),
    empty=Text("没有机构偏离路径", "none is beyond the path"),
)
