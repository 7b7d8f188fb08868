-- Main meters against their sub-meters.

-- Of each main meter of some institutions (null: of all that the viewer sees), and of each month
-- from one day to before another, over the days that it and all its sub-meters know whole: so both
-- sides are of the same days. A main meter of which a sub-meter is hidden from the viewer is not
-- told, for the rest would tell of it. of_days: on which it had sub-meters, those to come included;
-- unknown where fewer than the office's share of them are known.
CREATE FUNCTION report.meter_balance(asked integer[], first date, until date)
RETURNS TABLE (channel_id integer, month date, subs integer, main_quanta numeric,
               sub_quanta numeric, days integer, of_days integer, extent text, tolerance integer,
               both_ways boolean, verdict text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH seen AS MATERIALIZED (
        SELECT s.id FROM access.sees_channels() AS s(id)
    ), node AS MATERIALIZED (
        SELECT s.main_id, c.zone, m.institution_id
          FROM submeter s
          JOIN channel c ON c.id = s.main_id
          JOIN meter m ON m.id = c.meter_id
         WHERE s.known_until IS NULL AND s.valid_from < until
           AND (s.valid_to IS NULL OR s.valid_to > first)
           AND (asked IS NULL OR m.institution_id = ANY(asked))
         GROUP BY s.main_id, c.zone, m.institution_id
        HAVING bool_and(s.channel_id IN (SELECT id FROM seen))
           AND s.main_id IN (SELECT id FROM seen)
    ), share AS MATERIALIZED (
        SELECT i.institution_id, report.enough_of(i.institution_id) AS share
          FROM (SELECT DISTINCT institution_id FROM node) i
    ), day AS MATERIALIZED (
        SELECT n.main_id, d.day, count(*) AS subs, min(m.used) AS main_used,
               sum(u.used) AS sub_used,
               coalesce(bool_and(m.used IS NOT NULL AND u.used IS NOT NULL
                                 AND m.known_s >= d.long_s AND u.known_s >= d.long_s), false)
                   AS known
          FROM node n
         CROSS JOIN LATERAL (
                SELECT g::date AS day,
                       storage.expected_s(NULL, NULL, n.zone, g::date, g::date + 1, g::date + 1)
                           AS long_s
                  FROM generate_series(first::timestamp, until::timestamp - interval '1 day',
                                       interval '1 day') g) d
          JOIN submeter s ON s.main_id = n.main_id AND s.known_until IS NULL
           AND s.valid_from <= d.day AND (s.valid_to IS NULL OR d.day < s.valid_to)
          LEFT JOIN usage_day m ON m.channel_id = n.main_id AND m.day = d.day
          LEFT JOIN usage_day u ON u.channel_id = s.channel_id AND u.day = d.day
         GROUP BY n.main_id, d.day
    ), whole AS (
        SELECT main_id, date_trunc('month', day::timestamp)::date AS month,
               max(subs)::integer AS subs, max(day) AS last,
               sum(main_used) FILTER (WHERE known) AS main_quanta,
               sum(sub_used) FILTER (WHERE known) AS sub_quanta,
               count(*) FILTER (WHERE known)::integer AS days, count(*)::integer AS of_days
          FROM day GROUP BY main_id, date_trunc('month', day::timestamp)
    )
    SELECT w.main_id, w.month, w.subs, w.main_quanta, w.sub_quanta, w.days, w.of_days,
           x.extent, t.millionths, t.both_ways,
           CASE WHEN report.is_enough(w.days, w.of_days, h.share)
                THEN storage.balance_verdict(w.main_quanta, w.sub_quanta, t.millionths,
                                             t.both_ways)
                ELSE 'unknown' END
      FROM whole w
      JOIN node n USING (main_id)
      JOIN share h USING (institution_id)
     CROSS JOIN LATERAL (
            SELECT coalesce((SELECT e.extent FROM metered_extent e
                              WHERE e.channel_id = w.main_id AND e.known_until IS NULL
                                AND e.valid_from <= w.last
                                AND (e.valid_to IS NULL OR w.last < e.valid_to)),
                            'usual') AS extent) x
      JOIN balance_tolerance t ON t.extent = x.extent AND t.known_until IS NULL
       AND t.valid_from <= w.last AND (t.valid_to IS NULL OR w.last < t.valid_to)
$$;
REVOKE ALL ON FUNCTION report.meter_balance FROM PUBLIC;
GRANT EXECUTE ON FUNCTION report.meter_balance TO commonwatt_api;
