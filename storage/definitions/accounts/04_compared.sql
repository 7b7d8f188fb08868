-- Two years over what both measured, and accounts with and without some hours.

-- Of days that both years measured, and of what a correction would change, the same.
CREATE FUNCTION report.compared(asked integer[], first date, until date, years integer)
RETURNS TABLE (institution_id integer, carrier text, month date, days integer, of_days integer,
               quanta numeric, before_quanta numeric)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_catalog, pg_temp AS $$
    WITH term AS MATERIALIZED (
        SELECT t.institution_id, t.carrier, t.channel_id, t.share, t.valid_from,
               t.valid_to, c.zone
          FROM account_term t JOIN channel c ON c.id = t.channel_id
         WHERE t.institution_id = ANY(asked) AND t.known_until IS NULL
           AND t.institution_id IN (SELECT s.id FROM access.sees() AS s(id))
    ), span AS MATERIALIZED (
        SELECT d.day::date AS now_day, (d.day - make_interval(years => years))::date AS before_day
          FROM generate_series(first::timestamp, until::timestamp - interval '1 day',
                               interval '1 day') AS d(day)
         WHERE d.day < storage.today()
    ), held AS MATERIALIZED (
        SELECT t.institution_id, t.carrier, d.day,
               sum(storage.part_of(u.used, b.share_before, t.share)) AS quanta
          FROM (SELECT now_day AS day FROM span UNION SELECT before_day FROM span) d
          JOIN term t ON d.day >= t.valid_from AND (t.valid_to IS NULL OR d.day < t.valid_to)
          LEFT JOIN usage_day u ON u.channel_id = t.channel_id AND u.day = d.day
         CROSS JOIN LATERAL storage.share_before(t.institution_id, t.channel_id, d.day, t.share) b
         GROUP BY t.institution_id, t.carrier, d.day
        HAVING bool_and(u.used IS NOT NULL AND report.is_enough(
                   u.known_s, report.expected_s(t.valid_from, t.valid_to, t.zone, d.day, d.day + 1),
                   0.99))
    ), counted AS (
        SELECT DISTINCT t.institution_id, t.carrier, s.now_day, s.before_day
          FROM span s
          JOIN term t ON s.now_day >= t.valid_from
                     AND (t.valid_to IS NULL OR s.now_day < t.valid_to)
    ), pair AS (
        SELECT c.institution_id, c.carrier, date_trunc('month', c.now_day::timestamp)::date AS month,
               n.quanta AS quanta, b.quanta AS before_quanta,
               n.quanta IS NOT NULL AND b.quanta IS NOT NULL AS both_known
          FROM counted c
          LEFT JOIN held n ON n.institution_id = c.institution_id AND n.carrier = c.carrier
                AND n.day = c.now_day
          LEFT JOIN held b ON b.institution_id = c.institution_id AND b.carrier = c.carrier
                AND b.day = c.before_day
                AND (c.before_day + make_interval(years => years))::date = c.now_day
    )
    SELECT p.institution_id, p.carrier, p.month, (count(*) FILTER (WHERE p.both_known))::integer,
           count(*)::integer, sum(p.quanta) FILTER (WHERE p.both_known),
           sum(p.before_quanta) FILTER (WHERE p.both_known)
      FROM pair p GROUP BY p.institution_id, p.carrier, p.month
$$;

CREATE FUNCTION storage.accounts_with(asked integer, first bigint, until bigint,
                                                 hours bigint[], fresh bigint[])
RETURNS TABLE (institution_id integer, carrier text, month date, before numeric, after numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH span AS MATERIALIZED (
        SELECT z.zone, (to_timestamp(first / 1000.0) AT TIME ZONE z.zone)::date AS day,
               (to_timestamp((until - 1) / 1000.0) AT TIME ZONE z.zone)::date AS last_day
          FROM channel z
         WHERE z.id = asked AND z.id IN (SELECT s.id FROM access.writes_channels() AS s(id))
    ), day AS MATERIALIZED (
        SELECT (h.hour AT TIME ZONE s.zone)::date AS day, sum(h.used)::numeric AS used
          FROM span s
         CROSS JOIN LATERAL (
               SELECT u.hour, u.used FROM usage_hour u
                WHERE u.channel_id = asked
                  AND u.hour >= s.day::timestamp AT TIME ZONE s.zone
                  AND u.hour < (s.last_day + 1)::timestamp AT TIME ZONE s.zone
                  AND (u.hour < to_timestamp(first / 1000.0)
                       OR u.hour >= to_timestamp(until / 1000.0))
                UNION ALL
               SELECT to_timestamp(n.hour / 1000.0), n.used
                 FROM unnest(hours, fresh) AS n (hour, used)) h
         GROUP BY 1
    ), touched AS MATERIALIZED (
        SELECT DISTINCT t.institution_id, t.carrier, date_trunc('month', d.day)::date AS month
          FROM span s
         CROSS JOIN LATERAL generate_series(s.day::timestamp, s.last_day, interval '1 day') d (day)
          JOIN account_term t ON t.channel_id = asked AND t.known_until IS NULL
           AND t.valid_from <= d.day AND (t.valid_to IS NULL OR d.day < t.valid_to)
    ), used AS (
        SELECT t.institution_id, t.carrier, x.month, t.channel_id, t.share, d.day,
               d.used::numeric AS used
          FROM touched x
          JOIN account_term t ON t.institution_id = x.institution_id AND t.carrier = x.carrier
           AND t.known_until IS NULL
         CROSS JOIN span s
          JOIN usage_day d ON d.channel_id = t.channel_id
           AND d.day >= greatest(t.valid_from, x.month)
           AND d.day < least(coalesce(t.valid_to, 'infinity'), x.month + interval '1 month')
           AND (d.channel_id <> asked OR d.day < s.day OR d.day > s.last_day)
         UNION ALL
        SELECT t.institution_id, t.carrier, x.month, t.channel_id, t.share, d.day, d.used
          FROM touched x
          JOIN account_term t ON t.institution_id = x.institution_id AND t.carrier = x.carrier
           AND t.channel_id = asked AND t.known_until IS NULL
          JOIN day d ON d.day >= greatest(t.valid_from, x.month)
           AND d.day < least(coalesce(t.valid_to, 'infinity'), x.month + interval '1 month')
    ), made AS (
        SELECT u.institution_id, u.carrier, u.month,
               sum(storage.part_of(u.used, b.share_before, u.share)) AS after
          FROM used u
         CROSS JOIN LATERAL storage.share_before(u.institution_id, u.channel_id, u.day, u.share) b
         GROUP BY 1, 2, 3
    )
    SELECT CASE WHEN x.institution_id IN (SELECT s.id FROM access.sees() AS s(id))
                THEN x.institution_id END, x.carrier, x.month, a.quanta::numeric, m.after
      FROM touched x
      LEFT JOIN made m USING (institution_id, carrier, month)
      LEFT JOIN account a ON a.institution_id = x.institution_id AND a.carrier = x.carrier
           AND a.month = x.month AND a.source = 'meter'
     WHERE a.quanta IS DISTINCT FROM m.after
     ORDER BY x.month, x.institution_id, x.carrier
$$;

REVOKE ALL ON FUNCTION report.compared, storage.accounts_with
    FROM PUBLIC;

GRANT EXECUTE ON FUNCTION report.compared
    TO commonwatt_api, commonwatt_boards;

GRANT EXECUTE ON FUNCTION storage.accounts_with
    TO commonwatt_api;
