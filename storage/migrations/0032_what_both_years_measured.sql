-- Two years were compared by whole months, of which one had been measured for half: comparisons use the days that both years measured.

-- Of each carrier and month of some institutions: the civil days on which every channel in account is
-- known in both years, of how many, and what was used on them. A 29 February has no like.
CREATE FUNCTION report.compared(asked integer[], first date, until date, years integer)
RETURNS TABLE (institution_id integer, carrier text, month date, days integer, of_days integer,
               quanta numeric, before_quanta numeric)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_catalog, pg_temp AS $$
    WITH term AS MATERIALIZED (
        SELECT t.institution_id, t.carrier, t.channel_id, t.share::numeric AS share, t.valid_from,
               t.valid_to, c.zone
          FROM account_term t JOIN channel c ON c.id = t.channel_id
         WHERE t.institution_id = ANY(asked) AND t.known_until IS NULL
           AND t.institution_id IN (SELECT access.sees())
    ), span AS MATERIALIZED (
        SELECT d.day::date AS now_day, (d.day - make_interval(years => years))::date AS before_day
          FROM generate_series(first::timestamp, until::timestamp - interval '1 day',
                               interval '1 day') AS d(day)
         WHERE d.day < storage.today()
    ), held AS MATERIALIZED (
        SELECT t.institution_id, t.carrier, d.day,
               sum(floor(u.used * (b.share_before + t.share) * 0.000001 + 0.5)
                   - floor(u.used * b.share_before * 0.000001 + 0.5)) AS quanta
          FROM (SELECT now_day AS day FROM span UNION SELECT before_day FROM span) d
          JOIN term t ON d.day >= t.valid_from AND (t.valid_to IS NULL OR d.day < t.valid_to)
          LEFT JOIN usage_day u ON u.channel_id = t.channel_id AND u.day = d.day
         CROSS JOIN LATERAL (
                SELECT coalesce(sum(o.share), 0)::numeric AS share_before FROM account_term o
                 WHERE t.share <> 1000000 AND o.channel_id = t.channel_id
                   AND o.known_until IS NULL AND o.institution_id < t.institution_id
                   AND o.valid_from <= d.day AND (o.valid_to IS NULL OR d.day < o.valid_to)) b
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
REVOKE ALL ON FUNCTION report.compared FROM public;
GRANT EXECUTE ON FUNCTION report.compared TO commonwatt_api, commonwatt_boards;
