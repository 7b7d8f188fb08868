"""A region by month: members, carriers, the year before."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.model import KGCE, PERCENT, TONNES, Column, Kind, Panel, Text
from dashboards.boards.region.energy import BY_MEMBER, ENERGY, EXPECTED, PAIRS, member_name

MONTHLY: Final = (
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
    WITH {f.MONTHS}, {ENERGY}, {BY_MEMBER}
    SELECT {f.BEGINS} AS "time", {member_name()} AS metric, sum(e.kgce_g) / 1000.0 AS value
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
    WITH {f.MONTHS}, {ENERGY}, sums AS (
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
            "已知的机构和品种，按整月比，闰年的 2 月 29 日不计；任一年不足的，该月不比。"
            "其占比见右图。",
            f"Months that are over, of institutions and carriers that both years have in account "
            f"for all of the month, and know {f.WHOLE_PERCENT} and more of it, compared as whole "
            "months, without a 29 February; where one year has less, the month is left out. The "
            "panel beside says how much that is.",
        ),
        Kind.BARS,
        KGCE,
        f"""
    WITH {f.MONTHS}, {ENERGY}, {EXPECTED}, {PAIRS}
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
    WITH {f.MONTHS}, {ENERGY}, {EXPECTED}, {PAIRS}
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
        TONNES,
        f"""
    WITH {f.MONTHS}, {ENERGY}, {BY_MEMBER}
    SELECT {f.BEGINS} AS "time", {member_name()} AS metric, sum(e.co2_g) / 1000000.0 AS value
      FROM sums e JOIN report.region r USING (region_id)
     GROUP BY 1, 2, r.code ORDER BY 1, r.code
        """,
        decimals=1,
        width=24,
        stack=True,
        height=7,
    ),
)
