"""One institution: carriers by month, the year before, its curve, what is missing."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.institution.figures import HEADLINES
from dashboards.boards.institution.load import CHANNELS, CURVE
from dashboards.boards.institution.months import BY_MONTH
from dashboards.boards.institution.quota import QUOTA
from dashboards.boards.model import Board, Link, Row, Text

INSTITUTION: Final = Board(
    "commonwatt-institution",
    Text("机构用能", "Institution"),
    Text(
        "这个机构用了多少能、与上年同期相比如何、数据是否完整？",
        "How much did this institution use, against last year, and how much of it was measured?",
    ),
    (f.INSTITUTION, f.PROFILE, f.CARRIER, f.UNIT_OF_CARRIER, f.ZONE_OF_INSTITUTION),
    (
        Row(Text("概况", "At a glance"), HEADLINES),
        Row(Text("逐月", "By month"), BY_MONTH[:3]),
        Row(Text("用能指标", "Quota"), QUOTA),
        Row(Text("负荷", "Load"), (CURVE,)),
        Row(Text("数据与通道", "Data and channels"), (BY_MONTH[3], CHANNELS)),
    ),
    links=(
        Link(
            Text("负荷分析", "Load of its meters"),
            "commonwatt-building",
            (("institution", "$institution"),),
        ),
        Link(
            Text("同类机构比较", "Compared with its like"),
            "commonwatt-comparison",
            (("institution", "$institution"), ("profile", "$profile")),
        ),
    ),
)
