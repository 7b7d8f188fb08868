-- Forecasts of a year's end as they are read, and whose are to be made.

CREATE POLICY ours ON year_forecast TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON year_forecast FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));

-- Institutions with energy in account and any use known in a year that have no forecast from its day
-- yet: under which profile it is made, and their quota of total energy where it is one of the whole year.
CREATE FUNCTION storage.forecasts_due(of_year integer, of_day date)
RETURNS TABLE (institution_id integer, profile text, quota_g numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH held AS (
        SELECT DISTINCT ON (q.institution_id) q.institution_id, t.profile,
               CASE WHEN array_position(r.base_g, NULL) IS NULL THEN q.amount_g END AS quota_g
          FROM run_in_force f
          JOIN run ON run.id = f.run_id
          JOIN target t ON t.id = run.target_id
          JOIN run_quota r ON r.run_id = f.run_id AND r.year = f.year
          JOIN quota q ON q.union_id = f.union_id AND q.indicator = f.indicator
           AND q.year = f.year AND q.institution_id = r.institution_id
         WHERE f.indicator = 'total_kgce' AND f.year = of_year
         ORDER BY q.institution_id, f.union_id
    )
    SELECT i.id, coalesce(h.profile, o.code), h.quota_g
      FROM institution i
      JOIN profile o ON o.is_default
      LEFT JOIN held h ON h.institution_id = i.id
      LEFT JOIN year_forecast y ON y.institution_id = i.id AND y.year = of_year
     WHERE (y.day IS NULL OR y.day < of_day)
       AND EXISTS (SELECT FROM account_term t JOIN carrier c ON c.code = t.carrier
                    WHERE t.institution_id = i.id AND t.known_until IS NULL AND c.in_total_energy
                      AND t.valid_from <= of_day
                      AND (t.valid_to IS NULL OR t.valid_to > make_date(of_year, 1, 1))
                      AND EXISTS (SELECT FROM usage_day u WHERE u.channel_id = t.channel_id
                                     AND u.day BETWEEN make_date(of_year, 1, 1) AND of_day))
     ORDER BY (SELECT a.region_id FROM affiliation a
                WHERE a.institution_id = i.id AND a.known_until IS NULL AND a.valid_from <= of_day
                ORDER BY a.valid_from DESC LIMIT 1), i.id
$$;
REVOKE ALL ON FUNCTION storage.forecasts_due FROM PUBLIC;
GRANT EXECUTE ON FUNCTION storage.forecasts_due TO commonwatt_worker;

-- quota_g: where it moved since, the odds were of the quota before.
CREATE VIEW report.year_forecast WITH (security_barrier) AS
SELECT f.institution_id, i.name_zh, i.name_en, f.year, f.day, f.profile, f.used_g, f.known_days,
       f.rest_g, f.used_g + f.rest_g AS total_g, f.lower_g, f.upper_g, f.quota_g, f.odds, f.peers,
       f.why, f.method, f.made_at
  FROM year_forecast f
  JOIN report.institution i USING (institution_id)
 WHERE f.institution_id IN (SELECT s.id FROM access.sees() AS s(id));
