"""Institutions among their like: intensity per area and person, own place, quartiles, nights."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.model import (
    KGCE_PER_M2,
    KGCE_PER_PERSON,
    KW,
    PERCENT,
    PLAIN,
    WATT_PER_M2,
    Board,
    Column,
    Kind,
    Link,
    Panel,
    Row,
    Text,
    Threshold,
    Variable,
)

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
# Those that were counted in the chosen region in the period and had the own class at its end;
# without a class, those without one. Of a move only the months in the region count.
_PEERS: Final = f"""
    {f.MEMBER}, counted AS MATERIALIZED (
        SELECT institution_id, first_month, until_month FROM member
         WHERE first_month < (SELECT until FROM span) AND until_month > (SELECT first FROM span)
         UNION ALL
        SELECT institution_id, '-infinity', 'infinity' FROM report.affiliated
         WHERE institution_id::text = '$institution'
           AND institution_id NOT IN (SELECT institution_id FROM member)
    ), classed AS (
        SELECT DISTINCT ON (institution_id) institution_id, class FROM report.classified
         WHERE first_month < (SELECT until FROM span) AND until_month > (SELECT first FROM span)
         ORDER BY institution_id, first_month DESC
    ), peers AS (
        SELECT i.institution_id, coalesce({f.name("i")}, i.institution_id::text) AS name,
               s.area_m2, s.persons, i.institution_id::text = '$institution' AS own
          FROM report.institution i
          LEFT JOIN classed k USING (institution_id)
          LEFT JOIN {f.means()} s USING (institution_id)
         WHERE i.institution_id IN (SELECT institution_id FROM counted)
           AND (i.institution_id::text = '$institution'
                OR k.class IS NOT DISTINCT FROM (
                    SELECT o.class FROM classed o WHERE o.institution_id::text = '$institution'))
    ), used AS (
        SELECT a.institution_id, sum(a.kgce_g) / 1000.0 AS kgce
          FROM report.account_figure a
          JOIN counted c ON c.institution_id = a.institution_id
               AND a.month >= c.first_month AND a.month < c.until_month
         WHERE a.profile = '$profile' AND a.source = 'meter' AND {f.IN_MONTHS}
           AND a.institution_id IN (SELECT institution_id FROM peers)
         GROUP BY 1
    ), each AS (
        SELECT p.*, u.kgce, u.kgce / nullif(p.area_m2, 0) AS per_area,
               u.kgce / nullif(p.persons, 0) AS per_person
          FROM peers p LEFT JOIN used u USING (institution_id))
"""
_NIGHT_STATES: Final = (Threshold(None, "plain"), Threshold(0.333, "warn"), Threshold(0.4, "bad"))
_RATIO_STATES: Final = (Threshold(None, "plain"), Threshold(0.6, "warn"), Threshold(0.9, "bad"))
_LINK: Final = Link(
    Text("机构用能", "Institution"),
    "commonwatt-institution",
    (("institution", "institution_id"), ("profile", "$profile")),
)
_NAME: Final = Column("institution", Text("机构", "Institution"), link=_LINK)
_ID: Final = Column("institution_id", Text("编号", "Id"), hidden=True)


def _place(per: str) -> str:
    return f"""
    WITH {f.MONTHS}, {_PEERS}
    SELECT to_char(1 + (SELECT count(*) FROM each e WHERE e.{per} < o.{per}), 'FM999990')
               || ' / ' || (SELECT count({per}) FROM each) AS value
      FROM each o WHERE o.own AND o.{per} IS NOT NULL
    """


def _quartiles(per: str) -> str:
    def named(zh: str, en: str) -> str:
        return f"CASE WHEN '$lang' = 'en' THEN '{en}' ELSE '{zh}' END"

    return f"""
    WITH {f.MONTHS}, {_PEERS}, known AS (
        SELECT count({per}) AS n, percentile_cont(ARRAY[0.25, 0.5, 0.75])
                   WITHIN GROUP (ORDER BY {per}::float8) AS q
          FROM each)
    SELECT what, value FROM (
        SELECT 1 AS place, {named("本机构", "own")} AS what,
               (SELECT {per}::float8 FROM each WHERE own) AS value
        UNION ALL SELECT 2, {named("下四分位", "lower quartile")}, q[1] FROM known
        UNION ALL SELECT 3, {named("中位数", "median")}, q[2] FROM known
        UNION ALL SELECT 4, {named("上四分位", "upper quartile")}, q[3] FROM known) v
     ORDER BY place
    """


_VALUE: Final = (
    Column("what", Text("位置", "Place")),
    Column("value", Text("强度", "Intensity"), colour="electricity"),
)
_OWN_PLACE: Final = (
    Panel(
        1,
        Text("单位面积能耗名次", "Place by energy per area"),
        Text(
            "在同类机构中由低到高的名次；未填报面积则没有名次。",
            "Place among its like, lowest first; none where the floor area is not stated.",
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
            "在同类机构中由低到高的名次；未填报人数则没有名次。",
            "Place among its like, lowest first; none where persons are not stated.",
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
        f"WITH {f.MONTHS}, {_PEERS} SELECT count(*) AS value FROM each",
        width=6,
        height=5,
        decimals=0,
    ),
    Panel(
        4,
        Text("未填报面积或人数", "Area or persons not stated"),
        Text(
            "缺少建筑面积或用能人数、因而不能比较的同类机构数。",
            "Institutions of its like that cannot be compared, for one of the two is missing.",
        ),
        Kind.STAT,
        PLAIN,
        f"""WITH {f.MONTHS}, {_PEERS}
            SELECT count(*) FILTER (WHERE num_nulls(area_m2, persons) > 0) AS value FROM each""",
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
    ),
)

_RANKING: Final = Panel(
    7,
    Text("同类机构", "Its like"),
    Text(
        "所选地区内您可以看到的同类机构，按单位面积能耗由高到低；未填报的在后，不以零计。",
        "Its like that you may see, highest intensity first; not stated comes last, never as zero.",
    ),
    Kind.TABLE,
    PLAIN,
    f"""
    WITH {f.MONTHS}, {_PEERS}
    SELECT institution_id, CASE WHEN own THEN '● ' ELSE '' END || name AS institution,
           kgce, area_m2, persons, per_area, per_person
      FROM each
     ORDER BY per_area DESC NULLS LAST, kgce DESC NULLS LAST, institution_id
     LIMIT 100
    """,
    width=24,
    height=10,
    columns=(
        _ID,
        _NAME,
        Column("kgce", Text("综合能耗 kgce", "Energy kgce"), decimals=0),
        Column("area_m2", Text("建筑面积 m²", "Floor area m²"), decimals=0, empty=f.NOT_STATED),
        Column("persons", Text("人数", "Persons"), decimals=0, empty=f.NOT_STATED),
        Column("per_area", Text("kgce/m²", "kgce/m²"), decimals=2, empty=f.NOT_STATED),
        Column("per_person", Text("kgce/人", "kgce/person"), decimals=1, empty=f.NOT_STATED),
    ),
)
_TO_BUILDING: Final = Link(
    Text("建筑负荷", "Load of the building"),
    "commonwatt-building",
    (("institution", "institution_id"),),
)
# Who is merely large is not first: each is held against its own day, by the ratio of the middle.
_NIGHTS: Final = Panel(
    8,
    Text("夜间用电", "Electricity at night"),
    Text(
        "统计期最后 31 天，22 时至次日 6 时：谁在夜里浪费最多？超出：高于其日间负荷乘以地区"
        "夜/日比中位数的部分。均匀用电的夜间占比为 33.3%。",
        "Last 31 days, 22 to 6 o'clock: who wastes most? Beyond: above its day load times the "
        "region's median ratio of night to day. Constant use has 33.3 % at night.",
    ),
    Kind.TABLE,
    PLAIN,
    f"""
    WITH {f.MONTHS}, clock AS MATERIALIZED (
        SELECT hour, date_part('hour', hour AT TIME ZONE '$zone') NOT BETWEEN 6 AND 21 AS night
          FROM generate_series(date_trunc('hour', greatest($__timeFrom()::timestamptz,
                   $__timeTo()::timestamptz - interval '31 days')),
               $__timeTo()::timestamptz, interval '1 hour') AS h(hour)
    ), terms AS (
        SELECT institution_id, channel_id, share FROM report.account_term
         WHERE carrier = 'electricity' AND institution_id IN ({f.within()})
           AND valid_from <= ({f.UNTIL})::date
           AND (valid_to IS NULL OR valid_to >= ({f.UNTIL})::date)
    ), loads AS (
        SELECT u.channel_id, c.night, sum(u.used) AS used, count(u.used) AS hours
          FROM report.usage_hour u JOIN clock c USING (hour)
         WHERE {f.LAST_MONTH} AND u.channel_id IN (SELECT channel_id FROM terms)
         GROUP BY 1, 2
    ), means AS (
        SELECT t.institution_id, l.night, sum(l.used * t.share / 1000000000.0) AS kwh,
               sum(l.used * t.share / 1000000000.0 / nullif(l.hours, 0)) AS kw
          FROM loads l JOIN terms t USING (channel_id)
         GROUP BY 1, 2
    ), nights AS (
        SELECT institution_id, sum(kwh) AS kwh, sum(kwh) FILTER (WHERE night) AS night_kwh,
               sum(kw) FILTER (WHERE night) AS night_kw,
               sum(kw) FILTER (WHERE night) / nullif(sum(kw) FILTER (WHERE NOT night), 0) AS ratio
          FROM means GROUP BY 1 HAVING sum(kwh) FILTER (WHERE night) IS NOT NULL
    ), middle AS (
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ratio::float8)::numeric AS ratio
          FROM nights
    ), first AS MATERIALIZED (
        SELECT n.*, n.night_kwh * greatest(0, 1 - m.ratio / nullif(n.ratio, 0)) AS beyond_kwh
          FROM nights n CROSS JOIN middle m
         ORDER BY beyond_kwh DESC NULLS LAST, n.night_kwh DESC, n.institution_id
         LIMIT 50)
    SELECT n.institution_id, coalesce({f.name("i")}, n.institution_id::text) AS institution,
           n.beyond_kwh, n.night_kwh, n.night_kw, n.ratio,
           n.night_kwh / nullif(n.kwh, 0) AS share,
           1000 * n.night_kw / nullif(s.area_m2, 0) AS per_area
      FROM first n
      JOIN report.named((SELECT array_agg(institution_id) FROM first)) i USING (institution_id)
      LEFT JOIN {f.means("(SELECT array_agg(institution_id) FROM first)")} s
             USING (institution_id)
     ORDER BY n.beyond_kwh DESC NULLS LAST, n.night_kwh DESC, n.institution_id
     LIMIT 50
    """,
    width=24,
    height=10,
    columns=(
        _ID,
        Column("institution", Text("机构", "Institution"), link=_TO_BUILDING),
        Column("beyond_kwh", Text("超出 kWh", "Beyond kWh"), decimals=0),
        Column("night_kwh", Text("夜间 kWh", "Night kWh"), decimals=0),
        Column("night_kw", Text("夜间平均负荷", "Mean load at night"), KW, 1),
        Column("ratio", Text("夜/日负荷比", "Night to day"), PERCENT, 0, thresholds=_RATIO_STATES),
        Column("share", Text("夜间占比", "Share at night"), PERCENT, 1, thresholds=_NIGHT_STATES),
        Column("per_area", Text("夜间强度", "Night intensity"), WATT_PER_M2, 2, empty=f.NOT_STATED),
    ),
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
        Row(Text("本机构的位置", "Own place"), _OWN_PLACE),
        Row(Text("排名", "Rankings"), (_RANKING, _NIGHTS)),
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
