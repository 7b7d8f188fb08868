-- What institutions owe and until when, and whether it was done.

CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON duty
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON duty_done TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON duty_done FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON duty_done FOR INSERT TO commonwatt_api
    WITH CHECK (known_by = access.viewer()
                AND institution_id IN (SELECT s.id FROM access.covers('keep_accounts') AS s(id)));
CREATE POLICY retired ON duty_done FOR UPDATE TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.covers('keep_accounts') AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON duty_done
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

-- The duties that fall due on a day from `first` to before `until`, of the institutions that the
-- viewer sees and that are on the roster then. asked: some of them; null: all.
CREATE FUNCTION access.duties(asked integer[], first date, until date)
RETURNS TABLE (duty text, institution_id integer, region_id integer, department_line text,
               period date, due_on date, done boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH due AS MATERIALIZED (
        SELECT d.code, d.levels, d.told_by, p.period::date AS period, w.due_on,
               (p.period + CASE d.period WHEN 'month' THEN interval '1 month'
                           WHEN 'quarter' THEN interval '3 months' ELSE interval '1 year' END)::date
                   AS ended
          FROM duty d
         CROSS JOIN LATERAL generate_series(
               date_trunc('year', first - interval '26 months'), until::timestamp,
               CASE d.period WHEN 'month' THEN interval '1 month'
                    WHEN 'quarter' THEN interval '3 months' ELSE interval '1 year' END) AS p(period)
         CROSS JOIN LATERAL (SELECT (p.period + make_interval(months => d.due_months))::date
                                    + d.due_days AS due_on) w
         WHERE d.known_until IS NULL AND w.due_on >= first AND w.due_on < until
           AND d.valid_from <= w.due_on AND (d.valid_to IS NULL OR d.valid_to > w.due_on)
    ), seen AS MATERIALIZED (
        SELECT s.id FROM access.sees() AS s(id) WHERE asked IS NULL OR s.id = ANY(asked)
    )
    SELECT d.code, a.institution_id, a.region_id, a.department_line, d.period, d.due_on,
           EXISTS (SELECT FROM duty_done o
                    WHERE o.institution_id = a.institution_id AND o.duty = d.code
                      AND o.period = d.period AND o.known_until IS NULL)
           OR CASE d.told_by
              WHEN 'submission' THEN EXISTS (SELECT FROM submission s
                    WHERE s.institution_id = a.institution_id
                      AND s.year = extract(year FROM d.period)
                      AND s.state IN ('approved', 'received'))
              WHEN 'accounts' THEN EXISTS (SELECT FROM account f
                    WHERE f.institution_id = a.institution_id AND f.month >= d.period
                      AND f.month < d.ended AND f.quanta IS NOT NULL)
              ELSE false END
      FROM due d
      JOIN affiliation a ON a.known_until IS NULL AND a.valid_from < d.ended
       AND (a.valid_to IS NULL OR a.valid_to > d.due_on)
       AND daterange(a.valid_from, a.valid_to) @> greatest(d.ended - 1, a.valid_from)
      JOIN seen s ON s.id = a.institution_id
     WHERE d.levels IS NULL OR a.level = ANY(string_to_array(d.levels, ' '))
$$;

REVOKE ALL ON FUNCTION access.duties FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.duties TO commonwatt_api;
