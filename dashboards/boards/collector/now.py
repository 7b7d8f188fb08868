"""How collectors are now, what was refused and waits, and what is still to be computed."""

from typing import Final

from dashboards.boards.collector.figures import SECONDS, SOME
from dashboards.boards.model import INSTANT, PLAIN, Column, Kind, Panel, Text

COLLECTORS: Final = Panel(
    11,
    Text("接收服务与其他入口", "Collectors and other doors"),
    Text(
        "各接收服务与入口（HTTP 推送、文件、部颁规约）的状态和累计。",
        "How each collector and other door (HTTP, files, the ministry's protocol) is, and all that "
        "it ever delivered.",
    ),
    Kind.TABLE,
    PLAIN,
    """
    SELECT collector,
           CASE WHEN silent THEN CASE WHEN '$lang' = 'en' THEN 'silent' ELSE '无消息' END
                WHEN state = 'connected'
                THEN CASE WHEN '$lang' = 'en' THEN 'connected' ELSE '已连接' END
                WHEN state = 'broker_away'
                THEN CASE WHEN '$lang' = 'en' THEN 'broker away' ELSE '代理断开' END
                WHEN state = 'stopped'
                THEN CASE WHEN '$lang' = 'en' THEN 'stopped' ELSE '已停止' END
                END AS state,
           beat_at, stored, revised, duplicates, unacknowledged,
           extract(epoch FROM now() - oldest_at) AS oldest_s, held, last_at
      FROM report.collector
     ORDER BY collector
     LIMIT 50
    """,
    width=24,
    height=7,
    columns=(
        Column("collector", Text("名称", "Name")),
        Column("state", Text("状态", "State")),
        Column("beat_at", Text("状态时间", "Said at"), INSTANT),
        Column("stored", Text("入库读数", "Stored"), decimals=0),
        Column("revised", Text("修订", "Revisions"), decimals=0),
        Column("duplicates", Text("重复", "Duplicates"), decimals=0),
        Column("unacknowledged", Text("未确认", "Unacknowledged"), decimals=0),
        Column("oldest_s", Text("最久未确认", "Oldest"), SECONDS, 1),
        Column("held", Text("待写消息", "Inbox"), decimals=0),
        Column("last_at", Text("最近入库", "Last stored"), INSTANT),
    ),
    timed=False,
    empty=Text("还没有数据入库", "nothing was stored yet"),
)
REASONS: Final = Panel(
    12,
    Text("拒收原因", "Reasons"),
    Text("尚未处理的拒收报文，按原因。", "Refused messages that are left, by reason."),
    Kind.TABLE,
    PLAIN,
    """
    SELECT reason, messages, readings FROM report.rejected_reason
     ORDER BY messages DESC, reason LIMIT 50
    """,
    height=7,
    columns=(
        Column("reason", Text("代码", "Code")),
        Column("messages", Text("报文", "Messages"), decimals=0),
        Column("readings", Text("读数", "Readings"), decimals=0),
    ),
    timed=False,
    empty=Text("没有拒收的报文", "nothing was refused"),
)
QUEUES: Final = Panel(
    13,
    Text("计算队列", "Queues of the worker"),
    Text(
        "等待计算用量、台账的行数和到期任务，以及最早一项从何时等待。",
        "Rows of use and accounts that are still to be computed, tasks that are due, and since "
        "when the oldest waits.",
    ),
    Kind.TABLE,
    PLAIN,
    """
    SELECT CASE queue WHEN 'usage' THEN CASE WHEN '$lang' = 'en' THEN 'usage' ELSE '用量' END
                      WHEN 'accounts' THEN CASE WHEN '$lang' = 'en' THEN 'accounts' ELSE '台账' END
                      ELSE CASE WHEN '$lang' = 'en' THEN 'tasks' ELSE '任务' END END AS queue,
           rows, set_aside, oldest, moved_at
      FROM report.queue ORDER BY 1 LIMIT 10
    """,
    height=7,
    columns=(
        Column("queue", Text("队列", "Queue")),
        Column("rows", Text("等待", "Waits"), decimals=0),
        Column("set_aside", Text("暂存待核", "Set aside"), decimals=0, thresholds=SOME),
        Column("oldest", Text("最早", "Oldest"), INSTANT),
        Column("moved_at", Text("最近处理", "Last taken"), INSTANT),
    ),
    timed=False,
)
