-- Which unions a viewer sees, and whom each counts.

-- Whom a union counts, or counted when a base was made: for refusing what would tell of them.
CREATE FUNCTION access.union_institutions(asked integer)
RETURNS TABLE (institution_id integer, region_id integer, department_line text, class text,
               area_m2 numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE below (region_id) AS (
        SELECT m.region_id FROM storage.member_now m
         WHERE m.union_id = asked AND m.step <> 'observer' AND asked IN (SELECT s.id FROM access.planned_unions() AS s(id))
         UNION
        SELECT u.region_id FROM storage.region_up u JOIN below b ON u.parent_id = b.region_id
    ), fact AS (
        SELECT f.institution_id, f.attribute, f.value, f.number FROM institution_fact f
         WHERE f.known_until IS NULL AND storage.today() >= f.valid_from
           AND (f.valid_to IS NULL OR storage.today() < f.valid_to)
    )
    SELECT DISTINCT ON (a.institution_id) a.institution_id, a.region_id, a.department_line, k.value,
           s.number
      FROM affiliation a
      LEFT JOIN fact k ON k.institution_id = a.institution_id AND k.attribute = 'class'
      LEFT JOIN fact s ON s.institution_id = a.institution_id AND s.attribute = 'area_m2'
     WHERE a.region_id IN (SELECT below.region_id FROM below) AND a.level <> 'central'
       AND a.known_until IS NULL
       AND NOT EXISTS (SELECT FROM fact d WHERE d.institution_id = a.institution_id
                          AND d.attribute = 'disclosure' AND d.value = 'off_platform')
     ORDER BY a.institution_id, a.valid_from DESC
$$;

-- For which members the viewer acts: a grant must name the member itself. Neither an authority above
-- nor a grant of everything will do, for nobody is in a union because another typed it.
CREATE FUNCTION access.acts_for() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT region_id FROM access_grant
     WHERE viewer = access.viewer() AND scope = 'region'
       AND role IN (SELECT role FROM role_right WHERE named_right = 'plan')
       AND storage.civil_day() >= valid_from AND (valid_to IS NULL OR storage.civil_day() < valid_to)
$$;

-- Members, whoever may look at all of them, and whoever was asked in and has not declined: what a
-- member saw of its union stays with it when it has left.
CREATE FUNCTION access.sees_unions() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT union_id FROM access.sits_with_members()
     UNION
    SELECT s.id FROM access.planned_unions() AS s(id)
     UNION
    SELECT id FROM region_union WHERE made_by = access.viewer()
     UNION
    SELECT s.id FROM access.guides() AS s(id)
     UNION
    SELECT d.union_id
      FROM (SELECT DISTINCT ON (membership_id) union_id, region_id, deed
              FROM membership_deed ORDER BY membership_id, id DESC) d
     WHERE d.deed <> 'decline' AND d.region_id IN (
           SELECT region_id FROM access_grant
            WHERE viewer = access.viewer() AND scope = 'region'
              AND role IN (SELECT role FROM role_right WHERE named_right = 'look')
              AND storage.civil_day() >= valid_from
              AND (valid_to IS NULL OR storage.civil_day() < valid_to))
$$;

-- Who may ask a region into a union, and write its agreement's text: whoever made or plans it, or
-- acts for somebody in it.
CREATE FUNCTION access.prepares_unions() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT s.id FROM access.planned_unions() AS s(id)
     UNION
    SELECT id FROM region_union WHERE made_by = access.viewer()
     UNION
    SELECT union_id FROM storage.member_now
     WHERE region_id IN (SELECT s.id FROM access.acts_for() AS s(id))
$$;

-- Who may comment in a union: who guides it, who plans it, and who acts for somebody in it.
CREATE FUNCTION access.comments_unions() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT s.id FROM access.guides() AS s(id)
     UNION
    SELECT s.id FROM access.prepares_unions() AS s(id)
$$;

-- No sum tells of a single guarded institution: sums over what the viewer does not see are withheld
-- where they would. What is left of a sum after what the viewer sees, and after the sums below it
-- that it is shown, holds no guarded institution, or at least three with none above 85 % of it;
-- else the sum is withheld, and what is left counts for the sum above. compact.disclosure says the
-- same in Python.

-- Programs that share a target or move the books need all of a union that is planned; what readers
-- look at is never read so.
CREATE FUNCTION access.reckons() RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(current_setting('commonwatt.reckons', true), '') = 'on'
       AND pg_has_role(session_user, 'commonwatt_api', 'MEMBER')
$$;

CREATE VIEW report.region_union WITH (security_barrier) AS
SELECT id AS union_id, name_zh, name_en, guide_id FROM region_union
 WHERE id IN (SELECT s.id FROM access.sees_unions() AS s(id));

CREATE VIEW report.union_member WITH (security_barrier) AS
SELECT union_id, region_id, level, step FROM storage.member_now
 WHERE union_id IN (SELECT s.id FROM access.sees_unions() AS s(id));

CREATE VIEW report.target WITH (security_barrier) AS
SELECT id AS target_id, union_id, indicator, profile, fall_millionths, base_year, target_year,
       curve, origin, incentive_millionths, stale_days
  FROM target WHERE union_id IN (SELECT s.id FROM access.sees_unions() AS s(id));

REVOKE ALL ON FUNCTION access.union_institutions, access.acts_for, access.prepares_unions,
    access.comments_unions
    FROM PUBLIC;

GRANT EXECUTE ON FUNCTION access.union_institutions, access.acts_for, access.prepares_unions,
    access.comments_unions
    TO commonwatt_api;
