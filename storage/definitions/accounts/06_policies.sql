-- Who sees accounts; each change of them, or of what figures are made of, keeps the figures.

CREATE POLICY ours ON account TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON account FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));

CREATE POLICY ours ON account_estimate TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON account_estimate FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON account_estimate FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer()
                AND institution_id IN (SELECT s.id FROM access.covers('keep_accounts') AS s(id)));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON account_estimate
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();
CREATE TRIGGER stands AFTER INSERT ON account_estimate REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.estimate_stands();

CREATE POLICY ours ON account_version TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON account_version FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE TRIGGER begins BEFORE INSERT ON account_version
    FOR EACH ROW EXECUTE FUNCTION storage.version_begins();
CREATE TRIGGER moves BEFORE UPDATE ON account_version
    FOR EACH ROW EXECUTE FUNCTION storage.version_moves();
CREATE TRIGGER stays BEFORE DELETE ON account_version
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON account_version_line TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON account_version_line FOR SELECT TO commonwatt_api
    USING (version_id IN (SELECT v.id FROM account_version v));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON account_version_line
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();
CREATE TRIGGER comes_along AFTER INSERT ON account_version_line REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.lines_come_along();

CREATE POLICY ours ON stale_usage TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON stale_usage FOR SELECT TO commonwatt_api
    USING (channel_id IN (SELECT s.id FROM access.sees_channels() AS s(id)));
CREATE POLICY made ON stale_usage FOR INSERT TO commonwatt_api
    WITH CHECK (channel_id IN (SELECT s.id FROM access.writes_channels() AS s(id)));

CREATE POLICY ours ON stale_account TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON stale_account FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON stale_account FOR INSERT TO commonwatt_api
    WITH CHECK (institution_id IN (SELECT s.id FROM access.writes() AS s(id)));

CREATE POLICY ours ON set_aside TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON set_aside FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));

CREATE TRIGGER corrected AFTER INSERT ON amendment REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.try_at_once();
CREATE TRIGGER taken_back AFTER UPDATE ON amendment REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.try_at_once();
CREATE TRIGGER set_anew AFTER INSERT ON channel_setting REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.try_at_once();

CREATE POLICY ours ON task TO commonwatt_owner, commonwatt_worker USING (true) WITH CHECK (true);
CREATE POLICY own ON task FOR SELECT TO commonwatt_api
    USING (by = access.viewer() OR (SELECT access.administers()));

CREATE POLICY ours ON enough_measured TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON enough_measured FOR SELECT TO commonwatt_api USING (true);
CREATE POLICY made ON enough_measured FOR INSERT TO commonwatt_api
    WITH CHECK (CASE WHEN region_id IS NULL THEN (SELECT access.administers())
           ELSE access.plans_regions(ARRAY[region_id]) END);
CREATE POLICY retired ON enough_measured FOR UPDATE TO commonwatt_api
    USING (CASE WHEN region_id IS NULL THEN (SELECT access.administers())
           ELSE access.plans_regions(ARRAY[region_id]) END);
