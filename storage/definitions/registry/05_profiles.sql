-- By which coefficients a region counts by itself.

CREATE POLICY ours ON region_profile TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON region_profile FOR SELECT TO commonwatt_api USING (true);
CREATE POLICY made ON region_profile FOR INSERT TO commonwatt_api
    WITH CHECK (known_by = access.viewer() AND access.plans_regions(ARRAY[region_id]));
CREATE POLICY retired ON region_profile FOR UPDATE TO commonwatt_api
    USING (access.plans_regions(ARRAY[region_id]));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON region_profile
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

-- A region's own profile on a day: stated by it, else by the nearest one above, else the default.
CREATE FUNCTION storage.region_profile(asked integer, day date) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE up (region_id, steps) AS (
        SELECT asked, 0
         UNION ALL
        SELECT u.parent_id, up.steps + 1
          FROM up JOIN storage.region_up u ON u.region_id = up.region_id
         WHERE u.parent_id IS NOT NULL
    )
    SELECT coalesce((SELECT p.profile FROM up JOIN region_profile p ON p.region_id = up.region_id
                      WHERE p.known_until IS NULL AND p.valid_from <= day
                      ORDER BY up.steps, p.valid_from DESC LIMIT 1),
                    (SELECT d.code FROM profile d WHERE d.is_default))
$$;

REVOKE ALL ON FUNCTION storage.region_profile FROM PUBLIC;
GRANT EXECUTE ON FUNCTION storage.region_profile TO commonwatt_api, commonwatt_boards;
