-- What of the books waits for the viewer, counted by year, for the first page.

-- kind: cover (verified use that is not covered), verify (years that another person has locked),
-- rests (accounts that are restricted or blocked).
CREATE FUNCTION access.books_waiting() RETURNS TABLE (kind text, year integer, many bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH planned AS MATERIALIZED (
        SELECT c.id FROM access.covers('plan') AS c(id)
    ), due AS (
        SELECT DISTINCT ON (f.union_id, f.indicator, u.institution_id, u.year) f.union_id,
               f.indicator, u.institution_id, u.year,
               ceil(storage.locked_use_g(u.institution_id, u.year, u.profile, f.indicator)
                    * storage.due_share(u.year, extract(year FROM storage.today())::integer,
                                        s.first_year, s.years, s.interim_percent)) AS used_g
          FROM account_version v JOIN planned p ON p.id = v.institution_id
          JOIN storage.verified_use u ON u.institution_id = v.institution_id AND u.year = v.year
           AND u.version = v.version
          JOIN run_in_force f ON f.year = u.year
          JOIN run r ON r.id = f.run_id JOIN target t ON t.id = r.target_id AND t.profile = u.profile
          LEFT JOIN LATERAL storage.cover_period(f.union_id) s ON true
         WHERE storage.member_of(f.union_id, f.indicator, u.year, u.institution_id) IS NOT NULL
           AND NOT EXISTS (SELECT FROM book_year_closed y WHERE y.union_id = f.union_id
                              AND y.indicator = f.indicator AND y.year = f.year)
         ORDER BY f.union_id, f.indicator, u.institution_id, u.year, u.version DESC
    )
    SELECT 'cover', d.year, count(*) FROM due d
     WHERE d.used_g > coalesce((SELECT sum(e.amount_g) FROM book_entry e
                                 WHERE e.institution_id = d.institution_id AND e.year = d.year
                                   AND e.union_id = d.union_id AND e.indicator = d.indicator
                                   AND e.account = 'covered'), 0)
       AND NOT EXISTS (SELECT FROM cover_exclusion x
                        WHERE x.union_id = d.union_id AND x.institution_id = d.institution_id
                          AND x.indicator = d.indicator AND x.year = d.year AND x.excluded
                          AND x.id = (SELECT max(n.id) FROM cover_exclusion n
                                       WHERE n.union_id = x.union_id AND n.year = x.year
                                         AND n.indicator = x.indicator
                                         AND n.institution_id = x.institution_id))
     GROUP BY d.year
     UNION ALL
    SELECT 'verify', v.year, count(*)
      FROM account_version v JOIN access.covers('keep_accounts') AS k(id) ON k.id = v.institution_id
     WHERE v.answer IS NULL AND v.locked_by <> access.viewer()
       AND NOT EXISTS (SELECT FROM app_user a JOIN app_user b USING (person_id)
                        WHERE 'user:' || a.id = v.locked_by AND 'user:' || b.id = access.viewer())
     GROUP BY v.year
     UNION ALL
    SELECT 'rests', NULL, count(*)
      FROM storage.account_state s JOIN planned p ON p.id = s.institution_id
     WHERE s.state IN ('restricted', 'blocked') HAVING count(*) > 0
     ORDER BY 1, 2
$$;

REVOKE ALL ON FUNCTION access.books_waiting FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.books_waiting TO commonwatt_api;
