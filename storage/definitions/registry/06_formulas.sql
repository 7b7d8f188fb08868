-- Virtual channels: who sees and states them, and that nothing is measured on one.

CREATE POLICY ours ON formula TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON formula FOR SELECT TO commonwatt_api
    USING (channel_id IN (SELECT s.id FROM access.sees_channels() AS s(id)));
CREATE POLICY made ON formula FOR INSERT TO commonwatt_api
    WITH CHECK (channel_id IN (SELECT s.id FROM access.covers_channels('register') AS s(id)));
CREATE POLICY retired ON formula FOR UPDATE TO commonwatt_api
    USING (channel_id IN (SELECT s.id FROM access.covers_channels('register') AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON formula
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON stale_formula TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON stale_formula FOR SELECT TO commonwatt_api
    USING (channel_id IN (SELECT s.id FROM access.sees_channels() AS s(id)));
CREATE POLICY made ON stale_formula FOR INSERT TO commonwatt_api
    WITH CHECK (channel_id IN (SELECT s.id FROM access.writes_channels() AS s(id)));

-- The meter and channel that a formula is for, made where there is none of that code; whoever
-- registers for the institution may, for it says nothing by itself. Null: the code is a measured one's.
CREATE FUNCTION access.virtual_channel(institution integer, asked text, called_zh text,
                                       called_en text, of_carrier text, of_zone text, begun date)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    found integer;
    made integer;
BEGIN
    IF institution NOT IN (SELECT s.id FROM access.covers('register') AS s(id)) THEN
        RETURN NULL;
    END IF;
    SELECT m.id INTO found FROM meter m WHERE m.institution_id = institution AND m.code = asked;
    IF found IS NULL THEN
        INSERT INTO meter (institution_id, code, name_zh, name_en)
        VALUES (institution, asked, called_zh, called_en) RETURNING id INTO found;
        INSERT INTO channel (meter_id, code, carrier, kind, unit, per_unit, net, zone, since)
        SELECT found, 'formula', k.code, 1, k.unit, k.per_unit, true, of_zone,
               begun::timestamp AT TIME ZONE of_zone
          FROM carrier k WHERE k.code = of_carrier
        RETURNING id INTO made;
        INSERT INTO channel_setting (channel_id, factor, period_s, valid_from, source, known_by)
        VALUES (made, 1, 3600, '-infinity', 'formula', access.viewer());
        RETURN made;
    END IF;
    SELECT c.id INTO made FROM channel c
     WHERE c.meter_id = found AND c.code = 'formula' AND c.carrier = of_carrier
       AND EXISTS (SELECT FROM formula f WHERE f.channel_id = c.id);
    RETURN made;
END $$;

-- What is computed is not read: it is put right where it comes from.
CREATE FUNCTION storage.only_measured() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    computed integer;
BEGIN
    SELECT f.channel_id INTO computed FROM fresh f
     WHERE EXISTS (SELECT FROM formula o WHERE o.channel_id = f.channel_id) LIMIT 1;
    IF computed IS NOT NULL THEN
        RAISE EXCEPTION 'channel % is computed from others / 通道 % 由其他通道计算得出',
                        computed, computed USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER only_measured AFTER INSERT ON binding REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.only_measured();
CREATE TRIGGER only_measured AFTER INSERT ON amendment REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.only_measured();

-- Where an institution's size changes, all parts of what it divides with others do.
CREATE FUNCTION storage.sizes_move_parts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO stale_formula (channel_id, first, last)
    SELECT f.channel_id, min(greatest(n.valid_from, f.valid_from))::timestamp - interval '1 day',
           now() + interval '1 day'
      FROM fresh n
      JOIN formula f ON f.by = n.attribute AND n.institution_id = ANY(f.members)
       AND f.known_until IS NULL
     GROUP BY f.channel_id;
    RETURN NULL;
END $$;
CREATE TRIGGER sizes_move_parts AFTER INSERT ON institution_fact REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.sizes_move_parts();

REVOKE ALL ON FUNCTION access.virtual_channel, storage.only_measured, storage.sizes_move_parts
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.virtual_channel TO commonwatt_api;
