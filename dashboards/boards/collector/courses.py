"""How the intake went over the period, by collector."""

from typing import Final

from dashboards.boards.collector.figures import SECONDS
from dashboards.boards.model import GROUPED, PLAIN, Kind, Panel, Text, Unit

_PER_S: Final = Unit(GROUPED, Text("读数/秒", "readings/s"))
# In UTC, so that only what is as long as a day would be cut elsewhere than a civil one.
_AT: Final = """date_bin(make_interval(secs => greatest(60, $__interval_ms / 1000)), minute,
                    timestamptz 'epoch')"""
_SINCE: Final = """
      FROM report.intake_minute
     WHERE $__timeFilter(minute) AND minute < $__timeTo()
     GROUP BY 1, 2 ORDER BY 1, 2
"""
_NOTHING: Final = Text("统计期内没有入库", "nothing came in the period")
RATES: Final = Panel(
    7,
    Text("入库速率", "Readings stored per second"),
    Text(
        "各接收服务每秒入库的读数，按有数据到达的分钟平均。",
        "By collector, on average over the minutes in which anything came.",
    ),
    Kind.LINES,
    _PER_S,
    f"""
    SELECT {_AT} AS "time", collector AS metric,
           sum(stored) / (60.0 * count(DISTINCT minute)) AS value
    {_SINCE}
    """,
    decimals=1,
    empty=_NOTHING,
)
REFUSED: Final = Panel(
    8,
    Text("拒收", "Refused"),
    Text(
        "各接收服务拒收的次数：整条消息，或一条消息中同一原因的读数。",
        "Refusals by collector: of a message, or of those of its readings that share a reason.",
    ),
    Kind.BARS,
    PLAIN,
    f"""
    SELECT {_AT} AS "time", collector AS metric, sum(refused) AS value
    {_SINCE}
    """,
    decimals=0,
    stack=True,
    empty=_NOTHING,
)
COMMITS: Final = Panel(
    9,
    Text("提交用时", "Time to commit"),
    Text(
        "各接收服务一次入库事务的平均用时，含提交。",
        "What a transaction took on average, its commit included, by collector.",
    ),
    Kind.LINES,
    SECONDS,
    f"""
    SELECT {_AT} AS "time", collector AS metric,
           sum(write_ms) / (1000.0 * nullif(sum(commits), 0)) AS value
    {_SINCE}
    """,
    decimals=3,
    empty=_NOTHING,
)
DELAYS: Final = Panel(
    10,
    Text("到达至入库", "From arrival to the database"),
    Text(
        "从消息到达接收服务到入库的最长时间。",
        "The longest time from a message's arrival at its collector until it was stored.",
    ),
    Kind.LINES,
    SECONDS,
    f"""
    SELECT {_AT} AS "time", collector AS metric,
           max(lag_most_ms) / 1000.0 AS value
    {_SINCE}
    """,
    decimals=2,
    empty=_NOTHING,
)
