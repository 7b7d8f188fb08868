"""Channels that state no limit: a misread last reading of theirs counts until the next one."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.model import PLAIN, Column, Kind, Link, Panel, Text

WITHOUT_LIMIT: Final = Panel(
    20,
    Text("未填限额的通道", "Channels without a limit"),
    Text(
        "未填 max_per_hour（接线、变压器或合同容量）的通道："
        "最后一个读数若抄错，在下一个到来之前会一直计入。",
        "Channels without max_per_hour (capacity of connection, transformer or contract): "
        "a misread last reading counts until the next one.",
    ),
    Kind.TABLE,
    PLAIN,
    f"""
    WITH channels AS (
        SELECT c.institution_id, c.channel_id, {f.name("c")} || ' · ' || c.code AS meter, l.unit
          FROM report.channel c JOIN report.channel_limit l USING (channel_id)
         WHERE c.institution_id IN ({f.within()}) AND l.max_per_hour IS NULL
         ORDER BY c.institution_id, c.channel_id
         LIMIT 100)
    SELECT c.institution_id, c.channel_id,
           coalesce({f.name("i")}, c.institution_id::text) AS institution, c.meter, c.unit
      FROM channels c
      JOIN report.named((SELECT array_agg(DISTINCT institution_id) FROM channels)) i
           USING (institution_id)
     ORDER BY c.institution_id, c.channel_id
    """,
    width=24,
    height=7,
    columns=(
        Column("institution_id", Text("机构编号", "Institution"), hidden=True),
        Column("channel_id", Text("编号", "Id"), hidden=True),
        Column("institution", Text("机构", "Institution")),
        Column(
            "meter",
            Text("计量表", "Meter"),
            link=Link(
                Text("查看负荷", "Load"),
                "commonwatt-building",
                (("institution", "institution_id"), ("channel", "channel_id")),
            ),
        ),
        Column("unit", Text("单位", "Unit")),
    ),
    timed=False,
    empty=Text("全部通道都有限额", "every channel has its limit"),
)
