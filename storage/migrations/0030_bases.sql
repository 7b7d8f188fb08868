-- A base is answered for: what its months rest on, what planners estimate, confirm and leave out, each with a reason.

-- A planner's figure for one carrier in one month, for the base alone; the newest word holds, and one
-- without quanta takes back what was said before.
CREATE TABLE base_month (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    union_id integer NOT NULL REFERENCES region_union,
    institution_id integer NOT NULL REFERENCES institution,
    carrier text NOT NULL REFERENCES carrier,
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    how text NOT NULL CHECK (how IN ('year_before', 'year_after', 'like_days', 'bill', 'withdrawn')),
    quanta bigint CHECK (quanta >= 0),
    reason text NOT NULL CHECK (reason <> ''),
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by text NOT NULL,
    CHECK ((how = 'withdrawn') = (quanta IS NULL))
);
CREATE INDEX ON base_month (union_id, institution_id, carrier, month, id);

-- What was decided about an institution's base for a target; the digest names the base decided on.
CREATE TABLE base_verdict (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    union_id integer NOT NULL,
    target_id integer NOT NULL,
    institution_id integer NOT NULL REFERENCES institution,
    verdict text NOT NULL CHECK (verdict IN ('confirmed', 'left_out', 'reopened')),
    base_sha256 text NOT NULL CHECK (base_sha256 ~ '^[0-9a-f]{64}$'),
    reason text NOT NULL CHECK (reason <> ''),
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by text NOT NULL,
    FOREIGN KEY (target_id, union_id) REFERENCES target (id, union_id)
);
CREATE INDEX ON base_verdict (target_id, institution_id, id);

-- What a run counted from, as its snapshot says it too; null in runs of before bases were reviewed.
ALTER TABLE run ADD COLUMN without_base integer[] NOT NULL DEFAULT '{}';
ALTER TABLE run ADD COLUMN left_out integer[] NOT NULL DEFAULT '{}';
ALTER TABLE run_quota ADD COLUMN base_states text[];
ALTER TABLE run_quota ADD COLUMN base_marks jsonb;
ALTER TABLE run_quota ADD COLUMN base_sha256 text;
ALTER TABLE run_quota ADD COLUMN base_year integer;

CREATE OR REPLACE VIEW report.run WITH (security_barrier) AS
SELECT r.id AS run_id, r.target_id, r.union_id, r.version, r.rule, r.method, r.sha256, r.quotas,
       CASE WHEN s.known THEN r.base_g END AS base_g,
       CASE WHEN s.known THEN r.total_g END AS total_g,
       r.made_at, c.kind AS issued_as, c.made_at AS issued_at,
       ARRAY(SELECT f.year FROM run_in_force f WHERE f.run_id = r.id ORDER BY f.year) AS in_force,
       cardinality(r.without_base) AS without_base, cardinality(r.left_out) AS left_out
  FROM run r LEFT JOIN book_cause c ON c.run_id = r.id
 CROSS JOIN LATERAL (SELECT -1 = ANY(access.nodes_shown(r.id)) AS known) s
 WHERE r.union_id IN (SELECT access.sees_unions());

-- The institutions below the members for which the viewer plans, itself or by their union: all of
-- them where something is computed, and those that the viewer sees where they are shown.
CREATE FUNCTION access.plans_bases()
RETURNS TABLE (union_id integer, institution_id integer, region_id integer, member_id integer,
               department_line text, class text, area_m2 numeric, roster_status text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE below (union_id, region_id, member_id) AS (
        SELECT m.union_id, m.region_id, m.region_id FROM storage.member_now m
         WHERE m.union_id IN (SELECT access.planned_unions())
            OR access.plans_regions(ARRAY[m.region_id])
         UNION
        SELECT b.union_id, u.region_id, b.member_id
          FROM storage.region_up u JOIN below b ON u.parent_id = b.region_id
    ), fact AS (
        SELECT f.institution_id, f.attribute, f.value, f.number FROM institution_fact f
         WHERE f.attribute IN ('class', 'area_m2', 'roster_status', 'disclosure')
           AND f.known_until IS NULL AND storage.today() >= f.valid_from
           AND (f.valid_to IS NULL OR storage.today() < f.valid_to)
    ), told AS (
        SELECT fact.institution_id, max(value) FILTER (WHERE attribute = 'class') AS class,
               max(number) FILTER (WHERE attribute = 'area_m2') AS area_m2,
               max(value) FILTER (WHERE attribute = 'roster_status') AS roster_status,
               max(value) FILTER (WHERE attribute = 'disclosure') AS disclosure
          FROM fact GROUP BY fact.institution_id
    )
    SELECT b.union_id, a.institution_id, a.region_id, b.member_id, a.department_line, t.class,
           t.area_m2, t.roster_status
      FROM affiliation a
      JOIN below b ON b.region_id = a.region_id
      LEFT JOIN told t ON t.institution_id = a.institution_id
     WHERE a.level <> 'central' AND a.known_until IS NULL AND storage.today() >= a.valid_from
       AND (a.valid_to IS NULL OR storage.today() < a.valid_to)
       AND t.disclosure IS DISTINCT FROM 'off_platform'
       AND (access.reckons() OR a.institution_id IN (SELECT access.sees()))
$$;

-- Every carrier's month of total energy of these institutions up to today, and what it rests on: a
-- planner's figure, a meter that knows enough of the month, a bill or what was typed, else a part.
CREATE FUNCTION access.base_months(asked integer, wanted_profile text, whom integer[])
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
               sum(extract(epoch FROM
                   (least(m.month + interval '1 month', t.valid_to)::timestamp AT TIME ZONE c.zone)
                   - (greatest(m.month, t.valid_from)::timestamp AT TIME ZONE c.zone))) AS expected_s
          FROM account_term t
          JOIN channel c ON c.id = t.channel_id
          JOIN carrier k ON k.code = t.carrier AND k.in_total_energy
         CROSS JOIN span
         CROSS JOIN LATERAL generate_series(
                greatest(span.first, date_trunc('month', t.valid_from::timestamp)),
                least(span.last, t.valid_to - 1), interval '1 month') AS m (month)
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

-- Stretches of a week and more in which a counted meter was read and stood still.
CREATE FUNCTION access.base_frozen(asked integer, whom integer[])
RETURNS TABLE (institution_id integer, carrier text, first date, last date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH counted AS MATERIALIZED (
        SELECT DISTINCT t.institution_id, t.carrier, t.channel_id, t.valid_from, t.valid_to
          FROM account_term t
          JOIN carrier k ON k.code = t.carrier AND k.in_total_energy
          JOIN access.plans_bases() p ON p.institution_id = t.institution_id AND p.union_id = asked
         WHERE t.known_until IS NULL AND (whom IS NULL OR p.institution_id = ANY(whom))
    ), still AS (
        SELECT d.channel_id, min(d.day) AS first, max(d.day) AS last
          FROM (SELECT u.channel_id, u.day,
                       u.day - (row_number() OVER (PARTITION BY u.channel_id ORDER BY u.day))::integer
                           AS island
                  FROM usage_day u
                 WHERE u.used = 0 AND u.known_s > 0
                   AND u.channel_id IN (SELECT counted.channel_id FROM counted)) d
         GROUP BY d.channel_id, d.island HAVING count(*) >= 7
    )
    SELECT c.institution_id, c.carrier, greatest(s.first, c.valid_from),
           least(s.last, coalesce(c.valid_to - 1, 'infinity'))
      FROM still s JOIN counted c USING (channel_id)
     WHERE s.last >= c.valid_from AND (c.valid_to IS NULL OR s.first < c.valid_to)
     ORDER BY 1, 2, 3
$$;

-- Area and persons as known, for who plans.
CREATE FUNCTION access.base_sizes(asked integer, whom integer[])
RETURNS TABLE (institution_id integer, attribute text, number numeric, valid_from date, valid_to date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT f.institution_id, f.attribute, f.number, f.valid_from, f.valid_to
      FROM institution_fact f
     WHERE f.attribute IN ('area_m2', 'persons') AND f.known_until IS NULL
       AND f.institution_id IN (SELECT p.institution_id FROM access.plans_bases() p
                                 WHERE p.union_id = asked)
       AND (whom IS NULL OR f.institution_id = ANY(whom))
     ORDER BY 1, 2, 4
$$;

-- The days of one carrier that are known whole, as the institution's account counts them.
CREATE FUNCTION access.base_days(asked integer, asked_institution integer, wanted text,
                                 first_day date, before_day date)
RETURNS TABLE (day date, quanta bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH of_day AS (
        SELECT d.day, d.known_s, d.used, t.share, b.share_before,
               extract(epoch FROM ((d.day + 1)::timestamp AT TIME ZONE c.zone)
                                  - (d.day::timestamp AT TIME ZONE c.zone)) AS expected_s
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

REVOKE ALL ON FUNCTION access.plans_bases, access.base_months, access.base_frozen,
    access.base_sizes, access.base_days FROM public;
GRANT EXECUTE ON FUNCTION access.plans_bases, access.base_months, access.base_frozen,
    access.base_sizes, access.base_days TO commonwatt_api;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['base_month', 'base_verdict'] LOOP
        EXECUTE format('CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON %I
            FOR EACH ROW EXECUTE FUNCTION storage.never_changes()', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY ours ON %I TO commonwatt_owner USING (true)
            WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO commonwatt_api
            USING (institution_id IN (SELECT access.sees())
                   OR (union_id, institution_id) IN (
                       SELECT p.union_id, p.institution_id FROM access.plans_bases() p))', name);
        EXECUTE format('CREATE POLICY made ON %I FOR INSERT TO commonwatt_api
            WITH CHECK (made_by = access.viewer() AND (union_id, institution_id) IN (
                       SELECT p.union_id, p.institution_id FROM access.plans_bases() p))', name);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO commonwatt_api', name);
    END LOOP;
END $$;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO commonwatt_api;
