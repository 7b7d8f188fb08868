-- Which unions a viewer sees, and whom each counts.

-- Whom a union counts, or counted when a base was made: for refusing what would tell of them.
CREATE FUNCTION access.union_institutions(asked integer)
RETURNS TABLE (institution_id integer, region_id integer, department_line text, class text,
               area_m2 numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE below (region_id) AS (
        SELECT m.region_id FROM storage.member_now m
         WHERE m.union_id = asked AND asked IN (SELECT s.id FROM access.planned_unions() AS s(id))
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

CREATE FUNCTION access.sees_unions() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT union_id FROM access.sits_with_members() UNION SELECT s.id FROM access.planned_unions() AS s(id)
$$;

-- Regions come into a union by whoever plans for them: into a new one, or one that is planned too.
CREATE FUNCTION access.may_join(asked integer, region integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT access.plans_regions(ARRAY[region])
       AND (asked IN (SELECT s.id FROM access.planned_unions() AS s(id))
            OR (EXISTS (SELECT FROM region_union WHERE id = asked AND made_by = access.viewer())
                AND NOT EXISTS (SELECT FROM union_member WHERE union_id = asked)))
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
SELECT id AS union_id, name_zh, name_en FROM region_union
 WHERE id IN (SELECT s.id FROM access.sees_unions() AS s(id));

CREATE VIEW report.union_member WITH (security_barrier) AS
SELECT union_id, region_id, level FROM storage.member_now
 WHERE union_id IN (SELECT s.id FROM access.sees_unions() AS s(id));

CREATE VIEW report.target WITH (security_barrier) AS
SELECT id AS target_id, union_id, indicator, profile, fall_millionths, base_year, target_year,
       curve, origin
  FROM target WHERE union_id IN (SELECT s.id FROM access.sees_unions() AS s(id));

REVOKE ALL ON FUNCTION access.union_institutions
    FROM PUBLIC;

GRANT EXECUTE ON FUNCTION access.union_institutions
    TO commonwatt_api;
