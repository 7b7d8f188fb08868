-- Findings as they are read: with their size in standard coal and, where a price is stated, in yuan.

CREATE POLICY ours ON finding TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON finding FOR SELECT TO commonwatt_api
    USING (channel_id IN (SELECT s.id FROM access.sees_channels() AS s(id)));
CREATE POLICY answered ON finding FOR UPDATE TO commonwatt_api
    USING (gone_at IS NULL
           AND channel_id IN (SELECT s.id FROM access.covers_channels('correct_readings') AS s(id)))
    WITH CHECK (answered_by IS NULL OR answered_by = access.viewer());

-- The price is that of the meter's own institution on the finding's first day.
CREATE VIEW report.finding WITH (security_barrier) AS
SELECT f.id AS finding_id, c.institution_id, f.channel_id, c.code AS channel, c.name_zh, c.name_en,
       c.carrier, c.unit, c.per_unit, c.zone, f.kind, f.first, f.until,
       f.used, f.expected, f.used - f.expected AS size,
       storage.grams(f.used - f.expected, s.kgce_per_unit, c.per_unit) AS kgce_g,
       round((f.used - f.expected) * p.yuan_per_unit / c.per_unit, 2) AS yuan,
       f.score, f.method, f.found_at, f.answer, f.answer_reason, f.answered_at, f.answered_by
  FROM finding f
  JOIN report.channel c USING (channel_id)
 CROSS JOIN LATERAL (SELECT (f.first AT TIME ZONE c.zone)::date AS day) d
  JOIN carrier k ON k.code = c.carrier
  LEFT JOIN profile o ON o.is_default
  LEFT JOIN storage.coefficient_span s ON s.wanted = o.code AND s.carrier = c.carrier
        AND k.in_total_energy AND d.day >= s.used_from AND d.day < s.used_until
  LEFT JOIN price p ON p.institution_id = c.institution_id AND p.carrier = c.carrier
        AND p.known_until IS NULL AND p.valid_from <= d.day
        AND (p.valid_to IS NULL OR d.day < p.valid_to)
        AND p.institution_id IN (SELECT s.id FROM access.sees() AS s(id))
 WHERE f.gone_at IS NULL;

-- Hours of opening changed from a day on: what was found there is looked at anew.
CREATE FUNCTION access.look_again(whose integer, begins date) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    UPDATE finding_looked l SET until = begins + 28  -- from which the next look goes back as far
      FROM channel c JOIN meter m ON m.id = c.meter_id
     WHERE m.institution_id = whose AND l.channel_id = c.id AND l.until > begins + 28
       AND whose IN (SELECT s.id FROM access.covers('register') AS s(id))
$$;
REVOKE ALL ON FUNCTION access.look_again FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.look_again TO commonwatt_api;
