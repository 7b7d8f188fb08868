-- Whether what a large file said has reached the accounts.

-- What is queued again after a part of it was done is within the span of the file, so nothing is
-- counted as done too early; what others queue meanwhile for the same days is waited for, too.
CREATE FUNCTION access.import_waits(asked bigint)
RETURNS TABLE (usage_rows bigint, account_rows bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT (SELECT count(*) FROM stale_usage u
             WHERE u.channel_id = ANY(i.channels) AND u.first <= i.last AND u.last >= i.first),
           (SELECT count(*) FROM stale_account a
             WHERE a.institution_id IN (SELECT t.institution_id FROM account_term t
                                         WHERE t.channel_id = ANY(i.channels)
                                           AND t.known_until IS NULL)
               AND a.first <= (i.last + interval '1 day')::date
               AND a.last >= (i.first - interval '1 day')::date)
      FROM reading_import i WHERE i.id = asked
$$;

REVOKE ALL ON FUNCTION access.import_waits FROM PUBLIC;

GRANT EXECUTE ON FUNCTION access.import_waits TO commonwatt_api, commonwatt_worker;
