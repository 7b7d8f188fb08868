"""An institution by month: its carriers, the year before, what was measured."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.institution.asked import ASKED, ENERGY, OWN
from dashboards.boards.model import KGCE, PERCENT, PLAIN, Column, Kind, Panel, Text

_LIKE_DAYS: Final = f"""
    like_days AS (
        SELECT month, days, of_days, quanta, before_quanta
          FROM {f.compared(ASKED)}
         WHERE carrier = '$carrier'
           AND (month + interval '1 month')::timestamp AT TIME ZONE '$zone'
               <= report.today_began('$zone'))
"""
BY_MONTH: Final = (
    Panel(
        6,
        Text("各品种逐月能耗", "Energy by carrier and month"),
        Text(
            "各品种折标准煤，按月累叠；没有台账的月份留空。",
            "Carriers as standard coal, stacked by month; a month without account stays empty.",
        ),
        Kind.BARS,
        KGCE,
        f"""
    WITH {f.MONTHS}, {ENERGY}
    SELECT {f.BEGINS} AS "time", {f.name("k")} AS metric, e.kgce_g / 1000.0 AS value
      FROM energy e JOIN report.carrier k ON k.code = e.carrier
     WHERE k.in_total_energy
     ORDER BY 1, k.code
        """,
        decimals=0,
        stack=True,
    ),
    Panel(
        7,
        Text("与上年同期比较（$unit）", "Against the year before ($unit)"),
        Text(
            "所选品种在两年都有计量的日子里的用量；未满月和计量不足的月份不比。",
            "Use of the chosen carrier on the days that both years measured; a running month and "
            "one not measured enough are left out.",
        ),
        Kind.BARS,
        PLAIN,
        f"""
    WITH {f.MONTHS}, {_LIKE_DAYS}
    SELECT {f.BEGINS} AS "time", quanta / k.per_unit::numeric AS now,
           before_quanta / k.per_unit::numeric AS before
      FROM like_days JOIN report.carrier k ON k.code = '$carrier'
     WHERE report.is_enough(days, of_days, {f.ENOUGH_OF})
     ORDER BY 1
        """,
        decimals=1,
        columns=(f.BEFORE, f.NOW),
        empty=f.NOT_ENOUGH,
    ),
    Panel(
        15,
        Text("同比所比的日子", "Days compared"),
        Text(
            "各月两年都有计量的日子占全月的比例。",
            "The days of each month that both years measured, over all of its days.",
        ),
        Kind.LINES,
        PERCENT,
        f"""
    WITH {f.MONTHS}, {_LIKE_DAYS}
    SELECT {f.BEGINS} AS "time", report.coverage(days, of_days) AS compared
      FROM like_days ORDER BY 1
        """,
        width=24,
        height=5,
        decimals=1,
        thresholds=f.COVERED,
        columns=(Column("compared", Text("所比日子", "Days compared"), colour="electricity"),),
    ),
    Panel(
        8,
        Text("各品种完整率", "Coverage by carrier"),
        Text(
            "各月总量已知、曲线实测的时间各占应计量时间的比例。",
            "Time of each month whose total is known, and whose curve is measured, over expected.",
        ),
        Kind.LINES,
        PERCENT,
        f"""
    WITH {f.MONTHS}, held AS (
        SELECT month, carrier, known_s, measured_s FROM report.account_figure
         WHERE {OWN} AND profile = '$profile' AND counts AND {f.IN_MONTHS})
    SELECT {f.BEGINS} AS "time", {f.name("k")} || w.word AS metric,
           report.coverage(CASE w.place WHEN 1 THEN h.known_s ELSE h.measured_s END,
                           e.expected_s) AS value
      FROM {f.expected_by_month(ASKED)} e
     CROSS JOIN {f.COVERAGES}
      JOIN report.carrier k ON k.code = e.carrier
      LEFT JOIN held h USING (month, carrier)
     ORDER BY 1, k.code, w.place
        """,
        decimals=1,
        thresholds=f.COVERED,
        height=7,
    ),
)
