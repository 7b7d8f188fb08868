-- How much of the time has a known total, beside how much was measured in its shape: a register that was
-- silent for four days has its total, and not its curve.

-- A constant default costs no rewrite, on columnstore too; what stands is recomputed by the next file.
ALTER TABLE usage_hour ADD COLUMN known_s smallint NOT NULL DEFAULT 0;
ALTER TABLE usage_day ADD COLUMN known_s integer NOT NULL DEFAULT 0;
ALTER TABLE usage_month ADD COLUMN known_s integer NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN known_s bigint NOT NULL DEFAULT 0;
ALTER TABLE account_version ADD COLUMN known_s bigint NOT NULL DEFAULT 0;
ALTER TABLE account_figure ADD COLUMN known_s bigint NOT NULL DEFAULT 0;

CREATE OR REPLACE FUNCTION storage.figures_of(asked account[]) RETURNS SETOF account_figure
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp SET enable_nestloop = off AS $$
    WITH these AS MATERIALIZED (
        SELECT institution_id, carrier, month, source, quanta, measured_s, known_s FROM unnest(asked)
    ), edition AS MATERIALIZED (
        SELECT min(year) AS first, max(year) AS last FROM grid_factor
         WHERE known_until IS NULL AND basis = 'average'
    ), factor AS MATERIALIZED (
        SELECT m.carrier, m.month, 1000::numeric / c.per_unit AS per_quantum, o.kgco2_per_unit,
               (SELECT array_agg(CASE WHEN c.in_total_energy
                                      THEN k.kgce_per_unit * (1000::numeric / c.per_unit) END
                                 ORDER BY s.place)
                  FROM generate_series(1, (SELECT max(place) FROM profile)) AS s(place)
                  LEFT JOIN profile p ON p.place = s.place
                  LEFT JOIN LATERAL (
                        SELECT kgce_per_unit FROM coefficient
                         WHERE carrier = m.carrier AND known_until IS NULL
                           AND (profile = p.code
                                OR profile = (SELECT code FROM profile WHERE is_default))
                           AND m.month >= valid_from AND (valid_to IS NULL OR m.month < valid_to)
                         ORDER BY profile = p.code DESC LIMIT 1) k ON true) AS kgce_per_quantum
          FROM (SELECT DISTINCT carrier, month FROM these) m
          JOIN carrier c ON c.code = m.carrier
          LEFT JOIN LATERAL (
                SELECT kgco2_per_unit FROM co2_factor
                 WHERE carrier = m.carrier AND known_until IS NULL
                   AND m.month >= valid_from AND (valid_to IS NULL OR m.month < valid_to)
                 LIMIT 1) o ON true
    ), lived AS MATERIALIZED (
        -- A move within a month leaves it to the place on its first day, else the first one in it.
        SELECT DISTINCT ON (m.institution_id, m.month)
               m.institution_id, m.month, coalesce(l.region_id, 0) AS region_id
          FROM (SELECT DISTINCT institution_id, month FROM these
                 WHERE carrier = 'electricity') m
          LEFT JOIN location l ON l.institution_id = m.institution_id AND l.known_until IS NULL
                AND l.valid_from < m.month + interval '1 month'
                AND (l.valid_to IS NULL OR m.month < l.valid_to)
         ORDER BY m.institution_id, m.month, l.valid_from
    ), grid AS MATERIALIZED (
        SELECT p.region_id, p.month, f.kgco2_per_kwh
          FROM (SELECT DISTINCT region_id, month FROM lived) p
          LEFT JOIN storage.region_province r ON r.region_id = p.region_id
         CROSS JOIN edition e
         CROSS JOIN LATERAL (
                SELECT least(e.last, greatest(e.first, extract(year FROM p.month)::integer))
                           AS wanted) y
          LEFT JOIN LATERAL (
                SELECT kgco2_per_kwh FROM grid_factor
                 WHERE known_until IS NULL AND basis = 'average'
                   AND ((scope = 'province' AND code = r.province_code)
                        OR (scope = 'grid_region' AND code = r.grid_region) OR scope = 'national')
                 ORDER BY CASE scope WHEN 'province' THEN 1 WHEN 'grid_region' THEN 2 ELSE 3 END,
                          year > y.wanted, abs(year - y.wanted)
                 LIMIT 1) f ON true
    )
    SELECT a.institution_id, a.carrier, a.month, a.source, a.quanta, a.measured_s,
           floor(a.quanta * coalesce(g.kgco2_per_kwh, f.kgco2_per_unit) * f.per_quantum
                 + 0.5)::bigint,
           (SELECT array_agg(floor(a.quanta * k.factor + 0.5)::bigint ORDER BY k.place)
              FROM unnest(f.kgce_per_quantum) WITH ORDINALITY AS k(factor, place)),
           a.known_s
      FROM these a
      JOIN factor f ON f.carrier = a.carrier AND f.month = a.month
      LEFT JOIN lived l ON a.carrier = 'electricity'
            AND l.institution_id = a.institution_id AND l.month = a.month
      LEFT JOIN grid g ON g.month = l.month AND g.region_id = l.region_id
$$;

CREATE OR REPLACE FUNCTION storage.account_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    lot CONSTANT integer := 10000;
    asked account[];
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        TRUNCATE account_figure;
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM account_figure f USING gone g
         WHERE f.institution_id = g.institution_id AND f.carrier = g.carrier
           AND f.month = g.month AND f.source = g.source;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM pg_advisory_xact_lock_shared(storage.figures_lock());
        FOR asked IN
            SELECT array_agg(ROW(institution_id, carrier, month, source, quanta,
                                 measured_s, known_s)::account)
              FROM (SELECT *, (row_number() OVER () - 1) / lot AS place FROM fresh) f
             GROUP BY place
        LOOP
            INSERT INTO account_figure SELECT * FROM storage.figures_of(asked);
        END LOOP;
    END IF;
    RETURN NULL;
END $$;

UPDATE usage_day SET known_s = measured_s;
UPDATE usage_month SET known_s = measured_s;
UPDATE account SET known_s = measured_s;

CREATE OR REPLACE VIEW report.usage_hour WITH (security_barrier) AS
SELECT u.channel_id, u.hour, u.used, u.measured_s, u.known_s
  FROM storage.seen_channel s JOIN usage_hour u ON u.channel_id = s.channel_id;
CREATE OR REPLACE VIEW report.usage_day WITH (security_barrier) AS
SELECT u.channel_id, u.day, u.used, u.measured_s, u.known_s
  FROM storage.seen_channel s JOIN usage_day u ON u.channel_id = s.channel_id;
CREATE OR REPLACE VIEW report.usage_month WITH (security_barrier) AS
SELECT u.channel_id, u.month, u.used, u.measured_s, u.known_s
  FROM storage.seen_channel s JOIN usage_month u ON u.channel_id = s.channel_id;

CREATE OR REPLACE VIEW report.account WITH (security_barrier) AS
SELECT a.institution_id, a.carrier, a.month, a.source, a.quanta, a.measured_s, e.expected_s,
       a.known_s
  FROM account a
  LEFT JOIN LATERAL (
        SELECT sum(greatest(0, extract(epoch FROM
                   (least(a.month + interval '1 month', t.valid_to, storage.today() + 1)::timestamp
                       AT TIME ZONE c.zone)
                   - (greatest(a.month, t.valid_from)::timestamp AT TIME ZONE c.zone))))::bigint
                   AS expected_s
          FROM account_term t JOIN channel c ON c.id = t.channel_id
         WHERE t.institution_id = a.institution_id AND t.carrier = a.carrier
           AND t.known_until IS NULL AND t.valid_from < a.month + interval '1 month'
           AND (t.valid_to IS NULL OR t.valid_to > a.month)) e ON a.source = 'meter'
 WHERE a.institution_id IN (SELECT access.sees());

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
             * (1000::numeric / c.per_unit) + 0.5)::bigint AS co2_g,
       a.known_s
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

CREATE OR REPLACE VIEW report.account_figure WITH (security_barrier) AS
SELECT f.institution_id, f.carrier, f.month, f.source, f.quanta, f.measured_s, p.code AS profile,
       f.kgce_g[p.place] AS kgce_g, f.co2_g, f.known_s
  FROM storage.seen s
  JOIN account_figure f ON f.institution_id = s.institution_id
 CROSS JOIN profile p;

CREATE OR REPLACE VIEW storage.account_counted AS
SELECT DISTINCT ON (a.institution_id, a.carrier, a.month)
       a.institution_id, a.carrier, a.month, a.quanta, a.measured_s, c.per_unit, a.known_s
  FROM account a JOIN carrier c ON c.code = a.carrier AND c.in_total_energy
 WHERE a.quanta IS NOT NULL
 ORDER BY a.institution_id, a.carrier, a.month,
          array_position(ARRAY['meter', 'bill', 'typed', 'estimate'], a.source);
