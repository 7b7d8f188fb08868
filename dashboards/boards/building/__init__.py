"""One channel of a building: its load, how long it lasts, when it falls, what never falls."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.building.figures import FIGURES
from dashboards.boards.building.load import CURVE
from dashboards.boards.building.shapes import SHAPES
from dashboards.boards.model import Board, Link, Row, Text, Variable

_CHANNEL: Final = Variable(
    "channel",
    Text("计量通道", "Channel"),
    f"""
    SELECT c.channel_id::text AS "__value",
           {f.name("c")} || ' · ' || c.code || ' (' || c.unit || ')' AS "__text"
      FROM report.channel c
     WHERE c.institution_id::text = '$institution'
        OR c.channel_id IN (SELECT channel_id FROM report.account_term
                             WHERE institution_id::text = '$institution')
     ORDER BY c.carrier <> 'electricity', c.institution_id::text <> '$institution',
              c.meter_code, c.code
     LIMIT 500
    """,
    numeric=True,
)
_UNIT: Final = Variable(
    "unit",
    Text("单位", "Unit"),
    """
    SELECT CASE unit WHEN 'kWh' THEN 'kW' ELSE unit || '/h' END AS "__value",
           CASE unit WHEN 'kWh' THEN 'kW' ELSE unit || '/h' END AS "__text"
      FROM report.channel WHERE channel_id::text = '$channel'
    UNION ALL SELECT 'kW', 'kW' WHERE NOT EXISTS (
        SELECT FROM report.channel WHERE channel_id::text = '$channel')
    """,
    hidden=True,
)
_ZONE: Final = Variable(
    "zone",
    Text("时区", "Time zone"),
    """
    SELECT zone AS "__value", zone AS "__text"
      FROM report.channel WHERE channel_id::text = '$channel'
    UNION ALL SELECT z.zone, z.zone FROM report.region_zone(NULL) AS z(zone) WHERE NOT EXISTS (
        SELECT FROM report.channel WHERE channel_id::text = '$channel')
    """,
    hidden=True,
)
BUILDING: Final = Board(
    "commonwatt-building",
    Text("建筑负荷", "Load of a building"),
    Text(
        "这块表的负荷何时高、何时低，从不关闭的有多少？",
        "When is this meter's load high and low, and how much is never switched off?",
    ),
    (f.INSTITUTION, _CHANNEL, _UNIT, _ZONE),
    (
        Row(Text("概况", "At a glance"), FIGURES),
        Row(Text("负荷", "Load"), (CURVE,)),
        Row(Text("形状", "Shape"), SHAPES[:2]),
        Row(Text("何时用能", "When it is used"), (SHAPES[2],)),
        Row(Text("逐月", "By month"), SHAPES[3:]),
    ),
    since="now-31d/d",
    until="now",
    links=(
        Link(
            Text("机构用能", "The institution"),
            "commonwatt-institution",
            (("institution", "$institution"),),
        ),
    ),
)
