-- Who sees and plans what of a union; runs and books never change.

CREATE POLICY ours ON region_union TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON region_union FOR SELECT TO commonwatt_api
    USING (id IN (SELECT s.id FROM access.sees_unions() AS s(id)));
CREATE POLICY made ON region_union FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer() AND (SELECT access.may('plan')));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON region_union
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON union_member TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON union_member FOR SELECT TO commonwatt_api
    USING (union_id IN (SELECT s.id FROM access.sees_unions() AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON union_member
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON membership TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON membership FOR SELECT TO commonwatt_api
    USING (union_id IN (SELECT s.id FROM access.sees_unions() AS s(id)));
CREATE POLICY made ON membership FOR INSERT TO commonwatt_api
    WITH CHECK (union_id IN (SELECT s.id FROM access.prepares_unions() AS s(id)));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON membership
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON membership_deed TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON membership_deed FOR SELECT TO commonwatt_api
    USING (union_id IN (SELECT s.id FROM access.sees_unions() AS s(id)));
CREATE POLICY made ON membership_deed FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer() AND CASE deed
        WHEN 'propose' THEN union_id IN (SELECT s.id FROM access.prepares_unions() AS s(id))
        WHEN 'full' THEN false
        ELSE region_id IN (SELECT s.id FROM access.acts_for() AS s(id)) END);
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON membership_deed
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();
CREATE TRIGGER follows BEFORE INSERT ON membership_deed
    FOR EACH ROW EXECUTE FUNCTION storage.follows();
CREATE TRIGGER sits AFTER INSERT ON membership_deed
    FOR EACH ROW WHEN (new.deed NOT IN ('propose', 'decline'))
    EXECUTE FUNCTION storage.sits();
CREATE TRIGGER then_bound AFTER INSERT ON membership_deed
    FOR EACH ROW WHEN (new.deed IN ('full', 'notice', 'stay'))
    EXECUTE FUNCTION storage.member_bound();

CREATE POLICY ours ON member_authority TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON member_authority FOR SELECT TO commonwatt_api
    USING (region_id IN (SELECT m.region_id FROM membership m));
CREATE POLICY made ON member_authority FOR INSERT TO commonwatt_api
    WITH CHECK (region_id IN (SELECT s.id FROM access.acts_for() AS s(id)));
CREATE POLICY retired ON member_authority FOR UPDATE TO commonwatt_api
    USING (region_id IN (SELECT s.id FROM access.acts_for() AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON member_authority
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON liaison_officer TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON liaison_officer FOR SELECT TO commonwatt_api
    USING (union_id IN (SELECT s.id FROM access.sees_unions() AS s(id)));
CREATE POLICY made ON liaison_officer FOR INSERT TO commonwatt_api
    WITH CHECK (region_id IN (SELECT s.id FROM access.acts_for() AS s(id)));
CREATE POLICY retired ON liaison_officer FOR UPDATE TO commonwatt_api
    USING (region_id IN (SELECT s.id FROM access.acts_for() AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON liaison_officer
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON union_comment TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON union_comment FOR SELECT TO commonwatt_api
    USING (union_id IN (SELECT s.id FROM access.sees_unions() AS s(id)));
CREATE POLICY made ON union_comment FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer()
        AND union_id IN (SELECT s.id FROM access.comments_unions() AS s(id))
        AND (region_id IS NULL OR region_id IN (SELECT s.id FROM access.acts_for() AS s(id))
             OR (union_id, region_id) IN (
                 SELECT u.id, u.guide_id FROM region_union u
                  WHERE u.id IN (SELECT s.id FROM access.guides() AS s(id)))));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON union_comment
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON union_enough TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON union_enough FOR SELECT TO commonwatt_api
    USING (union_id IN (SELECT s.id FROM access.sees_unions() AS s(id)));
CREATE POLICY made ON union_enough FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer() AND union_id IN (
        SELECT s.id FROM access.planned_unions() AS s(id)));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON union_enough
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON union_second_person TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON union_second_person FOR SELECT TO commonwatt_api
    USING (union_id IN (SELECT s.id FROM access.sees_unions() AS s(id)));
CREATE POLICY made ON union_second_person FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer() AND (SELECT access.administers()));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON union_second_person
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON agreement TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON agreement FOR SELECT TO commonwatt_api
    USING (union_id IN (SELECT s.id FROM access.sees_unions() AS s(id)));
CREATE POLICY made ON agreement FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer()
        AND union_id IN (SELECT s.id FROM access.prepares_unions() AS s(id)));
CREATE POLICY moved ON agreement FOR UPDATE TO commonwatt_api
    USING (union_id IN (SELECT s.id FROM access.prepares_unions() AS s(id)))
    WITH CHECK (union_id IN (SELECT s.id FROM access.prepares_unions() AS s(id)));
CREATE TRIGGER begins BEFORE INSERT ON agreement
    FOR EACH ROW EXECUTE FUNCTION storage.agreement_begins();
CREATE TRIGGER moves BEFORE UPDATE ON agreement
    FOR EACH ROW EXECUTE FUNCTION storage.agreement_moves();
CREATE TRIGGER never_changes BEFORE DELETE ON agreement
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON agreement_signature TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON agreement_signature FOR SELECT TO commonwatt_api
    USING (union_id IN (SELECT s.id FROM access.sees_unions() AS s(id)));
CREATE POLICY prepared ON agreement_signature FOR INSERT TO commonwatt_api
    WITH CHECK (prepared_by = access.viewer()
        AND region_id IN (SELECT s.id FROM access.acts_for() AS s(id)));
CREATE POLICY confirmed ON agreement_signature FOR UPDATE TO commonwatt_api
    USING (region_id IN (SELECT s.id FROM access.acts_for() AS s(id)))
    WITH CHECK (confirmed_by = access.viewer());
CREATE TRIGGER fits BEFORE INSERT OR UPDATE ON agreement_signature
    FOR EACH ROW EXECUTE FUNCTION storage.signature_fits();
CREATE TRIGGER never_changes BEFORE DELETE ON agreement_signature
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();
CREATE TRIGGER signed AFTER UPDATE ON agreement_signature
    FOR EACH ROW EXECUTE FUNCTION storage.signed();

CREATE POLICY ours ON target TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON target FOR SELECT TO commonwatt_api
    USING (union_id IN (SELECT s.id FROM access.sees_unions() AS s(id)));
CREATE POLICY made ON target FOR INSERT TO commonwatt_api
    WITH CHECK (union_id IN (SELECT s.id FROM access.planned_unions() AS s(id)));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON target
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE TRIGGER binds AFTER INSERT ON target
    FOR EACH ROW WHEN (new.binding) EXECUTE FUNCTION storage.target_binds();

CREATE POLICY ours ON target_binding TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON target_binding FOR SELECT TO commonwatt_api
    USING (union_id IN (SELECT s.id FROM access.sees_unions() AS s(id)));

CREATE POLICY ours ON base_month TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON base_month FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id))
        OR (union_id, institution_id) IN (
            SELECT p.union_id, p.institution_id FROM access.plans_bases() AS p));
CREATE POLICY made ON base_month FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer()
        AND (union_id, institution_id) IN (
            SELECT p.union_id, p.institution_id FROM access.plans_bases() AS p));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON base_month
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON base_verdict TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON base_verdict FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id))
        OR (union_id, institution_id) IN (
            SELECT p.union_id, p.institution_id FROM access.plans_bases() AS p));
CREATE POLICY made ON base_verdict FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer()
        AND (union_id, institution_id) IN (
            SELECT p.union_id, p.institution_id FROM access.plans_bases() AS p));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON base_verdict
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON run TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON run FOR SELECT TO commonwatt_api
    USING (union_id IN (SELECT s.id FROM access.sees_unions() AS s(id)));
CREATE POLICY made ON run FOR INSERT TO commonwatt_api
    WITH CHECK (union_id IN (SELECT s.id FROM access.planned_unions() AS s(id)));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON run
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON run_snapshot TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON run_snapshot FOR SELECT TO commonwatt_api
    USING ((SELECT access.reckons()) AND union_id IN (
        SELECT s.id FROM access.planned_unions() AS s(id)));
CREATE POLICY made ON run_snapshot FOR INSERT TO commonwatt_api
    WITH CHECK (union_id IN (SELECT s.id FROM access.planned_unions() AS s(id)));
CREATE TRIGGER seals BEFORE INSERT ON run_snapshot
    FOR EACH ROW EXECUTE FUNCTION storage.seal_run();
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON run_snapshot
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON run_node TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON run_node FOR SELECT TO commonwatt_api
    USING ((SELECT access.reckons()) AND union_id IN (
        SELECT s.id FROM access.planned_unions() AS s(id)));
CREATE POLICY made ON run_node FOR INSERT TO commonwatt_api
    WITH CHECK (union_id IN (SELECT s.id FROM access.planned_unions() AS s(id)));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON run_node
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON run_quota TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON run_quota FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id))
        OR ((SELECT access.reckons())
            AND union_id IN (SELECT s.id FROM access.planned_unions() AS s(id))));
CREATE POLICY made ON run_quota FOR INSERT TO commonwatt_api
    WITH CHECK (union_id IN (SELECT s.id FROM access.planned_unions() AS s(id)));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON run_quota
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON run_request TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON run_request FOR SELECT TO commonwatt_api
    USING (union_id IN (SELECT s.id FROM access.planned_unions() AS s(id)));
CREATE POLICY made ON run_request FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer() AND union_id IN (
        SELECT s.id FROM access.planned_unions() AS s(id)));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON run_request
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON book_cause TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON book_cause FOR SELECT TO commonwatt_api
    USING (union_id IN (SELECT s.id FROM access.sees_unions() AS s(id)));
CREATE POLICY made ON book_cause FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer()
        AND union_id IN (SELECT s.id FROM access.planned_unions() AS s(id)));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON book_cause
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();
CREATE TRIGGER need_second_person BEFORE INSERT ON book_cause
    FOR EACH ROW WHEN (new.run_id IS NOT NULL)
    EXECUTE FUNCTION storage.need_second_person();
CREATE TRIGGER no_shadow BEFORE INSERT ON book_cause
    FOR EACH ROW WHEN (new.run_id IS NOT NULL)
    EXECUTE FUNCTION storage.no_shadow();
CREATE TRIGGER not_bound_elsewhere BEFORE INSERT ON book_cause
    FOR EACH ROW WHEN (new.run_id IS NOT NULL)
    EXECUTE FUNCTION storage.not_bound_elsewhere();
CREATE TRIGGER put_in_force AFTER INSERT ON book_cause
    FOR EACH ROW WHEN (new.run_id IS NOT NULL)
    EXECUTE FUNCTION storage.put_in_force();

CREATE POLICY ours ON book_entry TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON book_entry FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id))
        OR ((SELECT access.reckons())
            AND union_id IN (SELECT s.id FROM access.planned_unions() AS s(id))));
CREATE POLICY made ON book_entry FOR INSERT TO commonwatt_api
    WITH CHECK (union_id IN (SELECT s.id FROM access.planned_unions() AS s(id)));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON book_entry
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();
CREATE TRIGGER noted AFTER INSERT ON book_entry REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION storage.note_causes();

CREATE CONSTRAINT TRIGGER sums_to_zero AFTER INSERT ON storage.book_to_sum DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION storage.sum_to_zero();

CREATE POLICY ours ON run_in_force TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON run_in_force FOR SELECT TO commonwatt_api
    USING (union_id IN (SELECT s.id FROM access.sees_unions() AS s(id)));

CREATE POLICY ours ON progress TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON progress FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id))
        OR ((SELECT access.reckons())
            AND union_id IN (SELECT s.id FROM access.planned_unions() AS s(id)))
        OR (institution_id IS NULL
            AND (union_id, indicator, year, day, member_id) IN (
                SELECT s.union_id, s.indicator, s.year, s.day, s.member_id
                  FROM access.progress_sums() AS s)));

CREATE POLICY ours ON progress_part TO commonwatt_owner USING (true) WITH CHECK (true);
