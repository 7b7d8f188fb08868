-- requires: plain
-- Months are made before they are needed.

-- Made beside the parent and then attached, which blocks nobody; the lock lets one maker in.
CREATE FUNCTION storage.ensure_months(first timestamptz, last timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    month timestamptz;
    parent text;
    child text;
    made integer := 0;
BEGIN
    FOR month IN SELECT generate_series(date_trunc('month', first), last, interval '1 month') LOOP
        FOREACH parent IN ARRAY ARRAY['reading', 'usage_hour'] LOOP
            child := parent || to_char(month, '"_y"YYYY"m"MM');
            CONTINUE WHEN to_regclass('public.' || child) IS NOT NULL;
            PERFORM pg_advisory_xact_lock(hashtext('storage.ensure_months'));
            -- Whoever held the lock before may have made it; the catalogue cache need not know yet.
            BEGIN
                EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING ALL)',
                    child, parent);
                EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I '
                    'FOR VALUES FROM (%L) TO (%L)',
                    parent, child, month, month + interval '1 month');
                made := made + 1;
            EXCEPTION WHEN duplicate_table THEN
                CONTINUE;
            END;
        END LOOP;
    END LOOP;
    RETURN made;
END $$;
REVOKE ALL ON FUNCTION storage.ensure_months FROM PUBLIC;
GRANT EXECUTE ON FUNCTION storage.ensure_months
    TO commonwatt_collector, commonwatt_worker;
