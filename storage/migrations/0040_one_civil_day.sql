-- Days began at midnight in Greenwich, and what today had brought already filled up for a gap earlier in its month: days are civil days of a zone, and what a day that is not over holds counts on both sides or on none.

-- The zone of days that belong to no meter: of grants, facts, rosters.
CREATE FUNCTION storage.civil_zone() RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 'Asia/Shanghai';
-- As metering.days.civil_day.
CREATE FUNCTION storage.civil_day(at timestamptz, zone text) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (at AT TIME ZONE zone)::date;
-- The day by the clock, which nobody sets: rights ask for it.
CREATE FUNCTION storage.civil_day() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
    RETURN storage.civil_day(now(), storage.civil_zone());

-- Today where a meter is. It is what our programs say it is, for all zones alike.
CREATE FUNCTION storage.today(zone text) RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN current_setting('commonwatt.today', true) <> ''
                     AND (pg_has_role(session_user, 'commonwatt_api', 'MEMBER')
                          OR pg_has_role(session_user, 'commonwatt_worker', 'MEMBER'))
                THEN current_setting('commonwatt.today', true)::date
                ELSE storage.civil_day(now(), zone) END;
CREATE OR REPLACE FUNCTION storage.today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
    RETURN storage.today(storage.civil_zone());

-- What asked the server for its day asks for ours; nothing else of these texts changes.
DO $$
DECLARE
    asks record;
BEGIN
    FOR asks IN
        SELECT pg_get_functiondef(p.oid) AS body
          FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE n.nspname IN ('access', 'report', 'storage') AND p.prokind = 'f'
           AND p.prosrc ~* '\mcurrent_date\M'
    LOOP
        EXECUTE regexp_replace(asks.body, '\mcurrent_date\M', 'storage.civil_day()', 'gi');
    END LOOP;
    FOR asks IN
        SELECT format('CREATE OR REPLACE VIEW %s%s AS %s', c.oid::regclass,
                      ' WITH (' || array_to_string(c.reloptions, ', ') || ')',
                      pg_get_viewdef(c.oid)) AS body
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname IN ('access', 'report', 'storage', 'public') AND c.relkind = 'v'
           AND pg_get_viewdef(c.oid) ~* '\mcurrent_date\M'
    LOOP
        EXECUTE regexp_replace(asks.body, '\mcurrent_date\M', 'storage.civil_day()', 'gi');
    END LOOP;
END $$;
ALTER TABLE access_grant ALTER COLUMN valid_from SET DEFAULT storage.civil_day();

-- Today where a union's meters are: in the zone whose day is over last.
CREATE OR REPLACE FUNCTION storage.union_today(asked integer) RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT min(storage.today(z.zone))
                       FROM (SELECT DISTINCT c.zone
                               FROM run_in_force f
                               JOIN run_quota q ON q.run_id = f.run_id
                               JOIN account_term t ON t.institution_id = q.institution_id
                                AND t.known_until IS NULL
                               JOIN channel c ON c.id = t.channel_id
                              WHERE f.union_id = asked) z),
                    storage.today())
$$;

CREATE OR REPLACE FUNCTION report.expected_s(valid_from date, valid_to date, zone text, first date,
                                             until date)
RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN storage.expected_s(valid_from, valid_to, zone, first, until, storage.today(zone));
CREATE OR REPLACE FUNCTION report.today_began(zone text) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
    RETURN storage.today(zone)::timestamp AT TIME ZONE zone;

-- What days that are not over hold already. It is expected as far as it is there: so it is never
-- missing, and never fills up for what is. As analytics.coverage.Counted.known.
CREATE VIEW storage.held_today AS
SELECT t.institution_id, t.carrier, t.channel_id, u.day, u.known_s
  FROM account_term t
  JOIN channel c ON c.id = t.channel_id
  JOIN usage_day u ON u.channel_id = t.channel_id AND u.day >= storage.today(c.zone)
   AND u.day >= t.valid_from AND (t.valid_to IS NULL OR u.day < t.valid_to)
 WHERE t.known_until IS NULL;

CREATE OR REPLACE FUNCTION report.expected(asked integer[], first date, until date)
RETURNS TABLE (institution_id integer, carrier text, expected_s bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT e.institution_id, e.carrier, sum(e.expected_s)::bigint FROM (
        SELECT t.institution_id, t.carrier,
               storage.expected_s(t.valid_from, t.valid_to, c.zone, first, until,
                                  storage.today(c.zone)) AS expected_s
          FROM account_term t
          JOIN channel c ON c.id = t.channel_id
         WHERE (asked IS NULL OR t.institution_id = ANY(asked)) AND t.known_until IS NULL
           AND t.institution_id IN (SELECT access.sees())
           AND greatest(first, t.valid_from) < least(until, t.valid_to, storage.today(c.zone))
         UNION ALL
        SELECT h.institution_id, h.carrier, h.known_s FROM storage.held_today h
         WHERE until >= storage.today()  -- no zone is more than a day ahead
           AND (asked IS NULL OR h.institution_id = ANY(asked)) AND h.day >= first AND h.day < until
           AND h.institution_id IN (SELECT access.sees())) e
     GROUP BY e.institution_id, e.carrier
$$;

CREATE OR REPLACE FUNCTION report.expected_by_month(asked integer[], first date, until date)
RETURNS TABLE (institution_id integer, carrier text, month date, expected_s bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100000 SET search_path = public, pg_catalog, pg_temp AS $$
    WITH whole AS MATERIALIZED (
        SELECT z.zone, m.month::date AS month, (m.month + interval '1 month')::date AS until,
               least((m.month + interval '1 month')::date, storage.today(z.zone)) AS upto,
               storage.expected_s(NULL, NULL, z.zone, m.month::date,
                                  (m.month + interval '1 month')::date, storage.today(z.zone))
                   AS expected_s
          FROM (SELECT DISTINCT c.zone FROM channel c) z
         CROSS JOIN generate_series(date_trunc('month', first::timestamp),
                                    until::timestamp - interval '1 day', interval '1 month')
                        AS m(month)
         WHERE m.month < storage.today(z.zone)
    ), due AS (
        SELECT t.institution_id, t.carrier, w.month,
               CASE WHEN t.valid_from <= w.month
                         AND (t.valid_to IS NULL OR t.valid_to >= w.until) THEN w.expected_s
                    ELSE storage.expected_s(t.valid_from, t.valid_to, w.zone, w.month, w.until,
                                            storage.today(w.zone)) END AS expected_s
          FROM account_term t
          JOIN channel c ON c.id = t.channel_id
          JOIN whole w ON w.zone = c.zone
                      AND greatest(w.month, t.valid_from) < least(w.upto, t.valid_to)
         WHERE (asked IS NULL OR t.institution_id = ANY(asked)) AND t.known_until IS NULL
           AND t.institution_id IN (SELECT access.sees())
         UNION ALL
        SELECT h.institution_id, h.carrier, date_trunc('month', h.day::timestamp)::date, h.known_s
          FROM storage.held_today h
         WHERE (date_trunc('month', until::timestamp - interval '1 day') + interval '1 month')::date
               >= storage.today()
           AND (asked IS NULL OR h.institution_id = ANY(asked))
           AND h.day >= date_trunc('month', first::timestamp)
           AND h.day < date_trunc('month', until::timestamp - interval '1 day') + interval '1 month'
           AND h.institution_id IN (SELECT access.sees())
    )
    SELECT due.institution_id, due.carrier, due.month, sum(due.expected_s)::bigint
      FROM due GROUP BY due.institution_id, due.carrier, due.month
$$;

CREATE OR REPLACE VIEW report.account WITH (security_barrier) AS
SELECT a.institution_id, a.carrier, a.month, a.source, a.quanta, a.measured_s, e.expected_s,
       a.known_s
  FROM account a
  LEFT JOIN LATERAL (
        SELECT coalesce(sum(storage.expected_s(
                   t.valid_from, t.valid_to, c.zone, a.month,
                   (a.month + interval '1 month')::date, storage.today(c.zone))), 0)::bigint
               + CASE WHEN a.month + interval '1 month' >= storage.today() THEN
                     (SELECT coalesce(sum(h.known_s), 0)::bigint FROM storage.held_today h
                       WHERE h.institution_id = a.institution_id AND h.carrier = a.carrier
                         AND h.day >= a.month AND h.day < a.month + interval '1 month')
                      ELSE 0 END AS expected_s
          FROM account_term t JOIN channel c ON c.id = t.channel_id
         WHERE t.institution_id = a.institution_id AND t.carrier = a.carrier
           AND t.known_until IS NULL) e ON a.source = 'meter'
 WHERE a.institution_id IN (SELECT access.sees());
