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
        SELECT a.institution_id, sum(a.kgce_g) / 1000.0 AS kgce,
               sum(a.known_s) FILTER (WHERE k.in_total_energy) AS known_s
          FROM report.account_figure a
          JOIN report.carrier k ON k.code = a.carrier
          JOIN counted c ON c.institution_id = a.institution_id
               AND a.month >= c.first_month AND a.month < c.until_month
         WHERE a.profile = '$profile' AND a.source = 'meter' AND {f.IN_MONTHS}
           AND a.institution_id IN (SELECT institution_id FROM peers)
         GROUP BY 1
    ), expected AS (
        SELECT a.institution_id, sum(a.expected_s) AS expected_s
          FROM {f.expected_by_month(f.these("peers"))} a
          JOIN counted c ON c.institution_id = a.institution_id
               AND a.month >= c.first_month AND a.month < c.until_month
          JOIN report.carrier k ON k.code = a.carrier AND k.in_total_energy
         GROUP BY 1
    ), each AS MATERIALIZED (
        SELECT p.*, u.kgce, report.coverage(u.known_s, x.expected_s) AS coverage,
               report.is_enough(u.known_s, x.expected_s, {f.ENOUGH}) AS enough,
               u.kgce / nullif(p.area_m2, 0) AS per_area,
               u.kgce / nullif(p.persons, 0) AS per_person
          FROM peers p
          LEFT JOIN used u USING (institution_id)
          LEFT JOIN expected x USING (institution_id))
"""
_NIGHT_STATES: Final = (Threshold(None, "plain"), Threshold(0.333, "warn"), Threshold(0.4, "bad"))
_RATIO_STATES: Final = (Threshold(None, "plain"), Threshold(0.6, "warn"), Threshold(0.9, "bad"))
_LINK: Final = Link(
    Text("机构用能", "Institution"),
    "commonwatt-institution",
    (("institution", "institution_id"), ("profile", "$profile")),
)
_NAME: Final = Column("institution", Text("机构", "Institution"), link=_LINK)
_COVERAGE: Final = Column(
    "coverage", Text("总量完整率", "Coverage"), PERCENT, 1, thresholds=f.COVERED
)
_ID: Final = Column("institution_id", Text("编号", "Id"), hidden=True)


def _said(text: Text) -> str:
    return f"CASE WHEN '$lang' = 'en' THEN '{text.en}' ELSE '{text.zh}' END"


def _place(per: str) -> str:
    return f"""
    WITH {f.MONTHS}, {_PEERS}
    SELECT CASE WHEN NOT o.enough THEN {_said(f.NOT_ENOUGH)}
                ELSE to_char(1 + (SELECT count(*) FROM each e
                                   WHERE e.enough AND e.{per} < o.{per}), 'FM999990')
                     || ' / ' || (SELECT count({per}) FROM each WHERE enough) END AS value
      FROM each o WHERE o.own AND (o.{per} IS NOT NULL OR NOT o.enough)
    """


def _quartiles(per: str) -> str:
    return f"""
    WITH {f.MONTHS}, {_PEERS}, known AS (
        SELECT count({per}) AS n, percentile_cont(ARRAY[0.25, 0.5, 0.75])
                   WITHIN GROUP (ORDER BY {per}::float8) AS q
          FROM each WHERE enough)
    SELECT what, value FROM (
        SELECT 1 AS place, {_said(Text("本机构", "own"))} AS what,
               (SELECT {per}::float8 FROM each WHERE own AND enough) AS value
        UNION ALL SELECT 2, {_said(Text("下四分位", "lower quartile"))}, q[1] FROM known
        UNION ALL SELECT 3, {_said(Text("中位数", "median"))}, q[2] FROM known
        UNION ALL SELECT 4, {_said(Text("上四分位", "upper quartile"))}, q[3] FROM known) v
     ORDER BY place
    """


_LEFT_OUT: Final = "NOT enough OR num_nulls(area_m2, persons) > 0"
_VALUE: Final = (
    Column("what", Text("位置", "Place")),
    Column("value", Text("强度", "Intensity"), colour="electricity"),
)
_OWN_PLACE: Final = (
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
        f"WITH {f.MONTHS}, {_PEERS} SELECT count(*) AS value FROM each",
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
        f"""WITH {f.MONTHS}, {_PEERS}
            SELECT count(*) FILTER (WHERE {_LEFT_OUT}) AS value FROM each""",
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

_RANKING: Final = Panel(
    7,
    Text("同类机构", "Its like"),
    Text(
        "所选地区内您可以看到的同类机构，按单位面积能耗由高到低；未填报或计量不足的在后，不排名。",
        "Its like that you may see, highest intensity first; who cannot be compared comes last.",
    ),
    Kind.TABLE,
    PLAIN,
    f"""
    WITH {f.MONTHS}, {_PEERS}
    SELECT institution_id, CASE WHEN own THEN '● ' ELSE '' END || name AS institution,
           kgce, coverage, area_m2, persons, per_area, per_person
      FROM each
     ORDER BY NOT enough, per_area DESC NULLS LAST, kgce DESC NULLS LAST, institution_id
     LIMIT 100
    """,
    width=24,
    height=10,
    columns=(
        _ID,
        _NAME,
        Column("kgce", Text("综合能耗 kgce", "Energy kgce"), decimals=0),
        _COVERAGE,
        Column("area_m2", Text("建筑面积 m²", "Floor area m²"), decimals=0, empty=f.NOT_STATED),
        Column("persons", Text("人数", "Persons"), decimals=0, empty=f.NOT_STATED),
        Column("per_area", Text("kgce/m²", "kgce/m²"), decimals=2, empty=f.NOT_STATED),
        Column("per_person", Text("kgce/人", "kgce/person"), decimals=1, empty=f.NOT_STATED),
    ),
)
_UNRANKED: Final = Panel(
    9,
    Text("未参与比较的机构", "Left out of the comparison"),
    Text(
        "缺少面积、人数，或计量不足的同类机构，及其所缺。",
        "Those of its like that lack area, persons or enough measured, and what each lacks.",
    ),
    Kind.TABLE,
    PLAIN,
    f"""
    WITH {f.MONTHS}, {_PEERS}
    SELECT institution_id, name AS institution,
           concat_ws({_said(Text("、", ", "))},
               CASE WHEN NOT enough THEN {_said(f.NOT_ENOUGH)} END,
               CASE WHEN area_m2 IS NULL THEN {_said(Text("未填报面积", "area not stated"))} END,
               CASE WHEN persons IS NULL THEN {_said(Text("未填报人数", "persons not stated"))} END)
               AS lacks, coverage
      FROM each
     WHERE {_LEFT_OUT}
     ORDER BY coverage NULLS FIRST, institution_id
     LIMIT 500
    """,
    width=24,
    height=8,
    columns=(_ID, _NAME, Column("lacks", Text("所缺", "Lacks")), _COVERAGE),
    empty=Text("同类机构均可比较", "all of its like can be compared"),
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
        "夜/日比中位数的部分。均匀用电的夜间占比为 33.3%。只计实测小时；"
        "曲线计量不足的在后，不排名。",
        "Last 31 days, 22 to 6 o'clock: who wastes most? Beyond: above its day load times the "
        "region's median ratio of night to day. Constant use has 33.3 % at night. Measured hours "
        "only; whose curve is not measured enough comes last, without a ratio.",
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
        SELECT institution_id, channel_id, share,
               greatest(0, extract(epoch FROM
                   least($__timeTo()::timestamptz, report.today_began('$zone'))
                   - greatest($__timeFrom()::timestamptz,
                              $__timeTo()::timestamptz - interval '31 days',
                              valid_from::timestamp AT TIME ZONE '$zone'))) AS expected_s
          FROM report.account_term
         WHERE carrier = 'electricity' AND institution_id IN ({f.within()})
           AND channel_id IN (SELECT channel_id FROM report.channel)
           AND valid_from <= ({f.UNTIL})::date
           AND (valid_to IS NULL OR valid_to >= ({f.UNTIL})::date)
    ), loads AS (
        SELECT u.channel_id, sum(u.used) AS used, count(*) AS hours,
               sum(u.used) FILTER (WHERE c.night) AS night_used,
               count(*) FILTER (WHERE c.night) AS night_hours,
               sum(u.used) FILTER (WHERE NOT c.night) AS day_used,
               count(*) FILTER (WHERE NOT c.night) AS day_hours
          FROM report.usage_hour u JOIN clock c USING (hour)
         WHERE {f.LAST_MONTH} AND u.measured_s = 3600
           AND u.hour < report.today_began('$zone')
           AND u.channel_id IN (SELECT channel_id FROM terms)
         GROUP BY 1
    ), nights AS (
        SELECT t.institution_id, sum(l.used * t.share / 1000000000.0) AS kwh,
               sum(l.night_used * t.share / 1000000000.0) AS night_kwh,
               sum(l.night_used * t.share / 1000000000.0 / nullif(l.night_hours, 0)) AS night_kw,
               sum(l.day_used * t.share / 1000000000.0 / nullif(l.day_hours, 0)) AS day_kw,
               sum(l.hours) * 3600 AS measured_s, sum(t.expected_s) AS expected_s
          FROM terms t LEFT JOIN loads l USING (channel_id)
         GROUP BY 1
    ), judged AS (
        SELECT n.*, report.coverage(n.measured_s, n.expected_s) AS shape, e.enough,
               CASE WHEN e.enough THEN n.night_kw / nullif(n.day_kw, 0) END AS ratio
          FROM nights n
         CROSS JOIN LATERAL (
                SELECT report.is_enough(n.measured_s, n.expected_s, {f.ENOUGH}) AS enough) e
    ), middle AS (
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ratio::float8)::numeric AS ratio
          FROM judged
    ), first AS MATERIALIZED (
        SELECT n.*, n.night_kwh * greatest(0, 1 - m.ratio / nullif(n.ratio, 0)) AS beyond_kwh
          FROM judged n CROSS JOIN middle m
         ORDER BY beyond_kwh DESC NULLS LAST, n.night_kwh DESC NULLS LAST, n.institution_id
         LIMIT 50)
    SELECT n.institution_id, coalesce({f.name("i")}, n.institution_id::text) AS institution,
           n.beyond_kwh, n.night_kwh, n.night_kw, n.ratio,
           CASE WHEN n.enough THEN n.night_kwh / nullif(n.kwh, 0) END AS share, n.shape,
           1000 * n.night_kw / nullif(s.area_m2, 0) AS per_area
      FROM first n
      JOIN report.named((SELECT array_agg(institution_id) FROM first)) i USING (institution_id)
      LEFT JOIN {f.means("(SELECT array_agg(institution_id) FROM first)")} s
             USING (institution_id)
     ORDER BY n.beyond_kwh DESC NULLS LAST, n.night_kwh DESC NULLS LAST, n.institution_id
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
        Column("shape", Text("曲线完整率", "Curve measured"), PERCENT, 1, thresholds=f.COVERED),
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
        Row(Text("排名", "Rankings"), (_RANKING, _UNRANKED, _NIGHTS)),
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
