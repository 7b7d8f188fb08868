-- A board's sums over a thousand institutions took seconds: factors are looked for once per place and month, due time once per term.

DROP FUNCTION access.due_s(date, date);

-- The seconds due in a span of days, up to the end of today, also where there is no account.
CREATE FUNCTION access.due_s(asked integer[], first date, until date)
RETURNS TABLE (institution_id integer, carrier text, due_s bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT t.institution_id, t.carrier,
           sum(extract(epoch FROM
               (least(until, t.valid_to, storage.today() + 1)::timestamp AT TIME ZONE c.zone)
               - (greatest(first, t.valid_from)::timestamp AT TIME ZONE c.zone)))::bigint
      FROM account_term t
      JOIN channel c ON c.id = t.channel_id
     WHERE t.institution_id = ANY(asked) AND t.institution_id IN (SELECT access.sees())
       AND t.known_until IS NULL
       AND greatest(first, t.valid_from) < least(until, t.valid_to, storage.today() + 1)
     GROUP BY t.institution_id, t.carrier
$$;
REVOKE ALL ON FUNCTION access.due_s FROM public;
GRANT EXECUTE ON FUNCTION access.due_s TO commonwatt_api;

-- As before, but what is the same for many rows is worked out once: the grid factor per place and
-- year (beyond the editions there are, the nearest one's year), and grams without a call.
CREATE OR REPLACE VIEW report.account_energy WITH (security_barrier) AS
WITH place AS MATERIALIZED (
    SELECT region_id, province_code, grid_region FROM storage.region_province
), edition AS MATERIALIZED (
    SELECT min(year) AS first, max(year) AS last FROM grid_factor
     WHERE known_until IS NULL AND basis = 'average'
), grid AS MATERIALIZED (
    SELECT coalesce(p.province_code, '') AS province_code, coalesce(p.grid_region, '') AS grid_region,
           y.year AS wanted, f.*
      FROM (SELECT province_code, grid_region FROM place UNION SELECT NULL, NULL) p
     CROSS JOIN edition e
     CROSS JOIN generate_series(e.first, e.last) AS y(year)
     CROSS JOIN LATERAL (
            SELECT kgco2_per_kwh, scope, code, year, verified FROM grid_factor
             WHERE known_until IS NULL AND basis = 'average'
               AND ((scope = 'province' AND code = p.province_code)
                    OR (scope = 'grid_region' AND code = p.grid_region) OR scope = 'national')
             ORDER BY CASE scope WHEN 'province' THEN 1 WHEN 'grid_region' THEN 2 ELSE 3 END,
                      year > y.year, abs(year - y.year)
             LIMIT 1) f
)
SELECT a.institution_id, a.carrier, a.month, a.source, a.quanta, a.measured_s,
       p.code AS profile,
       k.profile AS coefficient_profile, k.kgce_per_unit, k.verified AS coefficient_verified,
       CASE WHEN c.in_total_energy
            THEN floor(a.quanta * k.kgce_per_unit * (1000::numeric / c.per_unit) + 0.5)::bigint END
           AS kgce_g,
       coalesce(g.kgco2_per_kwh, o.kgco2_per_unit) AS kgco2_per_unit,
       g.scope AS grid_scope, g.code AS grid_code, g.year AS grid_year,
       coalesce(g.verified, o.verified) AS co2_verified,
       floor(a.quanta * coalesce(g.kgco2_per_kwh, o.kgco2_per_unit)
             * (1000::numeric / c.per_unit) + 0.5)::bigint AS co2_g
  FROM account a
  JOIN carrier c ON c.code = a.carrier
 CROSS JOIN profile p
  LEFT JOIN LATERAL (
        SELECT profile, kgce_per_unit, verified FROM coefficient
         WHERE carrier = a.carrier AND known_until IS NULL
           AND (profile = p.code OR profile = (SELECT code FROM profile WHERE is_default))
           AND a.month >= valid_from AND (valid_to IS NULL OR a.month < valid_to)
         ORDER BY profile = p.code DESC LIMIT 1) k ON true
  LEFT JOIN LATERAL (
        SELECT region_id FROM location
         WHERE institution_id = a.institution_id AND known_until IS NULL
           AND valid_from < a.month + interval '1 month'
           AND (valid_to IS NULL OR a.month < valid_to)
         ORDER BY valid_from LIMIT 1) l ON true
  LEFT JOIN place r ON r.region_id = l.region_id
  LEFT JOIN grid g ON a.carrier = 'electricity'
        AND g.province_code = coalesce(r.province_code, '')
        AND g.grid_region = coalesce(r.grid_region, '')
        AND g.wanted = least((SELECT last FROM edition), greatest((SELECT first FROM edition),
                             extract(year FROM a.month)::integer))
  LEFT JOIN LATERAL (
        SELECT kgco2_per_unit, verified FROM co2_factor
         WHERE carrier = a.carrier AND known_until IS NULL
           AND a.month >= valid_from AND (valid_to IS NULL OR a.month < valid_to)
         LIMIT 1) o ON true
 WHERE a.institution_id IN (SELECT access.sees());

DROP FUNCTION storage.grid_factor_of(text, text, integer, text);
DROP FUNCTION storage.grams(bigint, bigint, numeric);
