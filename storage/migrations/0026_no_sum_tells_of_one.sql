-- No sum tells of a single guarded institution: sums over what the viewer does not see are withheld where they would.
-- What is left of a sum after what the viewer sees, and after the sums below it that it is shown,
-- holds no guarded institution, or at least three with none above 85 % of it; else the sum is
-- withheld, and what is left counts for the sum above. compact.disclosure says the same in Python.

-- Programs that share a target or move the books need all of a union that is planned; what readers
-- look at is never read so.
CREATE FUNCTION access.reckons() RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(current_setting('commonwatt.reckons', true), '') = 'on'
       AND pg_has_role(session_user, 'commonwatt_api', 'MEMBER')
$$;

CREATE FUNCTION access.guarded() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT f.institution_id FROM institution_fact f
     WHERE f.attribute = 'disclosure' AND f.value <> 'open' AND f.known_until IS NULL
       AND current_date >= f.valid_from AND (f.valid_to IS NULL OR current_date < f.valid_to)
$$;
CREATE FUNCTION access.guarded_unseen() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT g.id FROM access.guarded() AS g(id) EXCEPT SELECT access.sees()
$$;

-- What is left of a sum: how many institutions, whether one of them is guarded, and of each figure
-- (base, amount, weight, or what else is summed) the whole and the greatest part.
CREATE TYPE storage.rest AS (many bigint, guarded boolean, whole numeric[], greatest numeric[]);

CREATE FUNCTION storage.tells_of_none(asked storage.rest) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT asked.many = 0 OR NOT asked.guarded
        OR (asked.many >= 3 AND NOT EXISTS (
                SELECT FROM unnest(asked.whole, asked.greatest) AS f (whole, part)
                 WHERE f.part * 100 > f.whole * 85))
$$;

CREATE FUNCTION storage.rests_together(a storage.rest, b storage.rest) RETURNS storage.rest
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN a.many = 0 THEN b WHEN b.many = 0 THEN a ELSE
        ROW(a.many + b.many, a.guarded OR b.guarded,
            ARRAY(SELECT x + y FROM unnest(a.whole, b.whole) AS f (x, y)),
            ARRAY(SELECT greatest(x, y) FROM unnest(a.greatest, b.greatest) AS f (x, y))
        )::storage.rest END
$$;

-- A run's institutions that the viewer does not see.
CREATE FUNCTION storage.unseen_of_run(asked integer)
RETURNS TABLE (institution_id integer, node integer, guarded boolean, base_g numeric,
               amount_g numeric, weight_g numeric)
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT q.institution_id, q.node, q.institution_id IN (SELECT access.guarded()),
           (SELECT coalesce(sum(abs(b)), 0) FROM unnest(q.base_g) AS b), q.amount_g::numeric,
           abs(q.weight_g)::numeric
      FROM run_quota q
     WHERE q.run_id = asked AND q.institution_id NOT IN (SELECT access.sees())
$$;

-- Two runs whose unseen institutions differ by one or two would tell of these by their difference.
CREATE FUNCTION storage.differs_by_few(asked integer, other integer) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
    WITH a AS (SELECT institution_id, guarded FROM storage.unseen_of_run(asked)),
         b AS (SELECT institution_id, guarded FROM storage.unseen_of_run(other)),
         more AS (SELECT * FROM a EXCEPT SELECT * FROM b),
         less AS (SELECT * FROM b EXCEPT SELECT * FROM a)
    SELECT coalesce((SELECT bool_or(guarded) AND count(*) < 3 FROM more), false)
        OR coalesce((SELECT bool_or(guarded) AND count(*) < 3 FROM less), false)
$$;

-- The places in a run's cascade of which the viewer is shown the sums; −1 is the run's own total.
CREATE FUNCTION access.nodes_shown(asked integer) RETURNS integer[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    above integer[];        -- of each place in turn; 1 is the run as a whole, above the years
    rests storage.rest[];
    unseen bigint[];        -- with all below
    few boolean;
    shown integer[] := '{}';
BEGIN
    IF NOT EXISTS (SELECT FROM run_quota WHERE run_id = asked
                      AND institution_id IN (SELECT access.guarded_unseen())) THEN
        RETURN ARRAY(SELECT place FROM run_node WHERE run_id = asked) || -1;
    END IF;
    SELECT EXISTS (SELECT FROM run e
                    WHERE e.union_id = r.union_id AND e.id < asked
                      AND storage.differs_by_few(asked, e.id))
      INTO few FROM run r WHERE r.id = asked;
    SELECT 0 || array_agg(coalesce(n.parent, -1) + 2 ORDER BY n.place),
           array_prepend(ROW(0, false, '{}', '{}')::storage.rest,
               array_agg(ROW(coalesce(u.many, 0), coalesce(u.guarded, false),
                             coalesce(u.whole, '{}'), coalesce(u.greatest, '{}'))::storage.rest
                         ORDER BY n.place)),
           0::bigint || array_agg(coalesce(u.many, 0) ORDER BY n.place)
      INTO above, rests, unseen
      FROM run_node n
      LEFT JOIN (SELECT node, count(*) AS many, bool_or(s.guarded) AS guarded,
                        ARRAY[sum(base_g), sum(amount_g), sum(weight_g)] AS whole,
                        ARRAY[max(base_g), max(amount_g), max(weight_g)] AS greatest
                   FROM storage.unseen_of_run(asked) s GROUP BY node) u ON u.node = n.place
     WHERE n.run_id = asked;
    FOR i IN REVERSE cardinality(above) .. 1 LOOP  -- places stand before those below them
        IF unseen[i] = 0 OR (NOT few AND storage.tells_of_none(rests[i])) THEN
            shown := shown || (i - 2);
        ELSIF i > 1 THEN
            rests[above[i]] := storage.rests_together(rests[above[i]], rests[i]);
        END IF;
        IF i > 1 THEN
            unseen[above[i]] := unseen[above[i]] + unseen[i];
        END IF;
    END LOOP;
    RETURN shown;
END $$;

-- Members whose sums the viewer may know: where it has a part in the union, and in every run that
-- was issued the member's own sum is shown.
ALTER FUNCTION access.sees_members() RENAME TO sits_with_members;
CREATE FUNCTION access.sees_members() RETURNS TABLE (union_id integer, region_id integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH issued AS (
        SELECT DISTINCT q.run_id, q.union_id FROM run_quota q
          JOIN book_cause c ON c.run_id = q.run_id
         WHERE q.institution_id IN (SELECT access.guarded_unseen())
    ), shown AS MATERIALIZED (
        SELECT run_id, union_id, access.nodes_shown(run_id) AS places FROM issued
    )
    SELECT m.union_id, m.region_id FROM access.sits_with_members() m
     WHERE NOT EXISTS (
            SELECT FROM shown s JOIN run_node n ON n.run_id = s.run_id
             WHERE s.union_id = m.union_id AND n.key LIKE '%/region:' || m.region_id
               AND n.place <> ALL(s.places))
$$;
CREATE OR REPLACE FUNCTION access.sees_unions() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT union_id FROM access.sits_with_members() UNION SELECT access.planned_unions()
$$;

-- Where members stand, by day, as far as that tells of none: use is only known as it comes in.
CREATE FUNCTION access.standing_sums()
RETURNS TABLE (union_id integer, indicator text, year integer, day date, member_id integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH guarded AS MATERIALIZED (
        SELECT DISTINCT s.union_id, s.member_id FROM standing s
         WHERE s.institution_id IN (SELECT access.guarded_unseen())
    ), telling AS MATERIALIZED (
        SELECT s.union_id, s.indicator, s.year, s.day, s.member_id
          FROM standing s JOIN guarded g USING (union_id, member_id)
         WHERE s.institution_id IS NOT NULL AND s.institution_id NOT IN (SELECT access.sees())
         GROUP BY s.union_id, s.indicator, s.year, s.day, s.member_id
        HAVING NOT storage.tells_of_none(ROW(
            count(*), bool_or(s.institution_id IN (SELECT access.guarded())),
            ARRAY[sum(abs(s.quota_g)), sum(abs(s.due_g)), coalesce(sum(abs(s.used_g)), 0)],
            ARRAY[max(abs(s.quota_g)), max(abs(s.due_g)), coalesce(max(abs(s.used_g)), 0)]
        )::storage.rest)
    )
    SELECT s.union_id, s.indicator, s.year, s.day, s.member_id
      FROM standing s
      JOIN access.sees_members() m ON m.union_id = s.union_id AND m.region_id = s.member_id
     WHERE s.institution_id IS NULL
    EXCEPT SELECT * FROM telling
$$;

-- The levels above a quota, which its own notice prints, and those of a run for its planners: sums
-- that would tell of one are null, and so is λ, which is a ratio of such sums.
CREATE OR REPLACE FUNCTION access.quota_chain(asked_run integer, asked integer)
RETURNS TABLE (key text, base_g bigint, amount_g bigint, numerator numeric, denominator numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE above AS (
        SELECT n.*, 0 AS steps FROM run_quota q JOIN run_node n ON n.run_id = q.run_id
           AND n.place = q.node
         WHERE q.run_id = asked_run AND q.institution_id = asked
           AND asked IN (SELECT access.sees())
         UNION ALL
        SELECT n.*, a.steps + 1 FROM above a JOIN run_node n ON n.run_id = a.run_id
           AND n.place = a.parent
    ), shown AS MATERIALIZED (SELECT access.nodes_shown(asked_run) AS places)
    SELECT a.key, CASE WHEN s.known THEN a.base_g END, CASE WHEN s.known THEN a.amount_g END,
           CASE WHEN s.known THEN a.numerator END, CASE WHEN s.known THEN a.denominator END
      FROM above a CROSS JOIN LATERAL (SELECT a.place = ANY(places) AS known FROM shown) s
     ORDER BY a.steps DESC
$$;
CREATE FUNCTION access.run_levels(asked_run integer)
RETURNS TABLE (place integer, key text, base_g bigint, amount_g bigint, numerator numeric,
               denominator numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH shown AS MATERIALIZED (SELECT access.nodes_shown(asked_run) AS places)
    SELECT n.place, n.key, CASE WHEN s.known THEN n.base_g END,
           CASE WHEN s.known THEN n.amount_g END, CASE WHEN s.known THEN n.numerator END,
           CASE WHEN s.known THEN n.denominator END
      FROM run_node n CROSS JOIN LATERAL (SELECT n.place = ANY(places) AS known FROM shown) s
     WHERE n.run_id = asked_run AND n.union_id IN (SELECT access.planned_unions())
$$;

-- A snapshot names everybody's base: for planners who see all of them.
CREATE FUNCTION access.run_snapshot(asked_run integer) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT s.snapshot FROM run_snapshot s
     WHERE s.run_id = asked_run AND s.union_id IN (SELECT access.planned_unions())
       AND NOT EXISTS (SELECT FROM run_quota q
                        WHERE q.run_id = asked_run
                          AND q.institution_id NOT IN (SELECT access.sees()))
$$;

-- Whom a union counts and the planner does not see, for refusing what would tell of them.
CREATE FUNCTION access.union_unseen(asked integer)
RETURNS TABLE (institution_id integer, guarded boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT u.institution_id, u.institution_id IN (SELECT access.guarded())
      FROM access.union_institutions(asked) u
     WHERE u.institution_id NOT IN (SELECT access.sees())
$$;
REVOKE ALL ON FUNCTION access.run_levels, access.run_snapshot, access.union_unseen,
    access.nodes_shown, access.guarded, access.guarded_unseen, access.standing_sums,
    storage.unseen_of_run, storage.differs_by_few FROM public;
GRANT EXECUTE ON FUNCTION access.run_levels, access.run_snapshot, access.union_unseen
    TO commonwatt_api;
GRANT EXECUTE ON FUNCTION access.nodes_shown, access.standing_sums
    TO commonwatt_api, commonwatt_boards;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['run_snapshot', 'run_node'] LOOP
        EXECUTE format('ALTER POLICY seen ON %I
            USING ((SELECT access.reckons()) AND union_id IN (SELECT access.planned_unions()))',
            name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['run_quota', 'book_entry'] LOOP
        EXECUTE format('ALTER POLICY seen ON %I
            USING (institution_id IN (SELECT access.sees())
                   OR ((SELECT access.reckons())
                       AND union_id IN (SELECT access.planned_unions())))', name);
    END LOOP;
    ALTER POLICY seen ON standing
        USING (institution_id IN (SELECT access.sees())
               OR ((SELECT access.reckons()) AND union_id IN (SELECT access.planned_unions()))
               OR (institution_id IS NULL AND (union_id, indicator, year, day, member_id) IN (
                       SELECT s.union_id, s.indicator, s.year, s.day, s.member_id
                         FROM access.standing_sums() s)));
END $$;

CREATE OR REPLACE VIEW report.run WITH (security_barrier) AS
SELECT r.id AS run_id, r.target_id, r.union_id, r.version, r.rule, r.method, r.sha256, r.quotas,
       CASE WHEN s.known THEN r.base_g END AS base_g,
       CASE WHEN s.known THEN r.total_g END AS total_g,
       r.made_at, c.kind AS issued_as, c.made_at AS issued_at
  FROM run r LEFT JOIN book_cause c ON c.run_id = r.id
 CROSS JOIN LATERAL (SELECT -1 = ANY(access.nodes_shown(r.id)) AS known) s
 WHERE r.union_id IN (SELECT access.sees_unions());

CREATE OR REPLACE VIEW report.standing WITH (security_barrier) AS
SELECT union_id, indicator, year, day, member_id, institution_id, run_id, quota_g, due_g, used_g,
       measured_s, expected_s
  FROM standing
 WHERE institution_id IN (SELECT access.sees())
    OR (institution_id IS NULL AND (union_id, indicator, year, day, member_id) IN (
            SELECT s.union_id, s.indicator, s.year, s.day, s.member_id
              FROM access.standing_sums() s));

-- Whose sums are withheld, so that pages and boards can say it.
CREATE VIEW report.member_withheld WITH (security_barrier) AS
SELECT union_id, region_id AS member_id FROM access.sits_with_members()
EXCEPT SELECT union_id, region_id FROM access.sees_members();

-- Of a guarded institution's meter that another account takes part of, the part is that account's,
-- but which share it is would tell of the whole.
CREATE OR REPLACE VIEW report.account_term WITH (security_barrier) AS
SELECT institution_id, carrier, channel_id,
       CASE WHEN channel_id IN (SELECT access.sees_channels()) THEN share END AS share,
       valid_from, valid_to
  FROM account_term
 WHERE known_until IS NULL AND institution_id IN (SELECT access.sees());

-- What a gateway was refused holds readings of whatever it is bound to.
CREATE FUNCTION access.sees_refused_of() RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT access.sees_gateways()
    EXCEPT
    SELECT g.name FROM gateway g
      JOIN binding b ON b.gateway_id = g.id
      JOIN channel c ON c.id = b.channel_id
      JOIN meter m ON m.id = c.meter_id
     WHERE m.institution_id IN (SELECT access.guarded_unseen())
$$;
ALTER POLICY seen ON rejected_message
    USING (gateway IN (SELECT access.sees_refused_of()) OR (SELECT access.administers()));
CREATE OR REPLACE VIEW report.rejected WITH (security_barrier) AS
SELECT gateway, received_at, reason, message_zh, message_en, readings, resolved_at
  FROM rejected_message
 WHERE gateway IN (SELECT access.sees_refused_of()) OR (SELECT access.administers());
