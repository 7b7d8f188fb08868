"""A region at a glance."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.model import KGCE, PERCENT, PLAIN, TONNES, Kind, Panel, Text
from dashboards.boards.region.energy import ENERGY, EXPECTED

FIGURES: Final = (
    Panel(
        1,
        Text("综合能耗", "Total energy"),
        Text(
            "地区内各机构统计期折标准煤之和。",
            "All institutions of the region, as standard coal.",
        ),
        Kind.STAT,
        KGCE,
        f"WITH {f.MONTHS}, {ENERGY} SELECT sum(kgce_g) / 1000.0 AS value FROM energy",
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
        TONNES,
        f"WITH {f.MONTHS}, {ENERGY} SELECT sum(co2_g) / 1000000.0 AS value FROM energy",
        width=6,
        height=4,
        decimals=1,
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
    WITH {f.MONTHS}, {ENERGY} SELECT count(DISTINCT institution_id) AS value FROM energy
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
    WITH {f.MONTHS}, {ENERGY}, {EXPECTED}
    SELECT report.coverage((SELECT sum(known_s) FROM energy),
                           (SELECT sum(expected_s) FROM expected)) AS value
        """,
        width=6,
        height=4,
        decimals=1,
        thresholds=f.COVERED,
    ),
    f.lacking(30, ENERGY),
)
