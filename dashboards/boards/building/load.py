"""One channel's load, of which a shape takes only measured hours."""

from typing import Final

from dashboards.boards import fragments as f
from dashboards.boards.model import PLAIN, Kind, Panel, Text

_OWN: Final = "channel_id = (SELECT channel_id FROM chosen)"
# A channel that does not exist, or that is neither the institution's nor in its account, is
# nobody's: the query answers with nothing, never with the load of another one.
_CHOSEN: Final = """
    chosen AS (SELECT c.channel_id, c.per_unit, c.since FROM report.channel c
                WHERE c.channel_id::text = '$channel'
                  AND (c.institution_id::text = '$institution'
                       OR c.channel_id IN (SELECT channel_id FROM report.account_term
                                            WHERE institution_id::text = '$institution')))
"""
# Of a shape only hours count that were measured as such, and not before there are enough of them.
LOAD: Final = f"""
    {_CHOSEN}, measured AS MATERIALIZED (
        SELECT u.hour, u.hour AT TIME ZONE '$zone' AS local,
               u.used / (SELECT per_unit FROM chosen)::numeric AS load
          FROM report.usage_hour u
         WHERE u.{_OWN} AND $__timeFilter(u.hour) AND u.hour < $__timeTo()
           AND u.measured_s = 3600
    ), shape AS (
        SELECT 3600 * count(*) FILTER (WHERE hour < report.today_began('$zone')) AS measured_s,
               extract(epoch FROM
                   least($__timeTo()::timestamptz, report.today_began('$zone'))
                   - greatest($__timeFrom()::timestamptz, (SELECT since FROM chosen)))
                   AS expected_s
          FROM measured
    ), load AS (
        SELECT hour, local, load FROM measured
         WHERE (SELECT report.is_enough(measured_s, expected_s, {f.ENOUGH_OF}) FROM shape))
"""
LOADED: Final = f"WITH {LOAD} SELECT"
CURVE: Final = Panel(
    5,
    Text("负荷曲线（$unit）", "Load curve ($unit)"),
    Text(
        "32 天以内逐时，更长按已知小时逐日平均；估算：总量为实测，时间分布为推算。",
        "Hourly up to 32 days, else each day's mean over the hours known; estimated: the total is "
        "measured, its course is not.",
    ),
    Kind.LINES,
    PLAIN,
    f"""
    WITH {_CHOSEN}, known AS (
        SELECT u.hour AS "time", u.used * 3600.0 / nullif(u.known_s, 0) AS used,
               u.measured_s >= u.known_s AS measured
          FROM report.usage_hour u
         WHERE {f.SHORT} AND u.{_OWN} AND $__timeFilter(u.hour) AND u.hour < $__timeTo()
         UNION ALL
        SELECT u.day::timestamp AT TIME ZONE '$zone', u.used * 3600.0 / nullif(u.known_s, 0),
               u.measured_s >= u.known_s
          FROM report.usage_day u
         WHERE NOT {f.SHORT} AND u.{_OWN}
           AND u.day >= ($__timeFrom()::timestamptz AT TIME ZONE '$zone')::date
           AND u.day < $__timeTo()::timestamptz AT TIME ZONE '$zone')
    SELECT "time", CASE WHEN measured THEN used / (SELECT per_unit FROM chosen)::numeric END
                       AS measured,
           CASE WHEN NOT measured THEN used / (SELECT per_unit FROM chosen)::numeric END
               AS estimated
      FROM known ORDER BY 1
    """,
    width=24,
    decimals=2,
    columns=(f.MEASURED, f.ESTIMATED),
)
