-- What members show each other, out of their words and their agreement: the one definition that
-- pages, API and the logins of members read.

CREATE POLICY ours ON sharing_word TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON sharing_word FOR SELECT TO commonwatt_api
    USING (union_id IN (SELECT s.id FROM access.sees_unions() AS s(id)));
CREATE POLICY made ON sharing_word FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer()
        AND region_id IN (SELECT s.id FROM access.acts_for() AS s(id)));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON sharing_word
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

-- The least lag that a union's agreement in force states; without one, none.
CREATE FUNCTION storage.agreed_lag(asked integer) RETURNS integer
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT coalesce(max(storage.agreement_term(text, 'lag_months')::integer), 0)
      FROM agreement WHERE union_id = asked AND state = 'in_force'
$$;

-- For whom in which union the viewer reads what is shown: members that a grant covers, the guiding
-- authority, and nobody in particular (null) for who holds a grant of the union itself.
CREATE FUNCTION access.receives() RETURNS TABLE (union_id integer, region_id integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE held AS (
        SELECT * FROM access_grant
         WHERE viewer = access.viewer()
           AND role IN (SELECT role FROM role_right WHERE named_right = 'look')
           AND storage.civil_day() >= valid_from AND (valid_to IS NULL OR storage.civil_day() < valid_to)
    ), below (region_id) AS (
        SELECT held.region_id FROM held WHERE scope = 'region'
         UNION
        SELECT u.region_id FROM storage.region_up u JOIN below b ON u.parent_id = b.region_id
    )
    SELECT m.union_id, m.region_id FROM storage.member_now m
     WHERE m.region_id IN (SELECT b.region_id FROM below b)
        OR EXISTS (SELECT FROM held WHERE scope = 'all')
     UNION
    SELECT held.union_id, NULL FROM held WHERE scope = 'union'
     UNION
    SELECT u.id, u.guide_id FROM region_union u
     WHERE u.id IN (SELECT s.id FROM access.guides() AS s(id))
$$;

-- What each member shows today to those for whom the viewer reads, itself included: who gets several
-- terms of a member has the most detailed one. CO2 is all but a multiple of energy: of what the one
-- withholds the other would tell, so who gets both has both down to the same level and grain, the
-- coarser of the two, and (paired) what tells of one in either is withheld in both.
CREATE FUNCTION access.shared_terms()
RETURNS TABLE (union_id integer, region_id integer, indicator text, level text, grain text,
               lag_months integer, paired boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH newest AS (
        SELECT DISTINCT ON (w.union_id, w.region_id, w.with_id, w.indicator) w.*
          FROM sharing_word w WHERE w.since <= storage.today()
         ORDER BY w.union_id, w.region_id, w.with_id, w.indicator, w.id DESC
    ), held AS (
        SELECT DISTINCT ON (n.union_id, n.region_id, r.region_id, n.indicator) n.*
          FROM access.receives() r
          JOIN newest n ON n.union_id = r.union_id
               AND (n.with_id IS NULL OR n.with_id = r.region_id OR n.region_id = r.region_id)
          JOIN storage.member_now m ON m.union_id = n.union_id AND m.region_id = n.region_id
         ORDER BY n.union_id, n.region_id, r.region_id, n.indicator, n.with_id NULLS LAST
    ), told AS (
        SELECT DISTINCT ON (h.union_id, h.region_id, h.indicator)
               h.union_id, h.region_id, h.indicator,
               array_position(ARRAY['institution', 'line', 'member'], h.level) AS level,
               array_position(ARRAY['month', 'year'], h.grain) AS grain,
               greatest(h.lag_months, storage.agreed_lag(h.union_id)) AS lag_months
          FROM held h WHERE h.shown
         ORDER BY h.union_id, h.region_id, h.indicator, 4, 5, h.lag_months
    )
    SELECT t.union_id, t.region_id, t.indicator,
           (ARRAY['institution', 'line', 'member'])[greatest(t.level, o.level)],
           (ARRAY['month', 'year'])[greatest(t.grain, o.grain)],
           t.lag_months, o.indicator IS NOT NULL
      FROM told t
      LEFT JOIN told o ON o.union_id = t.union_id AND o.region_id = t.region_id
           AND (t.indicator, o.indicator) IN (('total_kgce', 'total_kgco2'),
                                              ('total_kgco2', 'total_kgce'))
$$;

-- A sum may be known where three make it and none is above 85 % of it.
CREATE FUNCTION storage.cell_is_large(many numeric, whole numeric, largest numeric)
RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN many >= 3 AND largest * 100 <= whole * 85;

CREATE FUNCTION storage.rest_tells_of_none(many numeric, guarded boolean, whole numeric,
                                           largest numeric)
RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN storage.tells_of_none(
    ROW(many::bigint, guarded, ARRAY[whole], ARRAY[largest])::storage.rest);

-- What is shown, withheld where it would tell of one. A line that is too small is withheld, and with
-- it the next smallest, until what is withheld is together large enough; where it never is, so is
-- the whole. What the viewer does not see of guarded institutions is three or none, as in every sum;
-- nor may it differ by fewer from those who have quotas, whose use progress tells.
CREATE FUNCTION access.shared_figures()
RETURNS TABLE (union_id integer, region_id integer, indicator text, level text, grain text,
               period date, department_line text, institution_id integer, institution_zh text,
               institution_en text, institutions bigint, amount numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE terms AS MATERIALIZED (SELECT * FROM access.shared_terms()),
    below (giver, region) AS (
        SELECT DISTINCT t.region_id, t.region_id FROM terms t
         UNION
        SELECT b.giver, u.region_id FROM storage.region_up u JOIN below b ON u.parent_id = b.region
    ), agreed AS MATERIALIZED (
        SELECT t.giver, p.place
          FROM (SELECT DISTINCT terms.region_id AS giver FROM terms) t
          JOIN profile p ON p.code = report.shown_profile(t.giver)
    ), standing AS MATERIALIZED (
        SELECT i.id, coalesce(f.value, 'open') AS class,
               i.id IN (SELECT s.id FROM access.sees() AS s(id)) AS seen
          FROM institution i
          LEFT JOIN institution_fact f ON f.institution_id = i.id AND f.attribute = 'disclosure'
               AND f.known_until IS NULL AND storage.today() >= f.valid_from
               AND (f.valid_to IS NULL OR storage.today() < f.valid_to)
    ), used AS (
        SELECT b.giver, c.month, a.department_line AS line, c.institution_id,
               sum(c.kgce_g[g.place]) FILTER (WHERE k.in_total_energy) AS grams,
               -- as of a target: what has no factor is not known, and counts for nothing
               sum(c.co2_g) FILTER (WHERE k.in_total_energy) AS co2,
               sum(c.quanta) FILTER (WHERE k.code = 'water') AS litres
          FROM below b
          JOIN storage.affiliated a ON a.region_id = b.region AND a.level <> 'central'
          JOIN storage.account_counted c ON c.institution_id = a.institution_id
               AND c.month >= a.first_month AND c.month < a.until_month
               AND c.month >= storage.today() - interval '37 months'
          JOIN carrier k ON k.code = c.carrier
          JOIN agreed g ON g.giver = b.giver
         GROUP BY b.giver, c.month, a.department_line, c.institution_id
    ), counted AS (  -- whose use progress tells, by year; energy tells of CO2, and water of neither
        SELECT f.union_id, f.year, f.indicator LIKE '%water%' AS water, r.institution_id
          FROM run_in_force f JOIN run_quota r ON r.run_id = f.run_id AND r.year = f.year
    ), parts AS (
        SELECT t.union_id, t.region_id, t.indicator, t.level, t.grain, p.period, u.line,
               u.institution_id, s.class, s.seen, sum(v.value) AS value,
               coalesce(sum(v.other), 0) AS other,
               coalesce(sum(CASE WHEN t.paired THEN u.grams ELSE v.value END), 0) AS rank,
               bool_and(NOT EXISTS (SELECT FROM counted c WHERE c.union_id = t.union_id
                                       AND c.water = (t.indicator = 'water')
                                       AND c.year = extract(year FROM u.month))
                        OR EXISTS (SELECT FROM counted c WHERE c.union_id = t.union_id
                                      AND c.water = (t.indicator = 'water')
                                      AND c.year = extract(year FROM u.month)
                                      AND c.institution_id = u.institution_id)) AS counted
          FROM terms t
          JOIN used u ON u.giver = t.region_id
          JOIN standing s ON s.id = u.institution_id AND s.class <> 'off_platform'
         CROSS JOIN LATERAL (
               SELECT CASE t.indicator WHEN 'water' THEN u.litres WHEN 'total_kgco2' THEN u.co2
                           ELSE u.grams END AS value,
                      CASE WHEN t.paired THEN
                           CASE t.indicator WHEN 'total_kgce' THEN u.co2 ELSE u.grams END END AS other) v
         CROSS JOIN LATERAL (
               SELECT date_trunc(t.grain, u.month::timestamp)::date AS period,
                      (date_trunc(t.grain, u.month::timestamp) + ('1 ' || t.grain)::interval
                       + make_interval(months => t.lag_months))::date AS told_on) p
         WHERE p.told_on <= storage.today() AND num_nonnulls(v.value, v.other) > 0
         GROUP BY t.union_id, t.region_id, t.indicator, t.level, t.grain, p.period, u.line,
                  u.institution_id, s.class, s.seen
    ), cells AS (
        SELECT p.union_id, p.region_id, p.indicator, p.level, p.grain, p.period, p.line,
               count(*) FILTER (WHERE value <> 0) AS n, sum(value) AS value,
               coalesce(sum(abs(value)), 0) AS whole, coalesce(max(abs(value)), 0) AS largest,
               count(*) FILTER (WHERE other <> 0) AS n_other, sum(abs(other)) AS whole_other,
               max(abs(other)) AS largest_other, sum(abs(rank)) AS rank,
               count(*) FILTER (WHERE NOT seen) AS un,
               count(*) FILTER (WHERE NOT seen AND class <> 'open') AS dn,
               coalesce(sum(abs(value)) FILTER (WHERE NOT seen), 0) AS uw,
               coalesce(max(abs(value)) FILTER (WHERE NOT seen), 0) AS ug,
               coalesce(sum(abs(value)) FILTER (WHERE NOT seen AND class <> 'open'), 0) AS dw,
               coalesce(max(abs(value)) FILTER (WHERE NOT seen AND class <> 'open'), 0) AS dg,
               coalesce(sum(abs(other)) FILTER (WHERE NOT seen), 0) AS uw_other,
               coalesce(max(abs(other)) FILTER (WHERE NOT seen), 0) AS ug_other,
               coalesce(sum(abs(other)) FILTER (WHERE NOT seen AND class <> 'open'), 0) AS dw_other,
               coalesce(max(abs(other)) FILTER (WHERE NOT seen AND class <> 'open'), 0) AS dg_other,
               count(*) FILTER (WHERE NOT seen AND NOT counted) AS rn,
               count(*) FILTER (WHERE NOT seen AND NOT counted AND class <> 'open') AS rd
          FROM parts p
         GROUP BY p.union_id, p.region_id, p.indicator, p.level, p.grain, p.period, p.line
    ), judged AS (
        SELECT c.*, n + n_other = 0
                    OR n > 0 AND NOT (storage.cell_is_large(n, whole, largest)
                                      AND storage.rest_tells_of_none(un, dn > 0, uw, ug))
                    OR n_other > 0 AND NOT (storage.cell_is_large(n_other, whole_other, largest_other)
                                            AND storage.rest_tells_of_none(un, dn > 0, uw_other, ug_other))
                    AS bad
          FROM cells c
    ), ranked AS (
        SELECT j.*, row_number() OVER turn AS nth, count(*) FILTER (WHERE bad) OVER every AS bads,
               sum(n + n_other) OVER turn > 0
               AND (sum(n) OVER turn = 0 OR
                    storage.cell_is_large(sum(n) OVER turn, sum(whole) OVER turn, max(largest) OVER turn)
                    AND storage.rest_tells_of_none(sum(un) OVER turn, sum(dn) OVER turn > 0,
                                                   sum(uw) OVER turn, max(ug) OVER turn))
               AND (sum(n_other) OVER turn = 0 OR
                    storage.cell_is_large(sum(n_other) OVER turn, sum(whole_other) OVER turn,
                                          max(largest_other) OVER turn)
                    AND storage.rest_tells_of_none(sum(un) OVER turn, sum(dn) OVER turn > 0,
                                                   sum(uw_other) OVER turn, max(ug_other) OVER turn))
               AS enough
          FROM judged j
        WINDOW every AS (PARTITION BY union_id, region_id, indicator, period),
               turn AS (PARTITION BY union_id, region_id, indicator, period
                        ORDER BY bad DESC, rank, line ROWS UNBOUNDED PRECEDING)
    ), cut AS (
        SELECT r.*, CASE WHEN bads = 0 THEN 0 ELSE
                   min(nth) FILTER (WHERE enough AND nth >= GREATEST(bads, 2))
                       OVER (PARTITION BY union_id, region_id, indicator, period) END AS hidden
          FROM ranked r
    ), totals AS (
        SELECT union_id, region_id, indicator, level, grain, period, sum(n)::bigint AS n,
               sum(value) AS value,
               CASE level
                   WHEN 'institution' THEN
                       storage.rest_tells_of_none(sum(dn), sum(dn) > 0, sum(dw), max(dg))
                       AND (sum(n_other) = 0 OR storage.rest_tells_of_none(
                                sum(dn), sum(dn) > 0, sum(dw_other), max(dg_other)))
                   ELSE storage.cell_is_large(sum(n), sum(whole), max(largest))
                        AND storage.rest_tells_of_none(sum(un), sum(dn) > 0, sum(uw), max(ug))
                        AND (sum(n_other) = 0 OR
                             storage.cell_is_large(sum(n_other), sum(whole_other), max(largest_other))
                             AND storage.rest_tells_of_none(sum(un), sum(dn) > 0, sum(uw_other),
                                                            max(ug_other)))
                        AND (level = 'member' OR bool_and(hidden IS NOT NULL)) END
               AND (sum(rd) = 0 OR sum(rn) >= 3) AS known
          FROM cut
         GROUP BY union_id, region_id, indicator, level, grain, period
    ), made AS (
        SELECT union_id, region_id, indicator, level, grain, period, NULL::text AS line,
               NULL::integer AS institution, CASE WHEN known THEN n END AS n,
               CASE WHEN known THEN value END AS value
          FROM totals
         UNION ALL
        SELECT c.union_id, c.region_id, c.indicator, c.level, c.grain, c.period, c.line, NULL,
               CASE WHEN t.known AND nth > hidden THEN c.n END,
               CASE WHEN t.known AND nth > hidden THEN c.value END
          FROM cut c JOIN totals t USING (union_id, region_id, indicator, period)
         WHERE c.level = 'line'
         UNION ALL
        SELECT union_id, region_id, indicator, level, grain, period, line, institution_id, 1, value
          FROM parts WHERE level = 'institution' AND class = 'open' AND value IS NOT NULL
    )
    SELECT m.union_id, m.region_id, m.indicator, m.level, m.grain, m.period, m.line,
           m.institution, i.name_zh, i.name_en, m.n, m.value / 1000  -- grams, litres
      FROM made m
      LEFT JOIN LATERAL (
            SELECT max(f.value) FILTER (WHERE f.attribute = 'name_zh') AS name_zh,
                   max(f.value) FILTER (WHERE f.attribute = 'name_en') AS name_en
              FROM institution_fact f
             WHERE f.institution_id = m.institution AND f.known_until IS NULL
               AND storage.today() >= f.valid_from
               AND (f.valid_to IS NULL OR storage.today() < f.valid_to)) i ON true
$$;

CREATE VIEW report.sharing_term WITH (security_barrier) AS
SELECT w.id AS word_id, w.union_id, w.region_id, w.with_id, w.indicator, w.shown, w.level, w.grain,
       w.lag_months, w.since, w.source, w.made_at, w.made_by,
       greatest(w.lag_months, storage.agreed_lag(w.union_id)) AS held_lag_months,
       w.since <= storage.today() AND w.id = (
           SELECT max(o.id) FROM sharing_word o
            WHERE o.union_id = w.union_id AND o.region_id = w.region_id
              AND o.with_id IS NOT DISTINCT FROM w.with_id AND o.indicator = w.indicator
              AND o.since <= storage.today()) AS holds
  FROM sharing_word w
 WHERE w.union_id IN (SELECT s.id FROM access.sees_unions() AS s(id));

CREATE VIEW report.shared_figure WITH (security_barrier) AS SELECT * FROM access.shared_figures();

REVOKE ALL ON FUNCTION access.receives, access.shared_terms, access.shared_figures,
    storage.agreed_lag
    FROM PUBLIC;

GRANT EXECUTE ON FUNCTION access.shared_figures TO commonwatt_api, commonwatt_boards;
GRANT EXECUTE ON FUNCTION storage.agreed_lag TO commonwatt_api, commonwatt_boards;
