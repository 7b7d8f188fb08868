"""How far the data can be trusted: coverage, gaps, estimates, gateways, rejects."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.limits import WITHOUT_LIMIT
from dashboards.boards.model import (
    HOURS,
    INSTANT,
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
)

_CHANNELS: Final = f"""
    channels AS (SELECT c.* FROM report.channel c WHERE c.institution_id IN ({f.within()}))
"""
_DAYS: Final = """
    days AS (SELECT ($__timeFrom()::timestamptz AT TIME ZONE '$zone')::date AS first,
                    $__timeTo()::timestamptz AT TIME ZONE '$zone' AS until)
"""
# Today and what is to come are never missing: neither expected nor counted.
_OVER: Final = "least($__timeTo()::timestamptz, report.today_began('$zone'))"
_STATES: Final = f"""
    {_CHANNELS}, hours AS (
        SELECT u.channel_id, sum(u.known_s) AS known_s, sum(u.measured_s) AS measured_s
          FROM report.usage_hour u
         WHERE {f.LAST_MONTH} AND u.hour < report.today_began('$zone')
           AND u.channel_id IN (SELECT channel_id FROM channels)
         GROUP BY 1
    ), states AS (
        SELECT channel_id, extract(epoch FROM {_OVER} - greatest(since,
                   $__timeFrom()::timestamptz, $__timeTo()::timestamptz - interval '31 days'))
                   AS expected_s,
               coalesce(h.known_s, 0) AS known_s, coalesce(h.measured_s, 0) AS measured_s,
               greatest(coalesce(h.known_s - h.measured_s, 0), 0) AS estimated_s
          FROM channels c LEFT JOIN hours h USING (channel_id)
         WHERE c.since < {_OVER})
"""
_SILENT: Final = (Threshold(None, "good"), Threshold(6, "warn"), Threshold(24, "bad"))
_AHEAD: Final = (Threshold(None, "good"), Threshold(0.1, "bad"))
_SOME: Final = (Threshold(None, "good"), Threshold(1, "warn"))
_ESTIMATED: Final = (Threshold(None, "good"), Threshold(0.05, "warn"), Threshold(0.2, "bad"))

_FIGURES: Final = (
    Panel(
        1,
        Text("总量完整率（末 31 天）", "Coverage of totals, last 31 days"),
        Text(
            "统计期最后 31 天总量已知的时间占应计量时间的比例；今天及以后不计。",
            "Time whose total is known over the time expected, last 31 days, up to yesterday.",
        ),
        Kind.STAT,
        PERCENT,
        f"""WITH {_STATES}
            SELECT report.coverage(sum(known_s), sum(expected_s)) AS value FROM states""",
        width=4,
        height=4,
        decimals=1,
        thresholds=f.COVERED,
    ),
    Panel(
        13,
        Text("曲线完整率（末 31 天）", "Coverage of curves, last 31 days"),
        Text(
            "统计期最后 31 天曲线为实测的时间占应计量时间的比例。",
            "Time whose curve is measured over the time expected in the last 31 days.",
        ),
        Kind.STAT,
        PERCENT,
        f"""WITH {_STATES}
            SELECT report.coverage(sum(measured_s), sum(expected_s)) AS value FROM states""",
        width=4,
        height=4,
        decimals=1,
        thresholds=f.COVERED,
    ),
    Panel(
        2,
        Text("估算比例（末 31 天）", "Estimated, last 31 days"),
        Text(
            "总量为实测、时间分布为推算的时间比例。",
            "The time whose total is measured but whose course is worked out.",
        ),
        Kind.STAT,
        PERCENT,
        f"""WITH {_STATES}
            SELECT report.coverage(sum(estimated_s), sum(expected_s)) AS value FROM states""",
        width=4,
        height=4,
        decimals=1,
        thresholds=_ESTIMATED,
    ),
    Panel(
        3,
        Text("计量通道", "Channels"),
        Text("地区内您可以看到的计量通道数。", "How many channels of the region you may see."),
        Kind.STAT,
        PLAIN,
        f"WITH {_CHANNELS} SELECT count(*) AS value FROM channels",
        width=4,
        height=4,
        decimals=0,
        timed=False,
    ),
    Panel(
        4,
        Text("无数据通道（末 31 天）", "Silent channels, last 31 days"),
        Text(
            "统计期最后 31 天没有任何已知用量的通道数。",
            "Channels of which nothing is known in the last 31 days of the period.",
        ),
        Kind.STAT,
        PLAIN,
        f"WITH {_STATES} SELECT count(*) FILTER (WHERE known_s = 0) AS value FROM states",
        width=4,
        height=4,
        decimals=0,
        thresholds=_SOME,
    ),
    Panel(
        5,
        Text("未解决的拒收报文", "Rejected messages left"),
        Text(
            "统计期内收到、被拒收且尚未重放成功的报文数。",
            "Messages of the period that were refused and not yet taken by a replay.",
        ),
        Kind.STAT,
        PLAIN,
        """
    SELECT count(*) AS value FROM report.rejected
     WHERE resolved_at IS NULL AND $__timeFilter(received_at) AND received_at < $__timeTo()
        """,
        width=4,
        height=4,
        decimals=0,
        thresholds=_SOME,
    ),
)

_COVERAGE: Final = Panel(
    6,
    Text("逐日完整率", "Coverage by day"),
    Text(
        "已结束的各日中，总量已知、曲线实测的时间各占应计量时间的比例，按品种。",
        "Of each day that is over: time whose total is known, and whose curve is measured.",
    ),
    Kind.LINES,
    PERCENT,
    f"""
    WITH {_DAYS}, {_CHANNELS}, since AS (
        SELECT carrier, zone, (since AT TIME ZONE zone)::date AS day, count(*) AS channels
          FROM channels GROUP BY 1, 2, 3
    ), expected AS (
        SELECT d.day::date AS day, s.carrier,
               sum(s.channels * report.expected_s(s.day, NULL, s.zone, d.day::date,
                                                  d.day::date + 1)) AS expected_s
          FROM generate_series((SELECT first FROM days)::timestamp,
                   (SELECT until FROM days) - interval '1 day', interval '1 day') AS d(day)
          JOIN since s ON s.day <= d.day
         GROUP BY 1, 2
    ), held AS (
        SELECT u.day, c.carrier, sum(u.known_s) AS known_s, sum(u.measured_s) AS measured_s
          FROM report.usage_day u JOIN channels c USING (channel_id)
         WHERE u.day >= (SELECT first FROM days) AND u.day < (SELECT until FROM days)
         GROUP BY 1, 2)
    SELECT d.day::timestamp AT TIME ZONE '$zone' AS "time", {f.name("k")} || w.word AS metric,
           report.coverage(CASE w.place WHEN 1 THEN h.known_s ELSE h.measured_s END,
                           d.expected_s) AS value
      FROM expected d
     CROSS JOIN {f.COVERAGES}
      JOIN report.carrier k ON k.code = d.carrier
      LEFT JOIN held h USING (day, carrier)
     WHERE d.expected_s > 0
     ORDER BY 1, k.code, w.place
    """,
    width=24,
    decimals=1,
    thresholds=f.COVERED,
)

_WORST: Final = Panel(
    7,
    Text("数据最差的通道", "Channels with the worst data"),
    Text(
        "统计期最后 31 天，按缺数时间由多到少；估算与缺数分列。",
        "Last 31 days of the period, most missing first; estimated and missing are told apart.",
    ),
    Kind.TABLE,
    PLAIN,
    f"""
    WITH {_STATES}, first AS MATERIALIZED (
        SELECT c.institution_id, c.channel_id, {f.name("c")} || ' · ' || c.code AS meter,
               report.coverage(s.known_s, s.expected_s) AS coverage,
               report.coverage(s.measured_s, s.expected_s) AS shape, s.estimated_s,
               greatest(0, s.expected_s - s.known_s) / 3600.0 AS missing_h
          FROM states s JOIN channels c USING (channel_id)
         ORDER BY missing_h DESC, s.estimated_s DESC, c.channel_id
         LIMIT 50)
    SELECT w.institution_id, w.channel_id,
           coalesce({f.name("i")}, w.institution_id::text) AS institution,
           w.meter, w.coverage, w.shape, w.estimated_s / 3600.0 AS estimated_h, w.missing_h
      FROM first w
      JOIN report.named((SELECT array_agg(DISTINCT institution_id) FROM first)) i
           USING (institution_id)
     ORDER BY w.missing_h DESC, w.estimated_s DESC, w.channel_id
    """,
    height=9,
    columns=(
        *f.METER,
        Column("coverage", Text("总量完整率", "Of the total"), PERCENT, 1, thresholds=f.COVERED),
        Column("shape", Text("曲线完整率", "Of the curve"), PERCENT, 1, thresholds=f.COVERED),
        Column("estimated_h", Text("估算", "Estimated"), HOURS, 1),
        Column("missing_h", Text("缺数", "Missing"), HOURS, 1),
    ),
)
_GATEWAYS: Final = Panel(
    8,
    Text("网关", "Gateways"),
    Text(
        "各网关的通道数、最后读数及距统计期末的时间。",
        "Channels and last reading of each gateway, and how long before the period's end it was.",
    ),
    Kind.TABLE,
    PLAIN,
    f"""
    WITH {_CHANNELS}
    SELECT g.name AS gateway, g.channels, g.last_reading_at,
           greatest(0, extract(epoch FROM least(now(), $__timeTo()::timestamptz)
                                          - g.last_reading_at) / 3600.0) AS silent_h,
           (SELECT count(*) FROM report.rejected r
             WHERE r.gateway = g.name AND r.resolved_at IS NULL) AS rejected,
           CASE WHEN g.ahead_ms > 600000 THEN g.ahead_ms / 3600000.0 ELSE 0 END AS ahead_h,
           g.set_aside_at
      FROM report.gateway g
     WHERE g.name IN (SELECT b.gateway FROM report.gateway_channel b
                        JOIN channels c USING (channel_id))
     ORDER BY g.last_reading_at NULLS FIRST, g.name
     LIMIT 100
    """,
    height=9,
    columns=(
        Column("gateway", Text("网关", "Gateway")),
        Column("channels", Text("通道数", "Channels"), decimals=0),
        Column("last_reading_at", Text("最后读数", "Last reading"), INSTANT),
        Column("silent_h", Text("无数据", "Silent"), HOURS, 1, thresholds=_SILENT),
        Column("rejected", Text("拒收", "Rejected"), decimals=0, thresholds=_SOME),
        Column("ahead_h", Text("时钟超前", "Clock ahead"), HOURS, 1, thresholds=_AHEAD),
        Column("set_aside_at", Text("因时钟搁置", "Set aside for its clock"), INSTANT),
    ),
    timed=False,
)
_MARKS: Final = Panel(
    11,
    Text("待核对的读数", "Readings to look at"),
    Text(
        "已入库、但比通道最小单位更精细的读数（已舍入），以及网关时钟疑似回退时的读数。",
        "Stored, but finer than the channel's quantum (so rounded), or of a gateway's clock that "
        "seems to have fallen back.",
    ),
    Kind.TABLE,
    PLAIN,
    f"""
    WITH {_CHANNELS}, first AS MATERIALIZED (
        SELECT c.institution_id, c.channel_id, {f.name("c")} || ' · ' || c.code AS meter,
               m.mark, m.readings, m.first, m.last
          FROM report.intake_mark m JOIN channels c USING (channel_id)
         ORDER BY m.readings DESC, c.channel_id, m.mark
         LIMIT 50)
    SELECT w.institution_id, w.channel_id,
           coalesce({f.name("i")}, w.institution_id::text) AS institution, w.meter,
           CASE w.mark WHEN 'rounded'
               THEN CASE WHEN '$lang' = 'en' THEN 'rounded' ELSE '已舍入' END
               ELSE CASE WHEN '$lang' = 'en' THEN 'clock fell back' ELSE '时钟疑似回退' END END
               AS mark,
           w.readings, w.first, w.last
      FROM first w
      JOIN report.named((SELECT array_agg(DISTINCT institution_id) FROM first)) i
           USING (institution_id)
     ORDER BY w.readings DESC, w.channel_id, w.mark
    """,
    width=24,
    height=7,
    columns=(
        *f.METER,
        Column("mark", Text("标记", "Mark")),
        Column("readings", Text("读数", "Readings"), decimals=0),
        Column("first", Text("最早", "First"), INSTANT),
        Column("last", Text("最近", "Last"), INSTANT),
    ),
    timed=False,
    empty=Text("没有待核对的读数", "nothing to look at"),
)
_REJECTS: Final = (
    Panel(
        9,
        Text("逐日拒收", "Rejects by day"),
        Text(
            "各日收到而被拒收的报文数，按原因；已重放成功的也计入。",
            "Refused messages by day of arrival and reason, also those taken later.",
        ),
        Kind.BARS,
        PLAIN,
        """
    SELECT date_trunc('day', received_at, '$zone') AS "time", reason AS metric, count(*) AS value
      FROM report.rejected
     WHERE $__timeFilter(received_at) AND received_at < $__timeTo()
     GROUP BY 1, 2 ORDER BY 1, 2
        """,
        decimals=0,
        stack=True,
        height=7,
        empty=Text("没有拒收的报文", "nothing was refused"),
    ),
    Panel(
        10,
        Text("拒收原因", "Reasons"),
        Text(
            "尚未解决的拒收报文，按网关和原因。",
            "Refused messages that are left, by gateway and reason.",
        ),
        Kind.TABLE,
        PLAIN,
        """
    SELECT gateway, reason,
           CASE WHEN '$lang' = 'en' THEN max(message_en) ELSE max(message_zh) END AS message,
           count(*) AS messages, sum(readings) AS readings, max(received_at) AS last_at
      FROM report.rejected
     WHERE resolved_at IS NULL
     GROUP BY gateway, reason
     ORDER BY messages DESC, gateway, reason
     LIMIT 50
        """,
        height=7,
        columns=(
            Column("gateway", Text("网关", "Gateway")),
            Column("reason", Text("代码", "Code")),
            Column("message", Text("说明", "What was wrong")),
            Column("messages", Text("报文", "Messages"), decimals=0),
            Column("readings", Text("读数", "Readings"), decimals=0),
            Column("last_at", Text("最近一次", "Last"), INSTANT),
        ),
        timed=False,
        empty=Text("没有拒收的报文", "nothing was refused"),
    ),
)

_SET_ASIDE: Final = Panel(
    12,
    Text("搁置项", "Set aside"),
    Text(
        "无法计算、已连同原因搁置的用量和台账；其余照常计算。",
        "Use and accounts that could not be computed, with the reason; all else went on.",
    ),
    Kind.TABLE,
    PLAIN,
    f"""
    WITH first AS MATERIALIZED (
        SELECT s.* FROM report.set_aside s
         WHERE s.institution_id IN ({f.within()}) ORDER BY s.last_at DESC, s.id LIMIT 50)
    SELECT coalesce({f.name("i")}, s.institution_id::text) AS institution, s.channel_id, s.carrier,
           to_char(s.month, 'YYYY-MM') AS month, s.reason, s.said, s.attempts, s.last_at
      FROM first s
      JOIN report.named((SELECT array_agg(DISTINCT institution_id) FROM first)) i
           USING (institution_id)
     ORDER BY s.last_at DESC, s.id
    """,
    width=24,
    height=7,
    columns=(
        Column("institution", Text("机构", "Institution")),
        Column("channel_id", Text("通道", "Channel"), decimals=0),
        Column("carrier", Text("品种", "Carrier")),
        Column("month", Text("月份", "Month")),
        Column("reason", Text("代码", "Code")),
        Column("said", Text("说明", "What was wrong")),
        Column("attempts", Text("次数", "Attempts"), decimals=0),
        Column("last_at", Text("最近一次", "Last"), INSTANT),
    ),
    timed=False,
    empty=Text("没有搁置项", "nothing is set aside"),
)

QUALITY: Final = Board(
    "commonwatt-quality",
    Text("数据质量", "Data quality"),
    Text(
        "数据是否完整、哪里缺数、哪个网关没有上送？",
        "Is the data complete, where are gaps, and which gateway is silent?",
    ),
    (f.REGION, f.ZONE),
    (
        Row(Text("概况", "At a glance"), _FIGURES),
        Row(Text("完整率", "Coverage"), (_COVERAGE,)),
        Row(
            Text("通道与网关", "Channels and gateways"),
            (_WORST, _GATEWAYS, _MARKS, WITHOUT_LIMIT),
        ),
        Row(Text("拒收", "Rejects"), _REJECTS),
        Row(Text("搁置", "Set aside"), (_SET_ASIDE,)),
    ),
    since="now-3M/M",
    until="now",
    links=(Link(Text("地区总览", "The region"), "commonwatt-region", (("region", "$region"),)),),
)
