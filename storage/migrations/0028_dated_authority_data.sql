-- What an authority set came without its dates, document and clause, so a new edition would have rewritten history.
-- Each row says where an auditor finds it; a coefficient or factor used outside its years is marked.

-- evidence: yes, read in the document itself; secondary, in a copy or quotation that names it; no.
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['carrier', 'profile', 'coefficient', 'co2_factor', 'grid_factor',
        'institution_class', 'department_line', 'region_fact'] LOOP
        EXECUTE format('ALTER TABLE %I ADD COLUMN document text, ADD COLUMN clause text,
            ADD COLUMN evidence text NOT NULL DEFAULT ''no''
                CHECK (evidence IN (''yes'', ''secondary'', ''no'')),
            ADD CHECK (evidence <> ''yes'' OR num_nonnulls(document, clause) = 2)', name);
    END LOOP;
END $$;
ALTER TABLE profile ADD COLUMN valid_from date, ADD COLUMN valid_to date,
    ADD COLUMN source text NOT NULL DEFAULT 'no source on record', ADD COLUMN notes text;
ALTER TABLE department_line ADD COLUMN source text NOT NULL DEFAULT 'no source on record',
    ADD COLUMN notes text;
ALTER TABLE institution_class ADD COLUMN notes text;
ALTER TABLE co2_factor ADD COLUMN notes text;

-- Which coefficient a month takes: the edition that holds, else the newest before it, else the first
-- after it; the profile's own, else the default's.
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

-- Where a month lies that uses an edition all the same.
CREATE FUNCTION storage.outside(month date, valid_from date, valid_to date) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN month < valid_from THEN 'before' WHEN month >= valid_to THEN 'after' END;
GRANT SELECT ON storage.coefficient_span, storage.co2_span TO commonwatt_api;

CREATE OR REPLACE VIEW storage.coefficient_of AS
SELECT p.code AS profile, m.carrier, m.month, k.kgce_per_unit
  FROM (SELECT DISTINCT carrier, month FROM account) m
 CROSS JOIN profile p
  JOIN storage.coefficient_span k ON k.wanted = p.code AND k.carrier = m.carrier
       AND m.month >= k.used_from AND m.month < k.used_until;

CREATE OR REPLACE FUNCTION storage.figures_of(asked account[]) RETURNS SETOF account_figure
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp SET enable_nestloop = off AS $$
    WITH these AS MATERIALIZED (
        SELECT institution_id, carrier, month, source, quanta, measured_s, known_s FROM unnest(asked)
    ), edition AS MATERIALIZED (
        SELECT min(year) AS first, max(year) AS last FROM grid_factor
         WHERE known_until IS NULL AND basis = 'average'
    ), span AS MATERIALIZED (
        SELECT wanted, carrier, used_from, used_until, kgce_per_unit FROM storage.coefficient_span
    ), factor AS MATERIALIZED (
        SELECT m.carrier, m.month, 1000::numeric / c.per_unit AS per_quantum, o.kgco2_per_unit,
               (SELECT array_agg(CASE WHEN c.in_total_energy
                                      THEN k.kgce_per_unit * (1000::numeric / c.per_unit) END
                                 ORDER BY s.place)
                  FROM generate_series(1, (SELECT max(place) FROM profile)) AS s(place)
                  LEFT JOIN profile p ON p.place = s.place
                  LEFT JOIN span k ON k.wanted = p.code AND k.carrier = m.carrier
                        AND m.month >= k.used_from AND m.month < k.used_until)
                   AS kgce_per_quantum
          FROM (SELECT DISTINCT carrier, month FROM these) m
          JOIN carrier c ON c.code = m.carrier
          LEFT JOIN storage.co2_span o ON o.carrier = m.carrier
                AND m.month >= o.used_from AND m.month < o.used_until
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

-- Also says which years the factors are of, and how well each is evidenced.
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
            SELECT kgco2_per_kwh, scope, code, year, verified, evidence FROM grid_factor
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
  LEFT JOIN storage.co2_span o ON o.carrier = a.carrier
       AND a.month >= o.used_from AND a.month < o.used_until
 WHERE a.institution_id IN (SELECT access.sees());

-- Published limits, forms, targets and rules, each an edition with its days.
CREATE TABLE quota_standard (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    province_code text NOT NULL,
    class_code text NOT NULL,                    -- empty: no class of the survey
    building_type text NOT NULL,
    admin_level text NOT NULL,
    climate_zone text NOT NULL,
    indicator text NOT NULL,
    standard_no text NOT NULL,
    unit text NOT NULL,
    value_type text NOT NULL CHECK (value_type IN ('quota', 'water_quota', 'average')),
    constraint_value numeric,                    -- constraint >= baseline >= guide
    baseline_value numeric,
    guide_value numeric,
    electricity_kgce_per_kwh numeric,
    CHECK (constraint_value >= baseline_value AND baseline_value >= guide_value
           AND constraint_value >= guide_value)
);
CREATE TABLE statistics_field (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    form text NOT NULL,
    field_code text NOT NULL,                    -- empty where the form gives none
    name_zh text NOT NULL,
    form_zh text NOT NULL,
    name_en text NOT NULL,
    unit text,
    definition text,
    frequency text,
    status text
);
CREATE TABLE plan_target (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scope_code text NOT NULL,
    plan text NOT NULL,
    indicator text NOT NULL,                     -- empty: the plan's values are not published
    target_year integer NOT NULL,
    scope_zh text NOT NULL,
    base_year integer NOT NULL,
    kind text CHECK (kind IN ('cap', 'reduction', 'actual_change')),
    value numeric,
    unit text
);
CREATE TABLE building_type (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL
);
CREATE TABLE member_class (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    plan text NOT NULL,
    indicator text NOT NULL,
    province_code text NOT NULL,
    province_zh text NOT NULL,
    base_year integer NOT NULL,
    target_year integer NOT NULL,
    fall_percent numeric NOT NULL CHECK (fall_percent > -100 AND fall_percent < 100)
);
CREATE TABLE band_rule (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule_code text NOT NULL,
    band text NOT NULL,
    above text CHECK (above IN ('constraint', 'reference', 'leading')),  -- null: from 0 on
    up_to text CHECK (up_to IN ('constraint', 'reference', 'leading')),  -- null: without end
    factor_millionths integer NOT NULL CHECK (factor_millionths > 0),
    cap text CHECK (cap IN ('constraint', 'reference', 'leading'))
);

DO $$
DECLARE
    name text;
    keys text;
BEGIN
    FOR name, keys IN VALUES
        ('quota_standard', 'province_code WITH =, class_code WITH =, building_type WITH =,
            admin_level WITH =, climate_zone WITH =, indicator WITH =, standard_no WITH ='),
        ('statistics_field', 'form WITH =, field_code WITH =, name_zh WITH ='),
        ('plan_target', 'scope_code WITH =, plan WITH =, indicator WITH =, target_year WITH ='),
        ('building_type', 'code WITH ='),
        ('member_class', 'plan WITH =, indicator WITH =, province_code WITH ='),
        ('band_rule', 'rule_code WITH =, band WITH =') LOOP
        EXECUTE format('ALTER TABLE %I
            ADD COLUMN valid_from date NOT NULL,     -- -infinity where the document gives no day
            ADD COLUMN valid_to date,
            ADD COLUMN document text, ADD COLUMN clause text, ADD COLUMN source text NOT NULL,
            ADD COLUMN evidence text NOT NULL CHECK (evidence IN (''yes'', ''secondary'', ''no'')),
            ADD COLUMN notes text,
            ADD COLUMN known_since timestamptz NOT NULL DEFAULT now(),
            ADD COLUMN known_until timestamptz,
            ADD CHECK (evidence <> ''yes'' OR num_nonnulls(document, clause) = 2),
            ADD EXCLUDE USING gist (%s, daterange(valid_from, valid_to) WITH &&)
                WHERE (known_until IS NULL)', name, keys);
        EXECUTE format('CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON %I
            FOR EACH ROW EXECUTE FUNCTION storage.only_retire()', name);
        EXECUTE format('GRANT SELECT ON %I TO commonwatt_api, commonwatt_worker', name);
    END LOOP;
END $$;

-- A channel may begin earlier than it was registered to.
GRANT UPDATE (since) ON channel TO commonwatt_api;

-- What a channel's meter can carry, in its own unit; null where nobody stated it.
CREATE VIEW report.channel_limit WITH (security_barrier) AS
SELECT c.id AS channel_id, c.unit, s.max_per_hour::numeric / c.per_unit AS max_per_hour
  FROM storage.seen_channel v
  JOIN channel c ON c.id = v.channel_id
  LEFT JOIN channel_setting s ON s.channel_id = c.id AND s.known_until IS NULL
       AND s.valid_from <= now() AND (s.valid_to IS NULL OR s.valid_to > now());
GRANT SELECT ON report.channel_limit TO commonwatt_api, commonwatt_boards;

-- Until now nobody said from when on these hold: the files with dates are loaded after this.
UPDATE coefficient SET known_until = now() WHERE known_until IS NULL AND valid_from = '2000-01-01';
UPDATE co2_factor SET known_until = now() WHERE known_until IS NULL AND valid_from = '2000-01-01';
UPDATE grid_factor SET known_until = now() WHERE known_until IS NULL;
