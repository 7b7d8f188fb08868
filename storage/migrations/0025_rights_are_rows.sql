-- What a role may do is a row: what no row grants is refused, so a role that nobody thought of can do nothing.

CREATE TABLE role (
    code text PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL
);
CREATE TABLE named_right (
    code text PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL
);
CREATE TABLE role_right (
    role text NOT NULL REFERENCES role,
    named_right text NOT NULL REFERENCES named_right,
    PRIMARY KEY (role, named_right)
);
INSERT INTO role VALUES
    ('reader', '查看人员', 'Reader'),
    ('officer', '管理人员', 'Officer'),
    ('planner', '规划人员', 'Planner'),
    ('administrator', '系统管理员', 'Administrator');
INSERT INTO named_right VALUES
    ('look', '查看', 'Look at what the grant covers'),
    ('correct_readings', '更正读数', 'Import and correct readings, record exchanges'),
    ('register', '登记', 'Register institutions, meters, channels and their settings'),
    ('keep_accounts', '管理台账', 'Keep accounts, bills and statistical forms'),
    ('plan', '规划', 'Make unions, targets and runs, issue quotas'),
    ('administer', '系统管理', 'Manage users, grants, gateways and their keys');
INSERT INTO role_right VALUES
    ('reader', 'look'),
    ('officer', 'look'), ('officer', 'correct_readings'), ('officer', 'register'),
    ('officer', 'keep_accounts'),
    ('planner', 'look'), ('planner', 'correct_readings'), ('planner', 'register'),
    ('planner', 'keep_accounts'), ('planner', 'plan'),
    ('administrator', 'look'), ('administrator', 'correct_readings'), ('administrator', 'register'),
    ('administrator', 'keep_accounts'), ('administrator', 'plan'),
    ('administrator', 'administer');
GRANT SELECT ON role, named_right, role_right TO commonwatt_api;

ALTER TABLE access_grant DROP CONSTRAINT access_grant_role_check;
ALTER TABLE access_grant ADD FOREIGN KEY (role) REFERENCES role;

-- Whether the viewer holds a right anywhere; where it holds is asked by the policies.
CREATE FUNCTION access.may(asked text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM access_grant g JOIN role_right r USING (role)
                    WHERE g.viewer = access.viewer() AND r.named_right = asked
                      AND current_date >= g.valid_from
                      AND (g.valid_to IS NULL OR current_date < g.valid_to))
$$;

CREATE OR REPLACE FUNCTION access.administers() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM access_grant g JOIN role_right r USING (role)
                    WHERE g.viewer = access.viewer() AND r.named_right = 'administer'
                      AND g.scope = 'all' AND current_date >= g.valid_from
                      AND (g.valid_to IS NULL OR current_date < g.valid_to))
$$;

-- The institutions for which the viewer's grants hold one of these rights: by region subtree
-- (affiliation, not address), line or name. Restricted ones are covered only for their own line,
-- their own authority and themselves. A union lets its members' open institutions be looked at.
CREATE FUNCTION access.covered(asked text[]) RETURNS SETOF integer
LANGUAGE sql STABLE AS $$
    WITH RECURSIVE held AS (
        SELECT * FROM access_grant
         WHERE viewer = access.viewer()
           AND role IN (SELECT role FROM role_right WHERE named_right = ANY(asked))
           AND current_date >= valid_from AND (valid_to IS NULL OR current_date < valid_to)
    ), below (region_id) AS (
        (SELECT region_id FROM held WHERE scope = 'region'
         UNION
         SELECT m.region_id FROM storage.member_now m JOIN held h ON h.union_id = m.union_id
          WHERE 'look' = ANY(asked))
        UNION
        SELECT u.region_id FROM storage.region_up u JOIN below b ON u.parent_id = b.region_id
    ), placed AS (
        SELECT institution_id, region_id, department_line FROM affiliation
         WHERE known_until IS NULL
           AND current_date >= valid_from AND (valid_to IS NULL OR current_date < valid_to)
    ), guarded AS (
        SELECT institution_id, value FROM institution_fact
         WHERE attribute = 'disclosure' AND value <> 'open' AND known_until IS NULL
           AND current_date >= valid_from AND (valid_to IS NULL OR current_date < valid_to)
    )
    SELECT i.id
      FROM institution i
      LEFT JOIN placed p ON p.institution_id = i.id
      LEFT JOIN guarded g ON g.institution_id = i.id
     WHERE EXISTS (SELECT FROM held WHERE scope = 'all')
        OR (coalesce(g.value, 'open') <> 'off_platform' AND (
               i.id IN (SELECT institution_id FROM held WHERE scope = 'institution')
               OR p.department_line IN (SELECT department_line FROM held
                                         WHERE scope = 'department_line')
               OR p.region_id IN (SELECT region_id FROM held WHERE scope = 'region')
               OR (g.value IS NULL AND p.region_id IN (SELECT region_id FROM below))))
$$;

CREATE OR REPLACE FUNCTION access.sees() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT * FROM access.covered(ARRAY['look'])
$$;
-- For which the viewer may change anything; tables that know which right they need ask for it below.
CREATE OR REPLACE FUNCTION access.writes() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT * FROM access.covered(ARRAY['correct_readings', 'register', 'keep_accounts'])
$$;
CREATE FUNCTION access.covers(asked text) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT * FROM access.covered(ARRAY[asked])
$$;
CREATE FUNCTION access.covers_channels(asked text) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT c.id FROM channel c JOIN meter m ON m.id = c.meter_id
     WHERE m.institution_id IN (SELECT access.covers(asked))
$$;
DROP FUNCTION access.covered(boolean);

CREATE OR REPLACE FUNCTION access.plans_regions(asked integer[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE held AS (
        SELECT scope, region_id FROM access_grant
         WHERE viewer = access.viewer()
           AND role IN (SELECT role FROM role_right WHERE named_right = 'plan')
           AND current_date >= valid_from AND (valid_to IS NULL OR current_date < valid_to)
    ), below (region_id) AS (
        SELECT region_id FROM held WHERE scope = 'region'
         UNION
        SELECT u.region_id FROM storage.region_up u JOIN below b ON u.parent_id = b.region_id
    )
    SELECT EXISTS (SELECT FROM held WHERE scope = 'all')
        OR (cardinality(asked) > 0 AND asked <@ ARRAY(SELECT region_id FROM below))
$$;

CREATE OR REPLACE FUNCTION access.planned_unions() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT u.id FROM region_union u
     WHERE u.id IN (SELECT union_id FROM access_grant
                     WHERE viewer = access.viewer()
                       AND role IN (SELECT role FROM role_right WHERE named_right = 'plan')
                       AND current_date >= valid_from
                       AND (valid_to IS NULL OR current_date < valid_to))
        OR access.plans_regions(ARRAY(SELECT region_id FROM storage.member_now
                                       WHERE union_id = u.id))
$$;

CREATE OR REPLACE FUNCTION access.sees_members()
RETURNS TABLE (union_id integer, region_id integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE held AS (
        SELECT * FROM access_grant
         WHERE viewer = access.viewer()
           AND role IN (SELECT role FROM role_right WHERE named_right = 'look')
           AND current_date >= valid_from AND (valid_to IS NULL OR current_date < valid_to)
    ), below (region_id) AS (
        SELECT region_id FROM held WHERE scope = 'region'
         UNION
        SELECT u.region_id FROM storage.region_up u JOIN below b ON u.parent_id = b.region_id
    ), above (region_id) AS (
        (SELECT region_id FROM held WHERE scope = 'region'
         UNION
         SELECT region_id FROM affiliation
          WHERE known_until IS NULL AND current_date >= valid_from
            AND (valid_to IS NULL OR current_date < valid_to)
            AND institution_id IN (SELECT access.sees()))
        UNION
        SELECT u.parent_id FROM storage.region_up u JOIN above a ON u.region_id = a.region_id
         WHERE u.parent_id IS NOT NULL
    )
    SELECT m.union_id, m.region_id FROM storage.member_now m
     WHERE EXISTS (SELECT FROM held WHERE scope = 'all')
        OR m.union_id IN (SELECT held.union_id FROM held)
        OR m.union_id IN (SELECT access.planned_unions())
        OR m.region_id IN (SELECT below.region_id FROM below)
        OR m.region_id IN (SELECT above.region_id FROM above)
$$;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['institution_fact', 'affiliation', 'location', 'meter',
        'account_term', 'institution_code'] LOOP
        EXECUTE format('ALTER POLICY made ON %I
            WITH CHECK (institution_id IN (SELECT access.covers(''register'')))', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['institution_fact', 'affiliation', 'location', 'account_term'] LOOP
        EXECUTE format('ALTER POLICY retired ON %I
            USING (institution_id IN (SELECT access.covers(''register'')))', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['channel_setting', 'binding'] LOOP
        EXECUTE format('ALTER POLICY made ON %I
            WITH CHECK (channel_id IN (SELECT access.covers_channels(''register'')))', name);
        EXECUTE format('ALTER POLICY retired ON %I
            USING (channel_id IN (SELECT access.covers_channels(''register'')))', name);
    END LOOP;
    ALTER POLICY made ON exchange
        WITH CHECK (channel_id IN (SELECT access.covers_channels('correct_readings')));
    ALTER POLICY retired ON exchange
        USING (channel_id IN (SELECT access.covers_channels('correct_readings')));
    ALTER POLICY made ON account_version
        WITH CHECK (institution_id IN (SELECT access.covers('keep_accounts')));
    ALTER POLICY made ON region_union
        WITH CHECK (made_by = access.viewer() AND (SELECT access.may('plan')));
END $$;
DROP FUNCTION access.may_write();
