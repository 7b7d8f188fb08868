-- Figures are kept with their accounts, in the transaction that changes what they are made of.

-- Who works figures out shares this lock, who changes what they are made of has it alone: neither
-- can miss what the other is about to commit.
CREATE FUNCTION storage.figures_lock() RETURNS bigint LANGUAGE sql IMMUTABLE
    RETURN hashtext('account_figure');

CREATE FUNCTION storage.figures_of(asked account[]) RETURNS SETOF account_figure
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp SET enable_nestloop = off
SET enable_hashjoin = on AS $$
    WITH these AS MATERIALIZED (
        SELECT institution_id, carrier, month, source, quanta, measured_s, known_s, before_meter
          FROM unnest(asked)
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
        SELECT t.institution_id, t.carrier, t.valid_from, t.valid_to, t.zone
          FROM storage.due t
         WHERE t.institution_id = ANY((SELECT array_agg(DISTINCT institution_id)
                                         FROM these)::integer[])
    ), known AS MATERIALIZED (
        -- The offset has each zone asked once, not once a term.
        SELECT z.zone FROM (SELECT DISTINCT zone FROM term OFFSET 0) z WHERE storage.is_zone(z.zone)
    ), alike AS MATERIALIZED (  -- most terms span the same days, of which the time is found once
        SELECT m.month, storage.whole_s(t.valid_from, t.valid_to, t.zone, m.month) AS whole_s,
               array_agg(m.institution_id) AS institutions, array_agg(m.carrier) AS carriers
          FROM (SELECT DISTINCT institution_id, carrier, month FROM these
                 WHERE source <> 'estimate') m
          JOIN term t ON t.institution_id = m.institution_id AND t.carrier = m.carrier
          JOIN known k ON k.zone = t.zone
         GROUP BY t.valid_from, t.valid_to, t.zone, m.month
    ), expected AS MATERIALIZED (
        SELECT w.institution_id, w.carrier, a.month, sum(a.whole_s)::bigint AS expected_s
          FROM alike a
         CROSS JOIN LATERAL unnest(a.institutions, a.carriers) AS w (institution_id, carrier)
         GROUP BY w.institution_id, w.carrier, a.month
    )
    SELECT a.institution_id, a.carrier, a.month, a.source, a.quanta, a.measured_s,
           storage.grams(a.quanta, coalesce(g.kgco2_per_kwh, f.kgco2_per_unit), f.per_unit)::bigint,
           (SELECT array_agg(storage.grams(a.quanta, k.factor)::bigint ORDER BY k.place)
              FROM unnest(f.kgce_g_per_quantum) WITH ORDINALITY AS k(factor, place)),
           CASE WHEN a.source IN ('bill', 'typed') AND a.quanta IS NOT NULL
                THEN coalesce(d.expected_s, a.known_s) ELSE a.known_s END,
           CASE WHEN a.source <> 'estimate' THEN coalesce(d.expected_s, 0) END,
           a.before_meter, a.source = 'meter' OR a.quanta IS NOT NULL
      FROM these a
      JOIN factor f ON f.carrier = a.carrier AND f.month = a.month
      LEFT JOIN lived l ON a.carrier = 'electricity'
            AND l.institution_id = a.institution_id AND l.month = a.month
      LEFT JOIN grid g ON g.month = l.month AND g.region_id = l.region_id
      LEFT JOIN expected d ON d.institution_id = a.institution_id AND d.carrier = a.carrier
            AND d.month = a.month
$$;

-- after, upto: of institutions beyond the first, to the other; null: no bound.
CREATE FUNCTION storage.refresh_figures(
    whose integer[], of_carriers text[], after integer DEFAULT 0, upto integer DEFAULT NULL)
RETURNS void LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    step CONSTANT integer := 200;
    lowest integer;
    asked account[];
BEGIN
    PERFORM pg_advisory_xact_lock(storage.figures_lock());
    FOR lowest IN SELECT generate_series(min(institution_id), max(institution_id), step)
                    FROM account WHERE (whose IS NULL OR institution_id = ANY(whose))
                     AND institution_id > after
                     AND (upto IS NULL OR institution_id <= upto) LOOP
        SELECT array_agg(a) INTO asked FROM account a
         WHERE institution_id >= lowest AND institution_id < lowest + step
           AND (upto IS NULL OR institution_id <= upto)
           AND (whose IS NULL OR institution_id = ANY(whose))
           AND (of_carriers IS NULL OR carrier = ANY(of_carriers));
        INSERT INTO account_figure AS f SELECT * FROM storage.figures_of(asked)
            ON CONFLICT (institution_id, carrier, month, source)
            DO UPDATE SET co2_g = excluded.co2_g, kgce_g = excluded.kgce_g,
                          known_s = excluded.known_s, expected_s = excluded.expected_s
             WHERE (f.co2_g, f.kgce_g, f.known_s, f.expected_s) IS DISTINCT FROM
                   (excluded.co2_g, excluded.kgce_g, excluded.known_s, excluded.expected_s);
    END LOOP;
END $$;

-- More accounts than these are converted anew by the worker, in parts, so that nobody waits for all.
CREATE FUNCTION storage.figures_at_once() RETURNS integer LANGUAGE sql IMMUTABLE RETURN 50000;

CREATE FUNCTION storage.renew_figures(of_whom integer[], of_carriers text[]) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    IF (SELECT count(*) FROM (
            SELECT FROM account WHERE (of_whom IS NULL OR institution_id = ANY(of_whom))
                AND (of_carriers IS NULL OR carrier = ANY(of_carriers))
             LIMIT storage.figures_at_once() + 1) a) <= storage.figures_at_once() THEN
        PERFORM storage.refresh_figures(of_whom, of_carriers);
    ELSE
        INSERT INTO stale_figure (whose, carriers) VALUES (of_whom, of_carriers);
        PERFORM access.add_task('figures.renew', 'all', now(), '{}');
    END IF;
END $$;

-- Of how many institutions figures are still converted anew; one that is all done counts until its
-- row is gone.
CREATE FUNCTION storage.figures_left() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT coalesce(sum(greatest(1, (
               SELECT count(*) FROM institution i
                WHERE i.id > s.next AND (s.whose IS NULL OR i.id = ANY(s.whose))))), 0)::bigint
      FROM stale_figure s
$$;

-- Convert the next lot of institutions anew; how many are left. Writers that took the old factor
-- hold the lock until they have committed, so a lot that is taken finds all that they wrote.
CREATE FUNCTION storage.renew_some(lot integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    job stale_figure;
    upto integer;
BEGIN
    SELECT * INTO job FROM stale_figure ORDER BY id LIMIT 1 FOR UPDATE;
    IF FOUND THEN
        SELECT max(id) INTO upto FROM (
            SELECT id FROM institution
             WHERE id > job.next AND (job.whose IS NULL OR id = ANY(job.whose))
             ORDER BY id LIMIT lot) i;
        IF upto IS NULL THEN
            DELETE FROM stale_figure WHERE id = job.id;
        ELSE
            PERFORM storage.refresh_figures(job.whose, job.carriers, job.next, upto);
            UPDATE stale_figure SET next = upto WHERE id = job.id;
        END IF;
    END IF;
    RETURN storage.figures_left();
END $$;

-- Of the sources of these months the one that counts where nobody states how much of one is enough.
CREATE FUNCTION storage.recount(who integer[], carriers text[], months date[]) RETURNS void
LANGUAGE sql SET search_path = public, pg_catalog, pg_temp AS $$
    UPDATE account_figure f SET counts = w.counts
      FROM (SELECT o.institution_id, o.carrier, o.month, o.source,
                   (o.quanta IS NOT NULL OR o.source = 'meter') AND row_number() OVER (
                       PARTITION BY o.institution_id, o.carrier, o.month
                       ORDER BY o.quanta IS NULL, o.quanta IS NULL AND o.source <> 'meter',
                                o.before_meter DESC, storage.source_rank(o.source, true)) = 1
                       AS counts
              FROM (SELECT DISTINCT * FROM unnest(who, carriers, months)
                        AS k(institution_id, carrier, month)) k
              JOIN account_figure o USING (institution_id, carrier, month)) w
     WHERE f.institution_id = w.institution_id AND f.carrier = w.carrier AND f.month = w.month
       AND f.source = w.source AND f.counts <> w.counts
$$;

CREATE FUNCTION storage.account_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    lot CONSTANT integer := 10000;
    asked account[];
    whose integer[]; carriers text[]; months date[];
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        TRUNCATE account_figure;
        RETURN NULL;
    END IF;
    IF TG_OP = 'DELETE' THEN
        DELETE FROM account_figure f USING gone g
         WHERE f.institution_id = g.institution_id AND f.carrier = g.carrier
           AND f.month = g.month AND f.source = g.source;
    ELSIF TG_OP = 'UPDATE' THEN
        DELETE FROM account_figure f USING gone g
         WHERE f.institution_id = g.institution_id AND f.carrier = g.carrier
           AND f.month = g.month AND f.source = g.source
           AND (g.institution_id, g.carrier, g.month, g.source)
               NOT IN (SELECT institution_id, carrier, month, source FROM fresh);
    END IF;
    IF TG_OP <> 'INSERT' THEN
        SELECT array_agg(g.institution_id), array_agg(g.carrier), array_agg(g.month)
          INTO whose, carriers, months FROM gone g WHERE g.source <> 'meter'
            OR EXISTS (SELECT FROM account_figure n WHERE n.source <> 'meter'
                          AND n.institution_id = g.institution_id AND n.month = g.month);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM pg_advisory_xact_lock_shared(storage.figures_lock());
        FOR asked IN
            SELECT array_agg(ROW(institution_id, carrier, month, source, quanta,
                                 measured_s, known_s, before_meter)::account)
              FROM (SELECT *, (row_number() OVER () - 1) / lot AS place FROM fresh) f
             GROUP BY place
        LOOP
            INSERT INTO account_figure SELECT * FROM storage.figures_of(asked)
            ON CONFLICT (institution_id, carrier, month, source) DO UPDATE
               SET quanta = excluded.quanta, measured_s = excluded.measured_s,
                   co2_g = excluded.co2_g, kgce_g = excluded.kgce_g, known_s = excluded.known_s,
                   expected_s = excluded.expected_s, before_meter = excluded.before_meter,
                   counts = excluded.counts;
        END LOOP;
        SELECT whose || array_agg(g.institution_id), carriers || array_agg(g.carrier),
               months || array_agg(g.month)
          INTO whose, carriers, months FROM fresh g WHERE g.source <> 'meter'
            OR EXISTS (SELECT FROM account_figure n WHERE n.source <> 'meter'
                          AND n.institution_id = g.institution_id AND n.month = g.month);
    END IF;
    IF whose IS NOT NULL THEN
        PERFORM storage.recount(whose, carriers, months);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION storage.factor_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM fresh) THEN
        RETURN NULL;
    END IF;
    CASE TG_TABLE_NAME
        WHEN 'coefficient', 'co2_factor' THEN
            PERFORM storage.renew_figures(NULL, (SELECT array_agg(DISTINCT carrier) FROM fresh));
        WHEN 'carrier' THEN
            PERFORM storage.renew_figures(NULL, (SELECT array_agg(code) FROM fresh));
        WHEN 'grid_factor' THEN
            PERFORM storage.renew_figures(NULL, ARRAY['electricity']);
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
            PERFORM storage.renew_figures(NULL, NULL);
    END CASE;
    RETURN NULL;
END $$;

-- Whatever a figure is made of makes it anew.
CREATE TRIGGER figures_made AFTER INSERT ON carrier REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.factor_changed();
CREATE TRIGGER figures_changed AFTER UPDATE ON carrier REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.factor_changed();
CREATE TRIGGER figures_made AFTER INSERT ON profile REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.factor_changed();
CREATE TRIGGER figures_changed AFTER UPDATE ON profile REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.factor_changed();
CREATE TRIGGER figures_made AFTER INSERT ON coefficient REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.factor_changed();
CREATE TRIGGER figures_changed AFTER UPDATE ON coefficient REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.factor_changed();
CREATE TRIGGER figures_made AFTER INSERT ON co2_factor REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.factor_changed();
CREATE TRIGGER figures_changed AFTER UPDATE ON co2_factor REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.factor_changed();
CREATE TRIGGER figures_made AFTER INSERT ON grid_factor REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.factor_changed();
CREATE TRIGGER figures_changed AFTER UPDATE ON grid_factor REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.factor_changed();
CREATE TRIGGER figures_made AFTER INSERT ON region_fact REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.factor_changed();
CREATE TRIGGER figures_changed AFTER UPDATE ON region_fact REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.factor_changed();
CREATE TRIGGER figures_made AFTER INSERT ON location REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.factor_changed();
CREATE TRIGGER figures_changed AFTER UPDATE ON location REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.factor_changed();
CREATE TRIGGER figures_made AFTER INSERT ON account_term REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.factor_changed();
CREATE TRIGGER figures_changed AFTER UPDATE ON account_term REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.factor_changed();
CREATE TRIGGER figures_made AFTER INSERT ON account REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.account_changed();
CREATE TRIGGER figures_changed AFTER UPDATE ON account
    REFERENCING OLD TABLE AS gone NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.account_changed();
CREATE TRIGGER figures_gone AFTER DELETE ON account REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION storage.account_changed();
CREATE TRIGGER figures_emptied AFTER TRUNCATE ON account
    FOR EACH STATEMENT EXECUTE FUNCTION storage.account_changed();

REVOKE ALL ON FUNCTION storage.figures_of, storage.refresh_figures, storage.figures_at_once,
    storage.renew_figures, storage.renew_some, storage.figures_left, storage.recount, storage.account_changed,
    storage.factor_changed
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION storage.renew_some TO commonwatt_worker;
GRANT EXECUTE ON FUNCTION storage.figures_left TO commonwatt_api, commonwatt_worker;
