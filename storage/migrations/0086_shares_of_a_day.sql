-- How a channel's day is shared between accounts stood in eight statements: it is one function, held to analytics by
-- tests/cases/figures.toml, over one view of the days that accounts count.

-- What an account takes of a channel's use, where the shares of institutions with smaller ids end:
-- each takes the running share's rounded amount less the one before it, so shares that add to one add
-- to the day. Products with exact decimals, never divisions. As analytics.rounding.shared.
CREATE FUNCTION storage.part_of(used numeric, share_before bigint, share bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN storage.half_up(used * (share_before + share) * 0.000001)
         - storage.half_up(used * share_before * 0.000001);

-- Where those shares end, in millionths. A whole share takes the day whatever was before it: it need
-- not be told, and is then given 0.
CREATE FUNCTION storage.share_before(asked integer, channel integer, day date, share bigint)
RETURNS TABLE (share_before bigint) LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(sum(o.share), 0)::bigint
      FROM public.account_term o
     WHERE share IS DISTINCT FROM 1000000 AND o.channel_id = channel AND o.known_until IS NULL
       AND o.institution_id < asked
       AND o.valid_from <= day AND (o.valid_to IS NULL OR day < o.valid_to);
END;

-- The days of channels with the part that each account takes of them.
CREATE VIEW storage.account_day AS
SELECT t.institution_id, t.carrier, t.channel_id, d.day, d.used, d.measured_s, d.known_s,
       storage.part_of(d.used, b.share_before, t.share) AS quanta
  FROM account_term t
  JOIN usage_day d ON d.channel_id = t.channel_id
   AND d.day >= t.valid_from AND (t.valid_to IS NULL OR d.day < t.valid_to)
 CROSS JOIN LATERAL storage.share_before(t.institution_id, t.channel_id, d.day, t.share) b
 WHERE t.known_until IS NULL;
GRANT SELECT ON storage.account_day TO commonwatt_worker;

CREATE OR REPLACE FUNCTION access.share_before(asked integer, channel integer, day date)
RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT b.share_before FROM storage.share_before(asked, channel, day, NULL) b
                      WHERE asked IN (SELECT s.id FROM access.sees() AS s(id))), 0)
$$;

CREATE OR REPLACE FUNCTION storage.month_so_far(asked integer, since date, upto date)
RETURNS TABLE (carrier text, quanta numeric, measured_s bigint, known_s bigint)
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp SET enable_nestloop = on AS $$
    SELECT d.carrier, sum(d.quanta), sum(d.measured_s), sum(d.known_s)
      FROM storage.account_day d
     WHERE d.institution_id = asked AND d.day BETWEEN since AND upto
     GROUP BY d.carrier
$$;

CREATE OR REPLACE FUNCTION access.base_days(asked integer, asked_institution integer, wanted text,
                                            first_day date, before_day date)
RETURNS TABLE (day date, quanta bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT d.day, sum(d.quanta)::bigint
      FROM storage.account_day d
      JOIN channel c ON c.id = d.channel_id
     WHERE d.institution_id = asked_institution AND d.carrier = wanted
       AND d.day >= first_day AND d.day < before_day
       AND asked_institution IN (SELECT p.institution_id FROM access.plans_bases() p
                                  WHERE p.union_id = asked)
     GROUP BY d.day
    HAVING sum(d.known_s) + 1
           >= sum(storage.expected_s(NULL, NULL, c.zone, d.day, d.day + 1, d.day + 1))
       AND bool_and(d.used IS NOT NULL)
     ORDER BY d.day
$$;

-- Of days that both years measured, and of what a correction would change, the same.
CREATE OR REPLACE FUNCTION report.compared(asked integer[], first date, until date, years integer)
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

CREATE OR REPLACE FUNCTION storage.accounts_with(asked integer, first bigint, until bigint,
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
