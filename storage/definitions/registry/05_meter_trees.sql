-- Trees of main and sub-meters: who sees them, who says so, and that they stay trees.

CREATE POLICY ours ON submeter TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON submeter FOR SELECT TO commonwatt_api
    USING (channel_id IN (SELECT s.id FROM access.sees_channels() AS s(id))
           AND main_id IN (SELECT s.id FROM access.sees_channels() AS s(id)));
CREATE POLICY made ON submeter FOR INSERT TO commonwatt_api
    WITH CHECK (channel_id IN (SELECT s.id FROM access.covers_channels('register') AS s(id))
                AND main_id IN (SELECT s.id FROM access.covers_channels('register') AS s(id)));
CREATE POLICY retired ON submeter FOR UPDATE TO commonwatt_api
    USING (channel_id IN (SELECT s.id FROM access.covers_channels('register') AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON submeter
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON metered_extent TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON metered_extent FOR SELECT TO commonwatt_api
    USING (channel_id IN (SELECT s.id FROM access.sees_channels() AS s(id)));
CREATE POLICY made ON metered_extent FOR INSERT TO commonwatt_api
    WITH CHECK (channel_id IN (SELECT s.id FROM access.covers_channels('register') AS s(id)));
CREATE POLICY retired ON metered_extent FOR UPDATE TO commonwatt_api
    USING (channel_id IN (SELECT s.id FROM access.covers_channels('register') AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON metered_extent
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON balance_tolerance
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON channel_end_use TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON channel_end_use FOR SELECT TO commonwatt_api
    USING (channel_id IN (SELECT s.id FROM access.sees_channels() AS s(id)));
CREATE POLICY made ON channel_end_use FOR INSERT TO commonwatt_api
    WITH CHECK (channel_id IN (SELECT s.id FROM access.covers_channels('register') AS s(id)));
CREATE POLICY retired ON channel_end_use FOR UPDATE TO commonwatt_api
    USING (channel_id IN (SELECT s.id FROM access.covers_channels('register') AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON channel_end_use
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON end_use
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON end_use_mapping
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

-- Two who write at once could each close half of a circle, so one waits for the other. On each day
-- on which one of the rows around begins the way up from the new row must end.
CREATE FUNCTION storage.stays_a_tree() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    closed integer;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('submeter'));
    WITH RECURSIVE up (begun, day, id) AS (
        SELECT f.channel_id, d.day, f.main_id
          FROM fresh f
         CROSS JOIN LATERAL (
                SELECT f.valid_from AS day
                 UNION
                SELECT s.valid_from FROM submeter s
                 WHERE s.known_until IS NULL AND s.carrier = f.carrier AND s.valid_from > f.valid_from
                   AND (f.valid_to IS NULL OR s.valid_from < f.valid_to)) d
         UNION
        SELECT u.begun, u.day, s.main_id
          FROM up u
          JOIN submeter s ON s.channel_id = u.id AND s.known_until IS NULL
           AND s.valid_from <= u.day AND (s.valid_to IS NULL OR u.day < s.valid_to)
         WHERE u.id <> u.begun
    )
    SELECT u.begun INTO closed FROM up u WHERE u.id = u.begun LIMIT 1;
    IF closed IS NOT NULL THEN
        RAISE EXCEPTION 'channel % would be its own main meter', closed
            USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER stays_a_tree AFTER INSERT ON submeter REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.stays_a_tree();

-- The trees in which channels of the viewer stand, whole: of others' meters the ids alone.
CREATE FUNCTION access.meter_trees(asked integer[])
RETURNS TABLE (channel_id integer, main_id integer, valid_from date, valid_to date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH RECURSIVE near (id) AS (
        SELECT a.id FROM unnest(asked) AS a(id)
         WHERE a.id IN (SELECT s.id FROM access.sees_channels() AS s(id))
         UNION
        SELECT CASE WHEN m.main_id = n.id THEN m.channel_id ELSE m.main_id END
          FROM near n
          JOIN submeter m ON m.known_until IS NULL AND (m.main_id = n.id OR m.channel_id = n.id)
    )
    SELECT m.channel_id, m.main_id, m.valid_from, m.valid_to
      FROM near n JOIN submeter m ON m.channel_id = n.id
     WHERE m.known_until IS NULL
$$;

-- How much of each of these meters counts in accounts, whose ever; without saying whose.
CREATE FUNCTION access.tree_shares(asked integer[])
RETURNS TABLE (channel_id integer, share integer, valid_from date, valid_to date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    WITH near AS (
        SELECT t.channel_id AS id FROM access.meter_trees(asked) t
         UNION SELECT t.main_id FROM access.meter_trees(asked) t
         UNION SELECT a.id FROM unnest(asked) AS a(id)
                WHERE a.id IN (SELECT s.id FROM access.sees_channels() AS s(id))
    )
    SELECT t.channel_id, t.share, t.valid_from, t.valid_to
      FROM near n JOIN account_term t ON t.channel_id = n.id WHERE t.known_until IS NULL
$$;

REVOKE ALL ON FUNCTION access.meter_trees, access.tree_shares, storage.stays_a_tree FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.meter_trees, access.tree_shares TO commonwatt_api;
