"""A region with its members: totals by month and carrier, and who stands where."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.model import (
    KG,
    KGCE,
    KGCE_PER_M2,
    PERCENT,
    PLAIN,
    SQUARE_METRES,
    Board,
    Column,
    Kind,
    Link,
    Panel,
    Row,
    Text,
)

_HERE: Final = "institution_id IN (SELECT institution_id FROM member)"
_ENERGY: Final = f"""
    {f.MEMBER}, energy AS (
        SELECT m.region_id, a.institution_id, a.month, a.carrier, a.quanta, a.kgce_g, a.co2_g,
               a.known_s, a.due_s
          FROM report.account_figure a JOIN {f.AS_MEMBER}
         WHERE a.profile = '$profile' AND a.source = 'meter' AND {f.IN_MONTHS})
"""
# Summed before it is named: names are text, and there are many accounts.
_BY_MEMBER: Final = """
    sums AS (
        SELECT region_id, month, sum(kgce_g) AS kgce_g, sum(co2_g) AS co2_g
          FROM energy GROUP BY 1, 2)
"""
# What those institutions should hold: of every carrier in each month.
_EXPECTED: Final = f"""
    expected AS MATERIALIZED (
        SELECT region_id, carrier, month, expected_s FROM {f.expected_in()})
"""
# Of months that are over: what was used by whom both years measured whole, and how much that is.
_PAIRS: Final = f"""
    in_part AS MATERIALIZED (
        SELECT institution_id, carrier, month FROM report.month_in_part
    ), earlier AS (
        SELECT institution_id, carrier, (month + interval '1 year')::date AS month, kgce_g
          FROM report.account_figure
         WHERE profile = '$profile' AND source = 'meter' AND {f.YEAR_EARLIER}
           AND kgce_g IS NOT NULL AND report.is_whole(known_s, due_s)
           AND (institution_id, carrier, month) NOT IN (SELECT * FROM in_part)
    ), pair AS (
        SELECT month, sum(e.due_s) AS compared_s, sum(e.kgce_g) AS kgce_g,
               sum(b.kgce_g) FILTER (WHERE e.kgce_g IS NOT NULL) AS before_g
          FROM energy e JOIN earlier b USING (institution_id, carrier, month)
         WHERE report.is_whole(e.known_s, e.due_s)
           AND (e.institution_id, e.carrier, e.month) NOT IN (SELECT * FROM in_part)
         GROUP BY 1
    ), compared AS (
        SELECT month, sum(x.expected_s) AS expected_s, max(p.compared_s) AS compared_s,
               max(p.kgce_g) AS kgce_g, max(p.before_g) AS before_g
          FROM expected x
          JOIN report.carrier k ON k.code = x.carrier AND k.in_total_energy
          LEFT JOIN pair p USING (month)
         WHERE month + interval '1 month'
               <= (SELECT report.today_began('$zone') AT TIME ZONE '$zone')
         GROUP BY 1)
"""
_OWN_LEVEL: Final = Text("（本级）", " (own level)")
_TO_INSTITUTION: Final = Link(
    Text("机构用能", "Institution"),
    "commonwatt-institution",
    (("institution", "institution_id"), ("profile", "$profile")),
)


def _member_name() -> str:
    own = f"CASE WHEN '$lang' = 'en' THEN '{_OWN_LEVEL.en}' ELSE '{_OWN_LEVEL.zh}' END"
    return f"{f.name('r')} || CASE WHEN r.region_id::text = '$region' THEN {own} ELSE '' END"


_FIGURES: Final = (
    Panel(
        1,
        Text("综合能耗", "Total energy"),
        Text(
            "地区内各机构统计期折标准煤之和。",
            "All institutions of the region, as standard coal.",
        ),
        Kind.STAT,
        KGCE,
        f"WITH {f.MONTHS}, {_ENERGY} SELECT sum(kgce_g) / 1000.0 AS value FROM energy",
        width=6,
        height=4,
        decimals=0,
    ),
    Panel(
        2,
        Text("二氧化碳", "CO2"),
        Text(
            "按各机构所在地排放因子计算之和。",
            "The sum over institutions, by the factors of each one's place.",
        ),
        Kind.STAT,
        KG,
        f"WITH {f.MONTHS}, {_ENERGY} SELECT sum(co2_g) / 1000.0 AS value FROM energy",
        width=6,
        height=4,
        decimals=0,
    ),
    Panel(
        3,
        Text("有台账的机构", "Institutions with accounts"),
        Text(
            "统计期内有计量台账的机构数。",
            "How many institutions have a metered account in the period.",
        ),
        Kind.STAT,
        PLAIN,
        f"""
    WITH {f.MONTHS}, {_ENERGY} SELECT count(DISTINCT institution_id) AS value FROM energy
        """,
        width=6,
        height=4,
        decimals=0,
    ),
    Panel(
        4,
        Text("数据完整率", "Coverage"),
        Text(
            "总量已知的时间占应计量时间的比例，各机构、各品种合计；今天及以后不计。",
            "Time whose total is known over the time expected, all together, up to yesterday.",
        ),
        Kind.STAT,
        PERCENT,
        f"""
    WITH {f.MONTHS}, {_ENERGY}, {_EXPECTED}
    SELECT report.coverage((SELECT sum(known_s) FROM energy),
                           (SELECT sum(expected_s) FROM expected)) AS value
        """,
        width=6,
        height=4,
        decimals=1,
        thresholds=f.COVERED,
    ),
    f.lacking(30, _ENERGY),
)

_MONTHLY: Final = (
    Panel(
        5,
        Text("各成员逐月能耗", "Energy by member and month"),
        Text(
            "下一级地区和本级各自的折标准煤，按月累叠。",
            "Regions one step below, and the own level, as standard coal, stacked by month.",
        ),
        Kind.BARS,
        KGCE,
        f"""
    WITH {f.MONTHS}, {_ENERGY}, {_BY_MEMBER}
    SELECT {f.BEGINS} AS "time", {_member_name()} AS metric, sum(e.kgce_g) / 1000.0 AS value
      FROM sums e JOIN report.region r USING (region_id)
     GROUP BY 1, 2, r.code ORDER BY 1, r.code
        """,
        decimals=0,
        stack=True,
    ),
    Panel(
        6,
        Text("各品种逐月能耗", "Energy by carrier and month"),
        Text(
            "地区内各品种折标准煤，按月累叠；水不计入。",
            "Carriers of the region as standard coal, stacked by month; water is not energy.",
        ),
        Kind.BARS,
        KGCE,
        f"""
    WITH {f.MONTHS}, {_ENERGY}, sums AS (
        SELECT carrier, month, sum(kgce_g) AS kgce_g FROM energy GROUP BY 1, 2)
    SELECT {f.BEGINS} AS "time", {f.name("k")} AS metric, sum(e.kgce_g) / 1000.0 AS value
      FROM sums e JOIN report.carrier k ON k.code = e.carrier
     WHERE k.in_total_energy
     GROUP BY 1, 2, k.code ORDER BY 1, k.code
        """,
        decimals=0,
        stack=True,
    ),
    Panel(
        7,
        Text("与上年同期比较", "Against the year before"),
        Text(
            f"已满月的综合能耗与上年同月：只比较两年该月都全月计入台账、{f.WHOLE_PERCENT} 以上时间"
            "已知的机构和品种，按整月比；任一年不足的，该月不比。其占比见右图。",
            f"Months that are over, of institutions and carriers that both years have in account "
            f"for all of the month, and know {f.WHOLE_PERCENT} and more of it, compared as whole "
            "months; where one year has less, the month is left out. The panel beside says how "
            "much that is.",
        ),
        Kind.BARS,
        KGCE,
        f"""
    WITH {f.MONTHS}, {_ENERGY}, {_EXPECTED}, {_PAIRS}
    SELECT {f.BEGINS} AS "time", kgce_g / 1000.0 AS now, before_g / 1000.0 AS before
      FROM compared
     WHERE report.is_enough(compared_s, expected_s, {f.ENOUGH})
     ORDER BY 1
        """,
        decimals=0,
        columns=(f.BEFORE, f.NOW),
        height=7,
        empty=f.NOT_ENOUGH,
    ),
    Panel(
        11,
        Text("同比所比的部分", "How much is compared"),
        Text(
            f"左图所比机构和品种的应计时间（两年该月已知都在 {f.WHOLE_PERCENT} 以上）占全部应计"
            "时间的比例；低于主管部门标准的月份不作同比。",
            f"Time expected of what the panel beside compares (both years know {f.WHOLE_PERCENT} "
            "and more of the month) over all time expected; below what the office asks, no bars.",
        ),
        Kind.LINES,
        PERCENT,
        f"""
    WITH {f.MONTHS}, {_ENERGY}, {_EXPECTED}, {_PAIRS}
    SELECT {f.BEGINS} AS "time", report.coverage(compared_s, expected_s) AS compared
      FROM compared ORDER BY 1
        """,
        decimals=1,
        thresholds=f.COVERED,
        columns=(Column("compared", Text("所比部分", "Compared"), colour="electricity"),),
        height=7,
    ),
    Panel(
        8,
        Text("各成员逐月二氧化碳", "CO2 by member and month"),
        Text(
            "下一级地区和本级各自的二氧化碳，按月累叠。",
            "CO2 of the regions one step below and of the own level, stacked by month.",
        ),
        Kind.BARS,
        KG,
        f"""
    WITH {f.MONTHS}, {_ENERGY}, {_BY_MEMBER}
    SELECT {f.BEGINS} AS "time", {_member_name()} AS metric, sum(e.co2_g) / 1000.0 AS value
      FROM sums e JOIN report.region r USING (region_id)
     GROUP BY 1, 2, r.code ORDER BY 1, r.code
        """,
        decimals=0,
        width=24,
        stack=True,
        height=7,
    ),
)

_TABLES: Final = (
    Panel(
        9,
        Text("成员", "Members"),
        Text(
            "各成员统计期的能耗、二氧化碳和完整率，点选看下一级。",
            "Energy, CO2 and coverage of each member; each leads one step down.",
        ),
        Kind.TABLE,
        PLAIN,
        f"""
    WITH {f.MONTHS}, {_ENERGY}, {_EXPECTED}, whole AS (
        SELECT m.region_id, sum(x.expected_s) AS expected_s
          FROM expected x
          JOIN (SELECT DISTINCT counted_id, region_id FROM member) m
               ON m.counted_id = x.region_id
         GROUP BY 1
    ), used AS (
        SELECT m.region_id, m.institutions, e.kgce, e.co2, e.known_s
          FROM (SELECT region_id, count(DISTINCT institution_id) AS institutions
                  FROM member WHERE first_month < (SELECT until FROM span)
                   AND until_month > (SELECT first FROM span) GROUP BY 1) m
          LEFT JOIN (SELECT region_id, sum(kgce_g) / 1000.0 AS kgce, sum(co2_g) / 1000.0 AS co2,
                            sum(known_s) AS known_s FROM energy GROUP BY 1) e
                 USING (region_id))
    SELECT r.region_id, {_member_name()} AS member, u.institutions, u.kgce, u.co2,
           report.coverage(u.known_s, w.expected_s) AS coverage
      FROM used u
      JOIN report.region r USING (region_id)
      LEFT JOIN whole w USING (region_id)
     ORDER BY u.kgce DESC NULLS LAST, r.region_id
     LIMIT 50
        """,
        columns=(
            Column("region_id", Text("编号", "Id"), hidden=True),
            Column(
                "member",
                Text("成员", "Member"),
                link=Link(
                    Text("看下一级", "One step down"),
                    "commonwatt-region",
                    (("region", "region_id"), ("profile", "$profile")),
                ),
            ),
            Column("institutions", Text("机构数", "Institutions"), decimals=0),
            Column("kgce", Text("综合能耗", "Energy"), KGCE, 0),
            Column("co2", Text("二氧化碳", "CO2"), KG, 0),
            Column("coverage", Text("完整率", "Coverage"), PERCENT, 1, thresholds=f.COVERED),
        ),
    ),
    Panel(
        10,
        Text("用能最多的机构", "Institutions that use most"),
        Text(
            "统计期综合能耗前 50 名；面积按日加权，未填报的不计强度。",
            "The first 50 by energy; floor area weighted by days, none where it is not stated.",
        ),
        Kind.TABLE,
        PLAIN,
        f"""
    WITH {f.MONTHS}, {_ENERGY}, used AS (
        SELECT institution_id, sum(kgce_g) AS kgce_g,
               sum(known_s) FILTER (WHERE kgce_g IS NOT NULL) AS known_s
          FROM energy GROUP BY 1
    ), first AS MATERIALIZED (
        SELECT institution_id, kgce_g / 1000.0 AS kgce, known_s FROM used
         WHERE kgce_g IS NOT NULL ORDER BY 2 DESC, 1 LIMIT 50
    ), whole AS (
        SELECT a.institution_id, sum(a.expected_s) AS expected_s
          FROM {f.expected_by_month(f.these("first"))} a JOIN {f.AS_MEMBER}
          JOIN report.carrier k ON k.code = a.carrier AND k.in_total_energy
         GROUP BY 1)
    SELECT u.institution_id, coalesce({f.name("i")}, u.institution_id::text) AS institution,
           u.kgce, s.area_m2, u.kgce / nullif(s.area_m2, 0) AS per_area,
           report.coverage(u.known_s, w.expected_s) AS coverage
      FROM first u
      JOIN report.named((SELECT array_agg(institution_id) FROM first)) i USING (institution_id)
      LEFT JOIN {f.means("(SELECT array_agg(institution_id) FROM first)")} s
             USING (institution_id)
      LEFT JOIN whole w USING (institution_id)
     ORDER BY u.kgce DESC, u.institution_id
     LIMIT 50
        """,
        columns=(
            Column("institution_id", Text("编号", "Id"), hidden=True),
            Column("institution", Text("机构", "Institution"), link=_TO_INSTITUTION),
            Column("kgce", Text("综合能耗", "Energy"), KGCE, 0),
            Column("area_m2", Text("建筑面积", "Floor area"), SQUARE_METRES, 0, empty=f.NOT_STATED),
            Column(
                "per_area",
                Text("单位面积能耗", "Energy per area"),
                KGCE_PER_M2,
                2,
                empty=f.NOT_STATED,
            ),
            Column("coverage", Text("完整率", "Coverage"), PERCENT, 1, thresholds=f.COVERED),
        ),
    ),
)

REGION: Final = Board(
    "commonwatt-region",
    Text("地区总览", "Region"),
    Text(
        "这个地区用了多少能，各成员各占多少？",
        "How much does this region use, and how is it spread over its members?",
    ),
    (f.REGION, f.PROFILE, f.ZONE),
    (
        Row(Text("概况", "At a glance"), _FIGURES),
        Row(Text("逐月", "By month"), _MONTHLY),
        Row(Text("成员与机构", "Members and institutions"), _TABLES),
    ),
    links=(
        Link(Text("数据质量", "Data quality"), "commonwatt-quality", (("region", "$region"),)),
        Link(
            Text("同类机构比较", "Comparison"),
            "commonwatt-comparison",
            (("region", "$region"), ("profile", "$profile")),
        ),
    ),
)
