"""An institution at a glance: energy, CO2, intensities, how much was measured."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.institution.asked import ASKED, ENERGY, OWN
from dashboards.boards.model import (
    KGCE,
    KGCE_PER_M2,
    KGCE_PER_PERSON,
    PERCENT,
    TONNES,
    Kind,
    Panel,
    Text,
)


def _per(attribute: str) -> str:
    return f"""
    WITH {f.MONTHS}, {ENERGY}
    SELECT sum(e.kgce_g) / 1000.0 / nullif((SELECT {attribute} FROM {f.means(ASKED)}), 0)
               AS value
      FROM energy e
    """


def _covered(held: str) -> str:
    return f"""
    WITH {f.MONTHS}
    SELECT report.coverage((SELECT sum({held}) FROM report.account_figure
                             WHERE {OWN} AND profile = '$profile' AND counts AND {f.IN_MONTHS}),
                           (SELECT sum(expected_s) FROM {f.expected(ASKED)})) AS value
    """


HEADLINES: Final = (
    Panel(
        1,
        Text("综合能耗", "Total energy"),
        Text(
            "统计期内各品种折标准煤之和，不含水。",
            "All carriers of the period as standard coal; water is not energy.",
        ),
        Kind.STAT,
        KGCE,
        f"WITH {f.MONTHS}, {ENERGY} SELECT sum(kgce_g) / 1000.0 AS value FROM energy",
        width=4,
        height=4,
        decimals=0,
    ),
    Panel(
        2,
        Text("二氧化碳", "CO2"),
        Text(
            "统计期内按所在地排放因子计算的二氧化碳。",
            "CO2 of the period by the factors of the place.",
        ),
        Kind.STAT,
        TONNES,
        f"WITH {f.MONTHS}, {ENERGY} SELECT sum(co2_g) / 1000000.0 AS value FROM energy",
        width=4,
        height=4,
        decimals=2,
    ),
    Panel(
        3,
        Text("单位面积能耗", "Energy per area"),
        Text(
            "统计期综合能耗除以按日加权的建筑面积；未填报面积则不计算。",
            "Energy over floor area weighted by days; left open where nobody stated it.",
        ),
        Kind.STAT,
        KGCE_PER_M2,
        _per("area_m2"),
        width=4,
        height=4,
        decimals=2,
        empty=f.NOT_STATED,
    ),
    Panel(
        4,
        Text("人均综合能耗", "Energy per person"),
        Text(
            "统计期综合能耗除以按日加权的用能人数；未填报人数则不计算。",
            "Energy over persons weighted by days; left open where nobody stated them.",
        ),
        Kind.STAT,
        KGCE_PER_PERSON,
        _per("persons"),
        width=4,
        height=4,
        decimals=1,
        empty=f.NOT_STATED,
    ),
    Panel(
        5,
        Text("总量完整率", "Coverage of the total"),
        Text(
            "总量已知的时间占应计量时间的比例，各品种合计；今天及以后不计。",
            "Time whose total is known over the time expected, all carriers, up to yesterday.",
        ),
        Kind.STAT,
        PERCENT,
        _covered("known_s"),
        width=4,
        height=4,
        decimals=1,
        thresholds=f.COVERED,
    ),
    Panel(
        16,
        Text("曲线完整率", "Coverage of the curve"),
        Text(
            "曲线为实测的时间占应计量时间的比例；缺数期间总量可知，曲线为推算。",
            "Time whose curve is measured over the time expected; over gaps it is worked out.",
        ),
        Kind.STAT,
        PERCENT,
        _covered("measured_s"),
        width=4,
        height=4,
        decimals=1,
        thresholds=f.COVERED,
    ),
    f.lacking(30, ENERGY),
)
