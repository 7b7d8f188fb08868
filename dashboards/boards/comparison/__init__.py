"""Institutions among their like: intensity per area and person, own place, quartiles, nights."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.comparison.nights import NIGHTS
from dashboards.boards.comparison.place import OWN_PLACE
from dashboards.boards.comparison.rankings import RANKING, UNRANKED
from dashboards.boards.model import Board, Link, Row, Text, Variable

_INSTITUTION: Final = Variable(
    "institution",
    Text("本机构", "Own institution"),
    f"""
    SELECT i.institution_id::text AS "__value",
           coalesce({f.name("i")}, i.institution_id::text) AS "__text"
      FROM report.institution i
     WHERE i.institution_id IN ({f.within()})
     ORDER BY i.institution_id IN (SELECT institution_id FROM report.account_term) DESC, 2, 1
     LIMIT 1000
    """,
    numeric=True,
)
COMPARISON: Final = Board(
    "commonwatt-comparison",
    Text("同类机构比较", "Comparison"),
    Text(
        "与同类机构相比，本机构处于什么位置？谁在夜里浪费最多？",
        "Where does an institution stand among its like, and who wastes most at night?",
    ),
    (f.REGION, _INSTITUTION, f.PROFILE, f.ZONE),
    (
        Row(Text("本机构的位置", "Own place"), OWN_PLACE),
        Row(Text("排名", "Rankings"), (RANKING, UNRANKED, NIGHTS)),
    ),
    links=(
        Link(
            Text("机构用能", "The institution"),
            "commonwatt-institution",
            (("institution", "$institution"), ("profile", "$profile")),
        ),
        Link(Text("地区总览", "The region"), "commonwatt-region", (("region", "$region"),)),
    ),
)
