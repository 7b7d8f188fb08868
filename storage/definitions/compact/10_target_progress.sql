-- How far targets are reached, over the months of institutions that both years measured.

-- A target's sums at the end of a day, of each member and of all (null): the months of that day's
-- year that are over, beside the same ones of the base year and of the year before. A month counts
-- where every carrier in account is known, by a meter enough or by a bill; of an intensity, where
-- area or persons are stated too. Each institution stands where it was in the later month.
CREATE FUNCTION access.target_sums(asked integer, at_day date)
RETURNS TABLE (member_id integer, upto date, due integer, institutions integer, months integer,
               base numeric, base_size numeric, now numeric, now_size numeric,
               annual_months integer, annual_before numeric, annual_before_size numeric,
               annual_now numeric, annual_now_size numeric, guarded integer[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp
SET enable_nestloop = off AS $$
#variable_conflict use_column
DECLARE
    t target;
    at_year integer := extract(year FROM at_day);
    place integer;
    enough integer;
    water boolean;
    co2 boolean;
    of_size text;
BEGIN
    SELECT * INTO t FROM target WHERE id = asked;
    IF NOT (pg_has_role(session_user, 'commonwatt_worker', 'MEMBER')
            OR t.union_id IN (SELECT s.id FROM access.planned_unions() AS s(id))) THEN
        RAISE EXCEPTION 'not a planner of this union' USING ERRCODE = 'insufficient_privilege';
    END IF;
    place := (SELECT p.place FROM profile p WHERE p.code = t.profile);
    enough := storage.union_enough(t.union_id);
    water := t.indicator LIKE '%water%';
    co2 := t.indicator LIKE '%kgco2%';
    of_size := CASE WHEN t.indicator LIKE '%\_per\_m2' THEN 'area_m2'
                 WHEN t.indicator LIKE '%\_per\_person' THEN 'persons' END;
    RETURN QUERY
    WITH RECURSIVE below (region_id, member_id) AS (
        SELECT m.region_id, m.region_id FROM storage.member_now m
         WHERE m.union_id = t.union_id AND m.step = 'full'
         UNION
        SELECT u.region_id, b.member_id
          FROM storage.region_up u JOIN below b ON u.parent_id = b.region_id
    ), span AS MATERIALIZED (
        SELECT y.year, make_date(y.year, n.number, 1) AS month, n.number
          FROM (SELECT DISTINCT v.year FROM (VALUES (t.base_year), (at_year - 1), (at_year)) v (year)) y
         CROSS JOIN generate_series(1, 12) AS n (number)
         WHERE make_date(y.year, n.number, 1) + interval '1 month' <= at_day + 1
    ), off AS (
        SELECT f.institution_id FROM institution_fact f
         WHERE f.attribute = 'disclosure' AND f.value = 'off_platform' AND f.known_until IS NULL
           AND storage.today() >= f.valid_from
           AND (f.valid_to IS NULL OR storage.today() < f.valid_to)
    ), counted AS MATERIALIZED (
        SELECT a.institution_id, b.member_id, a.first_month, a.until_month
          FROM storage.affiliated a JOIN below b ON b.region_id = a.region_id
         WHERE a.level <> 'central' AND a.institution_id NOT IN (SELECT off.institution_id FROM off)
    ), who AS MATERIALIZED (
        SELECT DISTINCT institution_id FROM counted
    ), carriers AS (
        SELECT code FROM carrier WHERE CASE WHEN water THEN code = 'water' ELSE in_total_energy END
    ), held AS (
        SELECT DISTINCT a.institution_id, a.carrier, s.month
          FROM storage.due a
          JOIN who USING (institution_id)
          JOIN span s ON a.valid_from < s.month + interval '1 month'
           AND (a.valid_to IS NULL OR a.valid_to > s.month)
         WHERE a.carrier IN (SELECT code FROM carriers)
    ), found AS (
        SELECT DISTINCT ON (f.institution_id, f.carrier, f.month)
               f.institution_id, f.carrier, f.month, o.ok,
               CASE WHEN NOT o.ok THEN NULL WHEN water THEN f.quanta
                    WHEN co2 THEN f.co2_g ELSE f.kgce_g[place] END AS amount
          FROM account_figure f
          JOIN who USING (institution_id)
          JOIN span s USING (month)
          LEFT JOIN storage.month_in_part p USING (institution_id, carrier, month)
         CROSS JOIN LATERAL (
                SELECT f.quanta IS NOT NULL AND (f.source <> 'meter'
                       OR (f.known_s * 1000 >= coalesce(f.expected_s, 0) * enough
                           AND p.month IS NULL)) AS ok) o
         WHERE f.carrier IN (SELECT code FROM carriers)
         ORDER BY f.institution_id, f.carrier, f.month, o.ok DESC, f.before_meter DESC,
                  storage.source_rank(f.source, true)
    ), used AS (
        SELECT institution_id, month, sum(f.amount) AS amount,
               bool_and(coalesce(f.ok, false) AND f.amount IS NOT NULL) AS known
          FROM held FULL JOIN found f USING (institution_id, carrier, month)
         GROUP BY 1, 2
    ), sized AS (
        SELECT w.institution_id, s.month,
               sum(f.number * d.days) / nullif(sum(d.days), 0) AS size
          FROM who w CROSS JOIN span s
          JOIN institution_fact f ON f.institution_id = w.institution_id
           AND f.attribute = of_size AND f.known_until IS NULL
         CROSS JOIN LATERAL (
                SELECT least((s.month + interval '1 month')::date, f.valid_to)
                       - greatest(s.month, f.valid_from) AS days) d
         WHERE of_size IS NOT NULL AND d.days > 0
         GROUP BY 1, 2
    ), each AS MATERIALIZED (
        SELECT u.institution_id, s.year, s.number, s.month, u.amount,
               CASE WHEN of_size IS NULL THEN 1 ELSE z.size END AS size,
               u.known AND (of_size IS NULL OR z.size > 0) AS known
          FROM used u JOIN span s USING (month)
          LEFT JOIN sized z USING (institution_id, month)
    ), pair AS (
        SELECT c.member_id, c.institution_id, s.month,
               coalesce(n.known AND b.known, false) AS both_known,
               coalesce(n.known AND y.known, false) AS annual_known,
               n.amount, n.size, b.amount AS base, b.size AS base_size, y.amount AS before,
               y.size AS before_size
          FROM counted c
          JOIN span s ON s.year = at_year AND s.month >= c.first_month AND s.month < c.until_month
          LEFT JOIN each n ON n.institution_id = c.institution_id AND n.month = s.month
          LEFT JOIN each b ON b.institution_id = c.institution_id AND b.year = t.base_year
           AND b.number = s.number
          LEFT JOIN each y ON y.institution_id = c.institution_id AND y.year = s.year - 1
           AND y.number = s.number
         WHERE n.known IS NOT NULL OR b.known IS NOT NULL
    )
    SELECT p.member_id,
           (max(p.month) FILTER (WHERE both_known) + interval '1 month - 1 day')::date,
           count(*)::integer, count(DISTINCT p.institution_id)::integer,
           (count(*) FILTER (WHERE both_known))::integer,
           coalesce(sum(p.base) FILTER (WHERE both_known), 0),
           coalesce(sum(p.base_size) FILTER (WHERE both_known), 0),
           coalesce(sum(p.amount) FILTER (WHERE both_known), 0),
           coalesce(sum(p.size) FILTER (WHERE both_known), 0),
           (count(*) FILTER (WHERE annual_known))::integer,
           coalesce(sum(p.before) FILTER (WHERE annual_known), 0),
           coalesce(sum(p.before_size) FILTER (WHERE annual_known), 0),
           coalesce(sum(p.amount) FILTER (WHERE annual_known), 0),
           coalesce(sum(p.size) FILTER (WHERE annual_known), 0),
           coalesce(array_agg(DISTINCT p.institution_id) FILTER (
               WHERE p.institution_id IN (SELECT s.id FROM access.guarded() AS s(id))), '{}')
      FROM pair p
     GROUP BY GROUPING SETS ((p.member_id), ());
END $$;

CREATE FUNCTION access.tells_of_unseen(asked integer[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT asked && ARRAY(SELECT s.id FROM access.guarded_unseen() AS s(id))
$$;

-- A row is shown where it holds no restricted institution that the viewer does not see; then the
-- sum above it is not shown either.
CREATE VIEW report.target_progress WITH (security_barrier) AS
SELECT p.target_id, p.union_id, t.indicator, p.member_id, p.day, p.year, p.upto, p.due,
       p.institutions, p.months, p.annual_months, p.enough_permille, t.stale_days,
       storage.today() - p.upto - 1 AS age_days,
       CASE WHEN storage.today() - p.upto - 1 <= t.stale_days THEN p.verdict ELSE 'unknown' END
           AS verdict,
       CASE WHEN storage.today() - p.upto - 1 <= t.stale_days THEN p.fall_millionths END
           AS fall_millionths,
       p.asked_millionths,
       CASE WHEN storage.today() - p.upto - 1 <= t.stale_days THEN p.annual_fall_millionths END
           AS annual_fall_millionths,
       p.annual_asked_millionths, p.made_at AS as_of
  FROM target_progress p JOIN target t ON t.id = p.target_id
 WHERE p.union_id IN (SELECT s.id FROM access.sees_unions() AS s(id))
   AND (p.guarded = '{}' OR NOT access.tells_of_unseen(p.guarded));

CREATE POLICY ours ON target_progress TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON target_progress FOR SELECT TO commonwatt_api
    USING ((union_id IN (SELECT s.id FROM access.sees_unions() AS s(id))
            AND (guarded = '{}' OR NOT access.tells_of_unseen(guarded)))
        OR ((SELECT access.reckons())
            AND union_id IN (SELECT s.id FROM access.planned_unions() AS s(id))));
CREATE POLICY made ON target_progress FOR INSERT TO commonwatt_api
    WITH CHECK (union_id IN (SELECT s.id FROM access.planned_unions() AS s(id)));
CREATE POLICY renewed ON target_progress FOR DELETE TO commonwatt_api
    USING (union_id IN (SELECT s.id FROM access.planned_unions() AS s(id)));

REVOKE ALL ON FUNCTION access.target_sums, access.tells_of_unseen FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.tells_of_unseen TO commonwatt_api, commonwatt_boards;
GRANT EXECUTE ON FUNCTION access.target_sums TO commonwatt_api, commonwatt_worker;
