"""A union of regions: its target and path, how its members stand, and who is beyond the path."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.model import Board, Row, Text, Variable
from dashboards.boards.union.books import DROPPED, IN_FORCE, WITHHELD
from dashboards.boards.union.figures import FIGURES
from dashboards.boards.union.members import BEYOND, MEMBERS
from dashboards.boards.union.others import others
from dashboards.boards.union.path import PATH
from dashboards.boards.union.targets import TARGETS

_UNION: Final = Variable(
    "union",
    Text("区域联合体", "Union"),
    f"""
    SELECT u.union_id::text AS "__value", {f.name("u")} AS "__text"
      FROM report.region_union u ORDER BY u.union_id LIMIT 200
    """,
    numeric=True,
)
# Members recompute under one agreed profile: of the agreement in force, else of the newest target.
_PROFILE: Final = Variable(
    "profile",
    Text("折标系数组", "Profile"),
    """
    SELECT code AS "__value", code AS "__text" FROM (
        SELECT report.agreed_profile(u.union_id) AS code, 1 AS place
          FROM report.region_union u WHERE u.union_id::text = '$union'
         UNION ALL SELECT code, 0 FROM report.profile WHERE is_default) p
     ORDER BY place DESC LIMIT 1
    """,
    hidden=True,
)
OTHERS: Final = others(12, "p.union_id::text = '$union' AND p.institution_id IS NULL", f.name("r"))
UNION: Final = Board(
    "commonwatt-union",
    Text("联合体总览", "Union"),
    Text(
        "联合体离共同目标还有多远，各成员在路径之上还是之下？",
        "How far is the union from its target, and which members are beyond the path?",
    ),
    (_UNION, _PROFILE, f.ZONE),
    (
        Row(Text("概况", "At a glance"), FIGURES),
        Row(Text("目标", "Targets"), (TARGETS,)),
        Row(Text("路径", "Path"), (PATH,)),
        Row(Text("成员与机构", "Members and institutions"), (MEMBERS, BEYOND, OTHERS)),
        Row(Text("账簿", "Books"), (IN_FORCE, DROPPED, WITHHELD)),
    ),
    since="now-2y/y",
    until="now",
)
