-- What boards ask: the newest month that has accounts, and how much time a complete account would hold.

CREATE INDEX ON account (month);

-- The seconds due in each month of a span, up to the end of today, also of months without any row.
CREATE FUNCTION access.due_s(first date, until date)
RETURNS TABLE (institution_id integer, carrier text, month date, due_s bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT t.institution_id, t.carrier, m.month::date,
           sum(greatest(0, extract(epoch FROM
               (least(m.month + interval '1 month', t.valid_to, storage.today() + 1)::timestamp
                   AT TIME ZONE c.zone)
               - (greatest(m.month, t.valid_from)::timestamp AT TIME ZONE c.zone))))::bigint
      FROM account_term t
      JOIN channel c ON c.id = t.channel_id
     CROSS JOIN generate_series(date_trunc('month', first::timestamp),
                                until::timestamp - interval '1 day', interval '1 month') AS m(month)
     WHERE t.known_until IS NULL AND t.institution_id IN (SELECT access.sees())
       AND t.valid_from < m.month + interval '1 month' AND m.month::date <= storage.today()
       AND (t.valid_to IS NULL OR t.valid_to > m.month)
     GROUP BY t.institution_id, t.carrier, m.month
$$;
REVOKE ALL ON FUNCTION access.due_s FROM public;
GRANT EXECUTE ON FUNCTION access.due_s TO commonwatt_api;
