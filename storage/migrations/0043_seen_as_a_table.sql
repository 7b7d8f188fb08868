-- Expected time asked of each institution whether it is seen: asked as a table, that takes a third of the time.

DO $$
DECLARE
    body text;
BEGIN
    FOR body IN
        SELECT pg_get_functiondef(p.oid) FROM pg_proc p
         WHERE p.pronamespace = 'report'::regnamespace
           AND p.proname IN ('expected', 'expected_by_month')
    LOOP
        EXECUTE replace(body, 'IN (SELECT access.sees())',
                        'IN (SELECT s.id FROM access.sees() AS s(id))');
    END LOOP;
END $$;
