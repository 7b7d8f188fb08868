-- Exactly one run holds per union, indicator and year; everything that shows a quota or progress asks which.

CREATE TABLE run_in_force (
    union_id integer NOT NULL REFERENCES region_union,
    indicator text NOT NULL,
    year integer NOT NULL,
    run_id integer NOT NULL REFERENCES run,
    cause_id bigint NOT NULL REFERENCES book_cause,
    since timestamptz NOT NULL,
    PRIMARY KEY (union_id, indicator, year)
);
CREATE INDEX ON run_in_force (run_id);

-- Whoever writes a run's quotas into the books puts it in force by that, for the years it speaks of.
CREATE FUNCTION storage.put_in_force() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO run_in_force AS f (union_id, indicator, year, run_id, cause_id, since)
    SELECT NEW.union_id, NEW.indicator, q.year, NEW.run_id, NEW.id, NEW.made_at
      FROM (SELECT DISTINCT year FROM run_quota WHERE run_id = NEW.run_id) q
    ON CONFLICT (union_id, indicator, year) DO UPDATE
       SET run_id = excluded.run_id, cause_id = excluded.cause_id, since = excluded.since
     WHERE f.cause_id < excluded.cause_id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION storage.put_in_force FROM public;
CREATE TRIGGER put_in_force AFTER INSERT ON book_cause
    FOR EACH ROW WHEN (NEW.run_id IS NOT NULL) EXECUTE FUNCTION storage.put_in_force();

INSERT INTO run_in_force (union_id, indicator, year, run_id, cause_id, since)
SELECT DISTINCT ON (c.union_id, c.indicator, q.year)
       c.union_id, c.indicator, q.year, c.run_id, c.id, c.made_at
  FROM (SELECT DISTINCT run_id, year FROM run_quota) q JOIN book_cause c USING (run_id)
 ORDER BY c.union_id, c.indicator, q.year, c.id DESC;

ALTER TABLE run_in_force ENABLE ROW LEVEL SECURITY;
ALTER TABLE run_in_force FORCE ROW LEVEL SECURITY;
CREATE POLICY ours ON run_in_force TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON run_in_force FOR SELECT TO commonwatt_api
    USING (union_id IN (SELECT access.sees_unions()));
GRANT SELECT ON run_in_force TO commonwatt_api, commonwatt_worker;

-- How much of the expected time makes a figure of this union's enough measured: 900 in a thousand,
-- unless the union says otherwise; the newest word holds.
CREATE TABLE union_enough (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    union_id integer NOT NULL REFERENCES region_union,
    permille integer NOT NULL CHECK (permille BETWEEN 1 AND 1000),
    reason text NOT NULL CHECK (reason <> ''),
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by text NOT NULL
);
CREATE INDEX ON union_enough (union_id, id);
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON union_enough
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();
ALTER TABLE union_enough ENABLE ROW LEVEL SECURITY;
ALTER TABLE union_enough FORCE ROW LEVEL SECURITY;
CREATE POLICY ours ON union_enough TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON union_enough FOR SELECT TO commonwatt_api
    USING (union_id IN (SELECT access.sees_unions()));
CREATE POLICY made ON union_enough FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer() AND union_id IN (SELECT access.planned_unions()));
GRANT SELECT ON union_enough TO commonwatt_api, commonwatt_worker;
GRANT INSERT ON union_enough TO commonwatt_api;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO commonwatt_api;

CREATE FUNCTION storage.union_enough(asked integer) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT permille FROM union_enough WHERE union_id = asked
                      ORDER BY id DESC LIMIT 1), 900)
$$;

-- A quota's months: as the run cut them, and in the same proportion where the books moved it since.
CREATE FUNCTION storage.months_of(months bigint[], whole bigint) RETURNS bigint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    WITH part AS (
        SELECT m.place, m.grams, sum(m.grams) OVER () AS total,
               sum(m.grams) OVER (ORDER BY m.place) AS upto,
               count(m.grams) OVER () AS known, count(m.grams) OVER (ORDER BY m.place) AS nth
          FROM unnest(months) WITH ORDINALITY AS m (grams, place)
    ), cut AS (
        SELECT place, grams, total,
               CASE WHEN total <> 0 THEN floor(whole * upto / total + 0.5)
                    ELSE floor(whole::numeric * nth / nullif(known, 0) + 0.5) END AS upto
          FROM part
    )
    SELECT CASE WHEN whole = (SELECT total FROM part LIMIT 1) THEN months
                ELSE (SELECT array_agg(CASE WHEN grams IS NOT NULL
                                            THEN upto - coalesce(before, 0) END ORDER BY place)
                        FROM (SELECT *, lag(upto) OVER (ORDER BY place) AS before FROM cut) c)
           END::bigint[]
$$;

-- An account of the books, whether the run in force still has its institution, and as of when.
CREATE OR REPLACE VIEW report.quota WITH (security_barrier) AS
WITH balance AS (
    SELECT e.union_id, e.indicator, e.year, e.institution_id, sum(e.amount_g)::bigint AS amount_g,
           max(e.cause_id) AS cause_id
      FROM book_entry e
     WHERE e.institution_id IN (SELECT access.sees())
     GROUP BY e.union_id, e.indicator, e.year, e.institution_id
)
SELECT b.union_id, b.indicator, b.year, b.institution_id, b.amount_g, f.run_id,
       CASE WHEN q.run_id IS NULL AND b.amount_g = 0 THEN 'dropped' ELSE 'in_force' END AS state,
       greatest(f.since, c.made_at) AS as_of
  FROM balance b
  JOIN book_cause c ON c.id = b.cause_id
  LEFT JOIN run_in_force f ON f.union_id = b.union_id AND f.indicator = b.indicator
        AND f.year = b.year
  LEFT JOIN run_quota q ON q.run_id = f.run_id AND q.institution_id = b.institution_id
        AND q.year = b.year;

-- The path of a year by month, as the books hold it; without a base, no quota.
CREATE OR REPLACE VIEW report.quota_month WITH (security_barrier) AS
SELECT q.union_id, q.institution_id, q.member_id, q.year,
       make_date(q.year, m.number::integer, 1) AS month, m.quota_g, m.base_g, q.run_id, q.as_of
  FROM (SELECT r.*, f.since AS as_of,
               storage.months_of(r.months_g, coalesce(b.amount_g, r.amount_g)) AS held_g
          FROM run_in_force f
          JOIN run_quota r ON r.run_id = f.run_id AND r.year = f.year
          LEFT JOIN (SELECT union_id, indicator, year, institution_id,
                            sum(amount_g)::bigint AS amount_g
                       FROM book_entry WHERE institution_id IN (SELECT access.sees())
                      GROUP BY 1, 2, 3, 4) b
                 ON b.union_id = f.union_id AND b.indicator = f.indicator AND b.year = f.year
                AND b.institution_id = r.institution_id
         WHERE r.institution_id IN (SELECT access.sees())) q
 CROSS JOIN LATERAL unnest(q.held_g, q.base_g) WITH ORDINALITY AS m(quota_g, base_g, number)
 WHERE m.base_g IS NOT NULL;

CREATE OR REPLACE VIEW report.run WITH (security_barrier) AS
SELECT r.id AS run_id, r.target_id, r.union_id, r.version, r.rule, r.method, r.sha256, r.quotas,
       CASE WHEN s.known THEN r.base_g END AS base_g,
       CASE WHEN s.known THEN r.total_g END AS total_g,
       r.made_at, c.kind AS issued_as, c.made_at AS issued_at,
       ARRAY(SELECT f.year FROM run_in_force f WHERE f.run_id = r.id ORDER BY f.year) AS in_force
  FROM run r LEFT JOIN book_cause c ON c.run_id = r.id
 CROSS JOIN LATERAL (SELECT -1 = ANY(access.nodes_shown(r.id)) AS known) s
 WHERE r.union_id IN (SELECT access.sees_unions());

CREATE VIEW report.run_in_force WITH (security_barrier) AS
SELECT f.union_id, f.indicator, f.year, f.run_id, f.since, r.target_id, r.version, r.rule
  FROM run_in_force f JOIN run r ON r.id = f.run_id
 WHERE f.union_id IN (SELECT access.sees_unions());

-- Progress compares use and path over the months that are enough measured: what nobody measured is
-- on neither side. Rows of before have no such columns; all of them was compared then.
ALTER TABLE standing ADD COLUMN known_s bigint;
ALTER TABLE standing ADD COLUMN compared_path_g bigint;
ALTER TABLE standing ADD COLUMN compared_used_g bigint;
ALTER TABLE standing ADD COLUMN enough_permille integer NOT NULL DEFAULT 900;

-- As before, with the sums that are compared: what is left of them must tell of none either.
CREATE OR REPLACE FUNCTION access.standing_sums()
RETURNS TABLE (union_id integer, indicator text, year integer, day date, member_id integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH guarded AS MATERIALIZED (
        SELECT DISTINCT s.union_id, s.member_id FROM standing s
         WHERE s.institution_id IN (SELECT access.guarded_unseen())
    ), figure AS (
        SELECT s.*, ARRAY[abs(s.quota_g), abs(s.due_g), coalesce(abs(s.used_g), 0),
                          coalesce(abs(s.compared_path_g), 0),
                          coalesce(abs(s.compared_used_g), 0)]::numeric[] AS f
          FROM standing s JOIN guarded g USING (union_id, member_id)
         WHERE s.institution_id IS NOT NULL AND s.institution_id NOT IN (SELECT access.sees())
    ), telling AS MATERIALIZED (
        SELECT s.union_id, s.indicator, s.year, s.day, s.member_id FROM figure s
         GROUP BY s.union_id, s.indicator, s.year, s.day, s.member_id
        HAVING NOT storage.tells_of_none(ROW(
            count(*), bool_or(s.institution_id IN (SELECT access.guarded())),
            ARRAY[sum(f[1]), sum(f[2]), sum(f[3]), sum(f[4]), sum(f[5])],
            ARRAY[max(f[1]), max(f[2]), max(f[3]), max(f[4]), max(f[5])])::storage.rest)
    )
    SELECT s.union_id, s.indicator, s.year, s.day, s.member_id
      FROM standing s
      JOIN access.sees_members() m ON m.union_id = s.union_id AND m.region_id = s.member_id
     WHERE s.institution_id IS NULL
    EXCEPT SELECT * FROM telling
$$;

-- Only what was worked out under the run in force; the rest is history.
CREATE OR REPLACE VIEW report.standing WITH (security_barrier) AS
SELECT s.union_id, s.indicator, s.year, s.day, s.member_id, s.institution_id, s.run_id, s.quota_g,
       s.due_g, s.used_g, s.measured_s, s.expected_s, coalesce(s.known_s, s.measured_s) AS known_s,
       coalesce(s.compared_path_g, s.due_g) AS compared_path_g,
       CASE WHEN s.compared_path_g IS NULL THEN s.used_g ELSE s.compared_used_g END
           AS compared_used_g,
       coalesce(s.compared_path_g, s.due_g) * 1000 >= s.due_g * s.enough_permille
           AND s.due_g > 0 AS enough, s.enough_permille, s.made_at AS as_of
  FROM standing s
  JOIN run_in_force f ON f.union_id = s.union_id AND f.indicator = s.indicator
       AND f.year = s.year AND f.run_id = s.run_id
 WHERE s.institution_id IN (SELECT access.sees())
    OR (s.institution_id IS NULL AND (s.union_id, s.indicator, s.year, s.day, s.member_id) IN (
            SELECT m.union_id, m.indicator, m.year, m.day, m.member_id
              FROM access.standing_sums() m));

GRANT SELECT ON report.run_in_force TO commonwatt_api, commonwatt_boards;

-- Today where a union's meters are: in the zone whose day is over last.
CREATE FUNCTION storage.union_today(asked integer) RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT coalesce(nullif(current_setting('commonwatt.today', true), '')::date,
                    (SELECT min((now() AT TIME ZONE z.zone)::date)
                       FROM (SELECT DISTINCT c.zone
                               FROM run_in_force f
                               JOIN run_quota q ON q.run_id = f.run_id
                               JOIN account_term t ON t.institution_id = q.institution_id
                                AND t.known_until IS NULL
                               JOIN channel c ON c.id = t.channel_id
                              WHERE f.union_id = asked) z),
                    (now() AT TIME ZONE 'Asia/Shanghai')::date)
$$;
REVOKE ALL ON FUNCTION storage.union_today, storage.union_enough, storage.months_of FROM public;
GRANT EXECUTE ON FUNCTION storage.union_today, storage.union_enough, storage.months_of
    TO commonwatt_api, commonwatt_worker, commonwatt_boards;

-- As before, with the time whose total is known.
DROP FUNCTION storage.month_so_far(integer, date, date);
CREATE FUNCTION storage.month_so_far(asked integer, since date, upto date)
RETURNS TABLE (carrier text, quanta numeric, measured_s bigint, known_s bigint)
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp SET enable_nestloop = on AS $$
    SELECT t.carrier,
           sum(floor(d.used::numeric * (b.share_before + t.share) * 0.000001 + 0.5)
               - floor(d.used::numeric * b.share_before * 0.000001 + 0.5)),
           sum(d.measured_s), sum(d.known_s)
      FROM account_term t
      JOIN usage_day d ON d.channel_id = t.channel_id AND d.day BETWEEN since AND upto
       AND d.day >= t.valid_from AND (t.valid_to IS NULL OR d.day < t.valid_to)
     CROSS JOIN LATERAL (
            SELECT coalesce(sum(o.share), 0)::bigint AS share_before FROM account_term o
             WHERE o.channel_id = t.channel_id AND o.known_until IS NULL
               AND o.institution_id < t.institution_id
               AND o.valid_from <= d.day AND (o.valid_to IS NULL OR d.day < o.valid_to)) b
     WHERE t.institution_id = asked AND t.known_until IS NULL
     GROUP BY t.carrier
$$;

-- What each source says of a carrier's month, in one row: which one counts depends on how much of
-- the time the meter knows.
CREATE VIEW storage.account_sources AS
SELECT institution_id, carrier, month,
       max(quanta) FILTER (WHERE source = 'meter') AS meter_quanta,
       coalesce(max(measured_s) FILTER (WHERE source = 'meter'), 0) AS measured_s,
       coalesce(max(known_s) FILTER (WHERE source = 'meter'), 0) AS known_s,
       (array_agg(quanta ORDER BY array_position(ARRAY['bill', 'typed', 'estimate'], source))
           FILTER (WHERE source <> 'meter' AND quanta IS NOT NULL))[1] AS other_quanta,
       (array_agg(source ORDER BY array_position(ARRAY['bill', 'typed', 'estimate'], source))
           FILTER (WHERE source <> 'meter' AND quanta IS NOT NULL))[1] AS other_source
  FROM account GROUP BY institution_id, carrier, month;

-- Keep where every member and institution stands at the end of a day that is over, by the run in
-- force and the balances of the books; a year that is over stands at its last day.
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
    WITH balance AS (
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
    ), path AS (
        SELECT h.institution_id, h.year, h.profile, p.month, p.upto, p.upto = p.ends AS whole,
               CASE WHEN p.upto = p.ends THEN h.months_g[p.m]
                    ELSE floor(h.months_g[p.m] * extract(day FROM p.upto)
                               / extract(day FROM p.ends) + 0.5) END AS path_g
          FROM held h
         CROSS JOIN generate_series(1, extract(month FROM h.upto)::integer) g (m)
         CROSS JOIN LATERAL (
                SELECT g.m, make_date(h.year, g.m, 1) AS month,
                       (make_date(h.year, g.m, 1) + interval '1 month - 1 day')::date AS ends,
                       least(h.upto, (make_date(h.year, g.m, 1)
                                      + interval '1 month - 1 day')::date) AS upto) p
         WHERE h.base_g[g.m] IS NOT NULL
    ), expected AS (
        SELECT p.institution_id, p.month, t.carrier,
               sum(extract(epoch FROM
                   (least(p.upto + 1, t.valid_to)::timestamp AT TIME ZONE c.zone)
                   - (greatest(p.month, t.valid_from)::timestamp AT TIME ZONE c.zone))) AS expected_s
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
        SELECT p.institution_id, p.year, p.month, p.path_g,
               coalesce(bool_and(a.known), false) AS known,
               sum(floor(a.quanta * k.kgce_per_unit * (1000::numeric / c.per_unit) + 0.5)) AS used_g,
               sum(a.measured_s) AS measured_s, sum(a.known_s) AS known_s,
               sum(a.expected_s) AS expected_s
          FROM path p
          LEFT JOIN counted a USING (institution_id, month)
          LEFT JOIN carrier c ON c.code = a.carrier
          LEFT JOIN storage.coefficient_of k
                 ON k.profile = p.profile AND k.carrier = a.carrier AND k.month = a.month
         GROUP BY p.institution_id, p.year, p.month, p.path_g
    ), year_of AS (
        SELECT institution_id, year, sum(path_g) AS path_g, sum(used_g) AS used_g,
               sum(path_g) FILTER (WHERE known) AS compared_path_g,
               sum(used_g) FILTER (WHERE known) AS compared_used_g,
               sum(measured_s) AS measured_s, sum(known_s) AS known_s, sum(expected_s) AS expected_s
          FROM month_of GROUP BY institution_id, year
    ), each AS (
        SELECT h.year, h.upto, h.member_id, h.institution_id, h.run_id, h.quota_g,
               coalesce(y.path_g, 0) AS due_g, y.used_g, coalesce(y.measured_s, 0) AS measured_s,
               coalesce(y.expected_s, 0) AS expected_s, coalesce(y.known_s, 0) AS known_s,
               coalesce(y.compared_path_g, 0) AS compared_path_g, y.compared_used_g
          FROM held h LEFT JOIN year_of y USING (institution_id, year)
    )
    INSERT INTO standing (union_id, indicator, year, day, member_id, institution_id, run_id,
                          quota_g, due_g, used_g, measured_s, expected_s, known_s, compared_path_g,
                          compared_used_g, enough_permille)
    SELECT asked, wanted, year, upto, member_id, institution_id, run_id, sum(quota_g), sum(due_g),
           sum(used_g), sum(measured_s), sum(expected_s), sum(known_s), sum(compared_path_g),
           sum(compared_used_g), enough
      FROM each
     GROUP BY GROUPING SETS ((year, upto, run_id, member_id, institution_id),
                             (year, upto, run_id, member_id))
    ON CONFLICT (union_id, indicator, year, day, member_id, institution_id) DO UPDATE
       SET run_id = excluded.run_id, quota_g = excluded.quota_g, due_g = excluded.due_g,
           used_g = excluded.used_g, measured_s = excluded.measured_s,
           expected_s = excluded.expected_s, known_s = excluded.known_s,
           compared_path_g = excluded.compared_path_g, compared_used_g = excluded.compared_used_g,
           enough_permille = excluded.enough_permille, made_at = now();
    GET DIAGNOSTICS kept = ROW_COUNT;
    RETURN kept;
END $$;

-- Issuing renews progress at once: the row that waits for the night moves forward.
GRANT UPDATE (at) ON due TO commonwatt_api;
