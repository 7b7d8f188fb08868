"""What comes in: how fast, how late, what is refused, what waits; counts that name nobody."""

from typing import Final

from dashboards.boards.collector.courses import COMMITS, DELAYS, RATES, REFUSED
from dashboards.boards.collector.figures import FIGURES
from dashboards.boards.collector.now import COLLECTORS, QUEUES, REASONS
from dashboards.boards.model import Board, Link, Row, Text, Variable

_ZONE: Final = Variable(
    "zone",
    Text("时区", "Time zone"),
    """SELECT z.zone AS "__value", z.zone AS "__text" FROM report.region_zone(NULL) AS z(zone)""",
    hidden=True,
)
COLLECTOR: Final = Board(
    "commonwatt-collector",
    Text("数据接收", "Intake"),
    Text(
        "数据是否在进来、多快入库、什么被拒收、什么在等待？",
        "Do data come in, how soon are they stored, what is refused, and what waits?",
    ),
    (_ZONE,),
    (
        Row(Text("概况", "At a glance"), FIGURES),
        Row(Text("接收服务", "Collectors"), (COLLECTORS,)),
        Row(Text("速率", "Rates"), (RATES, REFUSED)),
        Row(Text("用时", "Delays"), (COMMITS, DELAYS)),
        Row(Text("等待", "What waits"), (REASONS, QUEUES)),
    ),
    since="now-24h",
    until="now",
    refresh_s=60,
    links=(Link(Text("数据质量", "Data quality"), "commonwatt-quality", ()),),
)
