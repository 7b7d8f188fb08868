-- What months of a base rest on, read as columns out of the figures that are kept; months without
-- any account are told by the terms that expect them.

-- Where they stood, and whose bases the viewer plans, of one union and of some institutions; null
-- does not narrow it. Who answers for one base of ten thousand asks for that one.
CREATE FUNCTION access.base_places_among(asked integer, whom integer[])
RETURNS TABLE (union_id integer, institution_id integer, region_id integer, member_id integer,
               department_line text, valid_from date, valid_to date, known_from date)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE below (union_id, region_id, member_id) AS (
        SELECT m.union_id, m.region_id, m.region_id FROM storage.member_now m
         WHERE (asked IS NULL OR m.union_id = asked) AND m.step <> 'observer'
           AND (m.union_id IN (SELECT s.id FROM access.planned_unions() AS s(id))
                OR access.plans_regions(ARRAY[m.region_id]))
         UNION
        SELECT b.union_id, u.region_id, b.member_id
          FROM storage.region_up u JOIN below b ON u.parent_id = b.region_id
    ), since AS (
        SELECT a.institution_id, min(a.valid_from) AS known_from FROM affiliation a
         WHERE a.known_until IS NULL AND (whom IS NULL OR a.institution_id = ANY(whom))
         GROUP BY a.institution_id
    ), away AS (
        SELECT f.institution_id FROM institution_fact f
         WHERE f.attribute = 'disclosure' AND f.value = 'off_platform' AND f.known_until IS NULL
           AND storage.today() >= f.valid_from
           AND (f.valid_to IS NULL OR storage.today() < f.valid_to)
    )
    SELECT b.union_id, a.institution_id, a.region_id, b.member_id, a.department_line, a.valid_from,
           least(a.valid_to, l.day), s.known_from
      FROM affiliation a
      JOIN below b ON b.region_id = a.region_id
      JOIN since s ON s.institution_id = a.institution_id
      LEFT JOIN storage.left_roster l ON l.institution_id = a.institution_id
     WHERE (whom IS NULL OR a.institution_id = ANY(whom))
       AND a.level <> 'central' AND a.known_until IS NULL
       AND (l.day IS NULL OR a.valid_from < l.day)
       AND a.institution_id NOT IN (SELECT away.institution_id FROM away)
       AND (access.reckons() OR a.institution_id IN (SELECT s.id FROM access.sees() AS s(id)))
$$;

CREATE FUNCTION access.plans_bases_among(asked integer, whom integer[])
RETURNS TABLE (union_id integer, institution_id integer, region_id integer, member_id integer,
               department_line text, class text, area_m2 numeric, roster_status text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    WITH told AS (
        SELECT f.institution_id, max(f.value) FILTER (WHERE f.attribute = 'class') AS class,
               max(f.number) FILTER (WHERE f.attribute = 'area_m2') AS area_m2,
               max(f.value) FILTER (WHERE f.attribute = 'roster_status') AS roster_status
          FROM institution_fact f
         WHERE f.attribute IN ('class', 'area_m2', 'roster_status')
           AND f.known_until IS NULL AND storage.today() >= f.valid_from
           AND (f.valid_to IS NULL OR storage.today() < f.valid_to)
           AND (whom IS NULL OR f.institution_id = ANY(whom))
         GROUP BY f.institution_id
    )
    SELECT DISTINCT ON (p.union_id, p.institution_id) p.union_id, p.institution_id, p.region_id,
           p.member_id, p.department_line, t.class, t.area_m2, t.roster_status
      FROM access.base_places_among(asked, whom) p
      LEFT JOIN told t ON t.institution_id = p.institution_id
     ORDER BY p.union_id, p.institution_id, p.valid_from DESC
$$;

CREATE FUNCTION access.plans_bases()
RETURNS TABLE (union_id integer, institution_id integer, region_id integer, member_id integer,
               department_line text, class text, area_m2 numeric, roster_status text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT * FROM access.plans_bases_among(NULL, NULL)
$$;

-- The carriers that count in a base of a quantity, each with a number for columns. Of CO2 every carrier
-- of energy: one without a factor is a month without a figure, and no nothing.
CREATE FUNCTION access.base_carriers(wanted_profile text, quantity text)
RETURNS TABLE (place smallint, carrier text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT row_number() OVER (ORDER BY c.code)::smallint, c.code
      FROM carrier c
     WHERE storage.counts_in(quantity, c.code, c.in_total_energy)
       AND (quantity <> 'energy' OR EXISTS (
            SELECT FROM storage.coefficient_span k
             WHERE k.wanted = wanted_profile AND k.carrier = c.code))
$$;

-- A month that an account has only in part may be known to the last hour, and is still no month of
-- a base: the rest of it was never counted. It is partial until a planner estimates it.

-- Besides being known enough, a meter's month must be in account from its first day to its last.
-- grams: of standard coal or CO2, of water litres; null where no factor says, and then `how` is 10.
CREATE FUNCTION access.base_columns(asked integer, wanted_profile text, quantity text, whom integer[])
RETURNS TABLE (institution_id integer, place smallint, day integer, quanta bigint, grams bigint,
               how smallint, by_act boolean)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 500000 SET search_path = public, pg_catalog, pg_temp
SET enable_nestloop = off SET work_mem = '64MB' AS $$
    WITH who AS MATERIALIZED (
        SELECT p.institution_id FROM access.plans_bases_among(asked, whom) p
    ), figure AS NOT MATERIALIZED (
        SELECT f.institution_id, f.carrier, f.month, f.source, f.quanta, f.known_s, f.expected_s,
               f.before_meter,
               CASE quantity WHEN 'co2' THEN f.co2_g
                    WHEN 'water' THEN storage.half_up(f.quanta * 1000, c.per_unit)::bigint
                    ELSE f.kgce_g[(SELECT p.place FROM profile p WHERE p.code = wanted_profile)]
               END AS grams
          FROM account_figure f JOIN who USING (institution_id) JOIN carrier c ON c.code = f.carrier
         WHERE f.month <= (SELECT storage.today())
           AND (whom IS NULL OR f.institution_id = ANY(whom))
    ), other AS (
        SELECT DISTINCT ON (institution_id, carrier, month)
               institution_id, carrier, month, source, quanta, grams, before_meter
          FROM figure
          LEFT JOIN storage.stated_in_part p USING (institution_id, carrier, month)
         WHERE source <> 'meter' AND (source <> 'bill' OR p.month IS NULL)
         ORDER BY institution_id, carrier, month, quanta IS NULL,
                  storage.source_rank(source, true)
    ), act AS (
        SELECT * FROM (
            SELECT DISTINCT ON (b.institution_id, b.carrier, b.month)
                   b.institution_id, b.carrier, b.month, b.quanta, b.how
              FROM base_month b
             WHERE b.union_id = asked AND b.institution_id IN (SELECT who.institution_id FROM who)
             ORDER BY b.institution_id, b.carrier, b.month, b.id DESC) newest
         WHERE newest.quanta IS NOT NULL
    ), act_g AS MATERIALIZED (  -- what planners entered, as the target counts it
        SELECT a.institution_id, a.carrier, a.month,
               storage.amount_of(quantity, a.quanta, k.kgce_per_unit, o.kgco2_per_unit, c.per_unit)::bigint
                   AS grams
          FROM act a
          JOIN carrier c ON c.code = a.carrier
          LEFT JOIN storage.coefficient_span k ON k.wanted = wanted_profile AND k.carrier = a.carrier
               AND a.month >= k.used_from AND a.month < k.used_until
          LEFT JOIN storage.co2_factors(quantity, ARRAY(SELECT act.institution_id FROM act),
                                        ARRAY(SELECT act.carrier FROM act),
                                        ARRAY(SELECT act.month FROM act)) o
                 ON o.institution_id = a.institution_id AND o.carrier = a.carrier
                AND o.month = a.month
    ), part AS MATERIALIZED (
        SELECT p.institution_id, p.carrier, p.month
          FROM storage.month_in_part p WHERE whom IS NULL OR p.institution_id = ANY(whom)
    ), found AS (
        SELECT institution_id, carrier, month, m.quanta AS meter_quanta, m.grams AS meter_g,
               m.quanta IS NOT NULL AND m.known_s * 1000 >= coalesce(m.expected_s, 0)
                   * (SELECT storage.union_enough(asked)) AND p.month IS NULL AS enough,
               m.quanta IS NOT NULL AND m.known_s > 0 AS some,
               o.source, o.quanta AS other_quanta, o.grams AS other_g, o.before_meter AS first,
               a.quanta AS act_quanta, a.how
          FROM (SELECT * FROM figure WHERE source = 'meter') m
          LEFT JOIN part p USING (institution_id, carrier, month)
          FULL JOIN other o USING (institution_id, carrier, month)
          FULL JOIN act a USING (institution_id, carrier, month)
    )
    SELECT f.institution_id, k.place, f.month - '2000-01-01'::date,
           coalesce(o.quanta, -9223372036854775808), coalesce(o.grams, -9223372036854775808),
           (CASE WHEN o.quanta IS NOT NULL AND o.grams IS NULL AND o.how < 8 THEN 10 ELSE o.how
            END)::smallint, o.by_act
      FROM found f JOIN access.base_carriers(wanted_profile, quantity) k ON k.carrier = f.carrier
      LEFT JOIN act_g g ON g.institution_id = f.institution_id AND g.carrier = f.carrier
           AND g.month = f.month
     CROSS JOIN LATERAL (SELECT f.act_quanta IS NOT NULL AS by_act,
                                storage.meter_counts(f.enough, f.other_quanta IS NOT NULL, f.first)
                                    AS by_meter) w
     CROSS JOIN LATERAL (
            SELECT w.by_act,
                   CASE WHEN w.by_act THEN f.act_quanta WHEN w.by_meter THEN f.meter_quanta
                        ELSE f.other_quanta END AS quanta,
                   CASE WHEN w.by_act THEN g.grams WHEN w.by_meter THEN f.meter_g
                        ELSE f.other_g END AS grams,
                   CASE WHEN w.by_act
                        THEN array_position(ARRAY['meter', 'bill', 'typed', 'estimate', 'year_before',
                                                  'year_after', 'like_days'], f.how)
                        WHEN f.enough AND w.by_meter THEN 1
                        WHEN f.other_quanta IS NOT NULL
                        THEN array_position(ARRAY['meter', 'bill', 'typed', 'estimate'], f.source)
                        WHEN f.some THEN 8 ELSE 9 END AS how) o
$$;

-- Their classes, as known, for who plans.
CREATE FUNCTION access.base_classes(asked integer, whom integer[])
RETURNS TABLE (institution_id integer, class text, valid_from date, valid_to date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT f.institution_id, f.value, f.valid_from, f.valid_to
      FROM institution_fact f
     WHERE f.attribute = 'class' AND f.known_until IS NULL
       AND f.institution_id IN (SELECT p.institution_id
                                  FROM access.base_places_among(asked, whom) p)
       AND (whom IS NULL OR f.institution_id = ANY(whom))
     ORDER BY 1, 3
$$;

CREATE FUNCTION access.base_sizes(asked integer, whom integer[])
RETURNS TABLE (institution_id integer, attribute text, number numeric, valid_from date, valid_to date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT f.institution_id, f.attribute, f.number, f.valid_from, f.valid_to
      FROM institution_fact f
     WHERE f.attribute IN ('area_m2', 'persons') AND f.known_until IS NULL
       AND f.institution_id IN (
               SELECT p.institution_id FROM access.plans_bases_among(asked, whom) p)
       AND (whom IS NULL OR f.institution_id = ANY(whom))
     ORDER BY 1, 2, 4
$$;

-- From which day to which, both included, a carrier of these institutions is in account: a meter
-- counts in it, or bills and typing are due.
CREATE FUNCTION access.base_terms(asked integer, wanted_profile text, quantity text, whom integer[])
RETURNS TABLE (institution_id integer, place smallint, first integer, last integer)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT DISTINCT t.institution_id, k.place,
           greatest(t.valid_from, '1900-01-01') - '2000-01-01'::date,
           least(t.valid_to, '2200-01-01') - '2000-01-01'::date - 1
      FROM (SELECT institution_id, carrier, valid_from, valid_to FROM account_term
             WHERE known_until IS NULL
             UNION ALL
            SELECT institution_id, carrier, valid_from, valid_to FROM stated_term) t
      JOIN access.base_carriers(wanted_profile, quantity) k ON k.carrier = t.carrier
      JOIN access.plans_bases_among(asked, whom) p ON p.institution_id = t.institution_id
     WHERE whom IS NULL OR t.institution_id = ANY(whom)
$$;

-- The same of stretches and sizes.
CREATE FUNCTION access.base_frozen(asked integer, quantity text, whom integer[])
RETURNS TABLE (institution_id integer, carrier text, first date, last date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH counted AS MATERIALIZED (
        SELECT DISTINCT t.institution_id, t.carrier, t.channel_id, t.valid_from, t.valid_to
          FROM account_term t
          JOIN carrier k ON k.code = t.carrier
               AND storage.counts_in(quantity, k.code, k.in_total_energy)
          JOIN access.plans_bases_among(asked, whom) p ON p.institution_id = t.institution_id
         WHERE t.known_until IS NULL AND (whom IS NULL OR t.institution_id = ANY(whom))
    ), still AS (
        SELECT d.channel_id, min(d.day) AS first, max(d.day) AS last
          FROM (SELECT u.channel_id, u.day,
                       u.day - (row_number() OVER (PARTITION BY u.channel_id ORDER BY u.day))::integer
                           AS island
                  FROM usage_day u
                 WHERE u.used = 0 AND u.known_s > 0
                   AND u.channel_id IN (SELECT counted.channel_id FROM counted)) d
         GROUP BY d.channel_id, d.island HAVING count(*) >= 7
    )
    SELECT c.institution_id, c.carrier, greatest(s.first, c.valid_from),
           least(s.last, coalesce(c.valid_to - 1, 'infinity'))
      FROM still s JOIN counted c USING (channel_id)
     WHERE s.last >= c.valid_from AND (c.valid_to IS NULL OR s.first < c.valid_to)
     ORDER BY 1, 2, 3
$$;

CREATE FUNCTION access.base_days(asked integer, asked_institution integer, wanted text,
                                            first_day date, before_day date)
RETURNS TABLE (day date, quanta bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT d.day, d.quanta FROM storage.whole_days(asked_institution, wanted, first_day, before_day) d
     WHERE asked_institution IN (SELECT p.institution_id FROM access.plans_bases() p
                                  WHERE p.union_id = asked)
$$;

REVOKE ALL ON FUNCTION access.base_places_among, access.plans_bases_among, access.plans_bases,
    access.base_carriers, access.base_columns, access.base_classes,
    access.base_sizes, access.base_terms, access.base_frozen, access.base_days
    FROM PUBLIC;

GRANT EXECUTE ON FUNCTION access.base_places_among, access.plans_bases_among, access.plans_bases,
    access.base_carriers, access.base_columns, access.base_classes,
    access.base_sizes, access.base_terms, access.base_frozen, access.base_days
    TO commonwatt_api;
