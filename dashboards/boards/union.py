"""A union of regions: its target and path, how its members stand, and who is beyond the path."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.model import (
    KGCE,
    PERCENT,
    PLAIN,
    Board,
    Column,
    Kind,
    Link,
    Panel,
    Row,
    Text,
    Threshold,
    Variable,
)

NO_QUOTA: Final = Text("尚未下达用能指标", "no quota")
ON_PATH: Final = (Threshold(None, "good"), Threshold(0.97, "warn"), Threshold(1.0, "bad"))

_UNION: Final = Variable(
    "union",
    Text("区域联合体", "Union"),
    f"""
    SELECT u.union_id::text AS "__value", {f.name("u")} AS "__text"
      FROM report.region_union u ORDER BY u.union_id LIMIT 200
    """,
    numeric=True,
)
# Members recompute under one agreed profile: that of the newest target.
_PROFILE: Final = Variable(
    "profile",
    Text("折标系数组", "Profile"),
    """
    SELECT code AS "__value", code AS "__text" FROM (
        SELECT profile AS code, target_id AS place FROM report.target
         WHERE union_id::text = '$union'
         UNION ALL SELECT code, 0 FROM report.profile WHERE is_default) p
     ORDER BY place DESC LIMIT 1
    """,
    hidden=True,
)
_LATEST: Final = f"""
    {f.MONTHS}, latest AS (
        SELECT DISTINCT ON (member_id, year) member_id, year, day, quota_g, due_g, used_g,
               compared_path_g, compared_used_g, enough, enough_permille, known_s, expected_s,
               institutions, months, compared_months
          FROM report.standing
         WHERE union_id::text = '$union' AND institution_id IS NULL
           AND day >= (SELECT first FROM span) AND day < (SELECT until FROM span)
         ORDER BY member_id, year, day DESC)
"""
# Use beside path over the months that are enough measured; none where these are too little of it.
AGAINST: Final = """
    CASE WHEN sum(compared_path_g) * 1000 >= sum(due_g) * max(enough_permille)
         THEN sum(compared_used_g)::numeric / nullif(sum(compared_path_g), 0) END
"""
NOT_ENOUGH: Final = Text("没有指标或计量不足", "no quota, or not enough measured")


def path(chosen: str) -> str:
    """Return the SQL of quota and use, summed from January on; chosen: whose months count."""
    return f"""
    WITH {f.MONTHS}, due AS (
        SELECT q.institution_id, q.month, q.quota_g, q.base_g FROM report.quota_month q
         WHERE {chosen} AND q.{f.IN_MONTHS}
    ), counted AS MATERIALIZED (
        SELECT institution_id, month, kgce_g FROM report.account_counted
         WHERE profile = '$profile' AND kgce_g IS NOT NULL AND {f.IN_MONTHS}
           AND month BETWEEN (SELECT min(month) FROM due) AND (SELECT max(month) FROM due)
    ), used AS (
        SELECT month, sum(kgce_g) AS used_g
          FROM counted JOIN due USING (institution_id, month) GROUP BY 1
    ), months AS (
        SELECT month, q.quota_g, q.base_g, u.used_g
          FROM (SELECT month, sum(quota_g) AS quota_g, sum(base_g) AS base_g
                  FROM due GROUP BY 1) q
          LEFT JOIN used u USING (month))
    SELECT {f.BEGINS} AS "time",
           sum(quota_g) OVER w / 1000.0 AS quota,
           CASE WHEN used_g IS NOT NULL THEN sum(used_g) OVER w / 1000.0 END AS used,
           sum(base_g) OVER w / 1000.0 AS base
      FROM months
    WINDOW w AS (PARTITION BY extract(year FROM month) ORDER BY month)
     ORDER BY 1
    """


PATH_COLUMNS: Final = (
    Column("quota", Text("用能指标进度线", "Path of the quota"), colour="estimated"),
    Column("used", Text("实际用量", "Used"), colour="electricity"),
    Column("base", Text("基准年同期", "Base year"), colour="before"),
)

_FIGURES: Final = (
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
     WHERE union_id::text = '$union' ORDER BY target_id DESC LIMIT 1
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
        f"WITH {_LATEST} SELECT sum(quota_g) / 1000.0 AS value FROM latest",
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
        f"""WITH {_LATEST} SELECT sum(used_g)::numeric / nullif(sum(quota_g), 0) AS value
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
            "What was used over the quota due by that day, in the months that are enough measured, "
            "as the union asks; beyond 100 % is off the path.",
        ),
        Kind.GAUGE,
        PERCENT,
        f"WITH {_LATEST} SELECT {AGAINST} AS value FROM latest",
        width=6,
        height=6,
        decimals=1,
        thresholds=ON_PATH,
        empty=NOT_ENOUGH,
    ),
)
_PATH: Final = Panel(
    5,
    Text("目标路径", "Path to the target"),
    Text(
        "您可以看到的机构：自一月起累计的用能指标、实际用量与基准年同期，按月。",
        "Institutions you may see: quota, use and base year, summed from January on, by month.",
    ),
    Kind.LINES,
    KGCE,
    path("q.union_id::text = '$union'"),
    width=24,
    decimals=0,
    columns=PATH_COLUMNS,
    empty=NO_QUOTA,
)
_MEMBERS: Final = Panel(
    6,
    Text("成员进度", "Standing of members"),
    Text(
        "各成员在统计期内最近一次的用能指标进度，超出路径者在前；相对路径只比较计量充分的机构月。",
        "The latest standing of each member within the period, those beyond the path first; only "
        "months of institutions that are enough measured are compared with the path.",
    ),
    Kind.TABLE,
    PLAIN,
    f"""
    WITH {_LATEST}
    SELECT l.member_id, {f.name("r")} AS member, l.year::text AS year, l.quota_g / 1000.0 AS quota,
           l.due_g / 1000.0 AS due, l.used_g / 1000.0 AS used,
           CASE WHEN l.enough
                THEN l.compared_used_g::numeric / nullif(l.compared_path_g, 0) END AS ratio,
           report.coverage(l.known_s, l.expected_s) AS coverage, l.institutions,
           l.compared_months || ' / ' || l.months AS months
      FROM latest l JOIN report.region r ON r.region_id = l.member_id
     ORDER BY ratio DESC NULLS LAST, l.member_id, l.year
     LIMIT 100
    """,
    width=14,
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
        Column("due", Text("应有", "Due"), KGCE, 0),
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
_BEYOND: Final = Panel(
    7,
    Text("偏离路径的机构", "Institutions beyond the path"),
    Text(
        "计量充分（按联合体的标准）的各月里用量超过应用指标的机构，超出最多者在前；只列您可以看到的机构。",
        "Those that used more than was due in the months that are enough measured, as the union "
        "asks, most first; only institutions that you may see.",
    ),
    Kind.TABLE,
    PLAIN,
    f"""
    WITH {f.MONTHS}, latest AS (
        SELECT DISTINCT ON (institution_id, year) institution_id, year, compared_path_g AS path_g,
               compared_used_g AS used_g, enough
          FROM report.standing
         WHERE union_id::text = '$union' AND institution_id IS NOT NULL
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
    width=10,
    height=9,
    columns=(
        Column("institution_id", Text("编号", "Id"), hidden=True),
        Column(
            "institution",
            Text("机构", "Institution"),
            link=Link(
                Text("机构用能", "Institution"),
                "commonwatt-institution",
                (("institution", "institution_id"), ("profile", "$profile")),
            ),
        ),
        Column("year", Text("年份", "Year")),
        Column("beyond", Text("超出", "Beyond"), KGCE, 0),
        Column("ratio", Text("相对路径", "Against path"), PERCENT, 1, thresholds=ON_PATH),
    ),
    empty=Text("没有机构偏离路径", "none is beyond the path"),
)

_IN_FORCE: Final = Panel(
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
    SELECT r.year::text AS year, r.version, r.rule,
           to_char(r.since AT TIME ZONE '$zone', 'YYYY-MM-DD HH24:MI') AS since,
           s.day::text AS day, to_char(s.as_of AT TIME ZONE '$zone', 'YYYY-MM-DD HH24:MI') AS as_of
      FROM report.run_in_force r
      LEFT JOIN LATERAL (
            SELECT max(day) AS day, max(as_of) AS as_of FROM report.standing
             WHERE union_id = r.union_id AND indicator = r.indicator AND year = r.year
               AND institution_id IS NULL) s ON true
     WHERE r.union_id::text = '$union'
       AND make_date(r.year, 12, 31) >= (SELECT first FROM span)
       AND make_date(r.year, 1, 1) < (SELECT until FROM span)
     ORDER BY r.year DESC LIMIT 20
    """,
    width=14,
    height=6,
    columns=(
        Column("year", Text("年份", "Year")),
        Column("version", Text("版本", "Version")),
        Column("rule", Text("规则", "Rule")),
        Column("since", Text("下达时间", "Issued at")),
        Column("day", Text("进度截至", "Progress up to"), empty=Text("正在核算", "being renewed")),
        Column("as_of", Text("核算时间", "Worked out at")),
    ),
    empty=NO_QUOTA,
)
_WITHHELD: Final = Panel(
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
        Column("why", Text("原因", "Why")),
    ),
    empty=Text("没有成员的进度不予显示", "no member's progress is withheld"),
)
_DROPPED: Final = Panel(
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
           q.year::text AS year,
           to_char(q.as_of AT TIME ZONE '$zone', 'YYYY-MM-DD HH24:MI') AS since
      FROM report.quota q JOIN report.institution i USING (institution_id)
     WHERE q.union_id::text = '$union' AND q.state = 'dropped'
       AND make_date(q.year, 12, 31) >= (SELECT first FROM span)
       AND make_date(q.year, 1, 1) < (SELECT until FROM span)
     ORDER BY q.year DESC, q.institution_id LIMIT 50
    """,
    width=10,
    height=6,
    columns=(
        Column("institution_id", Text("编号", "Id"), hidden=True),
        Column(
            "institution",
            Text("机构", "Institution"),
            link=Link(
                Text("机构用能", "Institution"),
                "commonwatt-institution",
                (("institution", "institution_id"), ("profile", "$profile")),
            ),
        ),
        Column("year", Text("年份", "Year")),
        Column("since", Text("自", "Since")),
    ),
    empty=Text("没有", "none"),
)

UNION: Final = Board(
    "commonwatt-union",
    Text("联合体总览", "Union"),
    Text(
        "联合体离共同目标还有多远，各成员在路径之上还是之下？",
        "How far is the union from its target, and which members are beyond the path?",
    ),
    (_UNION, _PROFILE, f.ZONE),
    (
        Row(Text("概况", "At a glance"), _FIGURES),
        Row(Text("路径", "Path"), (_PATH,)),
        Row(Text("成员与机构", "Members and institutions"), (_MEMBERS, _BEYOND)),
        Row(Text("账簿", "Books"), (_IN_FORCE, _DROPPED, _WITHHELD)),
    ),
    since="now-2y/y",
    until="now",
)
