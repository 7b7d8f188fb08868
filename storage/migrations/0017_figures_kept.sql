-- Boards add up ten thousand institutions at once: the figures of an account are worked out when the account is, and kept.
-- They are worked out anew, in the transaction that changes it, for any factor, place or profile.

-- Many views ask for today with every row; a body known from the beginning is planned into them.
CREATE OR REPLACE FUNCTION storage.today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(nullif(current_setting('commonwatt.today', true), '')::date, current_date);

-- What a viewer sees is asked by every view: the rule is planned into the two functions that ask it
-- as the owner, and the few institutions that are not open are found by an index.
ALTER FUNCTION access.covered(boolean) SECURITY INVOKER RESET ALL;
CREATE OR REPLACE FUNCTION access.sees() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT * FROM access.covered(false)
$$;
CREATE OR REPLACE FUNCTION access.writes() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT * FROM access.covered(true)
$$;
ALTER FUNCTION access.sees_channels() ROWS 10000;
CREATE INDEX ON institution_fact (institution_id)
    WHERE attribute = 'disclosure' AND value <> 'open' AND known_until IS NULL;

-- What is seen, joined with its table: so the planner knows that each comes once, and how many
-- there may be.
CREATE VIEW storage.seen AS
SELECT i.id AS institution_id FROM access.sees() AS s(id) JOIN institution i ON i.id = s.id OFFSET 0;
CREATE VIEW storage.seen_channel AS
SELECT c.id AS channel_id FROM access.sees_channels() AS s(id) JOIN channel c ON c.id = s.id OFFSET 0;

CREATE OR REPLACE VIEW report.usage_hour WITH (security_barrier) AS
SELECT u.channel_id, u.hour, u.used, u.measured_s
  FROM storage.seen_channel s JOIN usage_hour u ON u.channel_id = s.channel_id;
CREATE OR REPLACE VIEW report.usage_day WITH (security_barrier) AS
SELECT u.channel_id, u.day, u.used, u.measured_s
  FROM storage.seen_channel s JOIN usage_day u ON u.channel_id = s.channel_id;
CREATE OR REPLACE VIEW report.usage_month WITH (security_barrier) AS
SELECT u.channel_id, u.month, u.used, u.measured_s
  FROM storage.seen_channel s JOIN usage_month u ON u.channel_id = s.channel_id;

CREATE OR REPLACE VIEW report.affiliation WITH (security_barrier) AS
SELECT a.institution_id, a.region_id, a.level, a.department_line
  FROM storage.seen s
  JOIN affiliation a ON a.institution_id = s.institution_id
 WHERE a.known_until IS NULL
   AND storage.today() >= a.valid_from AND (a.valid_to IS NULL OR storage.today() < a.valid_to);

-- Names and sizes of the few that a table shows; report.institution would work out all there are.
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
     WHERE a.id IN (SELECT access.sees())
     GROUP BY a.id
$$;
REVOKE ALL ON FUNCTION report.named FROM public;
GRANT EXECUTE ON FUNCTION report.named TO commonwatt_api, commonwatt_boards;

-- The newest month with a metered account of what the viewer sees; null does not narrow it. Months
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
                   SELECT FROM account a WHERE a.month = n.month AND a.source = 'meter'
                      AND a.institution_id IN (SELECT id FROM seen))
          FROM (SELECT max(month) AS month FROM account) n
         UNION ALL
        SELECT n.month, EXISTS (
                   SELECT FROM account a WHERE a.month = n.month AND a.source = 'meter'
                      AND a.institution_id IN (SELECT id FROM seen))
          FROM months m
         CROSS JOIN LATERAL (SELECT max(a.month) AS month FROM account a WHERE a.month < m.month) n
         WHERE NOT m.held AND m.month IS NOT NULL
    )
    SELECT month FROM months WHERE held
$$;
REVOKE ALL ON FUNCTION report.newest_month FROM public;
GRANT EXECUTE ON FUNCTION report.newest_month TO commonwatt_api, commonwatt_boards;

-- A figure that is kept must not depend on the day on which it is read: the newest fact says which
-- province holds a region, and which grid feeds it.
CREATE OR REPLACE VIEW storage.region_province AS
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

ALTER TABLE profile ADD COLUMN place smallint GENERATED ALWAYS AS IDENTITY UNIQUE;

CREATE TABLE account_figure (
    institution_id integer NOT NULL,
    carrier text NOT NULL,
    month date NOT NULL,
    source text NOT NULL,
    quanta bigint,
    measured_s bigint NOT NULL,
    co2_g bigint,
    kgce_g bigint[],       -- by the profile's place; null where the carrier is not energy
    PRIMARY KEY (institution_id, carrier, month, source)
);
-- Sums over a year read a quarter of a million rows: here, without their table.
CREATE INDEX ON account_figure (month, institution_id) INCLUDE (source, kgce_g);

-- The figures of some accounts, as report.account_energy explains them. How many are asked is not
-- known when this is planned; hashes are right for one and for many.
CREATE FUNCTION storage.figures_of(asked account[]) RETURNS SETOF account_figure
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp SET enable_nestloop = off AS $$
    WITH these AS MATERIALIZED (
        SELECT institution_id, carrier, month, source, quanta, measured_s FROM unnest(asked)
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
              FROM unnest(f.kgce_per_quantum) WITH ORDINALITY AS k(factor, place))
      FROM these a
      JOIN factor f ON f.carrier = a.carrier AND f.month = a.month
      LEFT JOIN lived l ON a.carrier = 'electricity'
            AND l.institution_id = a.institution_id AND l.month = a.month
      LEFT JOIN grid g ON g.month = l.month AND g.region_id = l.region_id
$$;

-- Who works figures out shares this lock, who changes what they are made of has it alone: neither
-- can miss what the other is about to commit.
CREATE FUNCTION storage.figures_lock() RETURNS bigint LANGUAGE sql IMMUTABLE
    RETURN hashtext('account_figure');

-- Work out anew what some institutions used of some carriers; null means all of them.
CREATE FUNCTION storage.refresh_figures(whose integer[], of_carriers text[]) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    step CONSTANT integer := 200;
    lowest integer;
    asked account[];
BEGIN
    PERFORM pg_advisory_xact_lock(storage.figures_lock());
    FOR lowest IN SELECT generate_series(min(institution_id), max(institution_id), step)
                    FROM account WHERE whose IS NULL OR institution_id = ANY(whose) LOOP
        SELECT array_agg(a) INTO asked FROM account a
         WHERE institution_id >= lowest AND institution_id < lowest + step
           AND (whose IS NULL OR institution_id = ANY(whose))
           AND (of_carriers IS NULL OR carrier = ANY(of_carriers));
        INSERT INTO account_figure AS f SELECT * FROM storage.figures_of(asked)
            ON CONFLICT (institution_id, carrier, month, source)
            DO UPDATE SET co2_g = excluded.co2_g, kgce_g = excluded.kgce_g
             WHERE (f.co2_g, f.kgce_g) IS DISTINCT FROM (excluded.co2_g, excluded.kgce_g);
    END LOOP;
END $$;

CREATE FUNCTION storage.account_changed() RETURNS trigger
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
                                 measured_s)::account)
              FROM (SELECT *, (row_number() OVER () - 1) / lot AS place FROM fresh) f
             GROUP BY place
        LOOP
            INSERT INTO account_figure SELECT * FROM storage.figures_of(asked);
        END LOOP;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER figures_made AFTER INSERT ON account REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.account_changed();
CREATE TRIGGER figures_changed AFTER UPDATE ON account
    REFERENCING OLD TABLE AS gone NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.account_changed();
CREATE TRIGGER figures_gone AFTER DELETE ON account REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION storage.account_changed();
CREATE TRIGGER figures_emptied AFTER TRUNCATE ON account
    FOR EACH STATEMENT EXECUTE FUNCTION storage.account_changed();

-- A statement that changes nothing, such as a seed that is known already, works nothing out.
CREATE FUNCTION storage.factor_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM fresh) THEN
        RETURN NULL;
    END IF;
    CASE TG_TABLE_NAME
        WHEN 'coefficient', 'co2_factor' THEN
            PERFORM storage.refresh_figures(NULL, (SELECT array_agg(carrier) FROM fresh));
        WHEN 'carrier' THEN
            PERFORM storage.refresh_figures(NULL, (SELECT array_agg(code) FROM fresh));
        WHEN 'grid_factor' THEN
            PERFORM storage.refresh_figures(NULL, ARRAY['electricity']);
        WHEN 'location' THEN
            PERFORM storage.refresh_figures((SELECT array_agg(institution_id) FROM fresh),
                                            ARRAY['electricity']);
        WHEN 'region_fact' THEN
            PERFORM storage.refresh_figures((
                WITH RECURSIVE below AS (
                    SELECT region_id FROM fresh
                    UNION
                    SELECT f.region_id FROM region_fact f JOIN below b ON f.parent_id = b.region_id)
                SELECT coalesce(array_agg(institution_id), '{}') FROM location
                 WHERE region_id IN (SELECT region_id FROM below)), ARRAY['electricity']);
        ELSE
            PERFORM storage.refresh_figures(NULL, NULL);
    END CASE;
    RETURN NULL;
END $$;
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['coefficient', 'co2_factor', 'carrier', 'grid_factor', 'location',
        'region_fact', 'profile'] LOOP
        EXECUTE format('CREATE TRIGGER figures_made AFTER INSERT ON %I
            REFERENCING NEW TABLE AS fresh
            FOR EACH STATEMENT EXECUTE FUNCTION storage.factor_changed()', name);
        EXECUTE format('CREATE TRIGGER figures_changed AFTER UPDATE ON %I
            REFERENCING NEW TABLE AS fresh
            FOR EACH STATEMENT EXECUTE FUNCTION storage.factor_changed()', name);
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION storage.figures_of, storage.refresh_figures, storage.account_changed,
    storage.factor_changed FROM public;

CREATE OR REPLACE VIEW report.account_figure WITH (security_barrier) AS
SELECT f.institution_id, f.carrier, f.month, f.source, f.quanta, f.measured_s, p.code AS profile,
       f.kgce_g[p.place] AS kgce_g, f.co2_g
  FROM storage.seen s
  JOIN account_figure f ON f.institution_id = s.institution_id
 CROSS JOIN profile p;

SELECT storage.refresh_figures(NULL, NULL);
