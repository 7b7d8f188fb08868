-- Who sees and does what with people, rights and files.

CREATE POLICY ours ON app_user TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY own ON app_user FOR SELECT TO commonwatt_api
    USING ('user:' || id = access.viewer() OR (SELECT access.administers()));
CREATE POLICY administered ON app_user TO commonwatt_api
    USING ((SELECT access.administers()))
    WITH CHECK ((SELECT access.administers()));

CREATE POLICY ours ON user_session TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);

CREATE POLICY ours ON user_device TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);

CREATE POLICY ours ON access_grant TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY own ON access_grant FOR SELECT TO commonwatt_api
    USING (viewer = access.viewer() OR (SELECT access.administers()));
CREATE POLICY administered ON access_grant TO commonwatt_api
    USING ((SELECT access.administers()))
    WITH CHECK ((SELECT access.administers()));

CREATE POLICY ours ON audit_entry TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY written ON audit_entry FOR INSERT TO commonwatt_api WITH CHECK (actor = access.viewer());
CREATE POLICY seen ON audit_entry FOR SELECT TO commonwatt_api
    USING (actor = access.viewer() OR (SELECT access.administers()));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON answered TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY own ON answered TO commonwatt_api
    USING (actor = access.viewer())
    WITH CHECK (actor = access.viewer());
-- Of what gateways push.
CREATE POLICY pushed ON answered TO commonwatt_collector
    USING (starts_with(actor, 'gateway:'))
    WITH CHECK (starts_with(actor, 'gateway:'));

CREATE POLICY ours ON upload TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY own ON upload TO commonwatt_api
    USING (actor = access.viewer())
    WITH CHECK (actor = access.viewer());

CREATE POLICY ours ON file_done TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON file_done FOR SELECT TO commonwatt_api
    USING (actor = access.viewer() OR (SELECT access.administers()));
CREATE POLICY made ON file_done FOR INSERT TO commonwatt_api WITH CHECK (actor = access.viewer());
CREATE POLICY undone ON file_done FOR UPDATE TO commonwatt_api
    USING (actor = access.viewer() OR (SELECT access.administers()))
    WITH CHECK (undone_by = access.viewer());

CREATE POLICY ours ON attachment TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON attachment FOR SELECT TO commonwatt_api
    USING (actor = access.viewer() OR (SELECT access.administers()));
CREATE POLICY made ON attachment FOR INSERT TO commonwatt_api WITH CHECK (actor = access.viewer());
CREATE POLICY ours ON attachment_named TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY made ON attachment_named FOR INSERT TO commonwatt_api
    WITH CHECK (actor = access.viewer());
CREATE POLICY named ON attachment FOR UPDATE TO commonwatt_api
    USING (actor = access.viewer())
    WITH CHECK (actor = access.viewer());
