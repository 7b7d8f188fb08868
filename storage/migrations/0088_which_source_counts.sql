-- Which source counts for a carrier's month stood in four statements: it is one rule, held to analytics by
-- tests/cases/figures.toml, and one view for every reader.

DROP FUNCTION access.union_months(integer, text);  -- nobody asks for it since bases are read as columns
DROP VIEW storage.account_counted;

-- Where a source stands among those that know an amount; the first one counts. A meter that knows too
-- little of the month stands behind what was billed, typed or estimated. As analytics.sources.counted.
CREATE FUNCTION storage.source_rank(source text, enough boolean) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE source WHEN 'meter' THEN CASE WHEN enough THEN 1 ELSE 5 END
                       WHEN 'bill' THEN 2 WHEN 'typed' THEN 3 WHEN 'estimate' THEN 4 END;
-- Whether the meter does, where both are at hand.
CREATE FUNCTION storage.meter_counts(enough boolean, other_known boolean) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN storage.source_rank('meter', enough) = 1 OR NOT other_known;

CREATE OR REPLACE VIEW storage.account_sources AS
SELECT institution_id, carrier, month,
       max(quanta) FILTER (WHERE source = 'meter') AS meter_quanta,
       coalesce(max(measured_s) FILTER (WHERE source = 'meter'), 0) AS measured_s,
       coalesce(max(known_s) FILTER (WHERE source = 'meter'), 0) AS known_s,
       (array_agg(quanta ORDER BY storage.source_rank(source, true))
           FILTER (WHERE source <> 'meter' AND quanta IS NOT NULL))[1] AS other_quanta,
       (array_agg(source ORDER BY storage.source_rank(source, true))
           FILTER (WHERE source <> 'meter' AND quanta IS NOT NULL))[1] AS other_source
  FROM account GROUP BY institution_id, carrier, month;

-- The figures that count where nobody states how much of a month is enough: a meter that knows any of
-- it. Coverage says how much that is.
CREATE INDEX account_figure_not_metered ON account_figure (month, institution_id)
 WHERE source <> 'meter';
CREATE VIEW storage.account_counted AS
SELECT f.institution_id, f.carrier, f.month, f.source, f.quanta, f.measured_s, f.known_s, f.due_s,
       f.co2_g, f.kgce_g
  FROM account_figure f
 WHERE f.source = 'meter'
   AND (f.quanta IS NOT NULL OR NOT EXISTS (
            SELECT FROM account_figure o
             WHERE o.institution_id = f.institution_id AND o.carrier = f.carrier
               AND o.month = f.month AND o.source <> 'meter' AND o.quanta IS NOT NULL))
 UNION ALL
SELECT f.institution_id, f.carrier, f.month, f.source, f.quanta, f.measured_s, f.known_s, f.due_s,
       f.co2_g, f.kgce_g
  FROM account_figure f
 WHERE f.source <> 'meter' AND f.quanta IS NOT NULL AND NOT EXISTS (
            SELECT FROM account_figure o
             WHERE o.institution_id = f.institution_id AND o.carrier = f.carrier
               AND o.month = f.month AND o.quanta IS NOT NULL
               AND storage.source_rank(o.source, true) < storage.source_rank(f.source, true));
CREATE VIEW report.account_counted WITH (security_barrier) AS
SELECT c.institution_id, c.carrier, c.month, c.source, c.quanta, c.measured_s, c.known_s, c.due_s,
       p.code AS profile, c.kgce_g[p.place] AS kgce_g, c.co2_g
  FROM storage.seen s
  JOIN storage.account_counted c ON c.institution_id = s.institution_id
 CROSS JOIN profile p;
GRANT SELECT ON report.account_counted TO commonwatt_api, commonwatt_boards;

-- Bases and progress, where a union states how much is enough, ask the same; nothing else of these
-- texts changes.
DO $$
DECLARE
    body text;
BEGIN
    FOR body IN
        SELECT pg_get_functiondef(p.oid)
          FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE n.nspname IN ('access', 'report', 'storage') AND p.prokind = 'f'
           AND p.prosrc ~ 'enough OR \w+\.other_quanta IS NULL'
    LOOP
        body := regexp_replace(body, '(\w+\.enough) OR (\w+\.other_quanta) IS NULL',
                               'storage.meter_counts(\1, \2 IS NOT NULL)', 'g');
        EXECUTE regexp_replace(body, 'array_position\(ARRAY\[''bill'', ''typed'', ''estimate''\], (\w+)\)',
                               'storage.source_rank(\1, true)', 'g');
    END LOOP;
END $$;
