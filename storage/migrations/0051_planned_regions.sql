-- Whoever founds a union chooses among the regions that they plan for: the set that plans_regions tells of one by one.
CREATE FUNCTION access.planned_regions() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE held AS (
        SELECT scope, region_id FROM access_grant
         WHERE viewer = access.viewer()
           AND role IN (SELECT role FROM role_right WHERE named_right = 'plan')
           AND storage.civil_day() >= valid_from AND (valid_to IS NULL OR storage.civil_day() < valid_to)
    ), below (region_id) AS (
        SELECT region_id FROM held WHERE scope = 'region'
         UNION
        SELECT u.region_id FROM storage.region_up u JOIN below b ON u.parent_id = b.region_id
    )
    SELECT id FROM region WHERE EXISTS (SELECT FROM held WHERE scope = 'all')
     UNION
    SELECT region_id FROM below
$$;
REVOKE ALL ON FUNCTION access.planned_regions FROM public;
GRANT EXECUTE ON FUNCTION access.planned_regions TO commonwatt_api;
