-- Sums of progress, and changes of them, tell of no single guarded institution.

-- Whether neither figures of institutions tell of one, nor what they changed by since others were
-- shown: five figures of each institution, in turn.
CREATE FUNCTION storage.sums_tell_of_none(
    ids integer[], figures numeric[], before_ids integer[], before numeric[], guarded integer[]
) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH now AS (
        SELECT ids[(k - 1) / 5 + 1] AS id, (k - 1) % 5 AS figure, v AS value
          FROM unnest(figures) WITH ORDINALITY AS t (v, k)
    ), was AS (
        SELECT before_ids[(k - 1) / 5 + 1] AS id, (k - 1) % 5 AS figure, v AS value
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
CREATE FUNCTION access.progress_sums()
RETURNS TABLE (union_id integer, indicator text, year integer, day date, member_id integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    hidden integer[] := ARRAY(SELECT s.id FROM access.guarded_unseen() AS s(id));
    guarded integer[] := ARRAY(SELECT s.id FROM access.guarded() AS s(id));
    one record;
    since_ids integer[];    -- of the last that was shown of the same member and year
    since numeric[];
BEGIN
    RETURN QUERY
    SELECT s.union_id, s.indicator, s.year, s.day, s.member_id
      FROM progress s
      JOIN access.sees_members() m ON m.union_id = s.union_id AND m.region_id = s.member_id
     WHERE s.institution_id IS NULL
       AND NOT EXISTS (SELECT FROM progress g
                        WHERE g.union_id = s.union_id AND g.member_id = s.member_id
                          AND g.institution_id = ANY (hidden))
       AND NOT EXISTS (SELECT FROM progress_part p
                        WHERE p.union_id = s.union_id AND p.indicator = s.indicator
                          AND p.year = s.year AND p.day = s.day AND p.member_id = s.member_id
                          AND p.institution_id = ANY (hidden));
    FOR one IN
        SELECT s.union_id AS u, s.indicator AS i, s.year AS y, s.member_id AS m, s.day AS d,
               array_agg(s.institution_id ORDER BY s.institution_id) AS ids,
               array_agg(ARRAY[s.quota_g, s.path_g, coalesce(s.used_g, 0),
                               coalesce(s.compared_path_g, 0), coalesce(s.compared_used_g, 0)]
                         ORDER BY s.institution_id) AS figures
          FROM (SELECT w.union_id, w.indicator, w.year, w.day, w.member_id, w.institution_id,
                       w.quota_g, w.path_g, w.used_g, w.compared_path_g, w.compared_used_g
                  FROM progress w
                 WHERE w.institution_id IS NOT NULL AND NOT EXISTS (
                       SELECT FROM progress_part p
                        WHERE p.union_id = w.union_id AND p.indicator = w.indicator
                          AND p.year = w.year AND p.day = w.day
                          AND p.institution_id = w.institution_id)
                UNION ALL
                SELECT p.union_id, p.indicator, p.year, p.day, p.member_id, p.institution_id,
                       p.quota_g, p.path_g, p.used_g, p.compared_path_g, p.compared_used_g
                  FROM progress_part p) s
          JOIN (SELECT DISTINCT g.union_id, g.member_id FROM progress g
                 WHERE g.institution_id = ANY (hidden)) g USING (union_id, member_id)
          JOIN access.sees_members() m ON m.union_id = s.union_id AND m.region_id = s.member_id
         WHERE s.institution_id NOT IN (SELECT s.id FROM access.sees() AS s(id))
           AND extract(day FROM s.day + 1) = 1
           AND NOT EXISTS (SELECT FROM progress_part h
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

-- Whose progress is withheld, so that pages, boards and lists can say it: members of unions in which
-- the viewer sits, whose progress is worked out and of which nothing is shown.
CREATE FUNCTION access.progress_withheld()
RETURNS TABLE (union_id integer, indicator text, year integer, member_id integer, since date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH shown AS MATERIALIZED (SELECT * FROM access.progress_sums())
    SELECT s.union_id, s.indicator, s.year, s.member_id, min(s.day)
      FROM progress s
      JOIN run_in_force f ON f.union_id = s.union_id AND f.indicator = s.indicator
       AND f.year = s.year AND f.run_id = s.run_id
      JOIN access.sits_with_members() m ON m.union_id = s.union_id AND m.region_id = s.member_id
     WHERE s.institution_id IS NULL
       AND NOT EXISTS (SELECT FROM shown h
                        WHERE h.union_id = s.union_id AND h.indicator = s.indicator
                          AND h.year = s.year AND h.member_id = s.member_id)
     GROUP BY s.union_id, s.indicator, s.year, s.member_id
$$;

CREATE VIEW report.member_withheld WITH (security_barrier) AS
SELECT union_id, indicator, year, member_id, since FROM access.progress_withheld();

REVOKE ALL ON FUNCTION storage.sums_tell_of_none, access.progress_sums, access.progress_withheld
    FROM PUBLIC;

GRANT EXECUTE ON FUNCTION access.progress_sums, access.progress_withheld
    TO commonwatt_api, commonwatt_boards;
