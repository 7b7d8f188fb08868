-- One zone stood in the code for everybody's days: the installation's is a setting, and a region may state its own.

-- The zone of days that belong to no meter and no region: of grants, facts, rosters. It is asked for in
-- every row of every list, so it stands in the function itself, which only this sets; whoever owns the
-- database does so, with `commonwatt migrate`.
CREATE FUNCTION storage.set_civil_zone(wanted text) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT storage.is_zone(wanted) THEN
        RAISE EXCEPTION 'unknown zone %', wanted USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF wanted <> storage.civil_zone() THEN
        EXECUTE format('CREATE OR REPLACE FUNCTION storage.civil_zone() RETURNS text '
                       'LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN %L', wanted);
    END IF;
END $$;
REVOKE ALL ON FUNCTION storage.set_civil_zone FROM PUBLIC;

-- Retired, never changed.
CREATE TABLE region_zone (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_id integer NOT NULL REFERENCES region,
    zone text NOT NULL,
    source text NOT NULL,
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    known_by text NOT NULL
);
CREATE UNIQUE INDEX ON region_zone (region_id) WHERE known_until IS NULL;
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON region_zone
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();
ALTER TABLE region_zone ENABLE ROW LEVEL SECURITY;
CREATE POLICY ours ON region_zone TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON region_zone FOR SELECT TO commonwatt_api USING (true);
CREATE POLICY made ON region_zone FOR INSERT TO commonwatt_api
    WITH CHECK (known_by = access.viewer() AND (SELECT access.administers()));
CREATE POLICY retired ON region_zone FOR UPDATE TO commonwatt_api
    USING ((SELECT access.administers()));
GRANT SELECT, INSERT, UPDATE ON region_zone TO commonwatt_api;
GRANT SELECT ON region_zone TO commonwatt_worker;

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
-- Which day it is in a region; null is the installation.
CREATE FUNCTION storage.region_today(asked integer) RETURNS date LANGUAGE sql STABLE
    RETURN storage.today(storage.region_zone(asked));
-- For boards, which read nothing but schema report.
CREATE FUNCTION report.region_zone(asked integer) RETURNS text LANGUAGE sql STABLE
    RETURN storage.region_zone(asked);
REVOKE ALL ON FUNCTION storage.region_zone, report.region_zone FROM PUBLIC;
GRANT EXECUTE ON FUNCTION storage.region_zone, report.region_zone
   TO commonwatt_api, commonwatt_boards, commonwatt_worker;
GRANT EXECUTE ON FUNCTION storage.is_zone TO commonwatt_api;

-- A union's day is over when it is for every member and at every meter of the run in force.
CREATE OR REPLACE FUNCTION storage.union_today(asked integer) RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT min(storage.today(z.zone))
                       FROM (SELECT storage.region_zone(m.region_id) AS zone
                               FROM storage.member_now m WHERE m.union_id = asked
                              UNION
                             SELECT c.zone
                               FROM run_in_force f
                               JOIN run_quota q ON q.run_id = f.run_id
                               JOIN account_term t ON t.institution_id = q.institution_id
                                AND t.known_until IS NULL
                               JOIN channel c ON c.id = t.channel_id
                              WHERE f.union_id = asked) z),
                    storage.today())
$$;
