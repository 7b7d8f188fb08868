-- No sum, and no difference of sums, tells of a single guarded institution.

-- What is left of a sum: how many institutions, whether one of them is guarded, and of each figure
-- (base, amount, weight, or what else is summed) the whole and the greatest part.
CREATE TYPE storage.rest AS (many bigint, guarded boolean, whole numeric[], greatest numeric[]);

-- A run's institutions that the viewer does not see.
CREATE FUNCTION storage.unseen_of_run(asked integer)
RETURNS TABLE (institution_id integer, node integer, guarded boolean, base_g numeric,
               amount_g numeric, weight_g numeric)
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT q.institution_id, q.node, q.institution_id IN (SELECT s.id FROM access.guarded() AS s(id)),
           (SELECT coalesce(sum(abs(b)), 0) FROM unnest(q.base_g) AS b), q.amount_g::numeric,
           abs(q.weight_g)::numeric
      FROM run_quota q
     WHERE q.run_id = asked AND q.institution_id NOT IN (SELECT s.id FROM access.sees() AS s(id))
$$;

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

-- Two sums of different times, subtracted, tell of a single guarded institution no more than one
-- sum does. What unseen institutions changed by between a run and each run before it holds no
-- guarded one, or at least three with none above 85 % of it; else the later sum is withheld, as the
-- remainder of a sum is. compact.disclosure says the same in Python.

-- From below: which sums are withheld, when those of `hidden` are anyhow. What a withheld sum holds
-- counts for the one above; place 1 is the whole, and places stand before those below them.
CREATE FUNCTION storage.withheld(above integer[], rests storage.rest[], hidden boolean[])
RETURNS boolean[]
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    FOR i IN REVERSE cardinality(above) .. 1 LOOP
        IF hidden[i] OR NOT storage.tells_of_none(rests[i]) THEN
            hidden[i] := true;
            IF i > 1 THEN
                rests[above[i]] := storage.rests_together(rests[above[i]], rests[i]);
            END IF;
        END IF;
    END LOOP;
    RETURN hidden;
END $$;

-- By how much each figure of unseen institutions changed since each run of the union before, by
-- place (1 is the whole): `moved` has one row for each earlier run and figure.
CREATE FUNCTION storage.moved_since(asked integer, places integer)
RETURNS TABLE (before integer, figure integer, moved storage.rest[])
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
    WITH seen AS MATERIALIZED (SELECT s.id FROM access.sees() AS s(id)),
    guarded AS MATERIALIZED (SELECT s.id FROM access.guarded() AS s(id)),
    stated AS MATERIALIZED (
        SELECT q.run_id, q.institution_id, n.key, f.figure, f.value
          FROM run r
          JOIN run_quota q ON q.run_id = r.id
          JOIN run_node n ON n.run_id = r.id AND n.place = q.node
         CROSS JOIN LATERAL (VALUES
               (1, (SELECT coalesce(sum(b), 0) FROM unnest(q.base_g) AS b)),
               (2, q.amount_g::numeric), (3, q.weight_g::numeric)) AS f (figure, value)
         WHERE r.id <= asked AND r.union_id = (SELECT union_id FROM run WHERE id = asked)
           AND q.institution_id NOT IN (SELECT id FROM seen)
    ), other AS (
        SELECT DISTINCT run_id AS before FROM stated WHERE run_id <> asked
    ), differs AS (
        SELECT e.before, institution_id, key, figure, abs(sum(s.value)) AS by
          FROM other e
         CROSS JOIN LATERAL (
               SELECT institution_id, key, figure, value FROM stated WHERE run_id = asked
                UNION ALL
               SELECT institution_id, key, figure, -value FROM stated WHERE run_id = e.before) s
         GROUP BY e.before, institution_id, key, figure HAVING sum(s.value) <> 0
    ), placed AS (
        SELECT d.before, d.figure,
               coalesce((SELECT n.place FROM run_node n
                          WHERE n.run_id = asked
                            AND (n.key = d.key OR starts_with(d.key, n.key || '/'))
                          ORDER BY length(n.key) DESC LIMIT 1), -1) + 2 AS place,
               ROW(count(*), bool_or(d.institution_id IN (SELECT id FROM guarded)),
                   ARRAY[sum(d.by)], ARRAY[max(d.by)])::storage.rest AS rest
          FROM differs d GROUP BY d.before, d.figure, d.key
    ), summed AS (
        SELECT before, figure, place,
               ROW(sum((rest).many), bool_or((rest).guarded), ARRAY[sum((rest).whole[1])],
                   ARRAY[max((rest).greatest[1])])::storage.rest AS rest
          FROM placed GROUP BY before, figure, place
    )
    SELECT k.before, k.figure,
           ARRAY(SELECT coalesce(s.rest, ROW(0, false, '{}', '{}')::storage.rest)
                   FROM generate_series(1, places) AS p (place)
                   LEFT JOIN summed s ON s.before = k.before AND s.figure = k.figure
                    AND s.place = p.place
                  ORDER BY p.place)
      FROM (SELECT DISTINCT before, figure FROM summed) k
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

CREATE FUNCTION access.nodes_shown(asked integer) RETURNS integer[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    above integer[];        -- of each place in turn; 1 is the run as a whole, above the years
    rests storage.rest[];
    unseen bigint[];        -- with all below
    hidden boolean[];
    before boolean[];
    moved storage.rest[];   -- since each run before and of each figure: one row of places each
BEGIN
    IF NOT EXISTS (SELECT FROM run_quota WHERE run_id = asked
                      AND institution_id IN (SELECT s.id FROM access.guarded_unseen() AS s(id))) THEN
        RETURN ARRAY(SELECT place FROM run_node WHERE run_id = asked) || -1;
    END IF;
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
    FOR i IN REVERSE cardinality(above) .. 2 LOOP
        unseen[above[i]] := unseen[above[i]] + unseen[i];
    END LOOP;
    hidden := array_fill(false, ARRAY[cardinality(above)]);
    IF EXISTS (SELECT FROM run e JOIN run r ON r.id = asked AND e.union_id = r.union_id
                WHERE e.id < asked AND storage.differs_by_few(asked, e.id)) THEN
        hidden := ARRAY(SELECT u > 0 FROM unnest(unseen) WITH ORDINALITY AS t (u, place)
                         ORDER BY place);
    END IF;
    moved := ARRAY(SELECT m.moved FROM storage.moved_since(asked, cardinality(above)) m);
    LOOP  -- what one withholds counts above for all, until nothing is added
        before := hidden;
        hidden := storage.withheld(above, rests, hidden);
        FOR k IN 1 .. coalesce(array_length(moved, 1), 0) LOOP
            hidden := storage.withheld(above, ARRAY(SELECT unnest(moved[k:k])), hidden);
        END LOOP;
        EXIT WHEN hidden = before;
    END LOOP;
    RETURN ARRAY(SELECT place::integer - 2 FROM unnest(hidden) WITH ORDINALITY AS t (h, place)
                  WHERE NOT h ORDER BY place DESC);
END $$;

CREATE FUNCTION access.run_levels(asked_run integer)
RETURNS TABLE (place integer, key text, base_g bigint, amount_g bigint, numerator numeric,
               denominator numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH shown AS MATERIALIZED (SELECT access.nodes_shown(asked_run) AS places)
    SELECT n.place, n.key, CASE WHEN s.known THEN n.base_g END,
           CASE WHEN s.known THEN n.amount_g END, CASE WHEN s.known THEN n.numerator END,
           CASE WHEN s.known THEN n.denominator END
      FROM run_node n CROSS JOIN LATERAL (SELECT n.place = ANY(places) AS known FROM shown) s
     WHERE n.run_id = asked_run AND n.union_id IN (SELECT s.id FROM access.planned_unions() AS s(id))
$$;

-- A snapshot names everybody's base: for planners who see all of them.
CREATE FUNCTION access.run_snapshot(asked_run integer) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT s.snapshot FROM run_snapshot s
     WHERE s.run_id = asked_run AND s.union_id IN (SELECT s.id FROM access.planned_unions() AS s(id))
       AND NOT EXISTS (SELECT FROM run_quota q
                        WHERE q.run_id = asked_run
                          AND q.institution_id NOT IN (SELECT s.id FROM access.sees() AS s(id)))
$$;

-- The levels above a quota, which its own notice prints, and those of a run for its planners: sums
-- that would tell of one are null, and so is λ, which is a ratio of such sums.
CREATE FUNCTION access.quota_chain(asked_run integer, asked integer)
RETURNS TABLE (key text, base_g bigint, amount_g bigint, numerator numeric, denominator numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE above AS (
        SELECT n.*, 0 AS steps FROM run_quota q JOIN run_node n ON n.run_id = q.run_id
           AND n.place = q.node
         WHERE q.run_id = asked_run AND q.institution_id = asked
           AND asked IN (SELECT s.id FROM access.sees() AS s(id))
         UNION ALL
        SELECT n.*, a.steps + 1 FROM above a JOIN run_node n ON n.run_id = a.run_id
           AND n.place = a.parent
    ), shown AS MATERIALIZED (SELECT access.nodes_shown(asked_run) AS places)
    SELECT a.key, CASE WHEN s.known THEN a.base_g END, CASE WHEN s.known THEN a.amount_g END,
           CASE WHEN s.known THEN a.numerator END, CASE WHEN s.known THEN a.denominator END
      FROM above a CROSS JOIN LATERAL (SELECT a.place = ANY(places) AS known FROM shown) s
     ORDER BY a.steps DESC
$$;

CREATE FUNCTION access.sees_members() RETURNS TABLE (union_id integer, region_id integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH issued AS (
        SELECT DISTINCT q.run_id, q.union_id FROM run_quota q
          JOIN book_cause c ON c.run_id = q.run_id
         WHERE q.institution_id IN (SELECT s.id FROM access.guarded_unseen() AS s(id))
    ), shown AS MATERIALIZED (
        SELECT run_id, union_id, access.nodes_shown(run_id) AS places FROM issued
    )
    SELECT m.union_id, m.region_id FROM access.sits_with_members() m
     WHERE NOT EXISTS (
            SELECT FROM shown s JOIN run_node n ON n.run_id = s.run_id
             WHERE s.union_id = m.union_id AND n.key LIKE '%/region:' || m.region_id
               AND n.place <> ALL(s.places))
$$;

-- Whom a union counts and the planner does not see, for refusing what would tell of them.
CREATE FUNCTION access.union_unseen(asked integer)
RETURNS TABLE (institution_id integer, guarded boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT u.institution_id, u.institution_id IN (SELECT s.id FROM access.guarded() AS s(id))
      FROM access.union_institutions(asked) u
     WHERE u.institution_id NOT IN (SELECT s.id FROM access.sees() AS s(id))
$$;

REVOKE ALL ON FUNCTION storage.unseen_of_run, storage.withheld, storage.moved_since,
    storage.differs_by_few, access.nodes_shown, access.run_levels, access.run_snapshot,
    access.quota_chain, access.union_unseen
    FROM PUBLIC;

GRANT EXECUTE ON FUNCTION access.nodes_shown TO commonwatt_api, commonwatt_boards;

GRANT EXECUTE ON FUNCTION access.run_levels, access.run_snapshot, access.quota_chain,
    access.union_unseen
    TO commonwatt_api;
