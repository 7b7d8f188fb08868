-- Who sees readings and what was refused, and who corrects.

CREATE POLICY ours ON rejected_message TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON rejected_message FOR SELECT TO commonwatt_api
    USING ((SELECT access.administers()) OR (gateway IN (SELECT s.id
        FROM access.sees_gateways() AS s(id)) AND (NOT (EXISTS (SELECT
        FROM access.guards_refused() h(gateway, since, until)
        WHERE ((h.gateway = rejected_message.gateway) AND (rejected_message.received_at >= h.since)
        AND (rejected_message.received_at < h.until)))))));

CREATE POLICY ours ON gateway_clock TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON gateway_clock FOR SELECT TO commonwatt_api
    USING (gateway_id IN (SELECT gateway.id FROM gateway));

CREATE POLICY ours ON gateway_seen TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON gateway_seen FOR SELECT TO commonwatt_api
    USING (gateway_id IN (SELECT gateway.id FROM gateway));

CREATE POLICY ours ON gateway_day TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON gateway_day FOR SELECT TO commonwatt_api
    USING (gateway_id IN (SELECT gateway.id FROM gateway));

-- What a gateway sends may be of meters that only some see: it is for whoever installs it.
CREATE POLICY ours ON gateway_watch TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY asked ON gateway_watch TO commonwatt_api
    USING ((SELECT access.administers())) WITH CHECK ((SELECT access.administers()));

CREATE POLICY ours ON gateway_message TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON gateway_message FOR SELECT TO commonwatt_api
    USING ((SELECT access.administers()));

CREATE POLICY ours ON intake_mark TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON intake_mark FOR SELECT TO commonwatt_api
    USING (channel_id IN (SELECT s.id FROM access.sees_channels() AS s(id)));

CREATE POLICY ours ON reading_start TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON reading_start FOR SELECT TO commonwatt_api
    USING (channel_id IN (SELECT s.id FROM access.sees_channels() AS s(id)));

CREATE POLICY ours ON verdict TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON verdict FOR SELECT TO commonwatt_api
    USING (channel_id IN (SELECT s.id FROM access.sees_channels() AS s(id)));
CREATE POLICY made ON verdict FOR INSERT TO commonwatt_api
    WITH CHECK (channel_id IN (SELECT s.id FROM access.covers_channels('correct_readings') AS s(id)));
CREATE POLICY retired ON verdict FOR UPDATE TO commonwatt_api
    USING (channel_id IN (SELECT s.id FROM access.covers_channels('correct_readings') AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON verdict
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON correction TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON correction FOR SELECT TO commonwatt_api
    USING (made_by = access.viewer() OR (SELECT access.administers()));
CREATE POLICY made ON correction FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer());
CREATE POLICY seen_of_channel ON correction FOR SELECT TO commonwatt_api
    USING (EXISTS (SELECT FROM amendment a WHERE (a.file_id = correction.id)));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON correction
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON amendment TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON amendment FOR SELECT TO commonwatt_api
    USING (channel_id IN (SELECT s.id FROM access.sees_channels() AS s(id)));
CREATE POLICY made ON amendment FOR INSERT TO commonwatt_api
    WITH CHECK (channel_id IN (SELECT s.id FROM access.writes_channels() AS s(id)));
CREATE POLICY retired ON amendment FOR UPDATE TO commonwatt_api
    USING (channel_id IN (SELECT s.id FROM access.writes_channels() AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON amendment
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON file_answer TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON file_answer FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.writes() AS s(id)));
CREATE POLICY made ON file_answer FOR INSERT TO commonwatt_api
    WITH CHECK (institution_id IN (SELECT s.id FROM access.writes() AS s(id)));
CREATE POLICY retired ON file_answer FOR UPDATE TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.writes() AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON file_answer
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON reading_import TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON reading_import FOR SELECT TO commonwatt_api
    USING (made_by = access.viewer() OR (SELECT access.administers()));
CREATE POLICY made ON reading_import FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer());

CREATE POLICY ours ON unbound_key TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);

CREATE POLICY ours ON route TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON route FOR SELECT TO commonwatt_api USING ((SELECT access.administers()));
CREATE POLICY made ON route FOR INSERT TO commonwatt_api
    WITH CHECK (known_by = access.viewer() AND (SELECT access.administers()));
CREATE POLICY retired ON route FOR UPDATE TO commonwatt_api
    USING ((SELECT access.administers()));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON route
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON reading_file TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON reading_file FOR SELECT TO commonwatt_api
    USING (made_by = access.viewer() OR (SELECT access.administers())
           OR channels <@ ARRAY(SELECT s.id FROM access.sees_channels() AS s(id)));
CREATE POLICY undone ON reading_file FOR UPDATE TO commonwatt_api
    USING (channels <@ ARRAY(SELECT s.id FROM access.writes_channels() AS s(id)));

CREATE POLICY ours ON reading_of_file TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON reading_of_file FOR SELECT TO commonwatt_api
    USING (channel_id IN (SELECT s.id FROM access.sees_channels() AS s(id)));

CREATE POLICY ours ON run_of_file TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON run_of_file FOR SELECT TO commonwatt_api
    USING (channel_id IN (SELECT s.id FROM access.sees_channels() AS s(id)));

CREATE POLICY ours ON start_of_file TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON start_of_file FOR SELECT TO commonwatt_api
    USING (channel_id IN (SELECT s.id FROM access.sees_channels() AS s(id)));
