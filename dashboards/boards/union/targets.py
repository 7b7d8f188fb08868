"""How far a union's targets are reached, each by its own indicator."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.model import PERCENT, PLAIN, Column, Kind, Panel, Text

_INDICATORS: Final = {
    "total_kgce": ("综合能耗总量", "Total energy"),
    "kgce_per_m2": ("单位建筑面积能耗", "Energy per m²"),
    "kgce_per_person": ("人均综合能耗", "Energy per person"),
    "total_kgco2": ("二氧化碳排放总量", "Total CO2"),
    "kgco2_per_m2": ("单位建筑面积碳排放", "CO2 per m²"),
    "kgco2_per_person": ("人均碳排放", "CO2 per person"),
    "total_water_m3": ("用水总量", "Total water"),
    "water_m3_per_m2": ("单位建筑面积用水量", "Water per m²"),
    "water_m3_per_person": ("人均用水量", "Water per person"),
}


def named(lang: int) -> str:
    """Return the cases of SQL that say an indicator in words; lang: 0 Chinese, 1 English."""
    return " ".join(f"WHEN '{code}' THEN '{words[lang]}'" for code, words in _INDICATORS.items())


TARGETS: Final = Panel(
    11,
    Text("目标完成情况", "How far targets are reached"),
    Text(
        "两年都已计量的机构月相比：累计为与基期同月相比；数据过旧的只说明天数，不给百分比。",
        "Over months of institutions that both years measured, beside the same months of the base "
        "year; data that are too old are told by their age, without a percentage.",
    ),
    Kind.TABLE,
    PLAIN,
    f"""
    WITH newest AS (
        SELECT DISTINCT ON (target_id, member_id) *
          FROM report.target_progress WHERE union_id::text = '$union'
         ORDER BY target_id, member_id, day DESC)
    SELECT t.target_id, CASE WHEN '$lang' = 'en' THEN CASE t.indicator {named(1)} END
                ELSE CASE t.indicator {named(0)} END END AS indicator,
           coalesce({f.name("r")}, CASE WHEN '$lang' = 'en' THEN 'All members'
                                        ELSE '全部成员' END) AS member,
           t.year::text AS year, t.fall_millionths / 1000000.0 AS fall,
           t.asked_millionths / 1000000.0 AS asked,
           t.annual_fall_millionths / 1000000.0 AS annual_fall,
           t.annual_asked_millionths / 1000000.0 AS annual_asked,
           t.months || ' / ' || t.due AS months, t.age_days
      FROM newest t LEFT JOIN report.region r ON r.region_id = t.member_id
     ORDER BY t.target_id DESC, t.member_id NULLS FIRST LIMIT 100
    """,
    width=24,
    height=8,
    columns=(
        Column("target_id", Text("编号", "Id"), hidden=True),
        Column("indicator", Text("控制指标", "Indicator")),
        Column("member", Text("成员", "Member")),
        Column("year", Text("年份", "Year")),
        Column(
            "fall", Text("累计下降", "Fallen"), PERCENT, 2, empty=Text("不作判断", "no verdict")
        ),
        Column("asked", Text("路径要求", "Asked"), PERCENT, 2),
        Column(
            "annual_fall",
            Text("当年下降", "This year"),
            PERCENT,
            2,
            empty=Text("不作判断", "no verdict"),
        ),
        Column("annual_asked", Text("当年要求", "Asked this year"), PERCENT, 2),
        Column("months", Text("可比机构月", "Months compared")),
        Column("age_days", Text("数据已过天数", "Age of the data, days"), decimals=0),
    ),
    empty=Text("还没有核算的目标", "no target is worked out yet"),
    timed=False,
)
