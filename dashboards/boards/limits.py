"""Channels that state no limit: a misread last reading of theirs counts until the next one."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.model import PLAIN, Column, Kind, Panel, Text

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
        *f.METER,
        Column("unit", Text("单位", "Unit")),
    ),
    timed=False,
    empty=Text("全部通道都有限额", "every channel has its limit"),
)
