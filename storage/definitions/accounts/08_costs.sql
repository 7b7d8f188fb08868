-- What metered hours cost by the tariff of their day.

CREATE POLICY ours ON tariff TO commonwatt_owner, commonwatt_worker USING (true) WITH CHECK (true);
CREATE POLICY seen ON tariff FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON tariff FOR INSERT TO commonwatt_api
    WITH CHECK (institution_id IN (SELECT s.id FROM access.covers('keep_accounts') AS s(id)));
CREATE POLICY retired ON tariff FOR UPDATE TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.covers('keep_accounts') AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON tariff
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

-- The hours of accounts that have a tariff, with its period and price. Null quanta: a counted meter
-- does not know the hour; no row where none knows anything of it.
CREATE FUNCTION storage.priced_hours(asked integer[], first date, until date)
RETURNS TABLE (institution_id integer, carrier text, tariff_id bigint, hour timestamptz,
               local timestamp, quanta numeric, period integer, yuan_per_unit numeric)
LANGUAGE sql STABLE ROWS 10000 SET search_path = public, pg_catalog, pg_temp AS $$
    WITH told AS (
        SELECT t.institution_id, t.carrier, u.hour, u.hour AT TIME ZONE c.zone AS local,
               CASE WHEN bool_and(u.used IS NOT NULL) THEN sum(u.used * t.share) / 1000000 END
                   AS quanta
          FROM account_term t
          JOIN channel c ON c.id = t.channel_id
          JOIN usage_hour u ON u.channel_id = t.channel_id
           AND u.hour >= first::timestamp AT TIME ZONE c.zone
           AND u.hour < until::timestamp AT TIME ZONE c.zone
           AND (u.hour AT TIME ZONE c.zone)::date >= t.valid_from
           AND (t.valid_to IS NULL OR (u.hour AT TIME ZONE c.zone)::date < t.valid_to)
         WHERE t.known_until IS NULL AND t.institution_id = ANY(asked)
         GROUP BY t.institution_id, t.carrier, u.hour, c.zone
    )
    SELECT h.institution_id, h.carrier, t.id, h.hour, h.local, h.quanta, p.place, t.price[p.place]
      FROM told h
      JOIN tariff t ON t.institution_id = h.institution_id AND t.carrier = h.carrier
       AND t.known_until IS NULL AND t.valid_from <= h.local::date
       AND (t.valid_to IS NULL OR h.local::date < t.valid_to)
     CROSS JOIN LATERAL (
            SELECT strpos('spfvd', substr(t.hours[extract(month FROM h.local)::integer],
                                          extract(hour FROM h.local)::integer + 1, 1)) AS place) p
$$;

CREATE FUNCTION report.priced_hours(asked integer[], wanted text, day date)
RETURNS TABLE (institution_id integer, carrier text, hour timestamptz, quanta numeric,
               period integer, yuan_per_unit numeric)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT h.institution_id, h.carrier, h.hour, h.quanta, h.period, h.yuan_per_unit
      FROM storage.priced_hours(ARRAY(SELECT s.id FROM access.sees() AS s(id)
                                       WHERE s.id = ANY(asked)), day, day + 1) h
     WHERE wanted IS NULL OR h.carrier = wanted
     ORDER BY h.institution_id, h.carrier, h.hour
$$;

-- What months of accounts cost by their tariffs: quanta of each period, the hours of which they are
-- known, and the energy in fen, halves up, once a month; beside it what bills say of the same month by
-- its days. The basic charge is of each tariff's days.
CREATE FUNCTION report.costs(asked integer[], first date, until date)
RETURNS TABLE (institution_id integer, carrier text, month date, hours integer, of_hours integer,
               quanta numeric, period_quanta numeric[], energy_fen bigint, basic_fen bigint,
               tax_fen bigint, billed_fen bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_catalog, pg_temp AS $$
    WITH who AS MATERIALIZED (
        SELECT s.id FROM access.sees() AS s(id) WHERE s.id = ANY(asked)
    ), part AS (
        SELECT h.institution_id, h.carrier, date_trunc('month', h.local)::date AS month, h.period,
               h.tariff_id, count(h.quanta) AS hours, count(*) AS of_hours, sum(h.quanta) AS quanta,
               sum(h.quanta * h.yuan_per_unit) AS yuan_quanta,
               bool_and(h.yuan_per_unit IS NOT NULL OR h.quanta IS NULL) AS priced
          FROM storage.priced_hours(ARRAY(SELECT who.id FROM who), first, until) h
         GROUP BY 1, 2, 3, 4, 5
    ), taxed AS (
        SELECT p.institution_id, p.carrier, p.month, sum(p.hours)::integer AS hours,
               sum(p.of_hours)::integer AS of_hours, sum(p.quanta) AS quanta,
               ARRAY[sum(p.quanta) FILTER (WHERE p.period = 1),
                     sum(p.quanta) FILTER (WHERE p.period = 2),
                     sum(p.quanta) FILTER (WHERE p.period = 3),
                     sum(p.quanta) FILTER (WHERE p.period = 4),
                     sum(p.quanta) FILTER (WHERE p.period = 5)] AS period_quanta,
               CASE WHEN bool_and(p.priced) THEN sum(p.yuan_quanta) * 100 / k.per_unit END AS fen,
               CASE WHEN bool_and(p.priced)
                    THEN sum(p.yuan_quanta * coalesce(t.tax_percent, 0)) / k.per_unit END AS tax
          FROM part p JOIN carrier k ON k.code = p.carrier JOIN tariff t ON t.id = p.tariff_id
         GROUP BY p.institution_id, p.carrier, p.month, k.per_unit
    ), basic AS (
        SELECT x.institution_id, x.carrier, x.month,
               sum(t.basic_kw * t.basic_yuan * 100 * d.days / d.of_days) AS fen,
               sum(t.basic_kw * t.basic_yuan * coalesce(t.tax_percent, 0) * d.days / d.of_days) AS tax
          FROM taxed x
          JOIN tariff t ON t.institution_id = x.institution_id AND t.carrier = x.carrier
           AND t.known_until IS NULL
         CROSS JOIN LATERAL (
                SELECT (x.month + interval '1 month')::date AS until) u
         CROSS JOIN LATERAL (
                SELECT greatest(0, least(u.until, t.valid_to) - greatest(x.month, t.valid_from)) AS days,
                       u.until - x.month AS of_days) d
         GROUP BY 1, 2, 3
    ), billed AS (
        SELECT p.institution_id, u.carrier, p.month, sum(p.cost_fen)::bigint AS fen
          FROM bill_part p
          JOIN bill b ON b.id = p.bill_id AND b.known_until IS NULL
          JOIN utility_account u ON u.id = b.utility_account_id
         WHERE p.basis = 'days' AND p.month >= first AND p.month < until
           AND p.institution_id IN (SELECT who.id FROM who)
         GROUP BY 1, 2, 3 HAVING count(p.cost_fen) = count(*)
    )
    SELECT institution_id, carrier, month, x.hours, x.of_hours, x.quanta, x.period_quanta,
           storage.half_up(x.fen)::bigint, storage.half_up(b.fen)::bigint,
           storage.half_up(x.tax + coalesce(b.tax, 0))::bigint, l.fen
      FROM taxed x
      LEFT JOIN basic b USING (institution_id, carrier, month)
      LEFT JOIN billed l USING (institution_id, carrier, month)
     ORDER BY 1, 2, 3
$$;

REVOKE ALL ON FUNCTION storage.priced_hours, report.priced_hours, report.costs FROM PUBLIC;

GRANT EXECUTE ON FUNCTION report.priced_hours, report.costs TO commonwatt_api;
