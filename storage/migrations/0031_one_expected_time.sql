-- Expected time was worked out in six places, today's hours to come counted as missing, and nobody asked how much of a figure was measured: one definition, and a stated share below which a figure is not enough measured.

-- The seconds that a channel which counts in an account should hold, as far as days are over: today
-- and what is still to come are never missing. As analytics.coverage.expected_s.
CREATE FUNCTION storage.expected_s(valid_from date, valid_to date, zone text, first date, until date,
                                   today date) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
    RETURN greatest(0, extract(epoch FROM
        (least(until, valid_to, today)::timestamp AT TIME ZONE zone)
        - (greatest(first, valid_from)::timestamp AT TIME ZONE zone)))::bigint;

-- The same as seen today, for boards; and when today began, up to which something can be missing.
CREATE FUNCTION report.expected_s(valid_from date, valid_to date, zone text, first date, until date)
RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN storage.expected_s(valid_from, valid_to, zone, first, until, storage.today());
CREATE FUNCTION report.today_began(zone text) RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
    RETURN storage.today()::timestamp AT TIME ZONE zone;

-- The share of the expected time, rounded down so that 1 means all of it; null where none is over.
-- Of a total by known_s, of a shape by measured_s. As analytics.coverage.coverage.
CREATE FUNCTION report.coverage(held numeric, expected numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN expected > 0
                THEN round(floor(least(coalesce(held, 0), expected) * 10000 / expected) / 10000, 4)
           END;

-- Whether so much is measured that a figure may be ranked or compared. As analytics.coverage.enough.
CREATE FUNCTION report.is_enough(held numeric, expected numeric, share numeric) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN coalesce(expected > 0 AND coalesce(held, 0) >= share * expected, false);

-- What an institution's carriers should hold in some days, also where there is no account; null
-- asks for all that the viewer sees.
CREATE FUNCTION report.expected(asked integer[], first date, until date)
RETURNS TABLE (institution_id integer, carrier text, expected_s bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT t.institution_id, t.carrier,
           sum(storage.expected_s(t.valid_from, t.valid_to, c.zone, first, until,
                                  storage.today()))::bigint
      FROM account_term t
      JOIN channel c ON c.id = t.channel_id
     WHERE (asked IS NULL OR t.institution_id = ANY(asked)) AND t.known_until IS NULL
       AND t.institution_id IN (SELECT access.sees())
       AND greatest(first, t.valid_from) < least(until, t.valid_to, storage.today())
     GROUP BY t.institution_id, t.carrier
$$;

-- The same of each month. Most terms span a month, whose length is worked out once for each zone.
CREATE FUNCTION report.expected_by_month(asked integer[], first date, until date)
RETURNS TABLE (institution_id integer, carrier text, month date, expected_s bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100000 SET search_path = public, pg_catalog, pg_temp AS $$
    WITH whole AS MATERIALIZED (
        SELECT z.zone, m.month::date AS month, (m.month + interval '1 month')::date AS until,
               least((m.month + interval '1 month')::date, storage.today()) AS upto,
               storage.expected_s(NULL, NULL, z.zone, m.month::date,
                                  (m.month + interval '1 month')::date, storage.today())
                   AS expected_s
          FROM (SELECT DISTINCT c.zone FROM channel c) z
         CROSS JOIN generate_series(date_trunc('month', first::timestamp),
                                    until::timestamp - interval '1 day', interval '1 month')
                        AS m(month)
         WHERE m.month < storage.today()
    )
    SELECT t.institution_id, t.carrier, w.month,
           sum(CASE WHEN t.valid_from <= w.month
                         AND (t.valid_to IS NULL OR t.valid_to >= w.until) THEN w.expected_s
                    ELSE storage.expected_s(t.valid_from, t.valid_to, w.zone, w.month, w.until,
                                            storage.today()) END)::bigint
      FROM account_term t
      JOIN channel c ON c.id = t.channel_id
      JOIN whole w ON w.zone = c.zone
                  AND greatest(w.month, t.valid_from) < least(w.upto, t.valid_to)
     WHERE (asked IS NULL OR t.institution_id = ANY(asked)) AND t.known_until IS NULL
       AND t.institution_id IN (SELECT access.sees())
     GROUP BY t.institution_id, t.carrier, w.month
$$;

CREATE OR REPLACE VIEW report.account WITH (security_barrier) AS
SELECT a.institution_id, a.carrier, a.month, a.source, a.quanta, a.measured_s, e.expected_s,
       a.known_s
  FROM account a
  LEFT JOIN LATERAL (
        SELECT coalesce(sum(storage.expected_s(
                   t.valid_from, t.valid_to, c.zone, a.month,
                   (a.month + interval '1 month')::date, storage.today())), 0)::bigint AS expected_s
          FROM account_term t JOIN channel c ON c.id = t.channel_id
         WHERE t.institution_id = a.institution_id AND t.carrier = a.carrier
           AND t.known_until IS NULL) e ON a.source = 'meter'
 WHERE a.institution_id IN (SELECT access.sees());

DROP VIEW report.account_due;
DROP FUNCTION report.due_s(date, date);
DROP FUNCTION access.due_s(integer[], date, date);

-- Which share an office asks for before it ranks and compares: of the nearest region that states
-- one, else of the installation (region null), else nine tenths. Nobody updates a row.
CREATE TABLE enough_measured (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_id integer REFERENCES region (id),
    share_millionths integer NOT NULL CHECK (share_millionths BETWEEN 1 AND 1000000),
    source text NOT NULL,
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    known_by text NOT NULL
);
CREATE UNIQUE INDEX ON enough_measured (region_id) NULLS NOT DISTINCT WHERE known_until IS NULL;

CREATE FUNCTION report.enough(region integer) RETURNS numeric
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE up (region_id, steps) AS (
        SELECT region, 0
         UNION ALL
        SELECT u.parent_id, up.steps + 1
          FROM up JOIN storage.region_up u ON u.region_id = up.region_id
         WHERE u.parent_id IS NOT NULL
    )
    SELECT coalesce(
        (SELECT e.share_millionths FROM up JOIN enough_measured e ON e.region_id = up.region_id
          WHERE e.known_until IS NULL ORDER BY up.steps LIMIT 1),
        (SELECT share_millionths FROM enough_measured
          WHERE region_id IS NULL AND known_until IS NULL), 900000) / 1000000.0
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

ALTER TABLE enough_measured ENABLE ROW LEVEL SECURITY;
ALTER TABLE enough_measured FORCE ROW LEVEL SECURITY;
CREATE POLICY ours ON enough_measured TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON enough_measured FOR SELECT TO commonwatt_api USING (true);
CREATE POLICY made ON enough_measured FOR INSERT TO commonwatt_api
    WITH CHECK (CASE WHEN region_id IS NULL THEN (SELECT access.administers())
                     ELSE access.plans_regions(ARRAY[region_id]) END);
CREATE POLICY retired ON enough_measured FOR UPDATE TO commonwatt_api
    USING (CASE WHEN region_id IS NULL THEN (SELECT access.administers())
                ELSE access.plans_regions(ARRAY[region_id]) END);
GRANT SELECT, INSERT, UPDATE (known_until) ON enough_measured TO commonwatt_api;

REVOKE ALL ON FUNCTION report.expected, report.expected_by_month, report.enough, report.enough_of
    FROM public;
GRANT EXECUTE ON FUNCTION report.expected, report.expected_by_month, report.enough,
    report.enough_of TO commonwatt_api, commonwatt_boards;
