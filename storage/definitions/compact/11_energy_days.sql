-- What institutions used each day, as energy, CO2 or water, for forecasts of the rest of a year.

-- An array of grams, of water litres, from a day to before another, null where a day is not known of
-- every meter that counts in it. billed: whether a carrier is known by bills and statements alone, of
-- which no day is known.
CREATE FUNCTION storage.energy_days(asked integer[], first date, until date, wanted text,
                                    quantity text)
RETURNS TABLE (institution_id integer, grams double precision[], billed boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp
SET enable_nestloop = on AS $$
    WITH who AS MATERIALIZED (
        SELECT DISTINCT a.id FROM unnest(asked) AS a(id)
    ), term AS MATERIALIZED (
        SELECT t.institution_id, t.channel_id, t.carrier, t.share, k.per_unit,
               greatest(t.valid_from, first) AS since, least(coalesce(t.valid_to, until), until) AS ends
          FROM account_term t JOIN who ON who.id = t.institution_id
          JOIN carrier k ON k.code = t.carrier
               AND storage.counts_in(quantity, k.code, k.in_total_energy)
         WHERE t.known_until IS NULL AND t.valid_from < until
           AND (t.valid_to IS NULL OR t.valid_to > first)
    ), factor AS MATERIALIZED (
        SELECT o.* FROM (SELECT array_agg(t.institution_id) AS holders, array_agg(t.carrier) AS carriers,
                                array_agg(m::date) AS months
                           FROM term t
                          CROSS JOIN generate_series(date_trunc('month', t.since),
                                                     t.ends - interval '1 day', interval '1 month') m
                          WHERE quantity = 'co2') a
         CROSS JOIN LATERAL storage.co2_factors(quantity, a.holders, a.carriers, a.months) o
    ), day AS (
        SELECT t.institution_id, d.day::date AS day,
               bool_and(u.used IS NOT NULL AND u.known_s >= 82000
                        AND g.of_one IS NOT NULL) AS known,
               sum(storage.part_of(u.used, b.share_before, t.share)::float8 * g.of_one) AS g
          FROM term t
         CROSS JOIN generate_series(t.since::timestamp, t.ends - interval '1 day',
                                    interval '1 day') AS d (day)
          LEFT JOIN usage_day u ON u.channel_id = t.channel_id AND u.day = d.day::date
          LEFT JOIN storage.coefficient_of c ON c.profile = wanted AND c.carrier = t.carrier
               AND c.month = date_trunc('month', d.day)::date
          LEFT JOIN factor o ON o.institution_id = t.institution_id AND o.carrier = t.carrier
               AND o.month = date_trunc('month', d.day)::date
         CROSS JOIN LATERAL (
                SELECT (CASE quantity WHEN 'water' THEN 1000.0 / t.per_unit
                             WHEN 'co2' THEN storage.g_per_quantum(o.kgco2_per_unit, t.per_unit)
                             ELSE storage.g_per_quantum(c.kgce_per_unit, t.per_unit) END)::float8
                       AS of_one) g
         CROSS JOIN LATERAL storage.share_before(t.institution_id, t.channel_id, d.day::date,
                                                 t.share) b
         GROUP BY 1, 2
    )
    SELECT w.id, array_agg(CASE WHEN x.known THEN x.g END ORDER BY s.day),
           EXISTS (SELECT FROM storage.account_sources a
                     JOIN carrier k ON k.code = a.carrier
                          AND storage.counts_in(quantity, k.code, k.in_total_energy)
                    WHERE a.institution_id = w.id AND a.month >= first AND a.month < until
                      AND a.meter_quanta IS NULL AND a.other_quanta IS NOT NULL)
      FROM who w
     CROSS JOIN generate_series(first::timestamp, until - interval '1 day', interval '1 day') AS s (day)
      LEFT JOIN day x ON x.institution_id = w.id AND x.day = s.day::date
     GROUP BY w.id ORDER BY w.id
$$;

-- The same of institutions that the viewer sees.
CREATE FUNCTION access.energy_days(asked integer[], first date, until date, wanted text,
                                   quantity text)
RETURNS TABLE (institution_id integer, grams double precision[], billed boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT * FROM storage.energy_days(
        ARRAY(SELECT s.id FROM access.sees() AS s(id) WHERE s.id = ANY(asked)),
        first, until, wanted, quantity)
$$;

REVOKE ALL ON FUNCTION storage.energy_days, access.energy_days FROM PUBLIC;
GRANT EXECUTE ON FUNCTION storage.energy_days TO commonwatt_worker;
GRANT EXECUTE ON FUNCTION access.energy_days TO commonwatt_api;
