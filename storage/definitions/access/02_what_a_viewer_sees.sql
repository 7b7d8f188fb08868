-- What a viewer sees and may change, as sets that policies and views ask for.

-- Whether a member lets whoever holds a grant of the union look at its open institutions: so it is
-- until it states what it shows; then only where it shows them to every member, by month and at once.
CREATE FUNCTION storage.shows_institutions(asked integer, member integer) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT coalesce(bool_or(shown AND level = 'institution' AND grain = 'month'
                            AND lag_months = 0), true)
      FROM (SELECT DISTINCT ON (with_id, indicator) * FROM sharing_word
             WHERE union_id = asked AND region_id = member AND since <= storage.civil_day()
             ORDER BY with_id, indicator, id DESC) w
$$;

-- The institutions for which the viewer's grants hold one of these rights: by region subtree
-- (affiliation, not address), line or name. Restricted ones are covered only for their own line,
-- their own authority and themselves. A union lets its members' open institutions be looked at.
-- by_itself: whether a grant that names an institution alone counts too.
CREATE FUNCTION access.covered(asked text[], by_itself boolean) RETURNS SETOF integer
LANGUAGE sql STABLE AS $$
    WITH RECURSIVE held AS (
        SELECT * FROM access_grant
         WHERE viewer = access.viewer() AND (by_itself OR scope <> 'institution')
           AND role IN (SELECT role FROM role_right WHERE named_right = ANY(asked))
           AND storage.civil_day() >= valid_from AND (valid_to IS NULL OR storage.civil_day() < valid_to)
    ), below (region_id) AS (
        (SELECT region_id FROM held WHERE scope = 'region'
         UNION
         SELECT m.region_id FROM storage.member_now m JOIN held h ON h.union_id = m.union_id
          WHERE 'look' = ANY(asked) AND m.step <> 'observer'
            AND storage.shows_institutions(m.union_id, m.region_id))
        UNION
        SELECT u.region_id FROM storage.region_up u JOIN below b ON u.parent_id = b.region_id
    ), placed AS (
        SELECT institution_id, region_id, department_line FROM affiliation
         WHERE known_until IS NULL
           AND storage.civil_day() >= valid_from AND (valid_to IS NULL OR storage.civil_day() < valid_to)
    ), guarded AS (
        SELECT institution_id, value FROM institution_fact
         WHERE attribute = 'disclosure' AND value <> 'open' AND known_until IS NULL
           AND storage.civil_day() >= valid_from AND (valid_to IS NULL OR storage.civil_day() < valid_to)
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

CREATE FUNCTION access.covered(asked text[]) RETURNS SETOF integer
LANGUAGE sql STABLE AS $$
    SELECT * FROM access.covered(asked, true)
$$;

CREATE FUNCTION access.covers(asked text) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT * FROM access.covered(ARRAY[asked])
$$;

-- Whose authority the viewer acts for: their accounts it keeps, by more than their own word.
CREATE FUNCTION access.answers_for() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT * FROM access.covered(ARRAY['keep_accounts'], false)
$$;

-- Whom the viewer may merge, split, move and close.
CREATE FUNCTION access.keeps_roster() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT * FROM access.covered(ARRAY['register'], false)
$$;

CREATE FUNCTION access.sees() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT * FROM access.covered(ARRAY['look'])
$$;

-- For which the viewer may change anything; tables that know which right they need ask for it
-- below.
CREATE FUNCTION access.writes() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT * FROM access.covered(ARRAY['correct_readings', 'register', 'keep_accounts'])
$$;

-- A term opens a channel to those who see the account, but never the curve of a guarded
-- institution.
CREATE FUNCTION access.sees_channels() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    WITH seen AS MATERIALIZED (SELECT s.id FROM access.sees() AS s(id))
    SELECT c.id FROM channel c JOIN meter m ON m.id = c.meter_id
     WHERE m.institution_id IN (SELECT id FROM seen)
    UNION
    SELECT t.channel_id
      FROM account_term t JOIN channel c ON c.id = t.channel_id JOIN meter m ON m.id = c.meter_id
     WHERE t.known_until IS NULL AND t.institution_id IN (SELECT id FROM seen)
       AND NOT EXISTS (SELECT FROM institution_fact f
            WHERE f.institution_id = m.institution_id AND f.attribute = 'disclosure'
              AND f.value <> 'open' AND f.known_until IS NULL AND storage.civil_day() >= f.valid_from
              AND (f.valid_to IS NULL OR storage.civil_day() < f.valid_to))
$$;

CREATE FUNCTION access.covers_channels(asked text) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT c.id FROM channel c JOIN meter m ON m.id = c.meter_id
     WHERE m.institution_id IN (SELECT s.id FROM access.covers(asked) AS s(id))
$$;

-- Whoever may write for the meter's institution may write for its channels.
CREATE FUNCTION access.writes_channels() RETURNS SETOF integer LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT c.id FROM channel c JOIN meter m ON m.id = c.meter_id
     WHERE m.institution_id IN (SELECT s.id FROM access.writes() AS s(id))
$$;

CREATE FUNCTION access.sees_gateways() RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT g.name FROM gateway g
     WHERE access.administers()
        OR g.id IN (SELECT gateway_id FROM binding
                     WHERE channel_id IN (SELECT s.id FROM access.sees_channels() AS s(id)))
$$;

-- A name that nobody has costs as much as one that somebody has: both are compared with a hash.
CREATE FUNCTION access.opens_gateway(wanted text, key bytea) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT key_sha256 FROM gateway WHERE name = wanted),
                    decode(repeat('00', 32), 'hex')) = sha256(key)
$$;

CREATE FUNCTION access.knows_gateway(wanted text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM gateway WHERE name = wanted AND key_sha256 IS NOT NULL)
$$;

CREATE FUNCTION access.guarded() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT f.institution_id FROM institution_fact f
     WHERE f.attribute = 'disclosure' AND f.value <> 'open' AND f.known_until IS NULL
       AND storage.civil_day() >= f.valid_from AND (f.valid_to IS NULL OR storage.civil_day() < f.valid_to)
$$;

CREATE FUNCTION access.guarded_unseen() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT g.id FROM access.guarded() AS g(id) EXCEPT SELECT s.id FROM access.sees() AS s(id)
$$;

-- What is seen, joined with its table: so the planner knows that each comes once, and how many
-- there may be.
CREATE VIEW storage.seen AS
SELECT i.id AS institution_id FROM access.sees() AS s(id) JOIN institution i ON i.id = s.id OFFSET 0;

CREATE VIEW storage.seen_channel AS
SELECT c.id AS channel_id FROM access.sees_channels() AS s(id) JOIN channel c ON c.id = s.id OFFSET 0;

CREATE FUNCTION access.plans_regions(asked integer[]) RETURNS boolean
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
    SELECT EXISTS (SELECT FROM held WHERE scope = 'all')
        OR (cardinality(asked) > 0 AND asked <@ ARRAY(SELECT region_id FROM below))
$$;

-- Whoever founds a union chooses among the regions that they plan for: the set that plans_regions
-- tells of one by one.
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

CREATE FUNCTION access.planned_unions() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT u.id FROM region_union u
     WHERE u.id IN (SELECT union_id FROM access_grant
                     WHERE viewer = access.viewer()
                       AND role IN (SELECT role FROM role_right WHERE named_right = 'plan')
                       AND storage.civil_day() >= valid_from
                       AND (valid_to IS NULL OR storage.civil_day() < valid_to))
        OR access.plans_regions(ARRAY(SELECT region_id FROM storage.member_now
                                       WHERE union_id = u.id AND step = 'full'))
$$;

-- How many people plan for a union, each with all their log-ins: planned_unions, of everybody.
CREATE FUNCTION access.planners_of(asked integer) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE held AS (
        SELECT u.id, u.person_id, g.scope, g.region_id, g.union_id
          FROM access_grant g JOIN app_user u ON g.viewer = 'user:' || u.id
         WHERE u.ended_at IS NULL AND u.id <> 1
           AND g.role IN (SELECT role FROM role_right WHERE named_right = 'plan')
           AND storage.civil_day() >= g.valid_from
           AND (g.valid_to IS NULL OR storage.civil_day() < g.valid_to)
    ), below (id, region_id) AS (
        SELECT id, region_id FROM held WHERE scope = 'region'
         UNION
        SELECT b.id, u.region_id FROM storage.region_up u JOIN below b ON u.parent_id = b.region_id
    )
    SELECT count(DISTINCT h.person_id)::integer FROM held h
     WHERE h.scope = 'all' OR h.union_id = asked
        OR (h.scope = 'region'
            AND ARRAY(SELECT region_id FROM storage.member_now
                       WHERE union_id = asked AND step = 'full')
                <@ ARRAY(SELECT b.region_id FROM below b WHERE b.id = h.id))
$$;

-- The unions that the viewer guides: a grant of that names the very region of the guiding authority.
-- It opens the unions' results and no institution.
CREATE FUNCTION access.guides() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT u.id FROM region_union u JOIN access_grant g ON g.region_id = u.guide_id
     WHERE g.viewer = access.viewer() AND g.scope = 'region'
       AND g.role IN (SELECT role FROM role_right WHERE named_right = 'comment')
       AND storage.civil_day() >= g.valid_from
       AND (g.valid_to IS NULL OR storage.civil_day() < g.valid_to)
$$;

CREATE FUNCTION access.sits_with_members()
RETURNS TABLE (union_id integer, region_id integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE held AS (
        SELECT * FROM access_grant
         WHERE viewer = access.viewer()
           AND role IN (SELECT role FROM role_right WHERE named_right = 'look')
           AND storage.civil_day() >= valid_from AND (valid_to IS NULL OR storage.civil_day() < valid_to)
    ), below (region_id) AS (
        SELECT region_id FROM held WHERE scope = 'region'
         UNION
        SELECT u.region_id FROM storage.region_up u JOIN below b ON u.parent_id = b.region_id
    ), above (region_id) AS (
        (SELECT region_id FROM held WHERE scope = 'region'
         UNION
         SELECT region_id FROM affiliation
          WHERE known_until IS NULL AND storage.civil_day() >= valid_from
            AND (valid_to IS NULL OR storage.civil_day() < valid_to)
            AND institution_id IN (SELECT s.id FROM access.sees() AS s(id)))
        UNION
        SELECT u.parent_id FROM storage.region_up u JOIN above a ON u.region_id = a.region_id
         WHERE u.parent_id IS NOT NULL
    )
    SELECT m.union_id, m.region_id FROM storage.member_now m
     WHERE EXISTS (SELECT FROM held WHERE scope = 'all')
        OR m.union_id IN (SELECT held.union_id FROM held)
        OR m.union_id IN (SELECT s.id FROM access.planned_unions() AS s(id))
        OR m.union_id IN (SELECT s.id FROM access.guides() AS s(id))
        OR m.region_id IN (SELECT below.region_id FROM below)
        OR m.region_id IN (SELECT above.region_id FROM above)
$$;

-- Which acts name a scan, and on what: the program asks whether the viewer sees one of these.
CREATE FUNCTION access.acts_naming(digest bytea) RETURNS TABLE (act text, subject bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT DISTINCT act, subject FROM attachment_named WHERE sha256 = digest ORDER BY 1, 2
$$;

-- A scan by all of its digest, for whoever sees an act that names it.
CREATE FUNCTION access.named_attachment(digest bytea)
RETURNS TABLE (sha256 text, name text, media_type text, bytes integer, kept boolean, content bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT encode(a.sha256, 'hex'), a.name, a.media_type, length(a.content), a.kept, a.content
      FROM attachment a
     WHERE a.sha256 = digest AND a.kept
     ORDER BY a.at LIMIT 1
$$;

REVOKE ALL ON FUNCTION access.opens_gateway, access.knows_gateway, access.guarded, access.guarded_unseen,
    access.guides,
    access.planned_regions, access.planners_of, access.acts_naming, access.named_attachment
    FROM PUBLIC;

GRANT EXECUTE ON FUNCTION access.opens_gateway, access.knows_gateway, access.guides,
    access.planned_regions, access.planners_of,
    access.acts_naming, access.named_attachment
    TO commonwatt_api;
