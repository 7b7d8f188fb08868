-- Who is counted where is asked for the month of the account, and for the first day of a quota's
-- year.

-- The months for which an institution is counted in a region, of all; report.affiliated is what the
-- viewer sees of it.
CREATE VIEW storage.affiliated AS
SELECT a.institution_id, a.region_id, a.level, a.department_line,
       CASE WHEN extract(day FROM a.valid_from) <> 1 AND EXISTS (
                 SELECT FROM affiliation e
                  WHERE e.institution_id = a.institution_id AND e.known_until IS NULL
                    AND e.valid_from < a.valid_from
                    AND e.valid_to > date_trunc('month', a.valid_from::timestamp))
            THEN (date_trunc('month', a.valid_from::timestamp) + interval '1 month')::date
            ELSE date_trunc('month', a.valid_from::timestamp)::date END AS first_month,
       coalesce(a.valid_to, 'infinity') AS until_month
  FROM affiliation a
 WHERE a.known_until IS NULL;

CREATE VIEW report.affiliated WITH (security_barrier) AS
SELECT a.institution_id, a.region_id, a.level, a.department_line, a.first_month, a.until_month
  FROM storage.seen s JOIN storage.affiliated a ON a.institution_id = s.institution_id;

CREATE VIEW report.affiliation WITH (security_barrier) AS
SELECT a.institution_id, a.region_id, a.level, a.department_line
  FROM storage.seen s
  JOIN affiliation a ON a.institution_id = s.institution_id
 WHERE a.known_until IS NULL
   AND storage.today() >= a.valid_from AND (a.valid_to IS NULL OR storage.today() < a.valid_to);

-- The same of its class.
CREATE VIEW report.classified WITH (security_barrier) AS
SELECT f.institution_id, f.value AS class,
       CASE WHEN extract(day FROM f.valid_from) <> 1 AND EXISTS (
                 SELECT FROM institution_fact e
                  WHERE e.institution_id = f.institution_id AND e.attribute = 'class'
                    AND e.known_until IS NULL AND e.valid_from < f.valid_from
                    AND e.valid_to > date_trunc('month', f.valid_from::timestamp))
            THEN (date_trunc('month', f.valid_from::timestamp) + interval '1 month')::date
            ELSE date_trunc('month', f.valid_from::timestamp)::date END AS first_month,
       coalesce(f.valid_to, 'infinity') AS until_month
  FROM storage.seen s
  JOIN institution_fact f ON f.institution_id = s.institution_id
 WHERE f.attribute = 'class' AND f.known_until IS NULL;

-- Today is what the program says it is, as in the accounts.
CREATE VIEW report.institution WITH (security_barrier) AS
SELECT i.id AS institution_id,
       max(f.value) FILTER (WHERE f.attribute = 'name_zh') AS name_zh,
       max(f.value) FILTER (WHERE f.attribute = 'name_en') AS name_en,
       max(f.value) FILTER (WHERE f.attribute = 'credit_code') AS credit_code,
       max(f.value) FILTER (WHERE f.attribute = 'class') AS class,
       max(f.value) FILTER (WHERE f.attribute = 'roster_status') AS roster_status,
       coalesce(max(f.value) FILTER (WHERE f.attribute = 'disclosure'), 'open') AS disclosure,
       max(f.number) FILTER (WHERE f.attribute = 'area_m2') AS area_m2,
       max(f.number) FILTER (WHERE f.attribute = 'persons') AS persons,
       a.region_id, a.level, a.department_line, l.region_id AS location_region_id
  FROM institution i
  LEFT JOIN institution_fact f ON f.institution_id = i.id AND f.known_until IS NULL
        AND storage.today() >= f.valid_from
        AND (f.valid_to IS NULL OR storage.today() < f.valid_to)
  LEFT JOIN affiliation a ON a.institution_id = i.id AND a.known_until IS NULL
        AND storage.today() >= a.valid_from
        AND (a.valid_to IS NULL OR storage.today() < a.valid_to)
  LEFT JOIN location l ON l.institution_id = i.id AND l.known_until IS NULL
        AND storage.today() >= l.valid_from
        AND (l.valid_to IS NULL OR storage.today() < l.valid_to)
 WHERE i.id IN (SELECT s.id FROM access.sees() AS s(id))
 GROUP BY i.id, a.region_id, a.level, a.department_line, l.region_id;

CREATE FUNCTION report.named(asked integer[])
RETURNS TABLE (institution_id integer, name_zh text, name_en text, area_m2 numeric, persons numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT a.id, max(f.value) FILTER (WHERE f.attribute = 'name_zh'),
           max(f.value) FILTER (WHERE f.attribute = 'name_en'),
           max(f.number) FILTER (WHERE f.attribute = 'area_m2'),
           max(f.number) FILTER (WHERE f.attribute = 'persons')
      FROM unnest(asked) AS a(id)
      LEFT JOIN institution_fact f ON f.institution_id = a.id AND f.known_until IS NULL
            AND storage.today() >= f.valid_from
            AND (f.valid_to IS NULL OR storage.today() < f.valid_to)
     WHERE a.id IN (SELECT s.id FROM access.sees() AS s(id))
     GROUP BY a.id
$$;

-- Whom the viewer sees is asked once as a table, which is a third of the time that it takes to ask
-- for one after the other in a list.
CREATE FUNCTION report.means(asked integer[], first date, until date)
RETURNS TABLE (institution_id integer, area_m2 numeric, persons numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT f.institution_id,
           trim_scale(round(sum(f.number * d.days) FILTER (WHERE f.attribute = 'area_m2')
                            / sum(d.days) FILTER (WHERE f.attribute = 'area_m2'), 6)),
           trim_scale(round(sum(f.number * d.days) FILTER (WHERE f.attribute = 'persons')
                            / sum(d.days) FILTER (WHERE f.attribute = 'persons'), 6))
      FROM institution_fact f
     CROSS JOIN LATERAL (
            SELECT least(until, f.valid_to, greatest(storage.today(), first) + 1)
                   - greatest(first, f.valid_from) AS days) d
     WHERE f.attribute IN ('area_m2', 'persons') AND f.known_until IS NULL AND d.days > 0
       AND (asked IS NULL OR f.institution_id = ANY(asked))
       AND f.institution_id IN (SELECT s.id FROM access.sees() AS s(id))
     GROUP BY f.institution_id
$$;

-- When institutions are open on each day: kind is workday, weekend, holiday or vacation; opens, closes
-- are minutes of the civil day, 0 and 0 where it is closed. Only of those asked for that state hours or
-- holidays of their own, or whose class has some; institution 0 stands for all others.
CREATE FUNCTION storage.opening(asked integer[], first date, until date)
RETURNS TABLE (institution_id integer, day date, kind text, opens integer, closes integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH own AS MATERIALIZED (
        SELECT w.id FROM unnest(asked) AS w(id)
         WHERE EXISTS (SELECT FROM opening_hours h
                        WHERE h.institution_id = w.id AND h.known_until IS NULL)
            OR EXISTS (SELECT FROM vacation v
                        WHERE v.institution_id = w.id AND v.known_until IS NULL)
            OR EXISTS (SELECT FROM usual_hours u JOIN institution_fact f ON f.value = u.class_code
                        WHERE u.known_until IS NULL AND u.class_code <> '*'
                          AND f.institution_id = w.id AND f.attribute = 'class'
                          AND f.known_until IS NULL)
         UNION SELECT 0
    ), each AS MATERIALIZED (
        SELECT d::date AS day, report.kind_of_day(d::date) AS kind,
               extract(isodow FROM d)::integer AS weekday
          FROM generate_series(first::timestamp, until - interval '1 day', '1 day') d
    ), asked_day AS (
        SELECT o.id, e.day, CASE WHEN v.id IS NULL THEN e.kind ELSE 'vacation' END AS kind,
               CASE WHEN v.id IS NOT NULL THEN 'vacation' WHEN e.kind = 'holiday' THEN 'holiday'
                    WHEN e.kind = 'workday' AND e.weekday > 5 THEN 'worked'
                    ELSE (ARRAY['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])[e.weekday]
                    END AS days
          FROM own o CROSS JOIN each e
          LEFT JOIN vacation v ON v.institution_id = o.id AND v.known_until IS NULL
               AND v.first <= e.day AND e.day < v.until
    )
    SELECT a.id, a.day, a.kind, coalesce(h.opens, g.opens, u.opens, 0),
           coalesce(h.closes, g.closes, u.closes, 0)
      FROM asked_day a
      LEFT JOIN LATERAL (  -- a day worked instead is as a Friday, where nothing else is stated
            SELECT o.opens, o.closes FROM opening_hours o
             WHERE o.institution_id = a.id AND o.known_until IS NULL AND o.opens IS NOT NULL
               AND (o.days = a.days OR (a.days = 'worked' AND o.days = 'fri'))
               AND o.valid_from <= a.day AND (o.valid_to IS NULL OR a.day < o.valid_to)
             ORDER BY o.days = a.days DESC LIMIT 1) h ON true
      LEFT JOIN institution_fact f ON f.institution_id = a.id AND f.attribute = 'class'
           AND f.known_until IS NULL AND f.valid_from <= a.day
           AND (f.valid_to IS NULL OR a.day < f.valid_to)
      LEFT JOIN usual_hours g ON g.class_code = f.value AND g.days = a.days
           AND g.known_until IS NULL AND g.valid_from <= a.day
           AND (g.valid_to IS NULL OR a.day < g.valid_to)
      LEFT JOIN usual_hours u ON u.class_code = '*' AND u.days = a.days
           AND u.known_until IS NULL AND u.valid_from <= a.day
           AND (u.valid_to IS NULL OR a.day < u.valid_to)
$$;

CREATE FUNCTION report.opening(asked integer[], first date, until date)
RETURNS TABLE (institution_id integer, day date, kind text, opens integer, closes integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT o.institution_id, o.day, o.kind, o.opens, o.closes
      FROM storage.opening(ARRAY(SELECT w.id FROM unnest(asked) AS w(id)
                                  WHERE w.id IN (SELECT s.id FROM access.sees() AS s(id))),
                           first, until) o
$$;

-- Whose meters make an account that the viewer sees; a guarded owner keeps its name to itself.
CREATE FUNCTION access.owners(asked integer, wanted text)
RETURNS TABLE (channel_id integer, institution_id integer, name_zh text, name_en text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH seen AS MATERIALIZED (SELECT s.id FROM access.sees() AS s(id)), facts AS (
        SELECT f.institution_id, f.attribute, f.value FROM institution_fact f
         WHERE f.known_until IS NULL AND storage.today() >= f.valid_from
           AND (f.valid_to IS NULL OR storage.today() < f.valid_to)
    ), owned AS (
        SELECT DISTINCT t.channel_id, m.institution_id
          FROM account_term t JOIN channel c ON c.id = t.channel_id
          JOIN meter m ON m.id = c.meter_id
         WHERE t.institution_id = asked AND t.carrier = wanted AND t.known_until IS NULL
           AND asked IN (SELECT id FROM seen)
    )
    SELECT o.channel_id, o.institution_id, zh.value, en.value
      FROM owned o
      LEFT JOIN facts g ON g.institution_id = o.institution_id AND g.attribute = 'disclosure'
            AND g.value <> 'open' AND o.institution_id NOT IN (SELECT id FROM seen)
      LEFT JOIN facts zh ON zh.institution_id = o.institution_id AND zh.attribute = 'name_zh'
            AND g.value IS NULL
      LEFT JOIN facts en ON en.institution_id = o.institution_id AND en.attribute = 'name_en'
            AND g.value IS NULL
$$;

CREATE VIEW report.channel WITH (security_barrier) AS
SELECT c.id AS channel_id, m.institution_id, m.code AS meter_code, m.name_zh, m.name_en,
       c.code, c.carrier, c.kind, c.zone, c.since, k.unit, k.per_unit
  FROM channel c
  JOIN meter m ON m.id = c.meter_id
  JOIN carrier k ON k.code = c.carrier
 WHERE c.id IN (SELECT s.id FROM access.sees_channels() AS s(id));

-- What a channel's meter can carry, in its own unit; null where nobody stated it.
CREATE VIEW report.channel_limit WITH (security_barrier) AS
SELECT c.id AS channel_id, c.unit, s.max_per_hour::numeric / c.per_unit AS max_per_hour
  FROM storage.seen_channel v
  JOIN channel c ON c.id = v.channel_id
  LEFT JOIN channel_setting s ON s.channel_id = c.id AND s.known_until IS NULL
       AND s.valid_from <= now() AND (s.valid_to IS NULL OR s.valid_to > now());

-- Of a gateway only the channels that the viewer sees count.
CREATE VIEW report.gateway WITH (security_barrier) AS
SELECT g.name, g.since, count(b.channel_id) AS channels, max(r.at) AS last_reading_at,
       k.ahead_ms, greatest(k.heard_at, n.seen_at) AS heard_at, k.set_aside_at, g.revoked_at,
       storage.late_after_s(n.every_s, max(p.longest_s), min(p.shortest_s)) AS late_after_s
  FROM gateway g
  LEFT JOIN gateway_clock k ON k.gateway_id = g.id
  LEFT JOIN gateway_seen n ON n.gateway_id = g.id
  LEFT JOIN binding b ON b.gateway_id = g.id AND b.known_until IS NULL
        AND (b.valid_to IS NULL OR b.valid_to > now())
        AND b.channel_id IN (SELECT s.id FROM access.sees_channels() AS s(id))
  LEFT JOIN LATERAL (
        SELECT at FROM reading WHERE channel_id = b.channel_id ORDER BY at DESC LIMIT 1) r ON true
  LEFT JOIN LATERAL (
        SELECT max(s.period_s) AS longest_s, min(s.period_s) AS shortest_s FROM channel_setting s
         WHERE s.channel_id = b.channel_id AND s.known_until IS NULL) p ON true
 WHERE g.name IN (SELECT s.id FROM access.sees_gateways() AS s(id))
 GROUP BY g.id, g.name, g.since, k.gateway_id, n.gateway_id;

-- A board of one region shows the gateways of its channels, not those of all that the viewer sees.

CREATE VIEW report.gateway_channel WITH (security_barrier) AS
SELECT g.name AS gateway, b.channel_id
  FROM gateway g
  JOIN binding b ON b.gateway_id = g.id
 WHERE b.known_until IS NULL AND (b.valid_to IS NULL OR b.valid_to > now())
   AND b.channel_id IN (SELECT s.id FROM access.sees_channels() AS s(id));

REVOKE ALL ON FUNCTION report.named, report.means, access.owners, storage.opening, report.opening
    FROM PUBLIC;

GRANT EXECUTE ON FUNCTION storage.opening TO commonwatt_worker;

GRANT EXECUTE ON FUNCTION report.opening TO commonwatt_api;

GRANT EXECUTE ON FUNCTION report.named, report.means
    TO commonwatt_api, commonwatt_boards;

GRANT EXECUTE ON FUNCTION access.owners
    TO commonwatt_api;
