-- Who sees and registers institutions and meters; facts are retired, never changed.

CREATE POLICY ours ON coefficient TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON coefficient FOR SELECT TO commonwatt_api USING (true);
CREATE POLICY made ON coefficient FOR INSERT TO commonwatt_api
    WITH CHECK (coalesce(made_by, access.viewer()) = access.viewer()
                AND (SELECT access.administers()));
CREATE POLICY retired ON coefficient FOR UPDATE TO commonwatt_api USING ((SELECT access.administers()));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON coefficient
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON co2_factor TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON co2_factor FOR SELECT TO commonwatt_api USING (true);
CREATE POLICY made ON co2_factor FOR INSERT TO commonwatt_api
    WITH CHECK (coalesce(made_by, access.viewer()) = access.viewer()
                AND (SELECT access.administers()));
CREATE POLICY retired ON co2_factor FOR UPDATE TO commonwatt_api USING ((SELECT access.administers()));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON co2_factor
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON grid_factor TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON grid_factor FOR SELECT TO commonwatt_api USING (true);
CREATE POLICY made ON grid_factor FOR INSERT TO commonwatt_api
    WITH CHECK (coalesce(made_by, access.viewer()) = access.viewer()
                AND (SELECT access.administers()));
CREATE POLICY retired ON grid_factor FOR UPDATE TO commonwatt_api USING ((SELECT access.administers()));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON grid_factor
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON region_fact
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON region_zone TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON region_zone FOR SELECT TO commonwatt_api USING (true);
CREATE POLICY made ON region_zone FOR INSERT TO commonwatt_api
    WITH CHECK (known_by = access.viewer() AND (SELECT access.administers()));
CREATE POLICY retired ON region_zone FOR UPDATE TO commonwatt_api
    USING ((SELECT access.administers()));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON region_zone
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON degree_day TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON degree_day FOR SELECT TO commonwatt_api USING (true);
CREATE POLICY made ON degree_day FOR INSERT TO commonwatt_api
    WITH CHECK (known_by = access.viewer() AND access.plans_regions(ARRAY[region_id]));
CREATE POLICY retired ON degree_day FOR UPDATE TO commonwatt_api
    USING (access.plans_regions(ARRAY[region_id]));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON degree_day
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON day_off
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON usual_hours
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON size_kind
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON building_type
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON quota_standard
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON quota_indicator
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON quota_input
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON quota_word
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON quota_correction
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON statistics_field
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON plan_target
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON member_class
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON band_rule
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON institution TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON institution FOR SELECT TO commonwatt_api
    USING (id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON institution FOR INSERT TO commonwatt_api
    WITH CHECK ((SELECT access.administers()));

CREATE POLICY ours ON institution_fact TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON institution_fact FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON institution_fact FOR INSERT TO commonwatt_api
    WITH CHECK (institution_id IN (SELECT s.id FROM access.covers('register') AS s(id)));
CREATE POLICY retired ON institution_fact FOR UPDATE TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.covers('register') AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON institution_fact
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON size_part TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON size_part FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON size_part FOR INSERT TO commonwatt_api
    WITH CHECK (known_by = access.viewer()
        AND institution_id IN (SELECT s.id FROM access.covers('register') AS s(id)));
CREATE POLICY retired ON size_part FOR UPDATE TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.covers('register') AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON size_part
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON opening_hours TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON opening_hours FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON opening_hours FOR INSERT TO commonwatt_api
    WITH CHECK (known_by = access.viewer()
        AND institution_id IN (SELECT s.id FROM access.covers('register') AS s(id)));
CREATE POLICY retired ON opening_hours FOR UPDATE TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.covers('register') AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON opening_hours
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON vacation TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON vacation FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON vacation FOR INSERT TO commonwatt_api
    WITH CHECK (known_by = access.viewer()
        AND institution_id IN (SELECT s.id FROM access.covers('register') AS s(id)));
CREATE POLICY retired ON vacation FOR UPDATE TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.covers('register') AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON vacation
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON standard_fact TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON standard_fact FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON standard_fact FOR INSERT TO commonwatt_api
    WITH CHECK (known_by = access.viewer()
        AND institution_id IN (SELECT s.id FROM access.covers('register') AS s(id)));
CREATE POLICY retired ON standard_fact FOR UPDATE TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.covers('register') AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON standard_fact
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON institution_code TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON institution_code FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON institution_code FOR INSERT TO commonwatt_api
    WITH CHECK (institution_id IN (SELECT s.id FROM access.covers('register') AS s(id)));

CREATE POLICY ours ON affiliation TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON affiliation FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON affiliation FOR INSERT TO commonwatt_api
    WITH CHECK (institution_id IN (SELECT s.id FROM access.covers('register') AS s(id)));
CREATE POLICY retired ON affiliation FOR UPDATE TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.covers('register') AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON affiliation
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON location TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON location FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON location FOR INSERT TO commonwatt_api
    WITH CHECK (institution_id IN (SELECT s.id FROM access.covers('register') AS s(id)));
CREATE POLICY retired ON location FOR UPDATE TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.covers('register') AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON location
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON meter TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON meter FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON meter FOR INSERT TO commonwatt_api
    WITH CHECK (institution_id IN (SELECT s.id FROM access.covers('register') AS s(id)));

CREATE POLICY ours ON channel TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON channel FOR SELECT TO commonwatt_api
    USING (id IN (SELECT s.id FROM access.sees_channels() AS s(id)));
CREATE POLICY made ON channel FOR INSERT TO commonwatt_api
    WITH CHECK ((SELECT access.administers()));
CREATE POLICY sealed ON channel FOR UPDATE TO commonwatt_api
    USING (id IN (SELECT s.id FROM access.writes_channels() AS s(id)));

CREATE POLICY ours ON channel_setting TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON channel_setting FOR SELECT TO commonwatt_api
    USING (channel_id IN (SELECT s.id FROM access.sees_channels() AS s(id)));
CREATE POLICY made ON channel_setting FOR INSERT TO commonwatt_api
    WITH CHECK (channel_id IN (SELECT s.id FROM access.covers_channels('register') AS s(id)));
CREATE POLICY retired ON channel_setting FOR UPDATE TO commonwatt_api
    USING (channel_id IN (SELECT s.id FROM access.covers_channels('register') AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON channel_setting
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON exchange TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON exchange FOR SELECT TO commonwatt_api
    USING (channel_id IN (SELECT s.id FROM access.sees_channels() AS s(id)));
CREATE POLICY made ON exchange FOR INSERT TO commonwatt_api
    WITH CHECK (channel_id IN (SELECT s.id FROM access.covers_channels('correct_readings') AS s(id)));
CREATE POLICY retired ON exchange FOR UPDATE TO commonwatt_api
    USING (channel_id IN (SELECT s.id FROM access.covers_channels('correct_readings') AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON exchange
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON gateway TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON gateway FOR SELECT TO commonwatt_api
    USING (name IN (SELECT s.id FROM access.sees_gateways() AS s(id)));
CREATE POLICY made ON gateway FOR INSERT TO commonwatt_api
    WITH CHECK ((SELECT access.administers()));
CREATE POLICY keyed ON gateway FOR UPDATE TO commonwatt_api USING ((SELECT access.administers()));

CREATE POLICY ours ON binding TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON binding FOR SELECT TO commonwatt_api
    USING (channel_id IN (SELECT s.id FROM access.sees_channels() AS s(id)));
CREATE POLICY made ON binding FOR INSERT TO commonwatt_api
    WITH CHECK (channel_id IN (SELECT s.id FROM access.covers_channels('register') AS s(id)));
CREATE POLICY retired ON binding FOR UPDATE TO commonwatt_api
    USING (channel_id IN (SELECT s.id FROM access.covers_channels('register') AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON binding
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON account_term TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON account_term FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON account_term FOR INSERT TO commonwatt_api
    WITH CHECK (institution_id IN (SELECT s.id FROM access.covers('register') AS s(id)));
CREATE POLICY retired ON account_term FOR UPDATE TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.covers('register') AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON account_term
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY seen ON price FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON price FOR INSERT TO commonwatt_api
    WITH CHECK (institution_id IN (SELECT s.id FROM access.covers('keep_accounts') AS s(id)));
CREATE POLICY retired ON price FOR UPDATE TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.covers('keep_accounts') AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON price
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON roster_change TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON roster_change FOR SELECT TO commonwatt_api
    USING (id IN (SELECT p.change_id FROM roster_part p));
CREATE POLICY made ON roster_change FOR INSERT TO commonwatt_api
    WITH CHECK (known_by = access.viewer() AND (SELECT access.may('register')));
CREATE POLICY retired ON roster_change FOR UPDATE TO commonwatt_api
    USING (id IN (SELECT p.change_id FROM roster_part p
                   WHERE p.predecessor_id IN (SELECT k.id FROM access.keeps_roster() AS k(id))));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON roster_change
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON roster_part TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON roster_part FOR SELECT TO commonwatt_api
    USING (predecessor_id IN (SELECT s.id FROM access.sees() AS s(id))
           OR successor_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON roster_part FOR INSERT TO commonwatt_api
    WITH CHECK (predecessor_id IN (SELECT k.id FROM access.keeps_roster() AS k(id))
                AND (successor_id IS NULL
                     OR successor_id IN (SELECT k.id FROM access.keeps_roster() AS k(id))));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON roster_part
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();
CREATE TRIGGER adds_up AFTER INSERT ON roster_part REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION storage.parts_add_up();

CREATE POLICY ours ON compound_split TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON compound_split FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id))
           OR id IN (SELECT u.split_id FROM compound_user u
                      WHERE u.institution_id IN (SELECT s.id FROM access.sees() AS s(id))));
CREATE POLICY made ON compound_split FOR INSERT TO commonwatt_api
    WITH CHECK (known_by = access.viewer()
        AND institution_id IN (SELECT k.id FROM access.keeps_roster() AS k(id)));
CREATE POLICY retired ON compound_split FOR UPDATE TO commonwatt_api
    USING (institution_id IN (SELECT k.id FROM access.keeps_roster() AS k(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON compound_split
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON compound_user TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON compound_user FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON compound_user FOR INSERT TO commonwatt_api
    WITH CHECK (institution_id IN (SELECT k.id FROM access.keeps_roster() AS k(id)));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON compound_user
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON premises TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON premises FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id))
           OR other_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON premises FOR INSERT TO commonwatt_api
    WITH CHECK (known_by = access.viewer()
        AND institution_id IN (SELECT s.id FROM access.covers('register') AS s(id)));
CREATE POLICY retired ON premises FOR UPDATE TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.covers('register') AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON premises
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();
