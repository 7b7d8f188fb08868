"""The members of a region and the institutions that use most."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.model import (
    KGCE,
    KGCE_PER_M2,
    PERCENT,
    PLAIN,
    SQUARE_METRES,
    TONNES,
    Column,
    Kind,
    Link,
    Panel,
    Text,
)
from dashboards.boards.region.energy import ENERGY, EXPECTED, member_name

TABLES: Final = (
    Panel(
        9,
        Text("成员", "Members"),
        Text(
            "各成员统计期的能耗、二氧化碳和完整率，点选看下一级。",
            "Energy, CO2 and coverage of each member; each leads one step down.",
        ),
        Kind.TABLE,
        PLAIN,
        f"""
    WITH {f.MONTHS}, {ENERGY}, {EXPECTED}, whole AS (
        SELECT m.region_id, sum(x.expected_s) AS expected_s
          FROM expected x
          JOIN (SELECT DISTINCT counted_id, region_id FROM member) m
               ON m.counted_id = x.region_id
         GROUP BY 1
    ), used AS (
        SELECT m.region_id, m.institutions, e.kgce, e.co2, e.known_s
          FROM (SELECT region_id, count(DISTINCT institution_id) AS institutions
                  FROM member WHERE first_month < (SELECT until FROM span)
                   AND until_month > (SELECT first FROM span) GROUP BY 1) m
          LEFT JOIN (SELECT region_id, sum(kgce_g) / 1000.0 AS kgce, sum(co2_g) / 1000000.0 AS co2,
                            sum(known_s) AS known_s FROM energy GROUP BY 1) e
                 USING (region_id))
    SELECT r.region_id, {member_name()} AS member, u.institutions, u.kgce, u.co2,
           report.coverage(u.known_s, w.expected_s) AS coverage
      FROM used u
      JOIN report.region r USING (region_id)
      LEFT JOIN whole w USING (region_id)
     ORDER BY u.kgce DESC NULLS LAST, r.region_id
     LIMIT 50
        """,
        width=11,
        columns=(
            Column("region_id", Text("编号", "Id"), hidden=True),
            Column(
                "member",
                Text("成员", "Member"),
                link=Link(
                    Text("看下一级", "One step down"),
                    "commonwatt-region",
                    (("region", "region_id"), ("profile", "$profile")),
                ),
            ),
            Column("institutions", Text("机构数", "Institutions"), decimals=0),
            Column("kgce", Text("综合能耗", "Energy"), KGCE, 0),
            Column("co2", Text("二氧化碳", "CO2"), TONNES, 1),
            Column("coverage", Text("完整率", "Coverage"), PERCENT, 1, thresholds=f.COVERED),
        ),
    ),
    Panel(
        10,
        Text("用能最多的机构", "Institutions that use most"),
        Text(
            "统计期综合能耗前 50 名；面积按日加权，未填报的不计强度。",
            "The first 50 by energy; floor area weighted by days, none where it is not stated.",
        ),
        Kind.TABLE,
        PLAIN,
        f"""
    WITH {f.MONTHS}, {ENERGY}, used AS (
        SELECT institution_id, sum(kgce_g) AS kgce_g,
               sum(known_s) FILTER (WHERE kgce_g IS NOT NULL) AS known_s
          FROM energy GROUP BY 1
    ), first AS MATERIALIZED (
        SELECT institution_id, kgce_g / 1000.0 AS kgce, known_s FROM used
         WHERE kgce_g IS NOT NULL ORDER BY 2 DESC, 1 LIMIT 50
    ), whole AS (
        SELECT a.institution_id, sum(a.expected_s) AS expected_s
          FROM {f.expected_by_month(f.these("first"))} a JOIN {f.AS_MEMBER}
          JOIN report.carrier k ON k.code = a.carrier AND k.in_total_energy
         GROUP BY 1)
    SELECT u.institution_id, coalesce({f.name("i")}, u.institution_id::text) AS institution,
           u.kgce, s.area_m2, u.kgce / nullif(s.area_m2, 0) AS per_area,
           report.coverage(u.known_s, w.expected_s) AS coverage
      FROM first u
      JOIN report.named((SELECT array_agg(institution_id) FROM first)) i USING (institution_id)
      LEFT JOIN {f.means("(SELECT array_agg(institution_id) FROM first)")} s
             USING (institution_id)
      LEFT JOIN whole w USING (institution_id)
     ORDER BY u.kgce DESC, u.institution_id
     LIMIT 50
        """,
        width=13,
        columns=(
            *f.OF_INSTITUTION,
            Column("kgce", Text("综合能耗", "Energy"), KGCE, 0),
            Column("area_m2", Text("建筑面积", "Floor area"), SQUARE_METRES, 0, empty=f.NOT_STATED),
            Column(
                "per_area",
                Text("单位面积能耗", "Energy per area"),
                KGCE_PER_M2,
                2,
                empty=f.NOT_STATED,
            ),
            Column("coverage", Text("完整率", "Coverage"), PERCENT, 1, thresholds=f.COVERED),
        ),
    ),
)
