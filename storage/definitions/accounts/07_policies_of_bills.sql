-- Who sees and enters bills and typed figures; each of them makes the accounts anew.

CREATE POLICY ours ON utility_account TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON utility_account FOR SELECT TO commonwatt_api
    USING (id IN (SELECT s.id FROM access.sees_utility_accounts() AS s(id)));
CREATE POLICY made ON utility_account FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer() AND (SELECT access.may('keep_accounts')));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON utility_account
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON utility_share TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON utility_share FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id))
           AND utility_account_id IN (SELECT s.id FROM access.sees_utility_accounts() AS s(id)));
CREATE POLICY made ON utility_share FOR INSERT TO commonwatt_api
    WITH CHECK (institution_id IN (SELECT s.id FROM access.covers('keep_accounts') AS s(id)));
CREATE POLICY retired ON utility_share FOR UPDATE TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.covers('keep_accounts') AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON utility_share
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();
CREATE TRIGGER restates AFTER INSERT ON utility_share REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.shares_came();
CREATE TRIGGER restates_rest AFTER UPDATE ON utility_share REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.shares_came();

CREATE POLICY ours ON bill TO commonwatt_owner, commonwatt_worker USING (true) WITH CHECK (true);
CREATE POLICY seen ON bill FOR SELECT TO commonwatt_api
    USING (utility_account_id IN (SELECT s.id FROM access.sees_utility_accounts() AS s(id)));
CREATE POLICY made ON bill FOR INSERT TO commonwatt_api
    WITH CHECK (known_by = access.viewer() AND utility_account_id IN (
        SELECT s.id FROM access.covers_utility_accounts('keep_accounts') AS s(id)));
CREATE POLICY retired ON bill FOR UPDATE TO commonwatt_api
    USING (utility_account_id IN (
        SELECT s.id FROM access.covers_utility_accounts('keep_accounts') AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON bill
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();
CREATE TRIGGER counts AFTER INSERT ON bill REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.bills_came();
CREATE TRIGGER counts_no_more AFTER UPDATE ON bill REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.bills_came();

CREATE POLICY ours ON bill_part TO commonwatt_owner, commonwatt_worker USING (true) WITH CHECK (true);
CREATE POLICY seen ON bill_part FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));

CREATE POLICY ours ON typed_figure TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON typed_figure FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON typed_figure FOR INSERT TO commonwatt_api
    WITH CHECK (known_by = access.viewer()
                AND institution_id IN (SELECT s.id FROM access.covers('keep_accounts') AS s(id)));
CREATE POLICY retired ON typed_figure FOR UPDATE TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.covers('keep_accounts') AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON typed_figure
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();
CREATE TRIGGER counts AFTER INSERT ON typed_figure REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.typing_came();
CREATE TRIGGER counts_no_more AFTER UPDATE ON typed_figure REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.typing_came();

CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON delivery_kind
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON counting_rule TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON counting_rule FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON counting_rule FOR INSERT TO commonwatt_api
    WITH CHECK (institution_id IN (SELECT s.id FROM access.covers('keep_accounts') AS s(id)));
CREATE POLICY retired ON counting_rule FOR UPDATE TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.covers('keep_accounts') AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON counting_rule
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();
CREATE TRIGGER restates AFTER INSERT ON counting_rule REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.rules_came();
CREATE TRIGGER restates_rest AFTER UPDATE ON counting_rule REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.rules_came();

CREATE POLICY seen ON difference_word FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON difference_word FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer()
                AND institution_id IN (SELECT s.id FROM access.covers('keep_accounts') AS s(id)));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON difference_word
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

-- What each source says of months of institutions that the viewer sees, what counts, and the greatest
-- difference from it of what knows the month whole; word: what was said of that difference.
CREATE FUNCTION report.sources(asked integer[], first date, until date)
RETURNS TABLE (institution_id integer, carrier text, month date, meter bigint, meter_whole boolean,
               by_days bigint, by_bill bigint, typed bigint, estimate bigint, source text, quanta bigint,
               difference bigint, differs boolean, word text, said_by text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_catalog, pg_temp AS $$
    WITH who AS MATERIALIZED (
        SELECT s.id FROM access.sees() AS s(id) WHERE s.id = ANY(asked)
    ), figure AS MATERIALIZED (
        SELECT f.institution_id, f.carrier, f.month,
               max(f.quanta) FILTER (WHERE f.source = 'meter') AS meter,
               coalesce(bool_or(report.is_whole(f.known_s, f.expected_s))
                        FILTER (WHERE f.source = 'meter'), false) AS meter_whole,
               max(f.quanta) FILTER (WHERE f.source = 'typed') AS typed,
               max(f.quanta) FILTER (WHERE f.source = 'estimate') AS estimate,
               max(f.source) FILTER (WHERE f.counts) AS source,
               max(f.quanta) FILTER (WHERE f.counts) AS quanta
          FROM account_figure f JOIN who ON who.id = f.institution_id
         WHERE f.month >= first AND f.month < until
         GROUP BY 1, 2, 3
    ), key AS MATERIALIZED (
        SELECT f.institution_id, f.carrier, f.month FROM figure f
         UNION
        SELECT p.institution_id, u.carrier, p.month
          FROM bill_part p JOIN who ON who.id = p.institution_id
          JOIN bill b ON b.id = p.bill_id AND b.known_until IS NULL
          JOIN utility_account u ON u.id = b.utility_account_id
         WHERE p.month >= first AND p.month < until
    ), keys AS (
        SELECT array_agg(k.institution_id) AS who, array_agg(k.carrier) AS carriers,
               array_agg(k.month) AS months FROM key k
    )
    SELECT institution_id, carrier, month, f.meter, coalesce(f.meter_whole, false), b.by_days, b.by_bill,
           f.typed, f.estimate, f.source, f.quanta, d.difference, coalesce(d.differs, false), w.word,
           w.made_by
      FROM key
      LEFT JOIN figure f USING (institution_id, carrier, month)
      LEFT JOIN (SELECT x.* FROM keys CROSS JOIN LATERAL
                        storage.billed(keys.who, keys.carriers, keys.months) x) b
             USING (institution_id, carrier, month)
      LEFT JOIN LATERAL (
            SELECT o.quanta - f.quanta AS difference, storage.differs(o.quanta, f.quanta) AS differs
              FROM (VALUES (CASE WHEN f.meter_whole THEN f.meter END),
                           (CASE WHEN f.source <> 'bill' THEN b.by_days END), (f.typed)) AS o(quanta)
             WHERE o.quanta IS NOT NULL AND f.quanta IS NOT NULL
             ORDER BY abs(o.quanta - f.quanta) DESC LIMIT 1) d ON true
      LEFT JOIN LATERAL (
            SELECT n.word, n.made_by FROM difference_word n
             WHERE n.institution_id = key.institution_id AND n.carrier = key.carrier
               AND n.month = key.month AND n.difference = d.difference
             ORDER BY n.id DESC LIMIT 1) w ON true
     ORDER BY 1, 2, 3
$$;

REVOKE ALL ON FUNCTION report.sources FROM PUBLIC;

GRANT EXECUTE ON FUNCTION report.sources TO commonwatt_api;

-- What meters say of the very days of bills, where they know each of them: of a number that is one
-- institution's alone, which has no other of that carrier on these days.
CREATE FUNCTION report.bill_meters(asked bigint[]) RETURNS TABLE (bill_id bigint, quanta bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_catalog, pg_temp AS $$
    WITH alone AS MATERIALIZED (
        SELECT b.id, s.institution_id, u.carrier, b.first, b.last
          FROM bill b
          JOIN utility_account u ON u.id = b.utility_account_id
          JOIN utility_share s ON s.utility_account_id = u.id AND s.known_until IS NULL
           AND s.share = 1000000 AND s.valid_from <= b.first
           AND (s.valid_to IS NULL OR b.last < s.valid_to)
         WHERE b.id = ANY(asked) AND s.institution_id IN (SELECT v.id FROM access.sees() AS v(id))
           AND NOT EXISTS (
                SELECT FROM utility_share o
                  JOIN utility_account w ON w.id = o.utility_account_id AND w.carrier = u.carrier
                 WHERE o.institution_id = s.institution_id AND o.known_until IS NULL AND w.id <> u.id
                   AND o.valid_from <= b.last AND (o.valid_to IS NULL OR o.valid_to > b.first))
    )
    SELECT a.id, sum(d.quanta)::bigint
      FROM alone a
      JOIN LATERAL storage.whole_days(a.institution_id, a.carrier, a.first, a.last + 1) d ON true
     GROUP BY a.id, a.first, a.last HAVING count(*) = a.last - a.first + 1
$$;

REVOKE ALL ON FUNCTION report.bill_meters FROM PUBLIC;

GRANT EXECUTE ON FUNCTION report.bill_meters TO commonwatt_api;
