-- Who has an institution's findings told, and sees what became of it.

CREATE POLICY ours ON alarm_route TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON alarm_route FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON alarm_route FOR INSERT TO commonwatt_api
    WITH CHECK (known_by = access.viewer()
                AND institution_id IN (SELECT s.id FROM access.covers('correct_readings') AS s(id)));
CREATE POLICY retired ON alarm_route FOR UPDATE TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.covers('correct_readings') AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON alarm_route
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON alarm_message TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON alarm_message FOR SELECT TO commonwatt_api
    USING (route_id IN (SELECT r.id FROM alarm_route r));
CREATE POLICY tried ON alarm_message FOR INSERT TO commonwatt_api
    WITH CHECK (event = 'test' AND route_id IN (
        SELECT r.id FROM alarm_route r
         WHERE r.institution_id IN (SELECT s.id FROM access.covers('correct_readings') AS s(id))));

-- A message for each route of an institution of which something was found just now, of the last week
-- alone: nobody is woken for what old readings show. At most 20 findings, the greatest first.
CREATE FUNCTION storage.tell_of_findings() RETURNS SETOF bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH fresh AS MATERIALIZED (
        SELECT f.id, m.institution_id, f.kind, f.first, f.until, f.used, f.expected, c.carrier,
               c.zone, c.code AS channel, coalesce(m.name_zh, m.name_en, m.code) AS meter_zh,
               coalesce(m.name_en, m.name_zh, m.code) AS meter_en, k.unit, k.per_unit,
               (SELECT abs(storage.grams(f.used - f.expected, s.kgce_per_unit, k.per_unit))
                  FROM storage.coefficient_span s JOIN profile p ON p.code = s.wanted
                 WHERE p.is_default AND s.carrier = c.carrier AND k.in_total_energy
                   AND f.first >= s.used_from AND f.first < s.used_until) AS kgce_g
          FROM finding f
          JOIN channel c ON c.id = f.channel_id
          JOIN meter m ON m.id = c.meter_id
          JOIN carrier k ON k.code = c.carrier
         WHERE f.found_at = now() AND f.gone_at IS NULL AND f.first >= now() - interval '7 days'
    ), told AS (
        SELECT r.id AS route_id, f.*,
               row_number() OVER (PARTITION BY r.id ORDER BY f.kgce_g DESC NULLS LAST, f.id) AS place,
               count(*) OVER (PARTITION BY r.id) AS all
          FROM fresh f JOIN alarm_route r USING (institution_id)
         WHERE r.known_until IS NULL AND coalesce(f.kgce_g, 0) >= r.least_kgce_g
    )
    INSERT INTO alarm_message (route_id, event, body)
    SELECT t.route_id, 'findings', jsonb_build_object(
               'institution', min(t.institution_id), 'name_zh', min(i.name_zh),
               'name_en', min(i.name_en), 'count', min(t.all),
               'findings', jsonb_agg(jsonb_build_object(
                   'id', t.id, 'kind', t.kind, 'carrier', t.carrier, 'channel', t.channel,
                   'meter_zh', t.meter_zh, 'meter_en', t.meter_en,
                   'first', t.first AT TIME ZONE t.zone, 'until', t.until AT TIME ZONE t.zone,
                   'zone', t.zone, 'unit', t.unit,
                   'used', trim_scale(t.used::numeric / t.per_unit)::text,
                   'usual', trim_scale(t.expected::numeric / t.per_unit)::text,
                   'kgce', trim_scale(t.kgce_g / 1000)::text) ORDER BY t.place))
      FROM told t
     CROSS JOIN LATERAL (
            SELECT max(n.value) FILTER (WHERE n.attribute = 'name_zh') AS name_zh,
                   max(n.value) FILTER (WHERE n.attribute = 'name_en') AS name_en
              FROM institution_fact n
             WHERE n.institution_id = t.institution_id AND n.known_until IS NULL
               AND storage.today() >= n.valid_from
               AND (n.valid_to IS NULL OR storage.today() < n.valid_to)) i
     WHERE t.place <= 20
     GROUP BY t.route_id
    RETURNING id
$$;
REVOKE ALL ON FUNCTION storage.tell_of_findings FROM PUBLIC;
GRANT EXECUTE ON FUNCTION storage.tell_of_findings TO commonwatt_worker;
