-- Whom a viewer sees was asked for one after the other in the list of a SELECT, which takes three times as long as asking
-- for them as a table: every policy, view and function asks so. tests/storage/test_one_law.py keeps it.

CREATE FUNCTION pg_temp.as_tables(body text) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT regexp_replace(
        body,
        '\mSELECT access\.(' || string_agg(DISTINCT p.proname::text, '|')
            || ')\(([^()]*)\)(?: AS \w+)?(?=\s*(?:\)|\$|$|UNION|EXCEPT|;))',
        'SELECT s.id FROM access.\1(\2) AS s(id)', 'g')
      FROM pg_proc p
     WHERE p.pronamespace = 'access'::regnamespace AND p.proretset AND p.proargmodes IS NULL
$$;

DO $$
DECLARE
    asks record;
BEGIN
    FOR asks IN
        SELECT pg_get_functiondef(p.oid) AS body
          FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE n.nspname IN ('access', 'report', 'storage') AND p.prokind = 'f' AND p.prosrc <> ''
    LOOP
        IF pg_temp.as_tables(asks.body) <> asks.body THEN
            EXECUTE pg_temp.as_tables(asks.body);
        END IF;
    END LOOP;
    FOR asks IN
        SELECT pg_get_viewdef(c.oid) AS body,
               format('CREATE OR REPLACE VIEW %s%s AS ', c.oid::regclass,
                      ' WITH (' || array_to_string(c.reloptions, ', ') || ')') AS head
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname IN ('access', 'report', 'storage', 'public') AND c.relkind = 'v'
    LOOP
        IF pg_temp.as_tables(asks.body) <> asks.body THEN
            EXECUTE asks.head || pg_temp.as_tables(asks.body);
        END IF;
    END LOOP;
    FOR asks IN
        SELECT format('ALTER POLICY %I ON %I.%I', policyname, schemaname, tablename) AS head,
               qual, with_check
          FROM pg_policies WHERE schemaname = 'public'
    LOOP
        IF pg_temp.as_tables(asks.qual) <> asks.qual
           OR pg_temp.as_tables(asks.with_check) <> asks.with_check THEN
            EXECUTE asks.head
                || coalesce(' USING (' || pg_temp.as_tables(asks.qual) || ')', '')
                || coalesce(' WITH CHECK (' || pg_temp.as_tables(asks.with_check) || ')', '');
        END IF;
    END LOOP;
END $$;
DROP FUNCTION pg_temp.as_tables(text);
