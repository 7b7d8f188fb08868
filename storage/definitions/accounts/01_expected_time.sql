-- How much time a complete account would hold, and how much of it is enough.

-- What days that are not over hold already. It is expected as far as it is there: so it is never
-- missing, and never fills up for what is. As analytics.coverage.Counted.known.
CREATE VIEW storage.held_today AS
SELECT t.institution_id, t.carrier, t.channel_id, u.day, u.known_s
  FROM account_term t
  JOIN channel c ON c.id = t.channel_id
  JOIN usage_day u ON u.channel_id = t.channel_id AND u.day >= storage.today(c.zone)
   AND u.day >= t.valid_from AND (t.valid_to IS NULL OR u.day < t.valid_to)
 WHERE t.known_until IS NULL;

CREATE FUNCTION report.today_began(zone text) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
    RETURN storage.today(zone)::timestamp AT TIME ZONE zone;

CREATE FUNCTION report.expected_s(valid_from date, valid_to date, zone text, first date,
                                             until date)
RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN storage.expected_s(valid_from, valid_to, zone, first, until, storage.today(zone));

CREATE FUNCTION report.expected(asked integer[], first date, until date)
RETURNS TABLE (institution_id integer, carrier text, expected_s bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT e.institution_id, e.carrier, sum(e.expected_s)::bigint FROM (
        SELECT t.institution_id, t.carrier,
               storage.expected_s(t.valid_from, t.valid_to, t.zone, first, until,
                                  storage.today(t.zone)) AS expected_s
          FROM storage.due t
         WHERE (asked IS NULL OR t.institution_id = ANY(asked))
           AND t.institution_id IN (SELECT s.id FROM access.sees() AS s(id))
           AND greatest(first, t.valid_from) < least(until, t.valid_to, storage.today(t.zone))
         UNION ALL
        SELECT h.institution_id, h.carrier, h.known_s FROM storage.held_today h
         WHERE until >= storage.today()  -- no zone is more than a day ahead
           AND (asked IS NULL OR h.institution_id = ANY(asked)) AND h.day >= first AND h.day < until
           AND h.institution_id IN (SELECT s.id FROM access.sees() AS s(id))) e
     GROUP BY e.institution_id, e.carrier
$$;

CREATE FUNCTION report.expected_by_month(asked integer[], first date, until date)
RETURNS TABLE (institution_id integer, carrier text, month date, expected_s bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100000 SET search_path = public, pg_catalog, pg_temp AS $$
    WITH whole AS MATERIALIZED (
        SELECT z.zone, m.month::date AS month, (m.month + interval '1 month')::date AS until,
               least((m.month + interval '1 month')::date, storage.today(z.zone)) AS upto,
               storage.expected_s(NULL, NULL, z.zone, m.month::date,
                                  (m.month + interval '1 month')::date, storage.today(z.zone))
                   AS expected_s
          FROM (SELECT c.zone FROM channel c UNION SELECT s.zone FROM stated_term s) z
         CROSS JOIN generate_series(date_trunc('month', first::timestamp),
                                    until::timestamp - interval '1 day', interval '1 month')
                        AS m(month)
         WHERE m.month < storage.today(z.zone)
    ), expected AS (
        SELECT t.institution_id, t.carrier, w.month,
               CASE WHEN t.valid_from <= w.month
                         AND (t.valid_to IS NULL OR t.valid_to >= w.until) THEN w.expected_s
                    ELSE storage.expected_s(t.valid_from, t.valid_to, w.zone, w.month, w.until,
                                            storage.today(w.zone)) END AS expected_s
          FROM storage.due t
          JOIN whole w ON w.zone = t.zone
                      AND greatest(w.month, t.valid_from) < least(w.upto, t.valid_to)
         WHERE (asked IS NULL OR t.institution_id = ANY(asked))
           AND t.institution_id IN (SELECT s.id FROM access.sees() AS s(id))
         UNION ALL
        SELECT h.institution_id, h.carrier, date_trunc('month', h.day::timestamp)::date, h.known_s
          FROM storage.held_today h
         WHERE (date_trunc('month', until::timestamp - interval '1 day') + interval '1 month')::date
               >= storage.today()
           AND (asked IS NULL OR h.institution_id = ANY(asked))
           AND h.day >= date_trunc('month', first::timestamp)
           AND h.day < date_trunc('month', until::timestamp - interval '1 day') + interval '1 month'
           AND h.institution_id IN (SELECT s.id FROM access.sees() AS s(id))
    )
    SELECT expected.institution_id, expected.carrier, expected.month, sum(expected.expected_s)::bigint
      FROM expected GROUP BY expected.institution_id, expected.carrier, expected.month
$$;

-- What the institutions counted in a region or below it should hold in each month of some, up to
-- yesterday and as far as today holds it, by the region in which each is counted. Most terms and
-- memberships span all the months: equal ones are counted before they are spread.
CREATE FUNCTION report.expected_in(region integer, first date, until date)
RETURNS TABLE (region_id integer, carrier text, month date, expected_s numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH place AS MATERIALIZED (
        SELECT a.institution_id, a.region_id, a.first_month, a.until_month
          FROM report.affiliated a
          JOIN report.region_within w ON w.region_id = a.region_id AND w.within_id = region
    ), alike AS MATERIALIZED (
        SELECT a.region_id, t.carrier, t.zone, greatest(t.valid_from, first) AS valid_from,
               least(t.valid_to, until, storage.today(t.zone)) AS valid_to,
               greatest(a.first_month, first) AS first_month,
               least(a.until_month, until) AS until_month, count(*) AS terms
          FROM place a
          JOIN storage.due t ON t.institution_id = a.institution_id
         GROUP BY 1, 2, 3, 4, 5, 6, 7
    )
    SELECT e.region_id, e.carrier, e.month, sum(e.expected_s) FROM (
        SELECT a.region_id, a.carrier, m.month::date AS month,
               a.terms * storage.expected_s(a.valid_from, a.valid_to, a.zone, m.month::date,
                                            (m.month + interval '1 month')::date,
                                            storage.today(a.zone)) AS expected_s
          FROM alike a
         CROSS JOIN LATERAL generate_series(date_trunc('month', first::timestamp),
                                            until::timestamp - interval '1 day',
                                            interval '1 month') AS m(month)
         WHERE m.month >= a.first_month AND m.month < a.until_month
           AND greatest(m.month::date, a.valid_from)
               < least((m.month + interval '1 month')::date, a.valid_to)
         UNION ALL
        SELECT a.region_id, h.carrier, date_trunc('month', h.day::timestamp)::date, h.known_s
          FROM storage.held_today h JOIN place a USING (institution_id)
         WHERE until >= storage.today() AND h.day >= first AND h.day < until
           AND date_trunc('month', h.day::timestamp) >= a.first_month
           AND date_trunc('month', h.day::timestamp) < a.until_month) e
     GROUP BY e.region_id, e.carrier, e.month
$$;

-- The days that are over on which anything that an institution used was in account: who has been so
-- for fewer than its like has used less, and is not placed among them.
CREATE FUNCTION report.in_account(asked integer[], first date, until date)
RETURNS TABLE (institution_id integer, days datemultirange)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT t.institution_id,
           range_agg(daterange(greatest(first, t.valid_from),
                               least(until, t.valid_to, storage.today(t.zone))))
      FROM storage.due t
      JOIN carrier k ON k.code = t.carrier AND k.in_total_energy
     WHERE (asked IS NULL OR t.institution_id = ANY(asked))
       AND t.institution_id IN (SELECT s.id FROM access.sees() AS s(id))
       AND greatest(first, t.valid_from) < least(until, t.valid_to, storage.today(t.zone))
     GROUP BY t.institution_id
$$;

CREATE FUNCTION report.count_days(days datemultirange, first date, until date) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(sum(upper(r) - lower(r)), 0)::integer
      FROM unnest(days * datemultirange(daterange(first, until))) AS r
$$;

-- The share of the expected time, rounded down so that 1 means all of it; null where none is over.
-- Of a total by known_s, of a shape by measured_s. As analytics.coverage.coverage.
CREATE FUNCTION report.coverage(held numeric, expected numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN expected > 0
                THEN round(floor(least(coalesce(held, 0), expected) * 10000 / expected) / 10000, 4)
           END;

-- Whether so much is measured that a figure may be ranked or compared. As
-- analytics.coverage.enough.
CREATE FUNCTION report.is_enough(held numeric, expected numeric, share numeric) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN coalesce(expected > 0 AND coalesce(held, 0) >= share * expected, false);

-- Whether a month that is over stands for its whole, as analytics.coverage.WHOLE; in whole numbers,
-- for it is asked half a million times.
CREATE FUNCTION report.is_whole(held bigint, expected bigint) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN coalesce(expected > 0 AND held * 100 >= expected * 99, false);

-- How much of the expected time is enough: of what a union sets (bases, quotas, progress) the
-- union's word, of everything else that of the nearest region above, and where these say nothing
-- the installation's; else nine tenths. Who gives a union asks for the union's.
CREATE FUNCTION storage.enough(asked_union integer, asked_region integer) RETURNS numeric
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE up (region_id, steps) AS (
        SELECT asked_region, 0 WHERE asked_union IS NULL
         UNION ALL
        SELECT u.parent_id, up.steps + 1
          FROM up JOIN storage.region_up u ON u.region_id = up.region_id
         WHERE u.parent_id IS NOT NULL
    )
    SELECT coalesce(
        (SELECT e.permille * 1000 FROM union_enough e WHERE e.union_id = asked_union
          ORDER BY e.id DESC LIMIT 1),
        (SELECT e.share_millionths FROM up JOIN enough_measured e ON e.region_id = up.region_id
          WHERE e.known_until IS NULL ORDER BY up.steps LIMIT 1),
        (SELECT e.share_millionths FROM enough_measured e
          WHERE e.region_id IS NULL AND e.known_until IS NULL), 900000) / 1000000.0
$$;

-- Progress and bases are kept in thousandths, rounded up: less is never enough.
CREATE FUNCTION storage.union_enough(asked integer) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT ceil(storage.enough(asked, NULL) * 1000)::integer
$$;

CREATE FUNCTION report.enough(region integer) RETURNS numeric
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT storage.enough(NULL, region)
$$;

-- The share that the office of an institution asks for.
CREATE FUNCTION report.enough_of(institution integer) RETURNS numeric
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT report.enough((
        SELECT a.region_id FROM affiliation a
         WHERE a.institution_id = institution AND a.known_until IS NULL
           AND storage.today() >= a.valid_from
           AND (a.valid_to IS NULL OR storage.today() < a.valid_to)
         LIMIT 1))
$$;

REVOKE ALL ON FUNCTION report.expected, report.expected_by_month, report.expected_in,
    report.in_account,
    storage.enough, storage.union_enough, report.enough, report.enough_of
    FROM PUBLIC;

GRANT EXECUTE ON FUNCTION report.expected, report.expected_by_month, report.expected_in,
    report.in_account,
    report.enough, report.enough_of
    TO commonwatt_api, commonwatt_boards;

GRANT EXECUTE ON FUNCTION storage.union_enough
    TO commonwatt_api, commonwatt_boards, commonwatt_worker;
