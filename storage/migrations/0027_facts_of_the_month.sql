-- A board put every month of an account under today's region and class and over today's area: facts are those of the account's own month.

-- The months for which an institution is counted in a region: a move within a month leaves it to the
-- place on its first day, else to the first one in it. An open end is infinity.
CREATE VIEW report.affiliated WITH (security_barrier) AS
SELECT a.institution_id, a.region_id, a.level, a.department_line,
       CASE WHEN extract(day FROM a.valid_from) <> 1 AND EXISTS (
                 SELECT FROM affiliation e
                  WHERE e.institution_id = a.institution_id AND e.known_until IS NULL
                    AND e.valid_from < a.valid_from
                    AND e.valid_to > date_trunc('month', a.valid_from::timestamp))
            THEN (date_trunc('month', a.valid_from::timestamp) + interval '1 month')::date
            ELSE date_trunc('month', a.valid_from::timestamp)::date END AS first_month,
       coalesce(a.valid_to, 'infinity') AS until_month
  FROM storage.seen s
  JOIN affiliation a ON a.institution_id = s.institution_id
 WHERE a.known_until IS NULL;

-- The same of its class.
CREATE VIEW report.classified WITH (security_barrier) AS
SELECT f.institution_id, f.value AS class,
       CASE WHEN extract(day FROM f.valid_from) <> 1 AND EXISTS (
                 SELECT FROM institution_fact e
                  WHERE e.institution_id = f.institution_id AND e.attribute = 'class'
                    AND e.known_until IS NULL AND e.valid_from < f.valid_from
                    AND e.valid_to > date_trunc('month', f.valid_from::timestamp))
            THEN (date_trunc('month', f.valid_from::timestamp) + interval '1 month')::date
            ELSE date_trunc('month', f.valid_from::timestamp)::date END AS first_month,
       coalesce(f.valid_to, 'infinity') AS until_month
  FROM storage.seen s
  JOIN institution_fact f ON f.institution_id = s.institution_id
 WHERE f.attribute = 'class' AND f.known_until IS NULL;
GRANT SELECT ON report.affiliated, report.classified TO commonwatt_api, commonwatt_boards;

-- Area and persons over some days, weighted by the days for which each was stated; days to come do
-- not count. As analytics.means.days_mean. Null asks for all that the viewer sees.
CREATE FUNCTION report.means(asked integer[], first date, until date)
RETURNS TABLE (institution_id integer, area_m2 numeric, persons numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT f.institution_id,
           trim_scale(round(sum(f.number * d.days) FILTER (WHERE f.attribute = 'area_m2')
                            / sum(d.days) FILTER (WHERE f.attribute = 'area_m2'), 6)),
           trim_scale(round(sum(f.number * d.days) FILTER (WHERE f.attribute = 'persons')
                            / sum(d.days) FILTER (WHERE f.attribute = 'persons'), 6))
      FROM institution_fact f
     CROSS JOIN LATERAL (
            SELECT least(until, f.valid_to, greatest(storage.today(), first) + 1)
                   - greatest(first, f.valid_from) AS days) d
     WHERE f.attribute IN ('area_m2', 'persons') AND f.known_until IS NULL AND d.days > 0
       AND (asked IS NULL OR f.institution_id = ANY(asked))
       AND f.institution_id IN (SELECT access.sees())
     GROUP BY f.institution_id
$$;
REVOKE ALL ON FUNCTION report.means FROM public;
GRANT EXECUTE ON FUNCTION report.means TO commonwatt_api, commonwatt_boards;
