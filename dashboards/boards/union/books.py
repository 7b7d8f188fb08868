"""What a union's books hold: runs in force, who was dropped, what is withheld."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.model import PLAIN, Column, Kind, Panel, Text
from dashboards.boards.union.others import indicator_of
from dashboards.boards.union.path import NO_QUOTA

IN_FORCE: Final = Panel(
    8,
    Text("有效的分解方案", "Runs in force"),
    Text(
        "每个年度只有一个分解方案有效；账簿所载的指标即以此为准，进度按它核算。",
        "One run holds for each year: the quotas in the books are its, and progress is by it.",
    ),
    Kind.TABLE,
    PLAIN,
    f"""
    WITH {f.MONTHS}
    SELECT r.year::text AS year, {indicator_of("r")} AS indicator, r.version, r.rule,
           to_char(r.since AT TIME ZONE '$zone', 'YYYY-MM-DD HH24:MI') AS since,
           s.day::text AS day, to_char(s.as_of AT TIME ZONE '$zone', 'YYYY-MM-DD HH24:MI') AS as_of
      FROM report.run_in_force r
      LEFT JOIN LATERAL (
            SELECT max(day) AS day, max(as_of) AS as_of FROM report.progress
             WHERE union_id = r.union_id AND indicator = r.indicator AND year = r.year
               AND institution_id IS NULL) s ON true
     WHERE r.union_id::text = '$union'
       AND make_date(r.year, 12, 31) >= (SELECT first FROM span)
       AND make_date(r.year, 1, 1) < (SELECT until FROM span)
     ORDER BY r.year DESC, r.indicator LIMIT 20
    """,
    width=14,
    height=6,
    columns=(
        Column("year", Text("年份", "Year")),
        Column("indicator", Text("控制指标", "Indicator")),
        Column("version", Text("版本", "Version")),
        Column("rule", Text("规则", "Rule")),
        Column("since", Text("下达时间", "Issued at")),
        Column("day", Text("进度截至", "Progress up to"), empty=Text("正在核算", "being renewed")),
        Column("as_of", Text("核算时间", "Worked out at")),
    ),
    empty=NO_QUOTA,
)
WITHHELD: Final = Panel(
    10,
    Text("进度不予显示的成员", "Members whose progress is withheld"),
    Text(
        "其合计会推算出您无权查看的受限机构，因此不予显示；这与计量不足不同。",
        "Their sums would tell of a restricted institution that you may not see; this is not for "
        "want of measurements.",
    ),
    Kind.TABLE,
    PLAIN,
    f"""
    WITH {f.MONTHS}
    SELECT w.member_id, {f.name("r")} AS member, w.year::text AS year,
           {indicator_of("w")} AS indicator,
           CASE WHEN '$lang' = 'en' THEN 'withheld: it would tell of a restricted institution'
                ELSE '不予显示:会推算出受限机构' END AS why
      FROM report.member_withheld w JOIN report.region r ON r.region_id = w.member_id
     WHERE w.union_id::text = '$union'
       AND make_date(w.year, 12, 31) >= (SELECT first FROM span)
       AND make_date(w.year, 1, 1) < (SELECT until FROM span)
     ORDER BY w.year DESC, w.member_id LIMIT 100
    """,
    width=24,
    height=6,
    columns=(
        Column("member_id", Text("编号", "Id"), hidden=True),
        Column("member", Text("成员", "Member")),
        Column("year", Text("年份", "Year")),
        Column("indicator", Text("控制指标", "Indicator")),
        Column("why", Text("原因", "Why")),
    ),
    empty=Text("没有成员的进度不予显示", "no member's progress is withheld"),
)
DROPPED: Final = Panel(
    9,
    Text("新方案不再列入的机构", "Dropped by the run in force"),
    Text(
        "以前有用能指标、有效方案中没有的机构；只列您可以看到的机构。",
        "They had a quota, and the run in force has none for them; only those that you may see.",
    ),
    Kind.TABLE,
    PLAIN,
    f"""
    WITH {f.MONTHS}
    SELECT q.institution_id, coalesce({f.name("i")}, q.institution_id::text) AS institution,
           q.year::text AS year, {indicator_of("q")} AS indicator,
           to_char(q.as_of AT TIME ZONE '$zone', 'YYYY-MM-DD HH24:MI') AS since
      FROM report.quota q JOIN report.institution i USING (institution_id)
     WHERE q.union_id::text = '$union' AND q.state = 'dropped'
       AND make_date(q.year, 12, 31) >= (SELECT first FROM span)
       AND make_date(q.year, 1, 1) < (SELECT until FROM span)
     ORDER BY q.year DESC, q.institution_id, q.indicator LIMIT 50
    """,
    width=10,
    height=6,
    columns=(
        *f.OF_INSTITUTION,
        Column("year", Text("年份", "Year")),
        Column("indicator", Text("控制指标", "Indicator")),
        Column("since", Text("自", "Since")),
    ),
    empty=Text("没有", "none"),
)
