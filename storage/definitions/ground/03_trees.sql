-- Regions with all that hold them, members of unions, and the zone of a region.

CREATE VIEW storage.region_up AS
SELECT region_id, parent_id FROM region_fact
 WHERE known_until IS NULL AND storage.civil_day() >= valid_from
   AND (valid_to IS NULL OR storage.civil_day() < valid_to);

CREATE VIEW storage.member_now AS
SELECT union_id, region_id, level, step FROM union_member
 WHERE known_until IS NULL AND storage.civil_day() >= valid_from
   AND (valid_to IS NULL OR storage.civil_day() < valid_to);

-- The zone of a region: its own, else that of the nearest one above that states one, else the
-- installation's. As analytics.civil.zone_of.
CREATE FUNCTION storage.region_zone(asked integer) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE up (region_id, steps) AS (
        SELECT asked, 0
         UNION ALL
        SELECT u.parent_id, up.steps + 1
          FROM up JOIN storage.region_up u ON u.region_id = up.region_id
         WHERE u.parent_id IS NOT NULL
    )
    SELECT coalesce((SELECT z.zone FROM up JOIN region_zone z ON z.region_id = up.region_id
                      WHERE z.known_until IS NULL ORDER BY up.steps LIMIT 1),
                    storage.civil_zone())
$$;

-- For boards, which read nothing but schema report.
CREATE FUNCTION report.region_zone(asked integer) RETURNS text LANGUAGE sql STABLE
    RETURN storage.region_zone(asked);

REVOKE ALL ON FUNCTION storage.region_zone, report.region_zone
    FROM PUBLIC;

GRANT EXECUTE ON FUNCTION storage.region_zone, report.region_zone
    TO commonwatt_api, commonwatt_boards, commonwatt_worker;
