-- How far use is along the path of its year, kept a row a night.

-- A union's day is over when it is for every member and at every meter of the run in force.
CREATE FUNCTION storage.union_today(asked integer) RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT min(storage.today(z.zone))
                       FROM (SELECT storage.region_zone(m.region_id) AS zone
                               FROM storage.member_now m WHERE m.union_id = asked
                              UNION
                             SELECT c.zone
                               FROM run_in_force f
                               JOIN run_quota q ON q.run_id = f.run_id
                               JOIN account_term t ON t.institution_id = q.institution_id
                                AND t.known_until IS NULL
                               JOIN channel c ON c.id = t.channel_id
                              WHERE f.union_id = asked) z),
                    storage.today())
$$;

-- Keep where every member and institution stands at the end of a day that is over, by the run in
-- force and the balances of the books; a year that is over stands at its last day. Each month, with
-- its part of the quota, counts where the institution was in it.
CREATE FUNCTION access.record_progress(asked integer, wanted text, at_day date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp
SET enable_nestloop = off AS $$  -- nobody guesses how long the lists below are
DECLARE
    kept bigint;
    enough CONSTANT integer := storage.union_enough(asked);
    quantity CONSTANT text := storage.quantity_of(wanted);
BEGIN
    IF NOT (pg_has_role(session_user, 'commonwatt_worker', 'MEMBER')
            OR asked IN (SELECT s.id FROM access.planned_unions() AS s(id))) THEN
        RAISE EXCEPTION 'not a planner of this union' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF at_day >= storage.union_today(asked) THEN
        RAISE EXCEPTION '% is not over', at_day USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM pg_advisory_xact_lock(13, asked);  -- the same rows, in no order of their own
    DELETE FROM progress_part p USING run_in_force i
     WHERE p.union_id = asked AND p.indicator = wanted AND i.union_id = asked
       AND i.indicator = wanted AND p.year = i.year
       AND p.day = least(at_day, make_date(i.year, 12, 31));
    DELETE FROM progress s USING run_in_force i
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
               sum(storage.expected_s(t.valid_from, t.valid_to, t.zone, p.month, p.upto + 1,
                                      p.upto + 1)) AS expected_s
          FROM path p
          JOIN storage.due t ON t.institution_id = p.institution_id
           AND greatest(p.month, t.valid_from) < least(p.upto + 1, t.valid_to)
          JOIN carrier k ON k.code = t.carrier
               AND storage.counts_in(quantity, k.code, k.in_total_energy)
         GROUP BY p.institution_id, p.month, t.carrier
    ), amount AS (
        SELECT p.institution_id, p.month, a.carrier, a.meter_quanta::numeric AS meter_quanta,
               a.measured_s, a.known_s, a.other_quanta::numeric AS other_quanta,
               a.other_first, a.other_source IN ('bill', 'typed') AS by_days
          FROM path p JOIN storage.account_sources a USING (institution_id, month)
          JOIN carrier c ON c.code = a.carrier
               AND storage.counts_in(quantity, c.code, c.in_total_energy)
         WHERE p.whole
         UNION ALL
        SELECT p.institution_id, p.month, s.carrier, s.quanta, s.measured_s, s.known_s, NULL,
               false, false
          FROM path p CROSS JOIN LATERAL storage.month_so_far(p.institution_id, p.month, p.upto) s
          JOIN carrier c ON c.code = s.carrier
               AND storage.counts_in(quantity, c.code, c.in_total_energy)
         WHERE NOT p.whole
    ), counted AS MATERIALIZED (
        SELECT institution_id, month, carrier, coalesce(e.expected_s, 0) AS expected_s,
               coalesce(a.measured_s, 0) AS measured_s, w.enough,
               CASE WHEN w.by_meter OR NOT a.by_days THEN coalesce(a.known_s, 0)
                    ELSE coalesce(e.expected_s, 0) END AS known_s,
               CASE WHEN w.by_meter THEN a.meter_quanta ELSE a.other_quanta END AS quanta,
               w.enough OR a.other_quanta IS NOT NULL AS known
          FROM expected e FULL JOIN amount a USING (institution_id, month, carrier)
         CROSS JOIN LATERAL (
                SELECT o.enough, storage.meter_counts(o.enough, a.other_quanta IS NOT NULL,
                                                      a.other_first) AS by_meter
                  FROM (SELECT a.meter_quanta IS NOT NULL
                               AND a.known_s * 1000 >= coalesce(e.expected_s, 0) * enough
                               AS enough) o) w
    ), month_of AS (
        SELECT p.institution_id, p.year, p.member_id, p.month, p.path_g,
               coalesce(bool_and(a.known AND (a.quanta IS NULL OR g.grams IS NOT NULL)), false)
                   AS known,
               sum(g.grams) AS used_g,
               sum(a.measured_s) AS measured_s, sum(a.known_s) AS known_s,
               sum(a.expected_s) AS expected_s
          FROM path p
          LEFT JOIN counted a USING (institution_id, month)
          LEFT JOIN carrier c ON c.code = a.carrier
          LEFT JOIN storage.coefficient_of k
                 ON k.profile = p.profile AND k.carrier = a.carrier AND k.month = a.month
          LEFT JOIN storage.co2_factors(
                quantity, ARRAY(SELECT x.institution_id FROM counted x WHERE quantity = 'co2'),
                ARRAY(SELECT x.carrier FROM counted x WHERE quantity = 'co2'),
                ARRAY(SELECT x.month FROM counted x WHERE quantity = 'co2')) o
                 ON o.institution_id = a.institution_id AND o.carrier = a.carrier
                AND o.month = a.month
         CROSS JOIN LATERAL (
                SELECT storage.amount_of(quantity, a.quanta, k.kgce_per_unit, o.kgco2_per_unit,
                                         c.per_unit) AS grams) g
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
               coalesce(y.path_g, 0) AS path_g, y.used_g, coalesce(y.measured_s, 0) AS measured_s,
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
        INSERT INTO progress_part (union_id, indicator, year, day, member_id, institution_id,
                                   quota_g, path_g, used_g, compared_path_g, compared_used_g)
        SELECT asked, wanted, year, upto, member_id, institution_id, quota_g, path_g, used_g,
               compared_path_g, compared_used_g
          FROM each WHERE parts > 1
    )
    INSERT INTO progress (union_id, indicator, year, day, member_id, institution_id, run_id,
                          quota_g, path_g, used_g, measured_s, expected_s, known_s, compared_path_g,
                          compared_used_g, enough_permille, institutions, unmeasured, months,
                          compared_months)
    SELECT asked, wanted, year, upto,
           CASE WHEN institution_id IS NULL THEN member_id ELSE lies_in END, institution_id, run_id,
           sum(quota_g), sum(path_g), sum(used_g), sum(measured_s), sum(expected_s), sum(known_s),
           sum(compared_path_g), sum(compared_used_g), enough, count(DISTINCT counts),
           count(DISTINCT counts) FILTER (WHERE used_g IS NULL), sum(months), sum(compared_months)
      FROM (SELECT *, institution_id AS counts FROM each) e
     GROUP BY GROUPING SETS ((year, upto, run_id, lies_in, institution_id),
                             (year, upto, run_id, member_id))
    ON CONFLICT (union_id, indicator, year, day, member_id, institution_id) DO UPDATE
       SET run_id = excluded.run_id, quota_g = excluded.quota_g, path_g = excluded.path_g,
           used_g = excluded.used_g, measured_s = excluded.measured_s,
           expected_s = excluded.expected_s, known_s = excluded.known_s,
           compared_path_g = excluded.compared_path_g, compared_used_g = excluded.compared_used_g,
           enough_permille = excluded.enough_permille, institutions = excluded.institutions,
           unmeasured = excluded.unmeasured, months = excluded.months,
           compared_months = excluded.compared_months, made_at = now();
    GET DIAGNOSTICS kept = ROW_COUNT;
    RETURN kept;
END $$;

CREATE VIEW report.progress WITH (security_barrier) AS
SELECT s.union_id, s.indicator, s.year, s.day, s.member_id, s.institution_id, s.run_id, s.quota_g,
       s.path_g, s.used_g, s.measured_s, s.expected_s, coalesce(s.known_s, s.measured_s) AS known_s,
       coalesce(s.compared_path_g, s.path_g) AS compared_path_g,
       CASE WHEN s.compared_path_g IS NULL THEN s.used_g ELSE s.compared_used_g END
           AS compared_used_g,
       coalesce(s.compared_path_g, s.path_g) * 1000 >= s.path_g * s.enough_permille
           AND s.path_g > 0 AS enough, s.enough_permille, s.made_at AS as_of,
       s.institutions, s.unmeasured, s.months, s.compared_months
  FROM progress s
  JOIN run_in_force f ON f.union_id = s.union_id AND f.indicator = s.indicator
       AND f.year = s.year AND f.run_id = s.run_id
 WHERE s.institution_id IN (SELECT s.id FROM access.sees() AS s(id))
    OR (s.institution_id IS NULL AND (s.union_id, s.indicator, s.year, s.day, s.member_id) IN (
            SELECT m.union_id, m.indicator, m.year, m.day, m.member_id
              FROM access.progress_sums() m));

REVOKE ALL ON FUNCTION storage.union_today, access.record_progress
    FROM PUBLIC;

GRANT EXECUTE ON FUNCTION storage.union_today
    TO commonwatt_api, commonwatt_boards, commonwatt_worker;

GRANT EXECUTE ON FUNCTION access.record_progress
    TO commonwatt_api, commonwatt_worker;
