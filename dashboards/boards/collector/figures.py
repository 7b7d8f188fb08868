"""The intake at a glance."""

from typing import Final

from dashboards.boards.model import GROUPED, PERCENT, PLAIN, Kind, Panel, Text, Threshold, Unit

SECONDS: Final = Unit(GROUPED, Text("秒", "s"))
SOME: Final = (Threshold(None, "good"), Threshold(1, "warn"))
_LATE: Final = (Threshold(None, "good"), Threshold(30, "warn"), Threshold(300, "bad"))
_UP: Final = (Threshold(None, "bad"), Threshold(1, "good"))
FIGURES: Final = (
    Panel(
        1,
        Text("已连接的接收服务", "Collectors connected"),
        Text(
            "此刻与消息代理保持连接、且在 20 秒内报告过状态的接收服务。",
            "Collectors that are connected to the broker now, and said so within 20 seconds.",
        ),
        Kind.STAT,
        PLAIN,
        """
    SELECT count(*) FILTER (WHERE state = 'connected' AND NOT silent) AS value
      FROM report.collector
        """,
        width=4,
        height=4,
        decimals=0,
        thresholds=_UP,
        timed=False,
    ),
    Panel(
        2,
        Text("入库读数", "Readings stored"),
        Text("统计期内新入库的读数。", "Readings of the period that were not there before."),
        Kind.STAT,
        PLAIN,
        """
    SELECT sum(stored) AS value FROM report.intake_minute
     WHERE $__timeFilter(minute) AND minute < $__timeTo()
        """,
        width=4,
        height=4,
        decimals=0,
    ),
    Panel(
        3,
        Text("重复比例", "Duplicates"),
        Text(
            "统计期内送达的读数中已入库者的比例；重发不会重复计数。",
            "Of the readings delivered in the period those that were there already; sent twice "
            "counts once.",
        ),
        Kind.STAT,
        PERCENT,
        """
    SELECT sum(duplicates)::numeric / nullif(sum(stored + revised + duplicates), 0) AS value
      FROM report.intake_minute
     WHERE $__timeFilter(minute) AND minute < $__timeTo()
        """,
        width=4,
        height=4,
        decimals=1,
    ),
    Panel(
        4,
        Text("最久未确认", "Oldest unacknowledged"),
        Text(
            "此刻尚未向消息代理确认的最早一条消息已等待多久。",
            "For how long the first message waits that is not acknowledged to the broker yet.",
        ),
        Kind.STAT,
        SECONDS,
        """
    SELECT max(extract(epoch FROM now() - oldest_at)) AS value FROM report.collector
     WHERE state <> 'stopped'
        """,
        width=4,
        height=4,
        decimals=1,
        thresholds=_LATE,
        timed=False,
        empty=Text("没有等待的消息", "nothing waits"),
    ),
    Panel(
        5,
        Text("最慢一次提交", "Slowest commit"),
        Text(
            "统计期内用时最长的一次入库事务。",
            "The transaction of the period that took longest.",
        ),
        Kind.STAT,
        SECONDS,
        """
    SELECT max(write_most_ms) / 1000.0 AS value FROM report.intake_minute
     WHERE $__timeFilter(minute) AND minute < $__timeTo()
        """,
        width=4,
        height=4,
        decimals=2,
    ),
    Panel(
        6,
        Text("待处理的拒收报文", "Refused messages that wait"),
        Text(
            "全部采集网关尚未处理的拒收报文。", "Refused messages that are left, of all gateways."
        ),
        Kind.STAT,
        PLAIN,
        "SELECT coalesce(sum(messages), 0) AS value FROM report.rejected_reason",
        width=4,
        height=4,
        decimals=0,
        thresholds=SOME,
        timed=False,
    ),
)
