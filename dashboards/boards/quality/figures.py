"""The data of a region at a glance."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.model import PERCENT, PLAIN, Kind, Panel, Text, Threshold
from dashboards.boards.quality.channels import CHANNELS, STATES

SOME: Final = (Threshold(None, "good"), Threshold(1, "warn"))
_ESTIMATED: Final = (Threshold(None, "good"), Threshold(0.05, "warn"), Threshold(0.2, "bad"))
FIGURES: Final = (
    Panel(
        1,
        Text("总量完整率（末 31 天）", "Coverage of totals, last 31 days"),
        Text(
            "统计期最后 31 天总量已知的时间占应计量时间的比例；今天及以后不计。",
            "Time whose total is known over the time expected, last 31 days, up to yesterday.",
        ),
        Kind.STAT,
        PERCENT,
        f"""WITH {STATES}
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
        f"""WITH {STATES}
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
        f"""WITH {STATES}
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
        f"WITH {CHANNELS} SELECT count(*) AS value FROM channels",
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
        f"WITH {STATES} SELECT count(*) FILTER (WHERE known_s = 0) AS value FROM states",
        width=4,
        height=4,
        decimals=0,
        thresholds=SOME,
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
        thresholds=SOME,
    ),
)
