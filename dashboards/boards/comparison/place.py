"""Where an institution stands among its like."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.comparison.peers import LEFT_OUT, PEERS, words
from dashboards.boards.model import KGCE_PER_M2, KGCE_PER_PERSON, PLAIN, Column, Kind, Panel, Text


def _place(per: str) -> str:
    return f"""
    WITH {f.MONTHS}, {PEERS}
    SELECT CASE WHEN NOT o.covered THEN {words(f.NOT_ENOUGH)}
                WHEN NOT o.enough THEN {words(f.SHORTER)}
                ELSE to_char(1 + (SELECT count(*) FROM each e
                                   WHERE e.enough AND e.{per} < o.{per}), 'FM999990')
                     || ' / ' || (SELECT count({per}) FROM each WHERE enough) END AS value
      FROM each o WHERE o.own AND (o.{per} IS NOT NULL OR NOT o.enough)
    """


def _quartiles(per: str) -> str:
    return f"""
    WITH {f.MONTHS}, {PEERS}, known AS (
        SELECT count({per}) AS n, percentile_cont(ARRAY[0.25, 0.5, 0.75])
                   WITHIN GROUP (ORDER BY {per}::float8) AS q
          FROM each WHERE enough)
    SELECT what, value FROM (
        SELECT 1 AS place, {words(Text("本机构", "own"))} AS what,
               (SELECT {per}::float8 FROM each WHERE own AND enough) AS value
        UNION ALL SELECT 2, {words(Text("下四分位", "lower quartile"))}, q[1] FROM known
        UNION ALL SELECT 3, {words(Text("中位数", "median"))}, q[2] FROM known
        UNION ALL SELECT 4, {words(Text("上四分位", "upper quartile"))}, q[3] FROM known) v
     ORDER BY place
    """


_VALUE: Final = (
    Column("what", Text("位置", "Place")),
    Column("value", Text("强度", "Intensity"), colour="electricity"),
)
OWN_PLACE: Final = (
    Panel(
        1,
        Text("单位面积能耗名次", "Place by energy per area"),
        Text(
            "在同类机构中由低到高的名次；未填报面积或计量不足则没有名次。",
            "Place among its like, lowest first; none without floor area or enough measured.",
        ),
        Kind.STAT,
        PLAIN,
        _place("per_area"),
        width=6,
        height=5,
        empty=f.NOT_STATED,
    ),
    Panel(
        2,
        Text("人均能耗名次", "Place by energy per person"),
        Text(
            "在同类机构中由低到高的名次；未填报人数或计量不足则没有名次。",
            "Place among its like, lowest first; none without persons or enough measured.",
        ),
        Kind.STAT,
        PLAIN,
        _place("per_person"),
        width=6,
        height=5,
        empty=f.NOT_STATED,
    ),
    Panel(
        3,
        Text("同类机构数", "Institutions of its like"),
        Text(
            "所选地区内您可以看到的同类机构数。",
            "How many of the same class in the region you may see.",
        ),
        Kind.STAT,
        PLAIN,
        f"WITH {f.MONTHS}, {PEERS} SELECT count(*) AS value FROM each",
        width=6,
        height=5,
        decimals=0,
    ),
    Panel(
        4,
        Text("未参与比较", "Left out"),
        Text(
            "缺少面积、人数，或计量不足、因而不能比较的同类机构数；名单见下。",
            "Those of its like that lack area, persons or enough measured; they are listed below.",
        ),
        Kind.STAT,
        PLAIN,
        f"""WITH {f.MONTHS}, {PEERS}
            SELECT count(*) FILTER (WHERE {LEFT_OUT}) AS value FROM each""",
        width=6,
        height=5,
        decimals=0,
    ),
    Panel(
        5,
        Text("单位面积能耗与四分位", "Energy per area, and quartiles"),
        Text(
            "本机构与同类机构四分位比较；缺数据者不参与。",
            "The own figure beside the quartiles of its like; who lacks figures is left out.",
        ),
        Kind.CATEGORIES,
        KGCE_PER_M2,
        _quartiles("per_area"),
        decimals=2,
        columns=_VALUE,
        height=7,
        empty=f.NOT_ENOUGH,
    ),
    Panel(
        6,
        Text("人均能耗与四分位", "Energy per person, and quartiles"),
        Text(
            "本机构与同类机构四分位比较；缺数据者不参与。",
            "The own figure beside the quartiles of its like; who lacks figures is left out.",
        ),
        Kind.CATEGORIES,
        KGCE_PER_PERSON,
        _quartiles("per_person"),
        decimals=1,
        columns=_VALUE,
        height=7,
        empty=f.NOT_ENOUGH,
    ),
)
