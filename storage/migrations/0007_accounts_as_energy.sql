-- What an account means: coverage, standard coal under a named profile, and CO2 with its factor's origin.

-- "Today" is an argument everywhere; a program that looks back says which day it means.
CREATE FUNCTION storage.today() RETURNS date LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(nullif(current_setting('commonwatt.today', true), '')::date, current_date)
$$;

-- Every region with the province that holds it; climate and grid follow the location.
CREATE VIEW storage.region_province AS
WITH RECURSIVE known AS (
    SELECT region_id, parent_id, kind, code, grid_region FROM region_fact
     WHERE known_until IS NULL
       AND storage.today() >= valid_from AND (valid_to IS NULL OR storage.today() < valid_to)
), walk AS (
    SELECT region_id, region_id AS province_id, code, grid_region FROM known WHERE kind = 'province'
    UNION ALL
    SELECT k.region_id, w.province_id, w.code, w.grid_region
      FROM known k JOIN walk w ON k.parent_id = w.region_id
)
SELECT region_id, province_id, code AS province_code, grid_region FROM walk;

-- The factor of each year for each kind of place: the own province, else its grid, else the nation;
-- within one of these the newest edition up to that year, else the oldest after it.
CREATE FUNCTION storage.grid_factor_of(province text, grid text, wanted integer, basis_wanted text)
RETURNS SETOF grid_factor LANGUAGE sql STABLE
SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT f.* FROM grid_factor f
     WHERE f.known_until IS NULL AND f.basis = basis_wanted
       AND ((f.scope = 'province' AND f.code = province)
            OR (f.scope = 'grid_region' AND f.code = grid)
            OR (f.scope = 'national'))
     ORDER BY CASE f.scope WHEN 'province' THEN 1 WHEN 'grid_region' THEN 2 ELSE 3 END,
              f.year > wanted, abs(f.year - wanted)
     LIMIT 1
$$;

-- Rounded to whole grams, half up, as every total sums them.
CREATE FUNCTION storage.grams(quanta bigint, per_unit bigint, kg_per_unit numeric)
RETURNS bigint LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT floor(quanta * kg_per_unit * (1000::numeric / per_unit) + 0.5)::bigint
$$;

-- The seconds that a complete account of the month would hold, up to the end of today.
CREATE VIEW storage.account_expected AS
SELECT t.institution_id, t.carrier, m.month,
       sum(greatest(0, extract(epoch FROM
           (least(m.month + interval '1 month', t.valid_to, storage.today() + 1)::timestamp
               AT TIME ZONE c.zone)
           - (greatest(m.month, t.valid_from)::timestamp AT TIME ZONE c.zone))))::bigint
           AS expected_s
  FROM (SELECT DISTINCT institution_id, carrier, month FROM account WHERE source = 'meter') m
  JOIN account_term t ON t.institution_id = m.institution_id AND t.carrier = m.carrier
       AND t.known_until IS NULL AND t.valid_from < m.month + interval '1 month'
       AND (t.valid_to IS NULL OR t.valid_to > m.month)
  JOIN channel c ON c.id = t.channel_id
 GROUP BY t.institution_id, t.carrier, m.month;

CREATE VIEW report.account WITH (security_barrier) AS
SELECT a.institution_id, a.carrier, a.month, a.source, a.quanta, a.measured_s, e.expected_s
  FROM account a
  LEFT JOIN storage.account_expected e
         ON a.source = 'meter' AND e.institution_id = a.institution_id
        AND e.carrier = a.carrier AND e.month = a.month
 WHERE a.institution_id IN (SELECT access.sees());

-- Filter by profile: one row per account and profile. A carrier that the profile leaves out takes
-- the default profile's coefficient, and says so.
CREATE VIEW report.account_energy WITH (security_barrier) AS
SELECT a.institution_id, a.carrier, a.month, a.source, a.quanta, a.measured_s,
       p.code AS profile,
       k.profile AS coefficient_profile, k.kgce_per_unit, k.verified AS coefficient_verified,
       CASE WHEN c.in_total_energy THEN storage.grams(a.quanta, c.per_unit, k.kgce_per_unit) END
           AS kgce_g,
       coalesce(g.kgco2_per_kwh, o.kgco2_per_unit) AS kgco2_per_unit,
       g.scope AS grid_scope, g.code AS grid_code, g.year AS grid_year,
       coalesce(g.verified, o.verified) AS co2_verified,
       storage.grams(a.quanta, c.per_unit, coalesce(g.kgco2_per_kwh, o.kgco2_per_unit)) AS co2_g
  FROM account a
  JOIN carrier c ON c.code = a.carrier
 CROSS JOIN profile p
  LEFT JOIN LATERAL (
        SELECT profile, kgce_per_unit, verified FROM coefficient
         WHERE carrier = a.carrier AND known_until IS NULL
           AND (profile = p.code OR profile = (SELECT code FROM profile WHERE is_default))
           AND a.month >= valid_from AND (valid_to IS NULL OR a.month < valid_to)
         ORDER BY profile = p.code DESC LIMIT 1) k ON true
  LEFT JOIN location l ON l.institution_id = a.institution_id AND l.known_until IS NULL
        AND a.month >= date_trunc('month', l.valid_from::timestamp)::date
        AND (l.valid_to IS NULL OR a.month < l.valid_to)
  LEFT JOIN storage.region_province r ON r.region_id = l.region_id
  LEFT JOIN LATERAL storage.grid_factor_of(r.province_code, r.grid_region,
        extract(year FROM a.month)::integer, 'average') g ON a.carrier = 'electricity'
  LEFT JOIN LATERAL (
        SELECT kgco2_per_unit, verified FROM co2_factor
         WHERE carrier = a.carrier AND known_until IS NULL
           AND a.month >= valid_from AND (valid_to IS NULL OR a.month < valid_to)
         LIMIT 1) o ON true
 WHERE a.institution_id IN (SELECT access.sees());

GRANT SELECT ON ALL TABLES IN SCHEMA report TO commonwatt_api;
