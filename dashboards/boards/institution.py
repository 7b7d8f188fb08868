"""One institution: carriers by month, the year before, its curve, what is missing."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards import union
from dashboards.boards.model import (
    KG,
    KGCE,
    KGCE_PER_M2,
    KGCE_PER_PERSON,
    KW,
    PERCENT,
    PLAIN,
    Board,
    Column,
    Kind,
    Link,
    Panel,
    Row,
    Text,
)

_OWN: Final = "institution_id = nullif('$institution', '')::integer"
_ASKED: Final = "ARRAY[nullif('$institution', '')::integer]"
_ENERGY: Final = f"""
    energy AS (SELECT month, carrier, quanta, kgce_g, co2_g FROM report.account_energy
                WHERE {_OWN} AND profile = '$profile' AND source = 'meter' AND {f.IN_MONTHS})
"""


_LIKE_DAYS: Final = f"""
    like_days AS (
        SELECT month, days, of_days, quanta, before_quanta
          FROM {f.compared(_ASKED)}
         WHERE carrier = '$carrier'
           AND (month + interval '1 month')::timestamp AT TIME ZONE '$zone'
               <= report.today_began('$zone'))
"""


def _per(attribute: str) -> str:
    return f"""
    WITH {f.MONTHS}, {_ENERGY}
    SELECT sum(e.kgce_g) / 1000.0 / nullif((SELECT {attribute} FROM {f.means(_ASKED)}), 0)
               AS value
      FROM energy e
    """


def _covered(held: str) -> str:
    return f"""
    WITH {f.MONTHS}
    SELECT report.coverage((SELECT sum({held}) FROM report.account
                             WHERE {_OWN} AND source = 'meter' AND {f.IN_MONTHS}),
                           (SELECT sum(expected_s) FROM {f.expected(_ASKED)})) AS value
    """


_HEADLINES: Final = (
    Panel(
        1,
        Text("综合能耗", "Total energy"),
        Text(
            "统计期内各品种折标准煤之和，不含水。",
            "All carriers of the period as standard coal; water is not energy.",
        ),
        Kind.STAT,
        KGCE,
        f"WITH {f.MONTHS}, {_ENERGY} SELECT sum(kgce_g) / 1000.0 AS value FROM energy",
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
        KG,
        f"WITH {f.MONTHS}, {_ENERGY} SELECT sum(co2_g) / 1000.0 AS value FROM energy",
        width=4,
        height=4,
        decimals=0,
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
    f.lacking(30, _ENERGY),
)

_BY_MONTH: Final = (
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
    WITH {f.MONTHS}, {_ENERGY}
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
        SELECT month, carrier, known_s, measured_s FROM report.account
         WHERE {_OWN} AND source = 'meter' AND {f.IN_MONTHS})
    SELECT {f.BEGINS} AS "time", {f.name("k")} || w.word AS metric,
           report.coverage(CASE w.place WHEN 1 THEN h.known_s ELSE h.measured_s END,
                           e.expected_s) AS value
      FROM {f.expected_by_month(_ASKED)} e
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

_CURVE: Final = Panel(
    9,
    Text("电力负荷（实测与估算）", "Electric load, measured and estimated"),
    Text(
        "32 天以内逐时，更长按已知小时逐日平均；有通道缺数则留空。"
        "估算：总量为实测，时间分布为推算。",
        "Hourly up to 32 days, else each day's mean over the hours known; open where a channel is "
        "missing. Estimated: the total is measured, its course is not.",
    ),
    Kind.LINES,
    KW,
    f"""
    WITH term AS (
        SELECT t.channel_id, t.share / 1000000.0 AS share, t.valid_from, t.valid_to
          FROM report.account_term t
         WHERE t.{_OWN} AND t.carrier = 'electricity'
           AND t.channel_id IN (SELECT channel_id FROM report.channel)
    ), hours AS (
        SELECT u.hour AS "time", sum(u.used * t.share * 3.6 / nullif(u.known_s, 0)) AS load,
               bool_and(u.measured_s >= u.known_s) AS measured
          FROM report.usage_hour u JOIN term t USING (channel_id)
         WHERE {f.SHORT} AND $__timeFilter(u.hour) AND u.hour < $__timeTo()
           AND u.channel_id IN (SELECT channel_id FROM term)
           AND u.hour >= t.valid_from::timestamp AT TIME ZONE '$zone'
           AND (t.valid_to IS NULL OR u.hour < t.valid_to::timestamp AT TIME ZONE '$zone')
         GROUP BY u.hour
        HAVING count(u.used) = (
               SELECT count(*) FROM term o
                WHERE u.hour >= o.valid_from::timestamp AT TIME ZONE '$zone'
                  AND (o.valid_to IS NULL
                       OR u.hour < o.valid_to::timestamp AT TIME ZONE '$zone'))
    ), days AS (
        SELECT u.day::timestamp AT TIME ZONE '$zone' AS "time",
               sum(u.used * t.share * 3.6 / nullif(u.known_s, 0)) AS load,
               bool_and(u.measured_s >= u.known_s) AS measured
          FROM report.usage_day u JOIN term t USING (channel_id)
         WHERE NOT {f.SHORT}
           AND u.day >= ($__timeFrom()::timestamptz AT TIME ZONE '$zone')::date
           AND u.day < $__timeTo()::timestamptz AT TIME ZONE '$zone'
           AND u.channel_id IN (SELECT channel_id FROM term)
           AND u.day >= t.valid_from AND (t.valid_to IS NULL OR u.day < t.valid_to)
         GROUP BY u.day
        HAVING count(u.used) = (SELECT count(*) FROM term o
                                 WHERE u.day >= o.valid_from
                                   AND (o.valid_to IS NULL OR u.day < o.valid_to))
    )
    SELECT "time", CASE WHEN measured THEN load END AS measured,
           CASE WHEN NOT measured THEN load END AS estimated
      FROM (SELECT * FROM hours UNION ALL SELECT * FROM days) u
     ORDER BY 1
    """,
    width=24,
    decimals=2,
    columns=(f.MEASURED, f.ESTIMATED),
)

_STANDING: Final = f"""
    {f.MONTHS}, latest AS (
        SELECT DISTINCT ON (union_id, year) quota_g, due_g, used_g, compared_path_g,
               compared_used_g, enough_permille
          FROM report.standing
         WHERE {_OWN} AND day >= (SELECT first FROM span) AND day < (SELECT until FROM span)
         ORDER BY union_id, year, day DESC)
"""
_QUOTA: Final = (
    Panel(
        11,
        Text("指标使用率", "Quota used"),
        Text("实际用量占全年用能指标的比例。", "What was used, over the quota of the whole year."),
        Kind.GAUGE,
        PERCENT,
        f"""WITH {_STANDING} SELECT sum(used_g)::numeric / nullif(sum(quota_g), 0) AS value
              FROM latest""",
        width=6,
        decimals=1,
        thresholds=union.ON_PATH,
        empty=union.NO_QUOTA,
    ),
    Panel(
        12,
        Text("相对路径", "Against the path"),
        Text(
            "计量充分（按联合体的标准）的各月里，实际用量除以到那一天应用的用能指标；"
            "超过 100% 即偏离路径。",
            "What was used over the quota due by that day, in the months that are enough measured, "
            "as the union asks; beyond 100 % is off the path.",
        ),
        Kind.GAUGE,
        PERCENT,
        f"WITH {_STANDING} SELECT {union.AGAINST} AS value FROM latest",
        width=6,
        decimals=1,
        thresholds=union.ON_PATH,
        empty=union.NOT_ENOUGH,
    ),
    Panel(
        13,
        Text("用能指标进度线", "Path of the quota"),
        Text(
            "自一月起累计的用能指标、实际用量与基准年同期，按月。",
            "Quota, use and base year, summed from January on, by month.",
        ),
        Kind.LINES,
        KGCE,
        union.path(f"q.{_OWN}"),
        decimals=0,
        columns=union.PATH_COLUMNS,
        empty=union.NO_QUOTA,
    ),
    Panel(
        14,
        Text("账簿中的用能指标", "Quotas in the books"),
        Text(
            "账簿所载的各年度指标；有效方案不再列入者注明。",
            "What the books hold for each year; where the run in force dropped it, that is said.",
        ),
        Kind.TABLE,
        PLAIN,
        f"""
    WITH {f.MONTHS}
    SELECT q.year::text AS year, q.amount_g / 1000.0 AS quota,
           CASE '$lang' || ' ' || q.state WHEN 'zh in_force' THEN '有效'
                WHEN 'zh dropped' THEN '已移出' WHEN 'en in_force' THEN 'in force'
                ELSE q.state END AS state,
           to_char(q.as_of AT TIME ZONE '$zone', 'YYYY-MM-DD HH24:MI') AS as_of
      FROM report.quota q
     WHERE q.{_OWN} AND make_date(q.year, 12, 31) >= (SELECT first FROM span)
       AND make_date(q.year, 1, 1) < (SELECT until FROM span)
     ORDER BY q.year DESC, q.union_id LIMIT 20
    """,
        width=24,
        height=5,
        columns=(
            Column("year", Text("年份", "Year")),
            Column("quota", Text("用能指标", "Quota"), KGCE, 0),
            Column("state", Text("状态", "State")),
            Column("as_of", Text("账簿时间", "Books as of")),
        ),
        empty=union.NO_QUOTA,
    ),
)

_CHANNELS: Final = Panel(
    10,
    Text("计量通道", "Channels"),
    Text(
        "本机构的计量通道及统计期最后一个月的用量，点选可看负荷。",
        "Its channels with their use in the last month of the period; each leads to its load.",
    ),
    Kind.TABLE,
    PLAIN,
    f"""
    WITH {f.MONTHS}
    SELECT c.channel_id, {f.name("c")} AS meter, c.code, {f.name("k")} AS carrier, k.unit,
           u.used / k.per_unit::numeric AS used, u.measured_s / 3600.0 AS measured_h
      FROM report.channel c
      JOIN report.carrier k ON k.code = c.carrier
      LEFT JOIN report.usage_month u ON u.channel_id = c.channel_id
            AND u.month = (SELECT max(month) FROM report.usage_month
                            WHERE {f.IN_MONTHS} AND channel_id = c.channel_id)
     WHERE c.{_OWN}
     ORDER BY c.carrier <> 'electricity', c.carrier, c.meter_code, c.code
     LIMIT 50
    """,
    height=7,
    columns=(
        Column("channel_id", Text("编号", "Id"), hidden=True),
        Column(
            "meter",
            Text("计量表", "Meter"),
            link=Link(
                Text("查看负荷", "Load"),
                "commonwatt-building",
                (("institution", "$institution"), ("channel", "channel_id")),
            ),
        ),
        Column("code", Text("通道", "Channel")),
        Column("carrier", Text("品种", "Carrier")),
        Column("unit", Text("单位", "Unit")),
        Column("used", Text("末月用量", "Use, last month"), decimals=1),
        Column("measured_h", Text("实测小时", "Hours measured"), decimals=0),
    ),
)

INSTITUTION: Final = Board(
    "commonwatt-institution",
    Text("机构用能", "Institution"),
    Text(
        "这个机构用了多少能、与上年同期相比如何、数据是否完整？",
        "How much did this institution use, against last year, and how much of it was measured?",
    ),
    (f.INSTITUTION, f.PROFILE, f.CARRIER, f.UNIT_OF_CARRIER, f.ZONE_OF_INSTITUTION),
    (
        Row(Text("概况", "At a glance"), _HEADLINES),
        Row(Text("逐月", "By month"), _BY_MONTH[:3]),
        Row(Text("用能指标", "Quota"), _QUOTA),
        Row(Text("负荷", "Load"), (_CURVE,)),
        Row(Text("数据与通道", "Data and channels"), (_BY_MONTH[3], _CHANNELS)),
    ),
    links=(
        Link(
            Text("负荷分析", "Load of its meters"),
            "commonwatt-building",
            (("institution", "$institution"),),
        ),
        Link(
            Text("同类机构比较", "Compared with its like"),
            "commonwatt-comparison",
            (("institution", "$institution"), ("profile", "$profile")),
        ),
    ),
)
