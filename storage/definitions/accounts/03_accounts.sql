-- Accounts as they are read: by day, by source, as energy, and what was set aside of them.

-- Where those shares end, in millionths. A whole share takes the day whatever was before it: it
-- need not be told, and is then given 0.
CREATE FUNCTION storage.share_before(asked integer, channel integer, day date, share bigint)
RETURNS TABLE (share_before bigint) LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(sum(o.share), 0)::bigint
      FROM public.account_term o
     WHERE share IS DISTINCT FROM 1000000 AND o.channel_id = channel::bigint  -- a B-tree's
       AND o.known_until IS NULL
       AND o.institution_id < asked
       AND o.valid_from <= day AND (o.valid_to IS NULL OR day < o.valid_to);
END;

CREATE FUNCTION access.share_before(asked integer, channel integer, day date)
RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT b.share_before FROM storage.share_before(asked, channel, day, NULL) b
                      WHERE asked IN (SELECT s.id FROM access.sees() AS s(id))), 0)
$$;

-- The days of channels with the part that each account takes of them.
CREATE VIEW storage.account_day AS
SELECT t.institution_id, t.carrier, t.channel_id, d.day, d.used, d.measured_s, d.known_s,
       storage.part_of(d.used, b.share_before, t.share) AS quanta
  FROM account_term t
  JOIN usage_day d ON d.channel_id = t.channel_id
   AND d.day >= t.valid_from AND (t.valid_to IS NULL OR d.day < t.valid_to)
 CROSS JOIN LATERAL storage.share_before(t.institution_id, t.channel_id, d.day, t.share) b
 WHERE t.known_until IS NULL;

CREATE FUNCTION storage.month_so_far(asked integer, since date, upto date)
RETURNS TABLE (carrier text, quanta numeric, measured_s bigint, known_s bigint)
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp SET enable_nestloop = on AS $$
    SELECT d.carrier, sum(d.quanta), sum(d.measured_s), sum(d.known_s)
      FROM storage.account_day d
     WHERE d.institution_id = asked AND d.day BETWEEN since AND upto
     GROUP BY d.carrier
$$;

CREATE VIEW storage.account_sources AS
SELECT institution_id, carrier, month,
       max(quanta) FILTER (WHERE source = 'meter') AS meter_quanta,
       coalesce(max(measured_s) FILTER (WHERE source = 'meter'), 0) AS measured_s,
       coalesce(max(known_s) FILTER (WHERE source = 'meter'), 0) AS known_s,
       (array_agg(quanta ORDER BY storage.source_rank(source, true))
           FILTER (WHERE source <> 'meter' AND quanta IS NOT NULL))[1] AS other_quanta,
       (array_agg(source ORDER BY storage.source_rank(source, true))
           FILTER (WHERE source <> 'meter' AND quanta IS NOT NULL))[1] AS other_source,
       (array_agg(before_meter ORDER BY storage.source_rank(source, true))
           FILTER (WHERE source <> 'meter' AND quanta IS NOT NULL))[1] AS other_first
  FROM account GROUP BY institution_id, carrier, month;

CREATE VIEW storage.account_counted AS
SELECT f.institution_id, f.carrier, f.month, f.source, f.quanta, f.measured_s, f.known_s, f.expected_s,
       f.co2_g, f.kgce_g
  FROM account_figure f
 WHERE f.counts;

-- Of a month in which an account begins, ends or pauses all that is due may be known, six days of
-- thirty: it does not stand for its whole beside another year's.

CREATE VIEW storage.month_in_part AS
WITH term AS (
    SELECT institution_id, carrier, valid_from, coalesce(valid_to, 'infinity') AS valid_to
      FROM account_term WHERE known_until IS NULL
), edge AS (
    SELECT institution_id, carrier, valid_from AS day, valid_from - 1 AS beside FROM term
     UNION
    SELECT institution_id, carrier, valid_to, valid_to FROM term WHERE valid_to < 'infinity'
)
SELECT DISTINCT e.institution_id, e.carrier, date_trunc('month', e.day::timestamp)::date AS month
  FROM edge e
 WHERE extract(day FROM e.day) <> 1
   AND NOT EXISTS (SELECT FROM term t
                    WHERE t.institution_id = e.institution_id AND t.carrier = e.carrier
                      AND t.valid_from <= e.beside AND e.beside < t.valid_to);

CREATE VIEW report.account WITH (security_barrier) AS
SELECT a.institution_id, a.carrier, a.month, a.source, a.quanta, a.measured_s, e.expected_s,
       CASE WHEN a.source IN ('bill', 'typed') AND a.quanta IS NOT NULL
            THEN coalesce(e.expected_s, a.known_s) ELSE a.known_s END AS known_s
  FROM account a
  LEFT JOIN LATERAL (
        SELECT coalesce(sum(storage.expected_s(
                   t.valid_from, t.valid_to, t.zone, a.month,
                   (a.month + interval '1 month')::date, storage.today(t.zone))), 0)::bigint
               + CASE WHEN a.month + interval '1 month' >= storage.today() THEN
                     (SELECT coalesce(sum(h.known_s), 0)::bigint FROM storage.held_today h
                       WHERE h.institution_id = a.institution_id AND h.carrier = a.carrier
                         AND h.day >= a.month AND h.day < a.month + interval '1 month')
                      ELSE 0 END AS expected_s
          FROM storage.due t
         WHERE t.institution_id = a.institution_id AND t.carrier = a.carrier) e
       ON a.source <> 'estimate'
 WHERE a.institution_id IN (SELECT s.id FROM access.sees() AS s(id));

CREATE VIEW report.account_figure WITH (security_barrier) AS
SELECT f.institution_id, f.carrier, f.month, f.source, f.quanta, f.measured_s, p.code AS profile,
       f.kgce_g[p.place] AS kgce_g, f.co2_g, f.known_s, f.expected_s, f.before_meter, f.counts
  FROM storage.seen s
  JOIN account_figure f ON f.institution_id = s.institution_id
 CROSS JOIN profile p;

CREATE VIEW report.account_energy WITH (security_barrier) AS
WITH place AS MATERIALIZED (
    SELECT region_id, province_code, grid_region FROM storage.region_province
), edition AS MATERIALIZED (
    SELECT min(year) AS first, max(year) AS last FROM storage.grid_edition
), grid AS MATERIALIZED (
    SELECT coalesce(p.province_code, '') AS province_code, coalesce(p.grid_region, '') AS grid_region,
           y.year AS wanted, f.*
      FROM (SELECT province_code, grid_region FROM place UNION SELECT NULL, NULL) p
     CROSS JOIN edition e
     CROSS JOIN generate_series(e.first, e.last) AS y(year)
     CROSS JOIN LATERAL (
            SELECT f.kgco2_per_kwh, f.scope, f.code, f.year, f.verified, f.evidence
              FROM storage.grid_edition f
             CROSS JOIN LATERAL (SELECT storage.grid_distance(
                    f.scope, f.code, f.year, p.province_code, p.grid_region, y.year) AS distance) d
             WHERE d.distance IS NOT NULL ORDER BY d.distance LIMIT 1) f
)
SELECT a.institution_id, a.carrier, a.month, a.source, a.quanta, a.measured_s,
       p.code AS profile,
       k.profile AS coefficient_profile, k.kgce_per_unit, k.verified AS coefficient_verified,
       CASE WHEN c.in_total_energy
            THEN storage.grams(a.quanta, k.kgce_per_unit, c.per_unit)::bigint END AS kgce_g,
       coalesce(g.kgco2_per_kwh, o.kgco2_per_unit) AS kgco2_per_unit,
       g.scope AS grid_scope, g.code AS grid_code, g.year AS grid_year,
       coalesce(g.verified, o.verified) AS co2_verified,
       storage.grams(a.quanta, coalesce(g.kgco2_per_kwh, o.kgco2_per_unit), c.per_unit)::bigint
           AS co2_g,
       a.known_s,
       k.evidence AS coefficient_evidence,
       storage.outside(a.month, k.valid_from, k.valid_to) AS coefficient_outside,
       coalesce(g.evidence, o.evidence) AS co2_evidence,
       CASE WHEN g.year IS NULL THEN storage.outside(a.month, o.valid_from, o.valid_to)
            WHEN extract(year FROM a.month) < g.year THEN 'before'
            WHEN extract(year FROM a.month) > g.year THEN 'after' END AS co2_outside,
       coalesce(n.counts, false) AS counts
  FROM account a
  LEFT JOIN account_figure n ON n.institution_id = a.institution_id AND n.carrier = a.carrier
       AND n.month = a.month AND n.source = a.source
  JOIN carrier c ON c.code = a.carrier
 CROSS JOIN profile p
  LEFT JOIN storage.coefficient_span k ON k.wanted = p.code AND k.carrier = a.carrier
       AND a.month >= k.used_from AND a.month < k.used_until
  LEFT JOIN storage.located l ON l.institution_id = a.institution_id
       AND a.month >= l.first_month AND a.month < l.until_month
  LEFT JOIN place r ON r.region_id = l.region_id
  LEFT JOIN grid g ON a.carrier = 'electricity'
        AND g.province_code = coalesce(r.province_code, '')
        AND g.grid_region = coalesce(r.grid_region, '')
        AND g.wanted = least((SELECT last FROM edition), greatest((SELECT first FROM edition),
                             extract(year FROM a.month)::integer))
  LEFT JOIN storage.co2_span o ON o.carrier = a.carrier
       AND a.month >= o.used_from AND a.month < o.used_until
 WHERE a.institution_id IN (SELECT s.id FROM access.sees() AS s(id));

CREATE VIEW report.account_counted WITH (security_barrier) AS
SELECT c.institution_id, c.carrier, c.month, c.source, c.quanta, c.measured_s, c.known_s, c.expected_s,
       p.code AS profile, c.kgce_g[p.place] AS kgce_g, c.co2_g
  FROM storage.seen s
  JOIN storage.account_counted c ON c.institution_id = s.institution_id
 CROSS JOIN profile p;

-- Of a guarded institution's meter that another account takes part of, the part is that account's,
-- but which share it is would tell of the whole.
CREATE VIEW report.account_term WITH (security_barrier) AS
SELECT institution_id, carrier, channel_id,
       CASE WHEN channel_id IN (SELECT s.id FROM access.sees_channels() AS s(id)) THEN share END AS share,
       valid_from, valid_to
  FROM account_term
 WHERE known_until IS NULL AND institution_id IN (SELECT s.id FROM access.sees() AS s(id));

CREATE VIEW report.month_in_part WITH (security_barrier) AS
SELECT m.institution_id, m.carrier, m.month
  FROM storage.month_in_part m
 WHERE m.institution_id IN (SELECT s.id FROM access.sees() AS s(id));

-- The newest month with an account, not an estimate alone, of what the viewer sees; null does not narrow it. Months
-- are looked at from the newest down until one has any.
CREATE FUNCTION report.newest_month(institution integer, region integer) RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE seen AS MATERIALIZED (
        SELECT s.id FROM access.sees() AS s(id)
         WHERE (institution IS NULL OR s.id = institution)
           AND (region IS NULL OR s.id IN (
                   SELECT a.institution_id FROM affiliation a
                     JOIN report.region_within w ON w.region_id = a.region_id
                    WHERE w.within_id = region AND a.known_until IS NULL
                      AND storage.today() >= a.valid_from
                      AND (a.valid_to IS NULL OR storage.today() < a.valid_to)))
    ), months (month, held) AS (
        SELECT n.month, EXISTS (
                   SELECT FROM account a WHERE a.month = n.month AND a.source <> 'estimate'
                      AND a.institution_id IN (SELECT id FROM seen))
          FROM (SELECT max(month) AS month FROM account) n
         UNION ALL
        SELECT n.month, EXISTS (
                   SELECT FROM account a WHERE a.month = n.month AND a.source <> 'estimate'
                      AND a.institution_id IN (SELECT id FROM seen))
          FROM months m
         CROSS JOIN LATERAL (SELECT max(a.month) AS month FROM account a WHERE a.month < m.month) n
         WHERE NOT m.held AND m.month IS NOT NULL
    )
    SELECT month FROM months WHERE held
$$;

CREATE VIEW report.set_aside WITH (security_barrier) AS
SELECT s.id, s.stage, s.channel_id, s.institution_id, s.carrier, s.month, s.reason, s.error,
       s.attempts, s.since, s.last_at, s.retry_at
  FROM set_aside s
 WHERE s.institution_id IN (SELECT s.id FROM access.sees() AS s(id));

-- Have what was set aside tried again at once; what has no row of a queue gets one.
CREATE FUNCTION access.retry_set_aside(asked bigint) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    retried integer;
BEGIN
    WITH wanted AS (
        UPDATE set_aside SET retry_at = now()
         WHERE (asked IS NULL OR id = asked) AND institution_id IN (SELECT s.id FROM access.writes() AS s(id))
        RETURNING stage, institution_id, month
    ), queued AS (
        INSERT INTO stale_account (institution_id, first, last)
        SELECT institution_id, month, month FROM wanted WHERE stage = 'figure'
    )
    SELECT count(*) INTO retried FROM wanted;
    RETURN retried;
END $$;

-- Whoever corrects what made a channel's use impossible does not wait for the next try.
CREATE FUNCTION storage.try_at_once() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    UPDATE set_aside SET retry_at = now()
     WHERE stage = 'usage' AND retry_at > now()
       AND channel_id IN (SELECT f.channel_id FROM fresh f);
    RETURN NULL;
END $$;

REVOKE ALL ON FUNCTION access.share_before, report.newest_month, access.retry_set_aside,
    storage.try_at_once
    FROM PUBLIC;

GRANT EXECUTE ON FUNCTION access.share_before, access.retry_set_aside
    TO commonwatt_api;

GRANT SELECT ON storage.account_day
    TO commonwatt_worker;

GRANT EXECUTE ON FUNCTION report.newest_month
    TO commonwatt_api, commonwatt_boards;
