-- What notices of quotas print beside the quota itself: by which document it was issued, the levels
-- above and below a member, and by what an institution's days differ.

-- Only quotas that are in the books are issued, and only to institutions of one's own.
CREATE FUNCTION storage.notice_fits() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM book_cause WHERE run_id = NEW.run_id) THEN
        RAISE EXCEPTION 'run % is not issued', NEW.run_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'notice_of_issued_run';
    END IF;
    IF NOT EXISTS (SELECT FROM run_quota
                    WHERE run_id = NEW.run_id AND member_id = NEW.region_id) THEN
        RAISE EXCEPTION 'run % has no quota for region %', NEW.run_id, NEW.region_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'notice_of_own_quotas';
    END IF;
    RETURN NEW;
END $$;

CREATE POLICY ours ON quota_notice TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON quota_notice FOR SELECT TO commonwatt_api
    USING (union_id IN (SELECT s.id FROM access.sees_unions() AS s(id)));
CREATE POLICY made ON quota_notice FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer()
        AND region_id IN (SELECT s.id FROM access.acts_for() AS s(id)));
CREATE TRIGGER fits BEFORE INSERT ON quota_notice
    FOR EACH ROW EXECUTE FUNCTION storage.notice_fits();
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON quota_notice
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

-- A member's own levels in a run: the way down to it, for whoever knows its sums anyway; what lies
-- below it for who plans for it. Sums that would tell of one are null, as everywhere.
CREATE FUNCTION access.member_levels(asked_run integer, asked integer)
RETURNS TABLE (key text, base_g bigint, amount_g bigint, numerator numeric, denominator numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE told AS MATERIALIZED (
        SELECT r.id AS run_id,
               r.union_id IN (SELECT s.id FROM access.planned_unions() AS s(id))
               OR access.plans_regions(ARRAY[asked]) AS below
          FROM run r
         WHERE r.id = asked_run AND asked IN (
               SELECT s.region_id FROM access.sits_with_members() s WHERE s.union_id = r.union_id)
    ), own AS (
        SELECT n.run_id, n.place, n.parent FROM told t JOIN run_node n ON n.run_id = t.run_id
         WHERE split_part(n.key, '/', 2) = 'region:' || asked AND split_part(n.key, '/', 3) = ''
    ), beneath (run_id, place) AS (
        SELECT n.run_id, n.place FROM own o JOIN told t ON t.below
          JOIN run_node n ON n.run_id = o.run_id AND n.parent = o.place
         UNION
        SELECT n.run_id, n.place FROM beneath b
          JOIN run_node n ON n.run_id = b.run_id AND n.parent = b.place
    ), shown AS MATERIALIZED (SELECT access.nodes_shown(asked_run) AS places)
    SELECT n.key, CASE WHEN s.known THEN n.base_g END, CASE WHEN s.known THEN n.amount_g END,
           CASE WHEN s.known THEN n.numerator END, CASE WHEN s.known THEN n.denominator END
      FROM (SELECT run_id, place FROM own UNION SELECT run_id, parent FROM own
             UNION SELECT run_id, place FROM beneath) a
      JOIN run_node n ON n.run_id = a.run_id AND n.place = a.place
     CROSS JOIN LATERAL (SELECT n.place = ANY(places) AS known FROM shown) s
     ORDER BY n.place
$$;

-- How many institutions of a member a run has; whoever sees fewer of them is told no sums of these.
CREATE FUNCTION access.member_quotas(asked_run integer, asked integer) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT count(*)::integer FROM run_quota q
     WHERE q.run_id = asked_run AND q.member_id = asked
       AND q.union_id IN (SELECT s.id FROM access.sees_unions() AS s(id))
$$;

-- What an institution used on days that are known whole of all its carriers, in grams or litres as its
-- account's months convert: for cutting months into days.
CREATE FUNCTION access.used_days(asked integer, wanted_profile text, quantity text, first_day date,
                                 before_day date)
RETURNS TABLE (day date, kind text, grams bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH counted AS MATERIALIZED (
        SELECT d.carrier, d.day, sum(d.quanta) AS quanta,
               bool_and(d.used IS NOT NULL)
               AND sum(d.known_s) + 1
                   >= sum(storage.expected_s(NULL, NULL, c.zone, d.day, d.day + 1, d.day + 1))
                   AS whole
          FROM storage.account_day d
          JOIN channel c ON c.id = d.channel_id
          JOIN carrier k ON k.code = d.carrier
               AND storage.counts_in(quantity, k.code, k.in_total_energy)
         WHERE d.institution_id = asked AND d.day >= first_day AND d.day < before_day
           AND asked IN (SELECT s.id FROM access.sees() AS s(id))
         GROUP BY d.carrier, d.day
    ), terms AS (
        SELECT DISTINCT t.carrier, t.valid_from, t.valid_to
          FROM account_term t
          JOIN carrier k ON k.code = t.carrier
               AND storage.counts_in(quantity, k.code, k.in_total_energy)
         WHERE t.institution_id = asked AND t.known_until IS NULL
    ), converted AS (
        SELECT u.day, bool_and(u.whole) AS whole, count(*) AS carriers,
               CASE WHEN bool_and(g.grams IS NOT NULL) THEN sum(g.grams) END AS grams
          FROM counted u
          JOIN carrier k ON k.code = u.carrier
          LEFT JOIN storage.coefficient_of o ON o.carrier = u.carrier AND o.profile = wanted_profile
               AND o.month = date_trunc('month', u.day)::date
          LEFT JOIN storage.co2_factors(
                quantity, ARRAY(SELECT asked FROM counted x), ARRAY(SELECT x.carrier FROM counted x),
                ARRAY(SELECT date_trunc('month', x.day)::date FROM counted x)) f
                 ON f.carrier = u.carrier AND f.month = date_trunc('month', u.day)::date
         CROSS JOIN LATERAL (
                SELECT storage.amount_of(quantity, u.quanta, o.kgce_per_unit, f.kgco2_per_unit,
                                         k.per_unit) AS grams) g
         GROUP BY u.day
    )
    SELECT c.day, report.kind_of_day(c.day), c.grams::bigint
      FROM converted c
     WHERE c.whole AND c.grams IS NOT NULL
       AND c.carriers = (SELECT count(DISTINCT t.carrier) FROM terms t
                          WHERE t.valid_from <= c.day
                            AND (t.valid_to IS NULL OR c.day < t.valid_to))
     ORDER BY c.day
$$;

-- What kind of day each is, and by what it is called where it has a name.
CREATE FUNCTION report.days_of_year(asked integer)
RETURNS TABLE (day date, kind text, name_zh text, name_en text, published boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT d::date, report.kind_of_day(d::date), o.name_zh, o.name_en,
           EXISTS (SELECT FROM day_off p WHERE p.known_until IS NULL AND p.calendar = 'CN'
                      AND p.valid_from >= make_date(asked, 1, 1)
                      AND p.valid_from < make_date(asked + 1, 1, 1))
      FROM generate_series(make_date(asked, 1, 1), make_date(asked, 12, 31), '1 day') AS d
      LEFT JOIN day_off o ON o.known_until IS NULL AND o.calendar = 'CN'
           AND o.valid_from <= d::date AND d::date < o.valid_to
     ORDER BY d
$$;

REVOKE ALL ON FUNCTION storage.notice_fits, access.member_levels, access.member_quotas,
    access.used_days, report.days_of_year
    FROM PUBLIC;

GRANT EXECUTE ON FUNCTION access.member_levels, access.member_quotas, access.used_days,
    report.days_of_year
    TO commonwatt_api;
