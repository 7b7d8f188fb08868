-- A run's snapshot as leaves of a tree, so that each reader is given what it may see of it and can
-- still show that it stands in the run. Each leaf is salted: its digest tells nothing of what it hides.

-- The object as it is written, without some of its keys; canonical where it was.
CREATE FUNCTION storage.json_without(whole json, VARIADIC gone text[]) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT '{' || coalesce(string_agg(to_json(e.key)::text || ':' || e.value::text, ','
                                      ORDER BY e.key COLLATE "C"), '') || '}'
      FROM json_each(whole) AS e WHERE e.key <> ALL(gone)
$$;

-- The leaves in order: what is common, what sums cover, who is absent, levels, institutions by level.
-- As compact.snapshot_parts reads them; contents are the snapshot's own text.
CREATE FUNCTION storage.run_leaves(snapshot text, secret bytea)
RETURNS TABLE (place integer, name text, institution_id integer, node text, content text, salt bytea,
               digest bytea)
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH doc AS MATERIALIZED (
        SELECT snapshot::json AS j, snapshot::json -> 'inputs' AS inputs,
               snapshot::json -> 'result' AS result
    ), quota AS (
        SELECT (q ->> 'institution')::integer AS id, q ->> 'parent' AS parent, q::text AS text
          FROM doc CROSS JOIN LATERAL json_array_elements(result -> 'quotas') AS q
    ), holder AS (
        SELECT (h ->> 'institution')::integer AS id, h::text AS text
          FROM doc CROSS JOIN LATERAL json_array_elements(inputs -> 'holders') AS h
    ), factor AS (
        SELECT f.key::integer AS id, f.value::text AS text
          FROM doc CROSS JOIN LATERAL json_each(inputs -> 'method' -> 'factors') AS f
    ), lim AS (
        SELECT f.key::integer AS id, f.value::text AS text
          FROM doc CROSS JOIN LATERAL json_each(inputs -> 'method' -> 'limits') AS f
    ), leaf AS (
        SELECT 0 AS kind, 0::bigint AS nth, '' AS parent, 'common' AS name, NULL::integer AS id,
               NULL::text AS node,
               format('{"head":%s,"inputs":%s,"method":%s}',
                      storage.json_without(j, 'covers', 'inputs', 'result'),
                      storage.json_without(inputs, 'holders', 'left_out', 'method', 'without_base'),
                      storage.json_without(inputs -> 'method', 'factors', 'limits')) AS content
          FROM doc
         UNION ALL
        SELECT 1, 0, '', 'covers', NULL, NULL, coalesce((j -> 'covers')::text, 'null') FROM doc
         UNION ALL
        SELECT 2, 0, '', 'absent', NULL, NULL,
               format('{"left_out":%s,"without_base":%s}', coalesce((inputs -> 'left_out')::text, '[]'),
                      coalesce((inputs -> 'without_base')::text, '[]')) FROM doc
         UNION ALL
        SELECT 3, n.nth, '', 'level ' || (n.node ->> 'key'), NULL, n.node ->> 'key', n.node::text
          FROM doc CROSS JOIN LATERAL json_array_elements(result -> 'nodes')
               WITH ORDINALITY AS n (node, nth)
         UNION ALL
        SELECT 4, 0, q.parent, 'institution ' || q.id, q.id, q.parent,
               format('{"factors":%s,"holder":%s,"limits":%s,"quota":%s}', coalesce(f.text, '{}'),
                      h.text, coalesce(x.text, '{}'), q.text)
          FROM quota q JOIN holder h USING (id) LEFT JOIN factor f USING (id) LEFT JOIN lim x USING (id)
    ), salted AS (
        SELECT l.*, sha256(sha256(secret || convert_to(l.name, 'UTF8'))) AS salt FROM leaf l
    )
    SELECT (row_number() OVER (ORDER BY s.kind, s.nth, s.parent COLLATE "C", s.id))::integer - 1,
           s.name, s.id, s.node, s.content, s.salt,
           sha256('\x00'::bytea || s.salt || convert_to(s.name || E'\n' || s.content, 'UTF8'))
      FROM salted s
$$;

-- The root over digests in order: pairs of neighbours, an odd one goes up as it is (RFC 6962).
CREATE FUNCTION storage.tree_root(digests bytea[]) RETURNS bytea LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    WHILE cardinality(digests) > 1 LOOP
        SELECT array_agg(CASE WHEN p.other IS NULL THEN p.one
                              ELSE sha256('\x01'::bytea || p.one || p.other) END ORDER BY p.nth)
          INTO digests
          FROM (SELECT d.one, d.nth, lead(d.one) OVER (ORDER BY d.nth) AS other
                  FROM unnest(digests) WITH ORDINALITY AS d (one, nth)) p
         WHERE p.nth % 2 = 1;
    END LOOP;
    RETURN digests[1];
END $$;

-- What a reader may see of a run, leaf by leaf: its institutions, the levels above them, what is common;
-- of the rest the salted digest alone. Planners read every level that tells of nobody. wanted: the member
-- to whom it is to be handed; null: all that the reader sees.
CREATE FUNCTION access.run_part(asked integer, wanted integer)
RETURNS TABLE (place integer, digest bytea, name text, content text, salt bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE seen AS MATERIALIZED (
        SELECT q.institution_id AS id, q.node FROM run_quota q
         WHERE q.run_id = asked AND (wanted IS NULL OR q.member_id = wanted)
           AND q.institution_id IN (SELECT s.id FROM access.sees() AS s(id))
    ), above AS (
        SELECT n.place, n.parent, n.key FROM run_node n
         WHERE n.run_id = asked
           AND (n.place IN (SELECT node FROM seen)
                OR (wanted IS NULL AND n.union_id IN (SELECT p.id FROM access.planned_unions() AS p(id))))
         UNION
        SELECT n.place, n.parent, n.key FROM above a JOIN run_node n
            ON n.run_id = asked AND n.place = a.parent
    ), shown AS MATERIALIZED (
        SELECT access.nodes_shown(asked) AS places
    ), leaf AS (
        SELECT l.*, CASE
                   WHEN l.name = 'common' THEN true
                   WHEN l.name = 'covers' THEN -1 = ANY(n.places)
                   WHEN l.name = 'absent' THEN NOT EXISTS (
                        SELECT FROM unnest(r.without_base || r.left_out) AS w (id)
                         WHERE wanted IS NOT NULL OR w.id NOT IN (SELECT s.id FROM access.sees() AS s(id)))
                   WHEN l.institution_id IS NULL THEN EXISTS (
                        SELECT FROM above a WHERE a.key = l.node AND a.place = ANY(n.places))
                   ELSE l.institution_id IN (SELECT id FROM seen) END AS open
          FROM run r JOIN run_snapshot s ON s.run_id = r.id CROSS JOIN shown n
         CROSS JOIN LATERAL storage.run_leaves(s.snapshot, s.secret) l
         WHERE r.id = asked AND r.union_id IN (SELECT u.id FROM access.sees_unions() AS u(id))
    )
    SELECT l.place, l.digest, CASE WHEN l.open THEN l.name END, CASE WHEN l.open THEN l.content END,
           CASE WHEN l.open THEN l.salt END
      FROM leaf l ORDER BY l.place
$$;

REVOKE ALL ON FUNCTION storage.json_without, storage.run_leaves, storage.tree_root, access.run_part
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.run_part TO commonwatt_api;
