-- What a reader may ask beyond the views: whose meter it is, whose share comes first, how much waits.

GRANT SELECT ON migration TO commonwatt_api, commonwatt_collector, commonwatt_worker;
GRANT SELECT ON storage.region_province TO commonwatt_api;

-- A term opens a channel to those who see the account, but never the curve of a guarded institution.
CREATE OR REPLACE FUNCTION access.sees_channels() RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH seen AS MATERIALIZED (SELECT access.sees() AS id)
    SELECT c.id FROM channel c JOIN meter m ON m.id = c.meter_id
     WHERE m.institution_id IN (SELECT id FROM seen)
    UNION
    SELECT t.channel_id
      FROM account_term t JOIN channel c ON c.id = t.channel_id JOIN meter m ON m.id = c.meter_id
     WHERE t.known_until IS NULL AND t.institution_id IN (SELECT id FROM seen)
       AND NOT EXISTS (SELECT FROM institution_fact f
            WHERE f.institution_id = m.institution_id AND f.attribute = 'disclosure'
              AND f.value <> 'open' AND f.known_until IS NULL AND current_date >= f.valid_from
              AND (f.valid_to IS NULL OR current_date < f.valid_to))
$$;

-- Whose meters make an account that the viewer sees; a guarded owner keeps its name to itself.
CREATE FUNCTION access.owners(asked integer, wanted text)
RETURNS TABLE (channel_id integer, institution_id integer, name_zh text, name_en text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH seen AS MATERIALIZED (SELECT access.sees() AS id), facts AS (
        SELECT f.institution_id, f.attribute, f.value FROM institution_fact f
         WHERE f.known_until IS NULL AND storage.today() >= f.valid_from
           AND (f.valid_to IS NULL OR storage.today() < f.valid_to)
    ), owned AS (
        SELECT DISTINCT t.channel_id, m.institution_id
          FROM account_term t JOIN channel c ON c.id = t.channel_id
          JOIN meter m ON m.id = c.meter_id
         WHERE t.institution_id = asked AND t.carrier = wanted AND t.known_until IS NULL
           AND asked IN (SELECT id FROM seen)
    )
    SELECT o.channel_id, o.institution_id, zh.value, en.value
      FROM owned o
      LEFT JOIN facts g ON g.institution_id = o.institution_id AND g.attribute = 'disclosure'
            AND g.value <> 'open' AND o.institution_id NOT IN (SELECT id FROM seen)
      LEFT JOIN facts zh ON zh.institution_id = o.institution_id AND zh.attribute = 'name_zh'
            AND g.value IS NULL
      LEFT JOIN facts en ON en.institution_id = o.institution_id AND en.attribute = 'name_en'
            AND g.value IS NULL
$$;

-- Cascade rounding begins where the shares of institutions with smaller ids end.
CREATE FUNCTION access.share_before(asked integer, channel integer, day date)
RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT coalesce(sum(o.share), 0)::bigint FROM account_term o
     WHERE o.channel_id = channel AND o.known_until IS NULL AND o.institution_id < asked
       AND o.valid_from <= day AND (o.valid_to IS NULL OR day < o.valid_to)
       AND asked IN (SELECT access.sees())
$$;

CREATE FUNCTION access.opens_gateway(wanted text, key bytea) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM gateway WHERE name = wanted AND key_sha256 = sha256(key))
$$;

CREATE FUNCTION access.close_sessions_of(ended integer) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    DELETE FROM user_session
     WHERE user_id = ended AND (access.administers() OR access.viewer() = 'user:' || ended)
$$;

-- Counts alone, for operators: no institution, channel or gateway in them.
CREATE FUNCTION access.backlog()
RETURNS TABLE (usage_rows bigint, account_rows bigint, due_rows bigint, due_since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT (SELECT count(*) FROM stale_usage), (SELECT count(*) FROM stale_account),
           (SELECT count(*) FROM due WHERE at <= now()), (SELECT min(at) FROM due WHERE at <= now())
$$;
CREATE FUNCTION access.rejects_by_reason()
RETURNS TABLE (reason text, messages bigint, readings bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT reason, count(*), sum(readings) FROM rejected_message
     WHERE resolved_at IS NULL GROUP BY reason
$$;

REVOKE ALL ON FUNCTION access.owners, access.share_before, access.opens_gateway,
    access.close_sessions_of, access.backlog, access.rejects_by_reason FROM public;
GRANT EXECUTE ON FUNCTION access.owners, access.share_before, access.opens_gateway,
    access.close_sessions_of, access.backlog, access.rejects_by_reason TO commonwatt_api;

-- Today is what the program says it is, as in the accounts.
CREATE OR REPLACE VIEW report.institution WITH (security_barrier) AS
SELECT i.id AS institution_id,
       max(f.value) FILTER (WHERE f.attribute = 'name_zh') AS name_zh,
       max(f.value) FILTER (WHERE f.attribute = 'name_en') AS name_en,
       max(f.value) FILTER (WHERE f.attribute = 'credit_code') AS credit_code,
       max(f.value) FILTER (WHERE f.attribute = 'class') AS class,
       max(f.value) FILTER (WHERE f.attribute = 'roster_status') AS roster_status,
       coalesce(max(f.value) FILTER (WHERE f.attribute = 'disclosure'), 'open') AS disclosure,
       max(f.number) FILTER (WHERE f.attribute = 'area_m2') AS area_m2,
       max(f.number) FILTER (WHERE f.attribute = 'persons') AS persons,
       a.region_id, a.level, a.department_line, l.region_id AS location_region_id
  FROM institution i
  LEFT JOIN institution_fact f ON f.institution_id = i.id AND f.known_until IS NULL
        AND storage.today() >= f.valid_from
        AND (f.valid_to IS NULL OR storage.today() < f.valid_to)
  LEFT JOIN affiliation a ON a.institution_id = i.id AND a.known_until IS NULL
        AND storage.today() >= a.valid_from
        AND (a.valid_to IS NULL OR storage.today() < a.valid_to)
  LEFT JOIN location l ON l.institution_id = i.id AND l.known_until IS NULL
        AND storage.today() >= l.valid_from
        AND (l.valid_to IS NULL OR storage.today() < l.valid_to)
 WHERE i.id IN (SELECT access.sees())
 GROUP BY i.id, a.region_id, a.level, a.department_line, l.region_id;

-- The seconds that a complete account would hold, asked for the rows shown and no others.
CREATE OR REPLACE VIEW report.account WITH (security_barrier) AS
SELECT a.institution_id, a.carrier, a.month, a.source, a.quanta, a.measured_s, e.expected_s
  FROM account a
  LEFT JOIN LATERAL (
        SELECT sum(greatest(0, extract(epoch FROM
                   (least(a.month + interval '1 month', t.valid_to, storage.today() + 1)::timestamp
                       AT TIME ZONE c.zone)
                   - (greatest(a.month, t.valid_from)::timestamp AT TIME ZONE c.zone))))::bigint
                   AS expected_s
          FROM account_term t JOIN channel c ON c.id = t.channel_id
         WHERE t.institution_id = a.institution_id AND t.carrier = a.carrier
           AND t.known_until IS NULL AND t.valid_from < a.month + interval '1 month'
           AND (t.valid_to IS NULL OR t.valid_to > a.month)) e ON a.source = 'meter'
 WHERE a.institution_id IN (SELECT access.sees());
DROP VIEW storage.account_expected;

-- A move within a month leaves one row: the place on its first day, else the first one in it.
CREATE OR REPLACE VIEW report.account_energy WITH (security_barrier) AS
SELECT a.institution_id, a.carrier, a.month, a.source, a.quanta, a.measured_s,
       p.code AS profile,
       k.profile AS coefficient_profile, k.kgce_per_unit, k.verified AS coefficient_verified,
       CASE WHEN c.in_total_energy THEN storage.grams(a.quanta, c.per_unit, k.kgce_per_unit) END
           AS kgce_g,
       coalesce(g.kgco2_per_kwh, o.kgco2_per_unit) AS kgco2_per_unit,
       g.scope AS grid_scope, g.code AS grid_code, g.year AS grid_year,
       coalesce(g.verified, o.verified) AS co2_verified,
       storage.grams(a.quanta, c.per_unit, coalesce(g.kgco2_per_kwh, o.kgco2_per_unit)) AS co2_g
  FROM account a
  JOIN carrier c ON c.code = a.carrier
 CROSS JOIN profile p
  LEFT JOIN LATERAL (
        SELECT profile, kgce_per_unit, verified FROM coefficient
         WHERE carrier = a.carrier AND known_until IS NULL
           AND (profile = p.code OR profile = (SELECT code FROM profile WHERE is_default))
           AND a.month >= valid_from AND (valid_to IS NULL OR a.month < valid_to)
         ORDER BY profile = p.code DESC LIMIT 1) k ON true
  LEFT JOIN LATERAL (
        SELECT region_id FROM location
         WHERE institution_id = a.institution_id AND known_until IS NULL
           AND valid_from < a.month + interval '1 month'
           AND (valid_to IS NULL OR a.month < valid_to)
         ORDER BY valid_from LIMIT 1) l ON true
  LEFT JOIN storage.region_province r ON r.region_id = l.region_id
  LEFT JOIN LATERAL storage.grid_factor_of(r.province_code, r.grid_region,
        extract(year FROM a.month)::integer, 'average') g ON a.carrier = 'electricity'
  LEFT JOIN LATERAL (
        SELECT kgco2_per_unit, verified FROM co2_factor
         WHERE carrier = a.carrier AND known_until IS NULL
           AND a.month >= valid_from AND (valid_to IS NULL OR a.month < valid_to)
         LIMIT 1) o ON true
 WHERE a.institution_id IN (SELECT access.sees());
