"""What was refused or could not be computed, with the reason."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.model import INSTANT, PLAIN, Column, Kind, Panel, Text

REJECTS: Final = (
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
SET_ASIDE: Final = Panel(
    12,
    Text("暂存待核项", "Set aside"),
    Text(
        "无法计算、已连同原因暂存待核的用量和台账；其余照常计算。",
        "Use and accounts that could not be computed, with the reason; all else went on.",
    ),
    Kind.TABLE,
    PLAIN,
    f"""
    WITH first AS MATERIALIZED (
        SELECT s.* FROM report.set_aside s
         WHERE s.institution_id IN ({f.within()}) ORDER BY s.last_at DESC, s.id LIMIT 50)
    SELECT coalesce({f.name("i")}, s.institution_id::text) AS institution, s.channel_id, s.carrier,
           to_char(s.month, 'YYYY-MM') AS month, s.reason, s.error, s.attempts, s.last_at
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
        Column("error", Text("说明", "What was wrong")),
        Column("attempts", Text("次数", "Attempts"), decimals=0),
        Column("last_at", Text("最近一次", "Last"), INSTANT),
    ),
    timed=False,
    empty=Text("没有暂存待核项", "nothing is set aside"),
)
