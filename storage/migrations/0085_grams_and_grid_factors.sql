-- Grams stood in nine statements and the chain of grid factors in three: each is one function here, held to analytics by
-- tests/cases/figures.toml. Functions that the planner writes into the statement that asks cost no call.

-- Halves upward: of −0.5 it is 0. As analytics.exact.half_up.
CREATE FUNCTION storage.half_up(value numeric) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN floor(value + 0.5);
-- The same of a fraction whose quotient numeric would round; null where it is of nothing.
CREATE FUNCTION storage.half_up(numerator numeric, denominator numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN denominator <> 0 THEN
        div(2 * numerator * sign(denominator) + abs(denominator), 2 * abs(denominator))
        - CASE WHEN mod(2 * numerator * sign(denominator) + abs(denominator),
                        2 * abs(denominator)) < 0 THEN 1 ELSE 0 END END;

-- So that it is a whole number of digits, and products with it are exact.
ALTER TABLE carrier ADD CONSTRAINT carrier_per_unit_power_of_ten CHECK (per_unit::text ~ '^10*$');
CREATE FUNCTION storage.g_per_quantum(kg_per_unit numeric, per_unit bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN kg_per_unit * (1000::numeric / per_unit);
-- Standard coal or CO2 of an amount, in whole grams. As analytics.conversion.to_g.
CREATE FUNCTION storage.grams(quanta numeric, g_per_quantum numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN storage.half_up(quanta * g_per_quantum);
CREATE FUNCTION storage.grams(quanta numeric, kg_per_unit numeric, per_unit bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN storage.grams(quanta, storage.g_per_quantum(kg_per_unit, per_unit));

-- How far a grid factor is from a place in a year; null where it is of another place. The province's
-- own goes before its grid region's, that before the nation's; then of years gone by the newest, else
-- the first of those to come. As analytics.grid.nearest.
CREATE FUNCTION storage.grid_distance(scope text, code text, year integer, province text,
                                      grid_region text, wanted integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN scope = 'province' AND code = province THEN 0
                WHEN scope = 'grid_region' AND code = grid_region THEN 100000
                WHEN scope = 'national' THEN 200000 END
         + CASE WHEN year > wanted THEN 10000 + year - wanted ELSE wanted - year END;
CREATE VIEW storage.grid_edition AS
SELECT scope, code, name_zh, name_en, year, basis, kgco2_per_kwh, document, clause, source, verified,
       evidence
  FROM grid_factor WHERE known_until IS NULL AND basis = 'average';

-- The months for which a location gives an institution's grid: a move within a month leaves it to the
-- place on its first day, else to the first one in it.
CREATE VIEW storage.located AS
SELECT l.institution_id, l.region_id,
       CASE WHEN extract(day FROM l.valid_from) <> 1 AND EXISTS (
                 SELECT FROM location e
                  WHERE e.institution_id = l.institution_id AND e.known_until IS NULL
                    AND e.valid_from < l.valid_from
                    AND e.valid_to > date_trunc('month', l.valid_from::timestamp))
            THEN (date_trunc('month', l.valid_from::timestamp) + interval '1 month')::date
            ELSE date_trunc('month', l.valid_from::timestamp)::date END AS first_month,
       coalesce(l.valid_to, 'infinity') AS until_month
  FROM location l
 WHERE l.known_until IS NULL;

CREATE OR REPLACE VIEW report.account_energy WITH (security_barrier) AS
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
            WHEN extract(year FROM a.month) > g.year THEN 'after' END AS co2_outside
  FROM account a
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

CREATE OR REPLACE FUNCTION storage.figures_of(asked account[]) RETURNS SETOF account_figure
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp SET enable_nestloop = off AS $$
    WITH these AS MATERIALIZED (
        SELECT institution_id, carrier, month, source, quanta, measured_s, known_s FROM unnest(asked)
    ), span AS MATERIALIZED (
        SELECT wanted, carrier, used_from, used_until, kgce_per_unit FROM storage.coefficient_span
    ), factor AS MATERIALIZED (
        SELECT m.carrier, m.month, c.per_unit, o.kgco2_per_unit,
               (SELECT array_agg(CASE WHEN c.in_total_energy
                                      THEN storage.g_per_quantum(k.kgce_per_unit, c.per_unit) END
                                 ORDER BY s.place)
                  FROM generate_series(1, (SELECT max(place) FROM profile)) AS s(place)
                  LEFT JOIN profile p ON p.place = s.place
                  LEFT JOIN span k ON k.wanted = p.code AND k.carrier = m.carrier
                        AND m.month >= k.used_from AND m.month < k.used_until)
                   AS kgce_g_per_quantum
          FROM (SELECT DISTINCT carrier, month FROM these) m
          JOIN carrier c ON c.code = m.carrier
          LEFT JOIN storage.co2_span o ON o.carrier = m.carrier
                AND m.month >= o.used_from AND m.month < o.used_until
    ), lived AS MATERIALIZED (
        SELECT m.institution_id, m.month, coalesce(l.region_id, 0) AS region_id
          FROM (SELECT DISTINCT institution_id, month FROM these
                 WHERE carrier = 'electricity') m
          LEFT JOIN storage.located l ON l.institution_id = m.institution_id
                AND m.month >= l.first_month AND m.month < l.until_month
    ), grid AS MATERIALIZED (
        SELECT p.region_id, p.month, f.kgco2_per_kwh
          FROM (SELECT DISTINCT region_id, month FROM lived) p
          LEFT JOIN storage.region_province r ON r.region_id = p.region_id
          LEFT JOIN LATERAL (
                SELECT f.kgco2_per_kwh
                  FROM storage.grid_edition f
                 CROSS JOIN LATERAL (SELECT storage.grid_distance(
                        f.scope, f.code, f.year, r.province_code, r.grid_region,
                        extract(year FROM p.month)::integer) AS distance) d
                 WHERE d.distance IS NOT NULL ORDER BY d.distance LIMIT 1) f ON true
    ), term AS MATERIALIZED (
        SELECT t.institution_id, t.carrier, t.valid_from, t.valid_to, c.zone
          FROM account_term t JOIN channel c ON c.id = t.channel_id
         WHERE t.known_until IS NULL
           AND t.institution_id = ANY((SELECT array_agg(DISTINCT institution_id)
                                         FROM these)::integer[])
    ), known AS MATERIALIZED (
        SELECT z.zone FROM (SELECT DISTINCT zone FROM term) z WHERE storage.is_zone(z.zone)
    ), due AS MATERIALIZED (
        SELECT m.institution_id, m.carrier, m.month,
               sum(storage.whole_s(t.valid_from, t.valid_to, t.zone, m.month))::bigint AS due_s
          FROM (SELECT DISTINCT institution_id, carrier, month FROM these
                 WHERE source = 'meter') m
          JOIN term t ON t.institution_id = m.institution_id AND t.carrier = m.carrier
          JOIN known k ON k.zone = t.zone
         GROUP BY m.institution_id, m.carrier, m.month
    )
    SELECT a.institution_id, a.carrier, a.month, a.source, a.quanta, a.measured_s,
           storage.grams(a.quanta, coalesce(g.kgco2_per_kwh, f.kgco2_per_unit), f.per_unit)::bigint,
           (SELECT array_agg(storage.grams(a.quanta, k.factor)::bigint ORDER BY k.place)
              FROM unnest(f.kgce_g_per_quantum) WITH ORDINALITY AS k(factor, place)),
           a.known_s, CASE WHEN a.source = 'meter' THEN coalesce(d.due_s, 0) END
      FROM these a
      JOIN factor f ON f.carrier = a.carrier AND f.month = a.month
      LEFT JOIN lived l ON a.carrier = 'electricity'
            AND l.institution_id = a.institution_id AND l.month = a.month
      LEFT JOIN grid g ON g.month = l.month AND g.region_id = l.region_id
      LEFT JOIN due d ON d.institution_id = a.institution_id AND d.carrier = a.carrier
            AND d.month = a.month
$$;

-- What else made grams asks for them; nothing else of these texts changes.
DO $$
DECLARE
    body text;
BEGIN
    FOR body IN
        SELECT pg_get_functiondef(p.oid)
          FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE n.nspname IN ('access', 'report', 'storage') AND p.prokind = 'f'
           AND p.prosrc ~ '1000::numeric / \w'
    LOOP
        EXECUTE regexp_replace(
            body, 'floor\(([\w.]+) \* ([\w.]+)\s+\* \(1000::numeric / ([\w.]+)\) \+ 0\.5\)',
            'storage.grams(\1, \2, \3)', 'g');
    END LOOP;
END $$;
GRANT SELECT ON storage.located, storage.grid_edition TO commonwatt_api;
