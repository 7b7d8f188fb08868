-- By which coefficients the members of a union are compared, beside each one's own.

-- The agreed profile of a union: of the agreement in force, else of its newest target, else the default.
CREATE FUNCTION storage.union_profile(asked integer) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT p.code FROM agreement a
                       JOIN profile p ON p.code = storage.agreement_term(a.text, 'profile')
                      WHERE a.union_id = asked AND a.state = 'in_force'
                      ORDER BY a.version DESC LIMIT 1),
                    (SELECT t.profile FROM target t WHERE t.union_id = asked
                      ORDER BY t.id DESC LIMIT 1),
                    (SELECT d.code FROM profile d WHERE d.is_default))
$$;

-- The members of unions that the viewer sees, each with its own profile and the agreed one.
CREATE FUNCTION report.member_profiles(asked integer, day date)
RETURNS TABLE (union_id integer, region_id integer, own text, agreed text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT m.union_id, m.region_id, storage.region_profile(m.region_id, day),
           storage.union_profile(m.union_id)
      FROM storage.member_now m
     WHERE m.union_id = asked AND m.step <> 'observer'
       AND m.union_id IN (SELECT s.id FROM access.sees_unions() AS s(id))
$$;

-- Under which profile a member shows its energy: the agreed one, or the default where its unions agreed
-- on several: two sums of the same use under two profiles would tell of its carriers.
CREATE FUNCTION report.shown_profile(asked integer) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT CASE WHEN count(DISTINCT u.profile) = 1 THEN min(u.profile) END
                       FROM (SELECT DISTINCT storage.union_profile(s.union_id) AS profile
                               FROM sharing_word s WHERE s.region_id = asked) u),
                    (SELECT d.code FROM profile d WHERE d.is_default))
$$;

-- For boards, which read nothing but schema report.
CREATE FUNCTION report.agreed_profile(asked integer) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT storage.union_profile(s.id) FROM access.sees_unions() AS s(id) WHERE s.id = asked
$$;

REVOKE ALL ON FUNCTION storage.union_profile, report.agreed_profile, report.shown_profile,
    report.member_profiles FROM PUBLIC;
GRANT EXECUTE ON FUNCTION report.member_profiles, report.agreed_profile, report.shown_profile
    TO commonwatt_api, commonwatt_boards;
