"""A region with its members: totals by month and carrier, and who stands where."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.model import Board, Link, Row, Text
from dashboards.boards.region.figures import FIGURES
from dashboards.boards.region.months import MONTHLY
from dashboards.boards.region.tables import TABLES

REGION: Final = Board(
    "commonwatt-region",
    Text("地区总览", "Region"),
    Text(
        "这个地区用了多少能，各成员各占多少？",
        "How much does this region use, and how is it spread over its members?",
    ),
    (f.REGION, f.PROFILE, f.ZONE),
    (
        Row(Text("概况", "At a glance"), FIGURES),
        Row(Text("逐月", "By month"), MONTHLY),
        Row(Text("成员与机构", "Members and institutions"), TABLES),
    ),
    links=(
        Link(Text("数据质量", "Data quality"), "commonwatt-quality", (("region", "$region"),)),
        Link(
            Text("同类机构比较", "Comparison"),
            "commonwatt-comparison",
            (("region", "$region"), ("profile", "$profile")),
        ),
    ),
)
