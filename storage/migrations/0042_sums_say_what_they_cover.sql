-- A run's sum did not say of how much it was one, and a union and an office did not know of each other's threshold: sums carry their cover, and one function answers how much is enough.

ALTER TABLE run ADD COLUMN covers jsonb;  -- as the snapshot says it; null in runs of before
CREATE OR REPLACE VIEW report.run WITH (security_barrier) AS
SELECT r.id AS run_id, r.target_id, r.union_id, r.version, r.rule, r.method, r.sha256, r.quotas,
       CASE WHEN s.known THEN r.base_g END AS base_g,
       CASE WHEN s.known THEN r.total_g END AS total_g,
       r.made_at, c.kind AS issued_as, c.made_at AS issued_at,
       ARRAY(SELECT f.year FROM run_in_force f WHERE f.run_id = r.id ORDER BY f.year) AS in_force,
       cardinality(r.without_base) AS without_base, cardinality(r.left_out) AS left_out,
       CASE WHEN s.known THEN r.covers END AS covers
  FROM run r LEFT JOIN book_cause c ON c.run_id = r.id
 CROSS JOIN LATERAL (SELECT -1 = ANY(access.nodes_shown(r.id)) AS known) s
 WHERE r.union_id IN (SELECT access.sees_unions());

-- How much of the expected time is enough: of what a union sets (bases, quotas, progress) the
-- union's word, of everything else that of the nearest region above, and where these say nothing the
-- installation's; else nine tenths. Who gives a union asks for the union's.
CREATE FUNCTION storage.enough(asked_union integer, asked_region integer) RETURNS numeric
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE up (region_id, steps) AS (
        SELECT asked_region, 0 WHERE asked_union IS NULL
         UNION ALL
        SELECT u.parent_id, up.steps + 1
          FROM up JOIN storage.region_up u ON u.region_id = up.region_id
         WHERE u.parent_id IS NOT NULL
    )
    SELECT coalesce(
        (SELECT e.permille * 1000 FROM union_enough e WHERE e.union_id = asked_union
          ORDER BY e.id DESC LIMIT 1),
        (SELECT e.share_millionths FROM up JOIN enough_measured e ON e.region_id = up.region_id
          WHERE e.known_until IS NULL ORDER BY up.steps LIMIT 1),
        (SELECT e.share_millionths FROM enough_measured e
          WHERE e.region_id IS NULL AND e.known_until IS NULL), 900000) / 1000000.0
$$;
CREATE OR REPLACE FUNCTION report.enough(region integer) RETURNS numeric
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT storage.enough(NULL, region)
$$;
-- Progress and bases are kept in thousandths, rounded up: less is never enough.
CREATE OR REPLACE FUNCTION storage.union_enough(asked integer) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT ceil(storage.enough(asked, NULL) * 1000)::integer
$$;
REVOKE ALL ON FUNCTION storage.enough FROM public;
