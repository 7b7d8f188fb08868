-- A month that an account has only in part may be known to the last hour, and is still no month of a base: the rest of it
-- was never counted. It is partial until a planner estimates it.

-- Besides being known enough, a meter's month must be in account from its first day to its last.
CREATE OR REPLACE FUNCTION access.base_columns(asked integer, wanted_profile text, whom integer[])
RETURNS TABLE (institution_id integer, place smallint, day integer, quanta bigint, grams bigint,
               how smallint, by_act boolean)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 500000 SET search_path = public, pg_catalog, pg_temp
SET enable_nestloop = off SET work_mem = '64MB' AS $$
    WITH who AS MATERIALIZED (
        SELECT p.institution_id FROM access.plans_bases_among(asked, whom) p
    ), figure AS NOT MATERIALIZED (
        SELECT f.institution_id, f.carrier, f.month, f.source, f.quanta, f.known_s, f.due_s,
               f.kgce_g[(SELECT p.place FROM profile p WHERE p.code = wanted_profile)] AS grams
          FROM account_figure f JOIN who USING (institution_id)
         WHERE f.month <= (SELECT storage.today())
           AND (whom IS NULL OR f.institution_id = ANY(whom))
    ), other AS (
        SELECT DISTINCT ON (institution_id, carrier, month)
               institution_id, carrier, month, source, quanta, grams
          FROM figure WHERE source <> 'meter'
         ORDER BY institution_id, carrier, month, quanta IS NULL,
                  array_position(ARRAY['bill', 'typed', 'estimate'], source)
    ), act AS (
        SELECT * FROM (
            SELECT DISTINCT ON (b.institution_id, b.carrier, b.month)
                   b.institution_id, b.carrier, b.month, b.quanta, b.how
              FROM base_month b
             WHERE b.union_id = asked AND b.institution_id IN (SELECT who.institution_id FROM who)
             ORDER BY b.institution_id, b.carrier, b.month, b.id DESC) newest
         WHERE newest.quanta IS NOT NULL
    ), part AS MATERIALIZED (
        SELECT p.institution_id, p.carrier, p.month
          FROM storage.month_in_part p WHERE whom IS NULL OR p.institution_id = ANY(whom)
    ), found AS (
        SELECT institution_id, carrier, month, m.quanta AS meter_quanta, m.grams AS meter_g,
               m.quanta IS NOT NULL AND m.known_s * 1000 >= coalesce(m.due_s, 0)
                   * (SELECT storage.union_enough(asked)) AND p.month IS NULL AS enough,
               m.quanta IS NOT NULL AND m.known_s > 0 AS some,
               o.source, o.quanta AS other_quanta, o.grams AS other_g, a.quanta AS act_quanta, a.how
          FROM (SELECT * FROM figure WHERE source = 'meter') m
          LEFT JOIN part p USING (institution_id, carrier, month)
          FULL JOIN other o USING (institution_id, carrier, month)
          FULL JOIN act a USING (institution_id, carrier, month)
    )
    SELECT f.institution_id, k.place, f.month - '2000-01-01'::date,
           coalesce(CASE WHEN f.act_quanta IS NOT NULL THEN f.act_quanta
                         WHEN f.enough OR f.other_quanta IS NULL THEN f.meter_quanta
                         ELSE f.other_quanta END, -9223372036854775808),
           coalesce(CASE WHEN f.act_quanta IS NOT NULL THEN (
                              SELECT floor(f.act_quanta * s.kgce_per_unit
                                           * (1000::numeric / c.per_unit) + 0.5)::bigint
                                FROM storage.coefficient_span s JOIN carrier c ON c.code = s.carrier
                               WHERE s.wanted = wanted_profile AND s.carrier = f.carrier
                                 AND f.month >= s.used_from AND f.month < s.used_until)
                         WHEN f.enough OR f.other_quanta IS NULL THEN f.meter_g
                         ELSE f.other_g END, -9223372036854775808),
           (CASE WHEN f.act_quanta IS NOT NULL
                 THEN array_position(ARRAY['meter', 'bill', 'typed', 'estimate', 'year_before',
                                           'year_after', 'like_days'], f.how)
                 WHEN f.enough THEN 1
                 WHEN f.other_quanta IS NOT NULL
                 THEN array_position(ARRAY['meter', 'bill', 'typed', 'estimate'], f.source)
                 WHEN f.some THEN 8 ELSE 9 END)::smallint,
           f.act_quanta IS NOT NULL
      FROM found f JOIN access.base_carriers(wanted_profile) k ON k.carrier = f.carrier
$$;
