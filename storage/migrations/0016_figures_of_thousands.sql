-- Sums of boards over ten thousand institutions took seconds: factors are joined, not looked for row by row,
-- and the accounts that the viewer sees are read once.

-- The figures of report.account_energy without what explains them.
CREATE VIEW report.account_figure WITH (security_barrier) AS
WITH span AS MATERIALIZED (
    SELECT min(month) AS first, max(month) AS last FROM account
), place AS MATERIALIZED (
    SELECT region_id, province_code, grid_region FROM storage.region_province
), edition AS MATERIALIZED (
    SELECT min(year) AS first, max(year) AS last FROM grid_factor
     WHERE known_until IS NULL AND basis = 'average'
), grid AS MATERIALIZED (
    SELECT coalesce(p.province_code, '') AS province_code,
           coalesce(p.grid_region, '') AS grid_region, y.year AS wanted, f.kgco2_per_kwh
      FROM (SELECT province_code, grid_region FROM place UNION SELECT NULL, NULL) p
     CROSS JOIN edition e
     CROSS JOIN generate_series(e.first, e.last) AS y(year)
     CROSS JOIN LATERAL (
            SELECT kgco2_per_kwh FROM grid_factor
             WHERE known_until IS NULL AND basis = 'average'
               AND ((scope = 'province' AND code = p.province_code)
                    OR (scope = 'grid_region' AND code = p.grid_region) OR scope = 'national')
             ORDER BY CASE scope WHEN 'province' THEN 1 WHEN 'grid_region' THEN 2 ELSE 3 END,
                      year > y.year, abs(year - y.year)
             LIMIT 1) f
), factor AS MATERIALIZED (
    SELECT p.code AS profile, c.code AS carrier, m.month::date AS month,
           CASE WHEN c.in_total_energy THEN k.kgce_per_unit * (1000::numeric / c.per_unit) END
               AS kgce_per_quantum,
           1000::numeric / c.per_unit AS per_quantum, o.kgco2_per_unit,
           least(e.last, greatest(e.first, extract(year FROM m.month)::integer)) AS wanted
      FROM profile p CROSS JOIN carrier c CROSS JOIN span CROSS JOIN edition e
     CROSS JOIN LATERAL generate_series(span.first, span.last, interval '1 month') AS m(month)
      LEFT JOIN LATERAL (
            SELECT kgce_per_unit FROM coefficient
             WHERE carrier = c.code AND known_until IS NULL
               AND (profile = p.code OR profile = (SELECT code FROM profile WHERE is_default))
               AND m.month >= valid_from AND (valid_to IS NULL OR m.month < valid_to)
             ORDER BY profile = p.code DESC LIMIT 1) k ON true
      LEFT JOIN LATERAL (
            SELECT kgco2_per_unit FROM co2_factor
             WHERE carrier = c.code AND known_until IS NULL
               AND m.month >= valid_from AND (valid_to IS NULL OR m.month < valid_to)
             LIMIT 1) o ON true
), lived AS MATERIALIZED (
    -- A move within a month leaves it to the place on its first day, else the first one in it.
    SELECT institution_id, region_id, valid_to,
           CASE WHEN lag(valid_to) OVER (PARTITION BY institution_id ORDER BY valid_from)
                     > date_trunc('month', valid_from)
                THEN (date_trunc('month', valid_from) + interval '1 month')::date
                ELSE date_trunc('month', valid_from)::date END AS since
      FROM location WHERE known_until IS NULL
), seen AS MATERIALIZED (
    SELECT * FROM account WHERE institution_id IN (SELECT access.sees())
)
SELECT a.institution_id, a.carrier, a.month, a.source, a.quanta, a.measured_s, f.profile,
       floor(a.quanta * f.kgce_per_quantum + 0.5)::bigint AS kgce_g,
       floor(a.quanta * coalesce(g.kgco2_per_kwh, f.kgco2_per_unit) * f.per_quantum + 0.5)::bigint
           AS co2_g
  FROM seen a
  JOIN factor f ON f.carrier = a.carrier AND f.month = a.month
  LEFT JOIN lived l ON l.institution_id = a.institution_id AND a.month >= l.since
        AND (l.valid_to IS NULL OR a.month < l.valid_to)
  LEFT JOIN place r ON r.region_id = l.region_id
  LEFT JOIN grid g ON a.carrier = 'electricity'
        AND g.province_code = coalesce(r.province_code, '')
        AND g.grid_region = coalesce(r.grid_region, '') AND g.wanted = f.wanted;
GRANT SELECT ON report.account_figure TO commonwatt_api, commonwatt_boards;

-- The seconds due in a span of days, up to the end of today, of all that the viewer sees.
CREATE FUNCTION report.due_s(first date, until date)
RETURNS TABLE (institution_id integer, carrier text, due_s bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT t.institution_id, t.carrier,
           sum(extract(epoch FROM
               (least(until, t.valid_to, storage.today() + 1)::timestamp AT TIME ZONE c.zone)
               - (greatest(first, t.valid_from)::timestamp AT TIME ZONE c.zone)))::bigint
      FROM account_term t
      JOIN channel c ON c.id = t.channel_id
     WHERE t.institution_id IN (SELECT access.sees()) AND t.known_until IS NULL
       AND greatest(first, t.valid_from) < least(until, t.valid_to, storage.today() + 1)
     GROUP BY t.institution_id, t.carrier
$$;
REVOKE ALL ON FUNCTION report.due_s FROM public;
GRANT EXECUTE ON FUNCTION report.due_s TO commonwatt_api, commonwatt_boards;
