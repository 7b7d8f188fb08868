-- Two sums of different times, subtracted, tell of a single guarded institution no more than one sum does.
-- What unseen institutions changed by between a run and each run before it holds no guarded one, or
-- at least three with none above 85 % of it; else the later sum is withheld, as the remainder of a
-- sum is. compact.disclosure says the same in Python.

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
    WITH seen AS MATERIALIZED (SELECT access.sees() AS id),
    guarded AS MATERIALIZED (SELECT access.guarded() AS id),
    said AS MATERIALIZED (
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
        SELECT DISTINCT run_id AS before FROM said WHERE run_id <> asked
    ), differs AS (
        SELECT e.before, institution_id, key, figure, abs(sum(s.value)) AS by
          FROM other e
         CROSS JOIN LATERAL (
               SELECT institution_id, key, figure, value FROM said WHERE run_id = asked
                UNION ALL
               SELECT institution_id, key, figure, -value FROM said WHERE run_id = e.before) s
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

CREATE OR REPLACE FUNCTION access.nodes_shown(asked integer) RETURNS integer[]
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
                      AND institution_id IN (SELECT access.guarded_unseen())) THEN
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
REVOKE ALL ON FUNCTION storage.moved_since FROM public;

-- Whether neither figures of institutions tell of one, nor what they changed by since others were
-- shown: five figures of each institution, in turn.
CREATE FUNCTION storage.sums_tell_of_none(
    ids integer[], figures bigint[], before_ids integer[], before bigint[], guarded integer[]
) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH now AS (
        SELECT ids[(k - 1) / 5 + 1] AS id, (k - 1) % 5 AS figure, v::numeric AS value
          FROM unnest(figures) WITH ORDINALITY AS t (v, k)
    ), was AS (
        SELECT before_ids[(k - 1) / 5 + 1] AS id, (k - 1) % 5 AS figure, v::numeric AS value
          FROM unnest(before) WITH ORDINALITY AS t (v, k)
    ), moved AS (
        SELECT id, figure, abs(sum(value)) AS value
          FROM (SELECT * FROM now UNION ALL SELECT id, figure, -value FROM was) s
         GROUP BY id, figure HAVING sum(value) <> 0
    ), told AS (
        SELECT 'now' AS of, id, figure, abs(value) AS value FROM now
         UNION ALL
        SELECT 'since', id, figure, value FROM moved WHERE before_ids IS NOT NULL
    )
    SELECT coalesce(bool_and(storage.tells_of_none(rest)), true)
      FROM (SELECT ROW(count(*), bool_or(id = ANY (guarded)), ARRAY[sum(value)],
                       ARRAY[max(value)])::storage.rest AS rest
              FROM told GROUP BY of, figure) r
$$;

-- Where members stand. Whoever does not see all restricted institutions of a member has it by the
-- ends of months, and only where neither what is left of a sum nor what that changed by since the
-- last one shown tells of one of them. Of who moved, each member's sum holds a part: where that is
-- a guarded one's, the sums of both are withheld.
CREATE OR REPLACE FUNCTION access.standing_sums()
RETURNS TABLE (union_id integer, indicator text, year integer, day date, member_id integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    hidden integer[] := ARRAY(SELECT access.guarded_unseen());
    guarded integer[] := ARRAY(SELECT access.guarded());
    one record;
    since_ids integer[];    -- of the last that was shown of the same member and year
    since bigint[];
BEGIN
    RETURN QUERY
    SELECT s.union_id, s.indicator, s.year, s.day, s.member_id
      FROM standing s
      JOIN access.sees_members() m ON m.union_id = s.union_id AND m.region_id = s.member_id
     WHERE s.institution_id IS NULL
       AND NOT EXISTS (SELECT FROM standing g
                        WHERE g.union_id = s.union_id AND g.member_id = s.member_id
                          AND g.institution_id = ANY (hidden))
       AND NOT EXISTS (SELECT FROM standing_part p
                        WHERE p.union_id = s.union_id AND p.indicator = s.indicator
                          AND p.year = s.year AND p.day = s.day AND p.member_id = s.member_id
                          AND p.institution_id = ANY (hidden));
    FOR one IN
        SELECT s.union_id AS u, s.indicator AS i, s.year AS y, s.member_id AS m, s.day AS d,
               array_agg(s.institution_id ORDER BY s.institution_id) AS ids,
               array_agg(ARRAY[s.quota_g, s.due_g, coalesce(s.used_g, 0),
                               coalesce(s.compared_path_g, 0), coalesce(s.compared_used_g, 0)]
                         ORDER BY s.institution_id) AS figures
          FROM (SELECT w.union_id, w.indicator, w.year, w.day, w.member_id, w.institution_id,
                       w.quota_g, w.due_g, w.used_g, w.compared_path_g, w.compared_used_g
                  FROM standing w
                 WHERE w.institution_id IS NOT NULL AND NOT EXISTS (
                       SELECT FROM standing_part p
                        WHERE p.union_id = w.union_id AND p.indicator = w.indicator
                          AND p.year = w.year AND p.day = w.day
                          AND p.institution_id = w.institution_id)
                UNION ALL
                SELECT p.union_id, p.indicator, p.year, p.day, p.member_id, p.institution_id,
                       p.quota_g, p.due_g, p.used_g, p.compared_path_g, p.compared_used_g
                  FROM standing_part p) s
          JOIN (SELECT DISTINCT g.union_id, g.member_id FROM standing g
                 WHERE g.institution_id = ANY (hidden)) g USING (union_id, member_id)
          JOIN access.sees_members() m ON m.union_id = s.union_id AND m.region_id = s.member_id
         WHERE s.institution_id NOT IN (SELECT access.sees())
           AND extract(day FROM s.day + 1) = 1
           AND NOT EXISTS (SELECT FROM standing_part h
                            WHERE h.union_id = s.union_id AND h.indicator = s.indicator
                              AND h.year = s.year AND h.day = s.day
                              AND h.member_id = s.member_id
                              AND h.institution_id = ANY (hidden))
         GROUP BY s.union_id, s.indicator, s.year, s.member_id, s.day
         ORDER BY s.union_id, s.indicator, s.year, s.member_id, s.day
    LOOP
        IF (union_id, indicator, year, member_id) IS DISTINCT FROM (one.u, one.i, one.y, one.m) THEN
            since_ids := NULL;
            since := NULL;
        END IF;
        union_id := one.u;
        indicator := one.i;
        year := one.y;
        day := one.d;
        member_id := one.m;
        IF storage.sums_tell_of_none(one.ids, one.figures, since_ids, since, guarded) THEN
            RETURN NEXT;
            since_ids := one.ids;
            since := one.figures;
        END IF;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION storage.sums_tell_of_none, storage.withheld FROM public;

-- Whose progress is withheld, so that pages, boards and lists can say it: members of unions in which
-- the viewer sits, whose standing is worked out and of which nothing is shown.
CREATE FUNCTION access.standing_withheld()
RETURNS TABLE (union_id integer, indicator text, year integer, member_id integer, since date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH shown AS MATERIALIZED (SELECT * FROM access.standing_sums())
    SELECT s.union_id, s.indicator, s.year, s.member_id, min(s.day)
      FROM standing s
      JOIN run_in_force f ON f.union_id = s.union_id AND f.indicator = s.indicator
       AND f.year = s.year AND f.run_id = s.run_id
      JOIN access.sits_with_members() m ON m.union_id = s.union_id AND m.region_id = s.member_id
     WHERE s.institution_id IS NULL
       AND NOT EXISTS (SELECT FROM shown h
                        WHERE h.union_id = s.union_id AND h.indicator = s.indicator
                          AND h.year = s.year AND h.member_id = s.member_id)
     GROUP BY s.union_id, s.indicator, s.year, s.member_id
$$;
REVOKE ALL ON FUNCTION access.standing_withheld FROM public;
GRANT EXECUTE ON FUNCTION access.standing_withheld TO commonwatt_api, commonwatt_boards;
DROP VIEW report.member_withheld;
CREATE VIEW report.member_withheld WITH (security_barrier) AS
SELECT union_id, indicator, year, member_id, since FROM access.standing_withheld();
GRANT SELECT ON report.member_withheld TO commonwatt_api, commonwatt_boards;
