"""Gateways that are silent or whose clocks are wrong, and readings to look at."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.model import HOURS, INSTANT, PLAIN, Column, Kind, Panel, Text, Threshold
from dashboards.boards.quality.channels import CHANNELS
from dashboards.boards.quality.figures import SOME

_LATE: Final = (Threshold(None, "good"), Threshold(0.01, "bad"))
_NEVER: Final = Text("从未收到", "never heard")
_AHEAD: Final = (Threshold(None, "good"), Threshold(0.1, "bad"))
GATEWAYS: Final = Panel(
    8,
    Text("网关", "Gateways"),
    Text(
        "各网关的通道数、最后读数及距统计期末的时间，以及无消息超过其惯常间隔的时长。",
        "Channels and last reading of each gateway, how long before the period's end it was, and "
        "for how much longer than it uses to the gateway has been silent.",
    ),
    Kind.TABLE,
    PLAIN,
    f"""
    WITH {CHANNELS}
    SELECT g.name AS gateway, g.channels, g.last_reading_at,
           CASE WHEN g.last_reading_at IS NOT NULL THEN
               greatest(0, extract(epoch FROM p.until - g.last_reading_at) / 3600.0) END
               AS silent_h,
           CASE WHEN g.heard_at IS NOT NULL THEN
               greatest(0, extract(epoch FROM p.until - g.heard_at) - g.late_after_s) / 3600.0
               END AS late_h,
           (SELECT count(*) FROM report.rejected r
             WHERE r.gateway = g.name AND r.resolved_at IS NULL) AS rejected,
           CASE WHEN g.ahead_ms > 600000 THEN g.ahead_ms / 3600000.0 ELSE 0 END AS ahead_h,
           g.set_aside_at
      FROM report.gateway g
     CROSS JOIN (SELECT least(now(), $__timeTo()::timestamptz) AS until) p
     WHERE g.name IN (SELECT b.gateway FROM report.gateway_channel b
                        JOIN channels c USING (channel_id))
     ORDER BY g.last_reading_at NULLS FIRST, g.name
     LIMIT 100
    """,
    width=24,
    height=9,
    columns=(
        Column("gateway", Text("网关", "Gateway")),
        Column("channels", Text("通道数", "Channels"), decimals=0),
        Column("last_reading_at", Text("最后读数", "Last reading"), INSTANT),
        Column("silent_h", Text("无数据", "No data"), HOURS, 1),
        Column("late_h", Text("逾期", "Overdue"), HOURS, 1, thresholds=_LATE, empty=_NEVER),
        Column("rejected", Text("拒收", "Rejected"), decimals=0, thresholds=SOME),
        Column("ahead_h", Text("时钟超前", "Clock ahead"), HOURS, 1, thresholds=_AHEAD),
        Column("set_aside_at", Text("因时钟暂存待核", "Set aside for its clock"), INSTANT),
    ),
    timed=False,
)
MARKS: Final = Panel(
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
    WITH {CHANNELS}, first AS MATERIALIZED (
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
