-- Which edition of a reference value holds in a month, and what boards read of them.

-- Which coefficient a month takes: the edition that holds, else the newest before it, else the
-- first after it; the profile's own, else the default's.
CREATE VIEW storage.coefficient_span AS
SELECT p.code AS wanted, k.*,
       CASE WHEN lag(k.id) OVER w IS NULL THEN '-infinity' ELSE k.valid_from END AS used_from,
       coalesce(lead(k.valid_from) OVER w, 'infinity') AS used_until
  FROM profile p
  JOIN coefficient k ON k.known_until IS NULL
   AND (k.profile = p.code
        OR (k.profile = (SELECT d.code FROM profile d WHERE d.is_default)
            AND NOT EXISTS (SELECT FROM coefficient o WHERE o.known_until IS NULL
                               AND o.profile = p.code AND o.carrier = k.carrier)))
WINDOW w AS (PARTITION BY p.code, k.carrier ORDER BY k.valid_from);

-- The same of the CO2 of a carrier that is no electricity.
CREATE VIEW storage.co2_span AS
SELECT o.*,
       CASE WHEN lag(o.id) OVER w IS NULL THEN '-infinity' ELSE o.valid_from END AS used_from,
       coalesce(lead(o.valid_from) OVER w, 'infinity') AS used_until
  FROM co2_factor o WHERE o.known_until IS NULL
WINDOW w AS (PARTITION BY o.carrier ORDER BY o.valid_from);

-- A figure that is kept must not depend on the day on which it is read: the newest fact says which
-- province holds a region, and which grid feeds it.
CREATE VIEW storage.region_province AS
WITH RECURSIVE known AS (
    SELECT DISTINCT ON (region_id) region_id, parent_id, kind, code, grid_region FROM region_fact
     WHERE known_until IS NULL ORDER BY region_id, valid_from DESC
), walk AS (
    SELECT region_id, region_id AS province_id, code, grid_region FROM known WHERE kind = 'province'
    UNION ALL
    SELECT k.region_id, w.province_id, w.code, w.grid_region
      FROM known k JOIN walk w ON k.parent_id = w.region_id
)
SELECT region_id, province_id, code AS province_code, grid_region FROM walk;

CREATE VIEW storage.grid_edition AS
SELECT scope, code, name_zh, name_en, year, basis, kgco2_per_kwh, document, clause, source, verified,
       evidence
  FROM grid_factor WHERE known_until IS NULL AND basis = 'average';

-- The months for which a location gives an institution's grid: a move within a month leaves it to
-- the place on its first day, else to the first one in it.
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

CREATE VIEW storage.coefficient_of AS
SELECT p.code AS profile, m.carrier, m.month, k.kgce_per_unit
  FROM (SELECT DISTINCT carrier, month FROM account) m
 CROSS JOIN profile p
  JOIN storage.coefficient_span k ON k.wanted = p.code AND k.carrier = m.carrier
       AND m.month >= k.used_from AND m.month < k.used_until;

-- What boards draw beyond accounts: words, regions with their subtrees, channels, terms, gateways,
-- rejects. Whoever holds commonwatt_boards reads schema report and nothing else; every view asks
-- access.

CREATE VIEW report.carrier WITH (security_barrier) AS
SELECT code, name_zh, name_en, unit, per_unit, in_total_energy FROM carrier;

CREATE VIEW report.profile WITH (security_barrier) AS
SELECT code, name_zh, name_en, is_default FROM profile;

CREATE VIEW report.institution_class WITH (security_barrier) AS
SELECT code, parent, name_zh, name_en FROM institution_class;

CREATE VIEW report.region WITH (security_barrier) AS
SELECT region_id, parent_id, code, kind, name_zh, name_en, is_demo
  FROM region_fact
 WHERE known_until IS NULL
   AND storage.today() >= valid_from AND (valid_to IS NULL OR storage.today() < valid_to);

-- What CO2 comes of a unit of carriers where institutions were in months: of electricity by the grid
-- of the place, else by the carrier's own factor; null where none is known, which is not zero. The
-- arrays are the columns of what is asked; nothing is read for another quantity.
CREATE FUNCTION storage.co2_factors(quantity text, holders integer[], carriers text[], months date[])
RETURNS TABLE (institution_id integer, carrier text, month date, kgco2_per_unit numeric)
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
    WITH asked AS MATERIALIZED (
        SELECT DISTINCT a.institution_id, a.carrier, a.month, coalesce(l.region_id, 0) AS region_id
          FROM unnest(holders, carriers, months) AS a (institution_id, carrier, month)
          LEFT JOIN storage.located l ON l.institution_id = a.institution_id
                AND a.month >= l.first_month AND a.month < l.until_month
         WHERE quantity = 'co2'
    ), place AS MATERIALIZED (
        SELECT DISTINCT a.region_id, extract(year FROM a.month)::integer AS year, r.province_code,
               r.grid_region
          FROM asked a LEFT JOIN storage.region_province r ON r.region_id = a.region_id
         WHERE a.carrier = 'electricity'
    ), grid AS MATERIALIZED (
        SELECT p.region_id, p.year, f.kgco2_per_kwh
          FROM place p
         CROSS JOIN LATERAL (
                SELECT e.kgco2_per_kwh FROM storage.grid_edition e
                 CROSS JOIN LATERAL (SELECT storage.grid_distance(
                        e.scope, e.code, e.year, p.province_code, p.grid_region, p.year) AS distance) d
                 WHERE d.distance IS NOT NULL ORDER BY d.distance LIMIT 1) f
    )
    SELECT a.institution_id, a.carrier, a.month, coalesce(g.kgco2_per_kwh, o.kgco2_per_unit)
      FROM asked a
      LEFT JOIN grid g ON a.carrier = 'electricity' AND g.region_id = a.region_id
            AND g.year = extract(year FROM a.month)::integer
      LEFT JOIN storage.co2_span o ON o.carrier = a.carrier
            AND a.month >= o.used_from AND a.month < o.used_until
$$;

-- Every region with itself and all that hold it; steps: how far down it lies.
CREATE VIEW report.region_within WITH (security_barrier) AS
WITH RECURSIVE walk AS (
    SELECT region_id, region_id AS within_id, 0 AS steps FROM report.region
    UNION ALL
    SELECT r.region_id, w.within_id, w.steps + 1
      FROM report.region r JOIN walk w ON r.parent_id = w.region_id
)
SELECT region_id, within_id, steps FROM walk;

-- What kind of day it is where people work: workday, weekend or holiday.
CREATE FUNCTION report.kind_of_day(day date) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT CASE o."off" WHEN 'yes' THEN 'holiday' ELSE 'workday' END
                       FROM day_off o
                      WHERE o.known_until IS NULL AND o.calendar = 'CN'
                        AND o.valid_from <= day AND day < o.valid_to),
                    CASE WHEN extract(isodow FROM day) >= 6 THEN 'weekend' ELSE 'workday' END)
$$;

REVOKE ALL ON FUNCTION report.kind_of_day, storage.co2_factors
    FROM PUBLIC;

GRANT SELECT ON storage.coefficient_span, storage.co2_span, storage.region_province,
    storage.grid_edition, storage.located
    TO commonwatt_api;

GRANT EXECUTE ON FUNCTION report.kind_of_day
    TO commonwatt_api, commonwatt_boards;
