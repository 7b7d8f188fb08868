-- A move in July took the first half-year with it: who is counted where is asked for the month of the account, and for the first day of a quota's year; and expected time is worked out by the one function.

-- The months for which an institution is counted in a region, of all; report.affiliated is what the
-- viewer sees of it.
CREATE VIEW storage.affiliated AS
SELECT a.institution_id, a.region_id, a.level, a.department_line,
       CASE WHEN extract(day FROM a.valid_from) <> 1 AND EXISTS (
                 SELECT FROM affiliation e
                  WHERE e.institution_id = a.institution_id AND e.known_until IS NULL
                    AND e.valid_from < a.valid_from
                    AND e.valid_to > date_trunc('month', a.valid_from::timestamp))
            THEN (date_trunc('month', a.valid_from::timestamp) + interval '1 month')::date
            ELSE date_trunc('month', a.valid_from::timestamp)::date END AS first_month,
       coalesce(a.valid_to, 'infinity') AS until_month
  FROM affiliation a
 WHERE a.known_until IS NULL;
CREATE OR REPLACE VIEW report.affiliated WITH (security_barrier) AS
SELECT a.institution_id, a.region_id, a.level, a.department_line, a.first_month, a.until_month
  FROM storage.seen s JOIN storage.affiliated a ON a.institution_id = s.institution_id;

-- Where institutions stood below the members for which the viewer plans, itself or by their union:
-- all of them where something is computed, and those that the viewer sees where they are shown.
-- known_from: since when it is affiliated anywhere.
CREATE FUNCTION access.base_places()
RETURNS TABLE (union_id integer, institution_id integer, region_id integer, member_id integer,
               department_line text, valid_from date, valid_to date, known_from date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE below (union_id, region_id, member_id) AS (
        SELECT m.union_id, m.region_id, m.region_id FROM storage.member_now m
         WHERE m.union_id IN (SELECT access.planned_unions())
            OR access.plans_regions(ARRAY[m.region_id])
         UNION
        SELECT b.union_id, u.region_id, b.member_id
          FROM storage.region_up u JOIN below b ON u.parent_id = b.region_id
    ), since AS (
        SELECT a.institution_id, min(a.valid_from) AS known_from FROM affiliation a
         WHERE a.known_until IS NULL GROUP BY a.institution_id
    ), away AS (
        SELECT f.institution_id FROM institution_fact f
         WHERE f.attribute = 'disclosure' AND f.value = 'off_platform' AND f.known_until IS NULL
           AND storage.today() >= f.valid_from
           AND (f.valid_to IS NULL OR storage.today() < f.valid_to)
    )
    SELECT b.union_id, a.institution_id, a.region_id, b.member_id, a.department_line, a.valid_from,
           a.valid_to, s.known_from
      FROM affiliation a
      JOIN below b ON b.region_id = a.region_id
      JOIN since s ON s.institution_id = a.institution_id
     WHERE a.level <> 'central' AND a.known_until IS NULL
       AND a.institution_id NOT IN (SELECT away.institution_id FROM away)
       AND (access.reckons() OR a.institution_id IN (SELECT access.sees()))
$$;

-- Each of them once, with the place where it was last.
CREATE OR REPLACE FUNCTION access.plans_bases()
RETURNS TABLE (union_id integer, institution_id integer, region_id integer, member_id integer,
               department_line text, class text, area_m2 numeric, roster_status text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH told AS (
        SELECT f.institution_id, max(f.value) FILTER (WHERE f.attribute = 'class') AS class,
               max(f.number) FILTER (WHERE f.attribute = 'area_m2') AS area_m2,
               max(f.value) FILTER (WHERE f.attribute = 'roster_status') AS roster_status
          FROM institution_fact f
         WHERE f.attribute IN ('class', 'area_m2', 'roster_status')
           AND f.known_until IS NULL AND storage.today() >= f.valid_from
           AND (f.valid_to IS NULL OR storage.today() < f.valid_to)
         GROUP BY f.institution_id
    )
    SELECT DISTINCT ON (p.union_id, p.institution_id) p.union_id, p.institution_id, p.region_id,
           p.member_id, p.department_line, t.class, t.area_m2, t.roster_status
      FROM access.base_places() p
      LEFT JOIN told t ON t.institution_id = p.institution_id
     ORDER BY p.union_id, p.institution_id, p.valid_from DESC
$$;

-- Their classes, as known, for who plans.
CREATE FUNCTION access.base_classes(asked integer, whom integer[])
RETURNS TABLE (institution_id integer, class text, valid_from date, valid_to date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT f.institution_id, f.value, f.valid_from, f.valid_to
      FROM institution_fact f
     WHERE f.attribute = 'class' AND f.known_until IS NULL
       AND f.institution_id IN (SELECT p.institution_id FROM access.base_places() p
                                 WHERE p.union_id = asked)
       AND (whom IS NULL OR f.institution_id = ANY(whom))
     ORDER BY 1, 3
$$;

-- Whom a union counts, or counted when a base was made: for refusing what would tell of them.
CREATE OR REPLACE FUNCTION access.union_institutions(asked integer)
RETURNS TABLE (institution_id integer, region_id integer, department_line text, class text,
               area_m2 numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE below (region_id) AS (
        SELECT m.region_id FROM storage.member_now m
         WHERE m.union_id = asked AND asked IN (SELECT access.planned_unions())
         UNION
        SELECT u.region_id FROM storage.region_up u JOIN below b ON u.parent_id = b.region_id
    ), fact AS (
        SELECT f.institution_id, f.attribute, f.value, f.number FROM institution_fact f
         WHERE f.known_until IS NULL AND storage.today() >= f.valid_from
           AND (f.valid_to IS NULL OR storage.today() < f.valid_to)
    )
    SELECT DISTINCT ON (a.institution_id) a.institution_id, a.region_id, a.department_line, k.value,
           s.number
      FROM affiliation a
      LEFT JOIN fact k ON k.institution_id = a.institution_id AND k.attribute = 'class'
      LEFT JOIN fact s ON s.institution_id = a.institution_id AND s.attribute = 'area_m2'
     WHERE a.region_id IN (SELECT below.region_id FROM below) AND a.level <> 'central'
       AND a.known_until IS NULL
       AND NOT EXISTS (SELECT FROM fact d WHERE d.institution_id = a.institution_id
                          AND d.attribute = 'disclosure' AND d.value = 'off_platform')
     ORDER BY a.institution_id, a.valid_from DESC
$$;

-- Every carrier's month of total energy of these institutions up to today, and what it rests on: a
-- planner's figure, a meter that knows enough of the month, a bill or what was typed, else a part. A
-- base is made of whole months, so a month is expected as if it were over.
CREATE OR REPLACE FUNCTION access.base_months(asked integer, wanted_profile text, whom integer[])
RETURNS TABLE (institution_id integer, carrier text, month date, quanta bigint, kgce_g bigint,
               how text, by_act boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp
SET enable_nestloop = off AS $$
    WITH who AS MATERIALIZED (
        SELECT p.institution_id FROM access.plans_bases() p
         WHERE p.union_id = asked AND (whom IS NULL OR p.institution_id = ANY(whom))
    ), said AS MATERIALIZED (
        SELECT s.* FROM storage.account_sources s
          JOIN carrier c ON c.code = s.carrier AND c.in_total_energy
         WHERE s.institution_id IN (SELECT who.institution_id FROM who)
           AND s.month <= storage.today()
    ), span AS MATERIALIZED (
        SELECT date_trunc('year', min(said.month)::timestamp) AS first,
               least(date_trunc('year', max(said.month)::timestamp) + interval '11 months',
                     date_trunc('month', storage.today()::timestamp)) AS last FROM said
    ), expected AS (
        SELECT t.institution_id, t.carrier, m.month::date AS month,
               sum(storage.expected_s(t.valid_from, t.valid_to, c.zone, m.month::date, b.before,
                                      b.before)) AS expected_s
          FROM account_term t
          JOIN channel c ON c.id = t.channel_id
          JOIN carrier k ON k.code = t.carrier AND k.in_total_energy
         CROSS JOIN span
         CROSS JOIN LATERAL generate_series(
                greatest(span.first, date_trunc('month', t.valid_from::timestamp)),
                least(span.last, t.valid_to - 1), interval '1 month') AS m (month)
         CROSS JOIN LATERAL (SELECT (m.month + interval '1 month')::date AS before) b
         WHERE t.known_until IS NULL
           AND t.institution_id IN (SELECT who.institution_id FROM who)
         GROUP BY t.institution_id, t.carrier, m.month
    ), act AS (
        SELECT * FROM (
            SELECT DISTINCT ON (b.institution_id, b.carrier, b.month)
                   b.institution_id, b.carrier, b.month, b.quanta, b.how
              FROM base_month b
             WHERE b.union_id = asked AND b.institution_id IN (SELECT who.institution_id FROM who)
             ORDER BY b.institution_id, b.carrier, b.month, b.id DESC) newest
         WHERE newest.quanta IS NOT NULL
    ), found AS MATERIALIZED (
        SELECT institution_id, carrier, month,
               coalesce(a.quanta, CASE WHEN w.enough OR s.other_quanta IS NULL THEN s.meter_quanta
                                       ELSE s.other_quanta END) AS quanta,
               CASE WHEN a.quanta IS NOT NULL THEN a.how WHEN w.enough THEN 'meter'
                    WHEN s.other_quanta IS NOT NULL THEN s.other_source
                    WHEN s.meter_quanta IS NOT NULL AND s.known_s > 0 THEN 'partial'
                    ELSE 'missing' END AS how,
               a.quanta IS NOT NULL AS by_act
          FROM said s
          FULL JOIN expected e USING (institution_id, carrier, month)
          FULL JOIN act a USING (institution_id, carrier, month)
         CROSS JOIN LATERAL (
                SELECT s.meter_quanta IS NOT NULL
                       AND s.known_s * 1000
                           >= coalesce(e.expected_s, 0) * storage.union_enough(asked) AS enough) w
    ), factor AS MATERIALIZED (
        SELECT m.carrier, m.month, k.kgce_per_unit * (1000::numeric / c.per_unit) AS per_quantum
          FROM (SELECT DISTINCT found.carrier, found.month FROM found) m
          JOIN carrier c ON c.code = m.carrier
          JOIN storage.coefficient_span k ON k.wanted = wanted_profile AND k.carrier = m.carrier
           AND m.month >= k.used_from AND m.month < k.used_until
    )
    SELECT d.institution_id, d.carrier, d.month, d.quanta,
           floor(d.quanta * f.per_quantum + 0.5)::bigint, d.how, d.by_act
      FROM found d JOIN factor f ON f.carrier = d.carrier AND f.month = d.month
     ORDER BY d.institution_id, d.carrier, d.month
$$;

-- The days of one carrier that are known whole, as the institution's account counts them.
CREATE OR REPLACE FUNCTION access.base_days(asked integer, asked_institution integer, wanted text,
                                 first_day date, before_day date)
RETURNS TABLE (day date, quanta bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH of_day AS (
        SELECT d.day, d.known_s, d.used, t.share, b.share_before,
               storage.expected_s(NULL, NULL, c.zone, d.day, d.day + 1, d.day + 1) AS expected_s
          FROM account_term t
          JOIN channel c ON c.id = t.channel_id
          JOIN usage_day d ON d.channel_id = t.channel_id AND d.day >= first_day AND d.day < before_day
           AND d.day >= t.valid_from AND (t.valid_to IS NULL OR d.day < t.valid_to)
         CROSS JOIN LATERAL (
                SELECT coalesce(sum(o.share), 0)::bigint AS share_before FROM account_term o
                 WHERE o.channel_id = t.channel_id AND o.known_until IS NULL
                   AND o.institution_id < t.institution_id
                   AND o.valid_from <= d.day AND (o.valid_to IS NULL OR d.day < o.valid_to)) b
         WHERE t.institution_id = asked_institution AND t.carrier = wanted AND t.known_until IS NULL
           AND asked_institution IN (SELECT p.institution_id FROM access.plans_bases() p
                                WHERE p.union_id = asked)
    )
    SELECT of_day.day,
           sum(floor(used::numeric * (share_before + share) * 0.000001 + 0.5)
               - floor(used::numeric * share_before * 0.000001 + 0.5))::bigint
      FROM of_day GROUP BY of_day.day
    HAVING sum(known_s) >= sum(expected_s) - 1 AND bool_and(used IS NOT NULL)
     ORDER BY of_day.day
$$;

REVOKE ALL ON FUNCTION access.base_places, access.base_classes FROM public;
GRANT EXECUTE ON FUNCTION access.base_places, access.base_classes TO commonwatt_api;

-- What a row of standing is a sum of: how many institutions, of which nothing is measured of some,
-- and how many of their months are due, and enough measured to be compared. Rows of before do not say.
ALTER TABLE standing ADD COLUMN institutions integer;
ALTER TABLE standing ADD COLUMN unmeasured integer;
ALTER TABLE standing ADD COLUMN months integer;
ALTER TABLE standing ADD COLUMN compared_months integer;

-- Of an institution that moved within a year: what of it each member counts.
CREATE TABLE standing_part (
    union_id integer NOT NULL REFERENCES region_union,
    indicator text NOT NULL,
    year integer NOT NULL,
    day date NOT NULL,
    member_id integer NOT NULL REFERENCES region,
    institution_id integer NOT NULL REFERENCES institution,
    quota_g bigint NOT NULL,
    due_g bigint NOT NULL,
    used_g bigint,
    compared_path_g bigint NOT NULL,
    compared_used_g bigint,
    PRIMARY KEY (union_id, indicator, year, day, member_id, institution_id)
);
ALTER TABLE standing_part ENABLE ROW LEVEL SECURITY;
ALTER TABLE standing_part FORCE ROW LEVEL SECURITY;
CREATE POLICY ours ON standing_part TO commonwatt_owner USING (true) WITH CHECK (true);

-- Keep where every member and institution stands at the end of a day that is over, by the run in
-- force and the balances of the books; a year that is over stands at its last day. Each month, with
-- its part of the quota, counts where the institution was in it.
CREATE OR REPLACE FUNCTION access.stand(asked integer, wanted text, at_day date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp
SET enable_nestloop = off AS $$  -- nobody guesses how long the lists below are
DECLARE
    kept bigint;
    enough CONSTANT integer := storage.union_enough(asked);
BEGIN
    IF NOT (pg_has_role(session_user, 'commonwatt_worker', 'MEMBER')
            OR asked IN (SELECT access.planned_unions())) THEN
        RAISE EXCEPTION 'not a planner of this union' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF at_day >= storage.union_today(asked) THEN
        RAISE EXCEPTION '% is not over', at_day USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM pg_advisory_xact_lock(13, asked);  -- the same rows, in no order of their own
    DELETE FROM standing_part p USING run_in_force i
     WHERE p.union_id = asked AND p.indicator = wanted AND i.union_id = asked
       AND i.indicator = wanted AND p.year = i.year
       AND p.day = least(at_day, make_date(i.year, 12, 31));
    DELETE FROM standing s USING run_in_force i
     WHERE s.union_id = asked AND s.indicator = wanted AND i.union_id = asked
       AND i.indicator = wanted AND s.year = i.year AND s.run_id = i.run_id
       AND s.day = least(at_day, make_date(i.year, 12, 31));
    WITH RECURSIVE below (region_id, member_id) AS (
        SELECT m.region_id, m.region_id FROM storage.member_now m WHERE m.union_id = asked
         UNION
        SELECT u.region_id, b.member_id
          FROM storage.region_up u JOIN below b ON u.parent_id = b.region_id
    ), balance AS (
        SELECT year, institution_id, sum(amount_g)::bigint AS amount_g FROM book_entry
         WHERE union_id = asked AND indicator = wanted AND institution_id IS NOT NULL
         GROUP BY 1, 2
    ), held AS (
        SELECT r.institution_id, r.member_id, r.run_id, r.year, r.base_g, t.profile,
               coalesce(b.amount_g, r.amount_g) AS quota_g,
               storage.months_of(r.months_g, coalesce(b.amount_g, r.amount_g)) AS months_g,
               least(at_day, make_date(r.year, 12, 31)) AS upto
          FROM run_in_force i JOIN run_quota r ON r.run_id = i.run_id AND r.year = i.year
          JOIN run n ON n.id = r.run_id JOIN target t ON t.id = n.target_id
          LEFT JOIN balance b ON b.year = r.year AND b.institution_id = r.institution_id
         WHERE i.union_id = asked AND i.indicator = wanted AND make_date(i.year, 1, 1) <= at_day
    ), counted_in AS MATERIALIZED (
        SELECT a.institution_id, b.member_id, a.first_month, a.until_month
          FROM storage.affiliated a JOIN below b ON b.region_id = a.region_id
         WHERE a.level <> 'central' AND a.institution_id IN (SELECT held.institution_id FROM held)
    ), share AS MATERIALIZED (
        SELECT h.institution_id, h.year, h.profile, h.upto, m.month, m.ends,
               coalesce(o.member_id, h.member_id) AS member_id, g.quota_g
          FROM held h
         CROSS JOIN LATERAL unnest(h.months_g, h.base_g) WITH ORDINALITY
                AS g (quota_g, base_g, number)
         CROSS JOIN LATERAL (
                SELECT make_date(h.year, g.number::integer, 1) AS month,
                       (make_date(h.year, g.number::integer, 1)
                        + interval '1 month - 1 day')::date AS ends) m
          LEFT JOIN counted_in o ON o.institution_id = h.institution_id
                AND m.month >= o.first_month AND m.month < o.until_month
         WHERE g.base_g IS NOT NULL
    ), path AS (
        SELECT s.institution_id, s.year, s.profile, s.member_id, s.month, p.upto,
               p.upto = s.ends AS whole,
               CASE WHEN p.upto = s.ends THEN s.quota_g
                    ELSE floor(s.quota_g * extract(day FROM p.upto)
                               / extract(day FROM s.ends) + 0.5) END AS path_g
          FROM share s CROSS JOIN LATERAL (SELECT least(s.upto, s.ends) AS upto) p
         WHERE s.month <= s.upto
    ), expected AS (
        SELECT p.institution_id, p.month, t.carrier,
               sum(storage.expected_s(t.valid_from, t.valid_to, c.zone, p.month, p.upto + 1,
                                      p.upto + 1)) AS expected_s
          FROM path p
          JOIN account_term t ON t.institution_id = p.institution_id AND t.known_until IS NULL
           AND greatest(p.month, t.valid_from) < least(p.upto + 1, t.valid_to)
          JOIN channel c ON c.id = t.channel_id
          JOIN carrier k ON k.code = t.carrier AND k.in_total_energy
         GROUP BY p.institution_id, p.month, t.carrier
    ), amount AS (
        SELECT p.institution_id, p.month, a.carrier, a.meter_quanta::numeric AS meter_quanta,
               a.measured_s, a.known_s, a.other_quanta::numeric AS other_quanta
          FROM path p JOIN storage.account_sources a USING (institution_id, month)
          JOIN carrier c ON c.code = a.carrier AND c.in_total_energy
         WHERE p.whole
         UNION ALL
        SELECT p.institution_id, p.month, s.carrier, s.quanta, s.measured_s, s.known_s, NULL
          FROM path p CROSS JOIN LATERAL storage.month_so_far(p.institution_id, p.month, p.upto) s
          JOIN carrier c ON c.code = s.carrier AND c.in_total_energy
         WHERE NOT p.whole
    ), counted AS (
        SELECT institution_id, month, carrier, coalesce(e.expected_s, 0) AS expected_s,
               coalesce(a.measured_s, 0) AS measured_s, coalesce(a.known_s, 0) AS known_s, w.enough,
               CASE WHEN w.enough OR a.other_quanta IS NULL THEN a.meter_quanta
                    ELSE a.other_quanta END AS quanta,
               w.enough OR a.other_quanta IS NOT NULL AS known
          FROM expected e FULL JOIN amount a USING (institution_id, month, carrier)
         CROSS JOIN LATERAL (
                SELECT a.meter_quanta IS NOT NULL
                       AND a.known_s * 1000 >= coalesce(e.expected_s, 0) * enough AS enough) w
    ), month_of AS (
        SELECT p.institution_id, p.year, p.member_id, p.month, p.path_g,
               coalesce(bool_and(a.known), false) AS known,
               sum(floor(a.quanta * k.kgce_per_unit * (1000::numeric / c.per_unit) + 0.5)) AS used_g,
               sum(a.measured_s) AS measured_s, sum(a.known_s) AS known_s,
               sum(a.expected_s) AS expected_s
          FROM path p
          LEFT JOIN counted a USING (institution_id, month)
          LEFT JOIN carrier c ON c.code = a.carrier
          LEFT JOIN storage.coefficient_of k
                 ON k.profile = p.profile AND k.carrier = a.carrier AND k.month = a.month
         GROUP BY p.institution_id, p.year, p.member_id, p.month, p.path_g
    ), so_far AS (
        SELECT institution_id, year, member_id, sum(path_g) AS path_g, sum(used_g) AS used_g,
               sum(path_g) FILTER (WHERE known) AS compared_path_g,
               sum(used_g) FILTER (WHERE known) AS compared_used_g,
               sum(measured_s) AS measured_s, sum(known_s) AS known_s,
               sum(expected_s) AS expected_s, count(*) AS months,
               count(*) FILTER (WHERE known) AS compared_months, max(month) AS last_month
          FROM month_of GROUP BY institution_id, year, member_id
    ), whole AS (
        SELECT institution_id, year, member_id, sum(quota_g) AS quota_g
          FROM share GROUP BY institution_id, year, member_id
    ), each AS MATERIALIZED (
        SELECT h.year, h.upto, coalesce(w.member_id, h.member_id) AS member_id, h.institution_id,
               h.run_id, coalesce(w.quota_g, h.quota_g) AS quota_g,
               coalesce(y.path_g, 0) AS due_g, y.used_g, coalesce(y.measured_s, 0) AS measured_s,
               coalesce(y.expected_s, 0) AS expected_s, coalesce(y.known_s, 0) AS known_s,
               coalesce(y.compared_path_g, 0) AS compared_path_g, y.compared_used_g,
               coalesce(y.months, 0) AS months, coalesce(y.compared_months, 0) AS compared_months,
               first_value(coalesce(w.member_id, h.member_id)) OVER (
                   PARTITION BY h.institution_id, h.year
                   ORDER BY y.last_month DESC NULLS LAST, w.member_id) AS lies_in,
               count(*) OVER (PARTITION BY h.institution_id, h.year) AS parts
          FROM held h
          LEFT JOIN whole w USING (institution_id, year)
          LEFT JOIN so_far y ON y.institution_id = h.institution_id AND y.year = h.year
                AND y.member_id = w.member_id
    ), parted AS (
        INSERT INTO standing_part (union_id, indicator, year, day, member_id, institution_id,
                                   quota_g, due_g, used_g, compared_path_g, compared_used_g)
        SELECT asked, wanted, year, upto, member_id, institution_id, quota_g, due_g, used_g,
               compared_path_g, compared_used_g
          FROM each WHERE parts > 1
    )
    INSERT INTO standing (union_id, indicator, year, day, member_id, institution_id, run_id,
                          quota_g, due_g, used_g, measured_s, expected_s, known_s, compared_path_g,
                          compared_used_g, enough_permille, institutions, unmeasured, months,
                          compared_months)
    SELECT asked, wanted, year, upto,
           CASE WHEN institution_id IS NULL THEN member_id ELSE lies_in END, institution_id, run_id,
           sum(quota_g), sum(due_g), sum(used_g), sum(measured_s), sum(expected_s), sum(known_s),
           sum(compared_path_g), sum(compared_used_g), enough, count(DISTINCT counts),
           count(DISTINCT counts) FILTER (WHERE used_g IS NULL), sum(months), sum(compared_months)
      FROM (SELECT *, institution_id AS counts FROM each) e
     GROUP BY GROUPING SETS ((year, upto, run_id, lies_in, institution_id),
                             (year, upto, run_id, member_id))
    ON CONFLICT (union_id, indicator, year, day, member_id, institution_id) DO UPDATE
       SET run_id = excluded.run_id, quota_g = excluded.quota_g, due_g = excluded.due_g,
           used_g = excluded.used_g, measured_s = excluded.measured_s,
           expected_s = excluded.expected_s, known_s = excluded.known_s,
           compared_path_g = excluded.compared_path_g, compared_used_g = excluded.compared_used_g,
           enough_permille = excluded.enough_permille, institutions = excluded.institutions,
           unmeasured = excluded.unmeasured, months = excluded.months,
           compared_months = excluded.compared_months, made_at = now();
    GET DIAGNOSTICS kept = ROW_COUNT;
    RETURN kept;
END $$;

-- As before; of who moved, each member's sum holds a part. Where that is a guarded one's, the sums
-- of both are withheld: by the difference to the day before they would tell of it.
CREATE OR REPLACE FUNCTION access.standing_sums()
RETURNS TABLE (union_id integer, indicator text, year integer, day date, member_id integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH hidden AS MATERIALIZED (
        SELECT access.guarded_unseen() AS institution_id
    ), moved AS MATERIALIZED (
        SELECT p.union_id, p.indicator, p.year, p.day, p.member_id
          FROM standing_part p JOIN hidden USING (institution_id)
    ), guarded AS MATERIALIZED (
        SELECT DISTINCT s.union_id, s.member_id FROM standing s JOIN hidden USING (institution_id)
    ), part AS (
        SELECT s.union_id, s.indicator, s.year, s.day, s.member_id, s.institution_id, s.quota_g,
               s.due_g, s.used_g, s.compared_path_g, s.compared_used_g
          FROM standing s JOIN guarded g USING (union_id, member_id)
         WHERE s.institution_id IS NOT NULL AND NOT EXISTS (
               SELECT FROM standing_part p
                WHERE p.union_id = s.union_id AND p.indicator = s.indicator AND p.year = s.year
                  AND p.day = s.day AND p.institution_id = s.institution_id)
         UNION ALL
        SELECT p.* FROM standing_part p JOIN guarded g USING (union_id, member_id)
    ), figure AS (
        SELECT s.*, ARRAY[abs(s.quota_g), abs(s.due_g), coalesce(abs(s.used_g), 0),
                          coalesce(abs(s.compared_path_g), 0),
                          coalesce(abs(s.compared_used_g), 0)]::numeric[] AS f
          FROM part s WHERE s.institution_id NOT IN (SELECT access.sees())
    ), telling AS MATERIALIZED (
        SELECT s.union_id, s.indicator, s.year, s.day, s.member_id FROM figure s
         GROUP BY s.union_id, s.indicator, s.year, s.day, s.member_id
        HAVING NOT storage.tells_of_none(ROW(
            count(*), bool_or(s.institution_id IN (SELECT access.guarded())),
            ARRAY[sum(f[1]), sum(f[2]), sum(f[3]), sum(f[4]), sum(f[5])],
            ARRAY[max(f[1]), max(f[2]), max(f[3]), max(f[4]), max(f[5])])::storage.rest)
    )
    (SELECT s.union_id, s.indicator, s.year, s.day, s.member_id
       FROM standing s
       JOIN access.sees_members() m ON m.union_id = s.union_id AND m.region_id = s.member_id
      WHERE s.institution_id IS NULL
     EXCEPT SELECT * FROM telling)
    EXCEPT SELECT * FROM moved
$$;

CREATE OR REPLACE VIEW report.standing WITH (security_barrier) AS
SELECT s.union_id, s.indicator, s.year, s.day, s.member_id, s.institution_id, s.run_id, s.quota_g,
       s.due_g, s.used_g, s.measured_s, s.expected_s, coalesce(s.known_s, s.measured_s) AS known_s,
       coalesce(s.compared_path_g, s.due_g) AS compared_path_g,
       CASE WHEN s.compared_path_g IS NULL THEN s.used_g ELSE s.compared_used_g END
           AS compared_used_g,
       coalesce(s.compared_path_g, s.due_g) * 1000 >= s.due_g * s.enough_permille
           AND s.due_g > 0 AS enough, s.enough_permille, s.made_at AS as_of,
       s.institutions, s.unmeasured, s.months, s.compared_months
  FROM standing s
  JOIN run_in_force f ON f.union_id = s.union_id AND f.indicator = s.indicator
       AND f.year = s.year AND f.run_id = s.run_id
 WHERE s.institution_id IN (SELECT access.sees())
    OR (s.institution_id IS NULL AND (s.union_id, s.indicator, s.year, s.day, s.member_id) IN (
            SELECT m.union_id, m.indicator, m.year, m.day, m.member_id
              FROM access.standing_sums() m));
