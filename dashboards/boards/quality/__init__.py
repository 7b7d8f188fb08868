"""How far the data can be trusted: coverage, gaps, estimates, gateways, rejects."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.limits import WITHOUT_LIMIT
from dashboards.boards.model import Board, Link, Row, Text
from dashboards.boards.quality.channels import COVERAGE, WORST
from dashboards.boards.quality.figures import FIGURES
from dashboards.boards.quality.gateways import GATEWAYS, MARKS
from dashboards.boards.quality.refused import REJECTS, SET_ASIDE

QUALITY: Final = Board(
    "commonwatt-quality",
    Text("数据质量", "Data quality"),
    Text(
        "数据是否完整、哪里缺数、哪个网关没有上送？",
        "Is the data complete, where are gaps, and which gateway is silent?",
    ),
    (f.REGION, f.ZONE),
    (
        Row(Text("概况", "At a glance"), FIGURES),
        Row(Text("完整率", "Coverage"), (COVERAGE,)),
        Row(
            Text("通道与网关", "Channels and gateways"),
            (WORST, GATEWAYS, MARKS, WITHOUT_LIMIT),
        ),
        Row(Text("拒收", "Rejects"), REJECTS),
        Row(Text("暂存待核", "Set aside"), (SET_ASIDE,)),
    ),
    since="now-3M/M",
    until="now",
    links=(Link(Text("地区总览", "The region"), "commonwatt-region", (("region", "$region"),)),),
)
