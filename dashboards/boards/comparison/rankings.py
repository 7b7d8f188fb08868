"""The like of an institution in their order, and who is left out."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.comparison.peers import COVERAGE, ID, LEFT_OUT, NAME, PEERS, words
from dashboards.boards.model import PLAIN, Column, Kind, Panel, Text

RANKING: Final = Panel(
    7,
    Text("同类机构", "Its like"),
    Text(
        "所选地区内您可以看到的同类机构，按单位面积能耗由高到低；未填报或计量不足的在后，不排名。",
        "Its like that you may see, highest intensity first; who cannot be compared comes last.",
    ),
    Kind.TABLE,
    PLAIN,
    f"""
    WITH {f.MONTHS}, {PEERS}
    SELECT institution_id, CASE WHEN own THEN '● ' ELSE '' END || name AS institution,
           kgce, coverage, area_m2, persons, per_area, per_person
      FROM each
     ORDER BY NOT enough, per_area DESC NULLS LAST, kgce DESC NULLS LAST, institution_id
     LIMIT 100
    """,
    width=24,
    height=10,
    columns=(
        ID,
        NAME,
        Column("kgce", Text("综合能耗 kgce", "Energy kgce"), decimals=0),
        COVERAGE,
        Column("area_m2", Text("建筑面积 m²", "Floor area m²"), decimals=0, empty=f.NOT_STATED),
        Column("persons", Text("人数", "Persons"), decimals=0, empty=f.NOT_STATED),
        Column("per_area", Text("kgce/m²", "kgce/m²"), decimals=2, empty=f.NOT_STATED),
        Column("per_person", Text("kgce/人", "kgce/person"), decimals=1, empty=f.NOT_STATED),
    ),
)
UNRANKED: Final = Panel(
    9,
    Text("未参与比较的机构", "Left out of the comparison"),
    Text(
        "缺少面积、人数，计量不足，或计入台账的日子比同类少的机构，及其所缺。",
        "Those of its like that lack area, persons or enough measured, or that were in account for "
        "fewer days than the others, and what each lacks.",
    ),
    Kind.TABLE,
    PLAIN,
    f"""
    WITH {f.MONTHS}, {PEERS}
    SELECT institution_id, name AS institution,
           concat_ws({words(Text("、", ", "))},
               CASE WHEN NOT covered THEN {words(f.NOT_ENOUGH)}
                    WHEN NOT enough THEN {words(f.SHORTER)} END,
               CASE WHEN area_m2 IS NULL THEN {words(Text("未填报面积", "area not stated"))} END,
               CASE WHEN persons IS NULL THEN {words(Text("未填报人数", "persons not stated"))} END)
               AS lacks, coverage
      FROM each
     WHERE {LEFT_OUT}
     ORDER BY coverage NULLS FIRST, institution_id
     LIMIT 500
    """,
    width=24,
    height=8,
    columns=(ID, NAME, Column("lacks", Text("所缺", "Lacks")), COVERAGE),
    empty=Text("同类机构均可比较", "all of its like can be compared"),
)
