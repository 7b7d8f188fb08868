-- A region against the year before took seconds at ten thousand institutions: the time that was due in the month of an account is kept beside its figures, and a region's expected time is counted before it is spread over months.

-- The seconds that a channel in account should hold in a month, seen when the month is over.
CREATE FUNCTION storage.whole_s(valid_from date, valid_to date, zone text, month date)
RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN storage.expected_s(valid_from, valid_to, zone, month,
                              (month + interval '1 month')::date,
                              (month + interval '1 month')::date);

-- Whether the server knows a civil zone: one channel whose zone it does not know stops no account.
CREATE FUNCTION storage.is_zone(zone text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    PERFORM now() AT TIME ZONE zone;
    RETURN true;
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN false;
END $$;

-- Null where the account is not metered.
ALTER TABLE account_figure ADD COLUMN due_s bigint;

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
           floor(a.quanta * coalesce(g.kgco2_per_kwh, f.kgco2_per_unit) * f.per_quantum
                 + 0.5)::bigint,
           (SELECT array_agg(floor(a.quanta * k.factor + 0.5)::bigint ORDER BY k.place)
              FROM unnest(f.kgce_per_quantum) WITH ORDINALITY AS k(factor, place)),
           a.known_s, CASE WHEN a.source = 'meter' THEN coalesce(d.due_s, 0) END
      FROM these a
      JOIN factor f ON f.carrier = a.carrier AND f.month = a.month
      LEFT JOIN lived l ON a.carrier = 'electricity'
            AND l.institution_id = a.institution_id AND l.month = a.month
      LEFT JOIN grid g ON g.month = l.month AND g.region_id = l.region_id
      LEFT JOIN due d ON d.institution_id = a.institution_id AND d.carrier = a.carrier
            AND d.month = a.month
$$;

CREATE OR REPLACE FUNCTION storage.refresh_figures(whose integer[], of_carriers text[]) RETURNS void
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
            DO UPDATE SET co2_g = excluded.co2_g, kgce_g = excluded.kgce_g, due_s = excluded.due_s
             WHERE (f.co2_g, f.kgce_g, f.due_s)
                   IS DISTINCT FROM (excluded.co2_g, excluded.kgce_g, excluded.due_s);
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION storage.factor_changed() RETURNS trigger
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
        WHEN 'account_term' THEN
            PERFORM storage.refresh_figures((SELECT array_agg(institution_id) FROM fresh),
                                            (SELECT array_agg(carrier) FROM fresh));
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

-- A channel's zone never changes, and a new channel is in no account yet.
CREATE TRIGGER figures_made AFTER INSERT ON account_term REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.factor_changed();
CREATE TRIGGER figures_changed AFTER UPDATE ON account_term REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.factor_changed();

DROP INDEX account_figure_month_institution_id_source_kgce_g_idx;
UPDATE account_figure f SET due_s = coalesce((
        SELECT sum(storage.whole_s(t.valid_from, t.valid_to, c.zone, f.month))
          FROM account_term t JOIN channel c ON c.id = t.channel_id
         WHERE t.institution_id = f.institution_id AND t.carrier = f.carrier
           AND t.known_until IS NULL AND c.zone IN (
               SELECT z.zone FROM (SELECT DISTINCT zone FROM channel) z
                WHERE storage.is_zone(z.zone))), 0)
 WHERE f.source = 'meter';

-- Sums over metered accounts of some months are read from here alone.
CREATE INDEX account_figure_by_month ON account_figure (month, institution_id)
    INCLUDE (carrier, quanta, kgce_g, co2_g, known_s, due_s) WHERE source = 'meter';

CREATE OR REPLACE VIEW report.account_figure WITH (security_barrier) AS
SELECT f.institution_id, f.carrier, f.month, f.source, f.quanta, f.measured_s, p.code AS profile,
       f.kgce_g[p.place] AS kgce_g, f.co2_g, f.known_s, f.due_s
  FROM storage.seen s
  JOIN account_figure f ON f.institution_id = s.institution_id
 CROSS JOIN profile p;

-- Whether a month that is over stands for its whole, as analytics.coverage.WHOLE; in whole numbers,
-- for it is asked half a million times.
CREATE FUNCTION report.is_whole(held bigint, due bigint) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN coalesce(due > 0 AND held * 100 >= due * 99, false);

-- What the institutions counted in a region or below it should hold in each month of some, up to
-- yesterday and as far as today holds it, by the region in which each is counted. Most terms and
-- memberships span all the months: equal ones are counted before they are spread.
CREATE FUNCTION report.expected_in(region integer, first date, until date)
RETURNS TABLE (region_id integer, carrier text, month date, expected_s numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH place AS MATERIALIZED (
        SELECT a.institution_id, a.region_id, a.first_month, a.until_month
          FROM report.affiliated a
          JOIN report.region_within w ON w.region_id = a.region_id AND w.within_id = region
    ), alike AS MATERIALIZED (
        SELECT a.region_id, t.carrier, c.zone, greatest(t.valid_from, first) AS valid_from,
               least(t.valid_to, until, storage.today(c.zone)) AS valid_to,
               greatest(a.first_month, first) AS first_month,
               least(a.until_month, until) AS until_month, count(*) AS terms
          FROM place a
          JOIN account_term t ON t.institution_id = a.institution_id AND t.known_until IS NULL
          JOIN channel c ON c.id = t.channel_id
         GROUP BY 1, 2, 3, 4, 5, 6, 7
    )
    SELECT e.region_id, e.carrier, e.month, sum(e.expected_s) FROM (
        SELECT a.region_id, a.carrier, m.month::date AS month,
               a.terms * storage.expected_s(a.valid_from, a.valid_to, a.zone, m.month::date,
                                            (m.month + interval '1 month')::date,
                                            storage.today(a.zone)) AS expected_s
          FROM alike a
         CROSS JOIN LATERAL generate_series(date_trunc('month', first::timestamp),
                                            until::timestamp - interval '1 day',
                                            interval '1 month') AS m(month)
         WHERE m.month >= a.first_month AND m.month < a.until_month
           AND greatest(m.month::date, a.valid_from)
               < least((m.month + interval '1 month')::date, a.valid_to)
         UNION ALL
        SELECT a.region_id, h.carrier, date_trunc('month', h.day::timestamp)::date, h.known_s
          FROM storage.held_today h JOIN place a USING (institution_id)
         WHERE until >= storage.today() AND h.day >= first AND h.day < until
           AND date_trunc('month', h.day::timestamp) >= a.first_month
           AND date_trunc('month', h.day::timestamp) < a.until_month) e
     GROUP BY e.region_id, e.carrier, e.month
$$;
REVOKE ALL ON FUNCTION report.expected_in, storage.is_zone FROM public;
GRANT EXECUTE ON FUNCTION report.expected_in TO commonwatt_api, commonwatt_boards;

-- Whom the viewer sees is asked once as a table, which is a third of the time that it takes to ask for
-- one after the other in a list.
CREATE OR REPLACE FUNCTION report.means(asked integer[], first date, until date)
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

CREATE OR REPLACE FUNCTION report.named(asked integer[])
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
