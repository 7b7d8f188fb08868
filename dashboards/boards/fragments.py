"""Pieces of SQL and of wording that several boards share.

Civil days and months are cut in `$zone`, never by `$__timeGroup`, which cuts them in UTC. A period
is half open: what begins at its end is not in it, although `$__timeFilter` includes both ends.
"""

from typing import Final

from dashboards.boards.model import PLAIN, Column, Kind, Link, Panel, Text, Threshold, Variable

_FIRST: Final = "date_trunc('month', $__timeFrom()::timestamptz AT TIME ZONE '$zone')::date"
UNTIL: Final = "$__timeTo()::timestamptz AT TIME ZONE '$zone'"
_BEFORE: Final = f"(({UNTIL} - interval '1 microsecond')::date + 1)"
# The civil months that the period touches.
MONTHS: Final = f"""
    span AS (SELECT {_FIRST} AS first, ({UNTIL})::date AS last, {UNTIL} AS until)
"""
_WHOLE_MONTHS: Final = """(SELECT first FROM span),
        (date_trunc('month', (SELECT until FROM span) - interval '1 microsecond')
         + interval '1 month')::date"""
# A month that begins within the period, seen from a table with a column month. Dates compared with
# dates that are known to the planner reach through a barrier view, and it knows how many they are.
IN_MONTHS: Final = f"month >= {_FIRST} AND month < {_BEFORE}"
YEAR_EARLIER: Final = f"""month >= ({_FIRST} - interval '1 year')::date
               AND month < ({_BEFORE} - interval '1 year')::date"""
BEGINS: Final = "month::timestamp AT TIME ZONE '$zone'"
SHORT: Final = "$__timeTo()::timestamptz - $__timeFrom()::timestamptz <= interval '32 days'"
LAST_MONTH: Final = """hour >= greatest($__timeFrom()::timestamptz,
                           $__timeTo()::timestamptz - interval '31 days')
               AND hour < $__timeTo()::timestamptz"""

COVERED: Final = (Threshold(None, "bad"), Threshold(0.9, "warn"), Threshold(0.99, "good"))
# Both coverages as words behind a name: of the total first, then of the curve.
COVERAGES: Final = """(VALUES
    (1, CASE WHEN '$lang' = 'en' THEN ' · total' ELSE ' · 总量' END),
    (2, CASE WHEN '$lang' = 'en' THEN ' · curve' ELSE ' · 曲线' END)) AS w(place, word)"""
# The share without which an office ranks and compares nothing.
ENOUGH: Final = "(SELECT report.enough(nullif('$region', '')::integer))"
ENOUGH_OF: Final = "(SELECT report.enough_of(nullif('$institution', '')::integer))"
# With this share of its time a month stands for its whole beside another year's, as people read
# it: analytics.coverage.WHOLE, report.is_whole.
WHOLE_PERCENT: Final = "99%"
NOT_ENOUGH: Final = Text("计量不足", "not enough measured")
SHORTER: Final = Text("计入台账的日子较少", "in account for fewer days")
NOT_STATED: Final = Text("未填报", "not stated")


def name(table: str) -> str:
    """Return the SQL of a name in the board's language."""
    return (
        f"CASE WHEN '$lang' = 'en' THEN coalesce({table}.name_en, {table}.name_zh) "
        f"ELSE coalesce({table}.name_zh, {table}.name_en) END"
    )


def within(region: str = "'$region'") -> str:
    """Return the SQL of the institutions counted in a region or below it today."""
    return f"""SELECT a.institution_id FROM report.affiliation a
                 JOIN report.region_within w ON w.region_id = a.region_id
                WHERE w.within_id::text = {region}"""


def means(asked: str = "NULL") -> str:
    """Return the SQL of area and persons over the period's months, weighted by days."""
    return f"report.means({asked}, {_WHOLE_MONTHS})"


def these(table: str) -> str:
    """Return the SQL of a table's institutions as an array; of none, an empty one."""
    return f"(SELECT coalesce(array_agg(DISTINCT institution_id), '{{}}') FROM {table})"


def expected(asked: str = "NULL") -> str:
    """Return the SQL of what the period's months should hold, as far as days are over."""
    return f"report.expected({asked}, {_WHOLE_MONTHS})"


def expected_in() -> str:
    """Return the same of all that are counted in the region or below it, by month."""
    return f"report.expected_in(nullif('$region', '')::integer, {_WHOLE_MONTHS})"


def in_account(asked: str = "NULL") -> str:
    """Return the SQL of the days of the period's months on which anything was in account."""
    return f"report.in_account({asked}, {_WHOLE_MONTHS})"


def expected_by_month(asked: str = "NULL") -> str:
    """Return the same by month."""
    return f"report.expected_by_month({asked}, {_WHOLE_MONTHS})"


# Of the sums over a table energy: carriers that were used but have no coefficient or CO2 factor,
# and how much of the energy the CO2 is of.
NOT_IN_SUMS: Final = f"""
    SELECT nullif(concat_ws(' · ',
               'kgce: ' || string_agg(DISTINCT {name("k")}, ', ') FILTER (WHERE e.kgce_g IS NULL),
               'CO2: ' || string_agg(DISTINCT {name("k")}, ', ') FILTER (WHERE e.co2_g IS NULL)
                   || coalesce(' (CO2 / kgce ' || round(100 * sum(e.kgce_g)
                          FILTER (WHERE e.co2_g IS NOT NULL) / nullif(sum(e.kgce_g), 0), 1)
                          || ' %)', '')), '') AS value
      FROM energy e JOIN report.carrier k ON k.code = e.carrier
     WHERE k.in_total_energy AND e.quanta IS NOT NULL
"""
WHOLE: Final = Text("合计完整", "the sums hold everything")


def lacking(panel_id: int, energy: str) -> Panel:
    """Return the panel that says which carriers the sums do not hold; energy: its table."""
    return Panel(
        panel_id,
        Text("合计未含", "Not in the sums"),
        Text(
            "有用量但没有系数或因子、因而未计入综合能耗或二氧化碳的品种；括号内为二氧化碳所含能耗的比例。",
            "Carriers with use but without coefficient or CO2 factor, which the sums leave out; in "
            "brackets the part of the energy whose CO2 is known.",
        ),
        Kind.STAT,
        PLAIN,
        f"WITH {MONTHS}, {energy} {NOT_IN_SUMS}",
        width=24,
        height=3,
        empty=WHOLE,
    )


def compared(asked: str) -> str:
    """Return the SQL of the days that a year measured as the one before it did, by month."""
    return f"report.compared({asked}, {_WHOLE_MONTHS}, 1)"


# Who is counted in the region or below it, and for which months: a move leaves what was before.
# region_id: the one below it that holds the institution, else the region itself. counted_id: where
# exactly it is counted.
MEMBER: Final = """
    member AS MATERIALIZED (
        SELECT a.institution_id, coalesce(child.within_id, a.region_id) AS region_id,
               a.region_id AS counted_id, a.first_month, a.until_month
          FROM report.affiliated a
          JOIN report.region_within own
               ON own.region_id = a.region_id AND own.within_id::text = '$region'
          LEFT JOIN report.region_within child
               ON child.region_id = a.region_id AND child.steps = own.steps - 1)
"""
# Seen from accounts `a`.
AS_MEMBER: Final = """member m ON m.institution_id = a.institution_id
                      AND a.month >= m.first_month AND a.month < m.until_month"""


REGION: Final = Variable(
    "region",
    Text("行政区划", "Region"),
    f"""
    WITH counted AS (
        SELECT w.within_id AS region_id, max(w.steps) AS steps
          FROM report.region_within w
         WHERE w.region_id IN (SELECT region_id FROM report.affiliated)
         GROUP BY 1)
    SELECT r.region_id::text AS "__value", {name("r")} AS "__text"
      FROM counted JOIN report.region r USING (region_id)
     WHERE r.kind <> 'nation'
     ORDER BY counted.steps DESC, 2, 1
     LIMIT 500
    """,
    numeric=True,
)
INSTITUTION: Final = Variable(
    "institution",
    Text("机构", "Institution"),
    f"""
    SELECT i.institution_id::text AS "__value",
           coalesce({name("i")}, i.institution_id::text) AS "__text"
      FROM report.institution i
     ORDER BY i.institution_id IN (SELECT institution_id FROM report.account_term) DESC, 2, 1
     LIMIT 1000
    """,
    numeric=True,
)
PROFILE: Final = Variable(
    "profile",
    Text("折标系数组", "Profile"),
    f"""
    SELECT p.code AS "__value", {name("p")} || ' · ' || p.code AS "__text"
      FROM report.profile p ORDER BY p.is_default DESC, p.code
    """,
)
# The zone that most channels have; members of several zones are rare.
ZONE: Final = Variable(
    "zone",
    Text("时区", "Time zone"),
    """
    SELECT zone AS "__value", zone AS "__text"
      FROM (SELECT zone, count(*) AS channels FROM report.channel GROUP BY zone
            UNION ALL SELECT report.region_zone(NULL), 0) z
     ORDER BY channels DESC, zone LIMIT 1
    """,
    hidden=True,
)
ZONE_OF_INSTITUTION: Final = Variable(
    "zone",
    Text("时区", "Time zone"),
    """
    SELECT zone AS "__value", zone AS "__text"
      FROM (SELECT zone, count(*) AS channels FROM report.channel
             WHERE institution_id::text = '$institution' GROUP BY zone
            UNION ALL SELECT report.region_zone(NULL), 0) z
     ORDER BY channels DESC, zone LIMIT 1
    """,
    hidden=True,
)
CARRIER: Final = Variable(
    "carrier",
    Text("能源品种", "Carrier"),
    f"""
    SELECT k.code AS "__value", {name("k")} AS "__text"
      FROM report.carrier k
     WHERE k.code IN (SELECT carrier FROM report.account_term
                       WHERE institution_id::text = '$institution')
     ORDER BY k.code <> 'electricity', k.code
    """,
)
UNIT_OF_CARRIER: Final = Variable(
    "unit",
    Text("单位", "Unit"),
    """
    SELECT unit AS "__value", unit AS "__text" FROM report.carrier WHERE code = '$carrier'
    UNION ALL SELECT 'kWh', 'kWh' WHERE NOT EXISTS (
        SELECT FROM report.carrier WHERE code = '$carrier')
    """,
    hidden=True,
)

MEASURED: Final = Column("measured", Text("实测", "Measured"), colour="electricity")
ESTIMATED: Final = Column("estimated", Text("估算", "Estimated"), colour="estimated")
NOW: Final = Column("now", Text("本期", "This period"), colour="electricity")
BEFORE: Final = Column("before", Text("上年同期", "Year before"), colour="before")

TO_INSTITUTION: Final = Link(
    Text("机构用能", "Institution"),
    "commonwatt-institution",
    (("institution", "institution_id"), ("profile", "$profile")),
)
# Which institution a row is of, and the way to its use.
OF_INSTITUTION: Final = (
    Column("institution_id", Text("编号", "Id"), hidden=True),
    Column("institution", Text("机构", "Institution"), link=TO_INSTITUTION),
)
# Whose meter a row is of, and the way to its load.
METER: Final = (
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
)
