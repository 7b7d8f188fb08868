-- Who sees and moves what in the books; what is written there never changes.

-- The second log reads past all rights, to check by itself.
CREATE POLICY log ON institution FOR SELECT TO commonwatt_journal USING (true);
CREATE POLICY log ON target FOR SELECT TO commonwatt_journal USING (true);
CREATE POLICY log ON run FOR SELECT TO commonwatt_journal USING (true);
CREATE POLICY log ON run_snapshot FOR SELECT TO commonwatt_journal USING (true);
CREATE POLICY log ON run_node FOR SELECT TO commonwatt_journal USING (true);
CREATE POLICY log ON run_quota FOR SELECT TO commonwatt_journal USING (true);
CREATE POLICY log ON movement FOR SELECT TO commonwatt_journal USING (true);
CREATE POLICY log ON movement_leg FOR SELECT TO commonwatt_journal USING (true);
CREATE POLICY log ON movement_deed FOR SELECT TO commonwatt_journal USING (true);
CREATE POLICY log ON run_in_force FOR SELECT TO commonwatt_journal USING (true);
CREATE POLICY log ON book_cause FOR SELECT TO commonwatt_journal USING (true);
CREATE POLICY log ON book_entry FOR SELECT TO commonwatt_journal USING (true);
CREATE POLICY log ON book_account_state FOR SELECT TO commonwatt_journal USING (true);
CREATE POLICY blocks ON book_account_state FOR INSERT TO commonwatt_journal
    WITH CHECK (state = 'blocked');
CREATE POLICY log ON book_year_closed FOR SELECT TO commonwatt_journal USING (true);

CREATE TRIGGER has_ground AFTER INSERT ON book_cause
    FOR EACH ROW EXECUTE FUNCTION storage.cause_has_ground();

CREATE POLICY ours ON movement TO commonwatt_owner, commonwatt_worker USING (true) WITH CHECK (true);
CREATE POLICY seen ON movement FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id))
        OR taker_id IN (SELECT s.id FROM access.sees() AS s(id))
        OR (institution_id IS NULL AND union_id IN (SELECT s.id FROM access.sees_unions() AS s(id))));
CREATE POLICY made ON movement FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer()
        AND (institution_id IN (SELECT s.id FROM access.covers('keep_accounts') AS s(id))
             OR (institution_id IS NULL
                 AND union_id IN (SELECT s.id FROM access.planned_unions() AS s(id)))));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON movement
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();
CREATE TRIGGER begins BEFORE INSERT ON movement
    FOR EACH ROW EXECUTE FUNCTION storage.movement_begins();
CREATE TRIGGER makes_legs AFTER INSERT ON movement
    FOR EACH ROW EXECUTE FUNCTION storage.make_legs();

CREATE POLICY ours ON movement_leg TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON movement_leg FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id))
        OR (institution_id IS NULL AND union_id IN (SELECT s.id FROM access.sees_unions() AS s(id))));
CREATE POLICY made ON movement_leg FOR INSERT TO commonwatt_api
    WITH CHECK (EXISTS (SELECT FROM movement m
                         WHERE m.id = movement_id AND m.made_by = access.viewer()));
CREATE TRIGGER fits BEFORE INSERT ON movement_leg
    FOR EACH ROW EXECUTE FUNCTION storage.leg_fits();
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON movement_leg
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

-- A holder's officers propose and take back; its authority approves, refuses and does.
CREATE POLICY ours ON movement_deed TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON movement_deed FOR SELECT TO commonwatt_api
    USING (movement_id IN (SELECT m.id FROM movement m));
CREATE POLICY made ON movement_deed FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer() AND EXISTS (
        SELECT FROM movement m WHERE m.id = movement_id AND CASE
            WHEN m.institution_id IS NULL
            THEN m.union_id IN (SELECT s.id FROM access.planned_unions() AS s(id))
            WHEN deed IN ('propose', 'cancel')
            THEN m.institution_id IN (SELECT s.id FROM access.covers('keep_accounts') AS s(id))
            ELSE m.institution_id IN (SELECT s.id FROM access.covers('plan') AS s(id)) END));
CREATE TRIGGER follows BEFORE INSERT ON movement_deed
    FOR EACH ROW EXECUTE FUNCTION storage.movement_follows();
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON movement_deed
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();
CREATE TRIGGER done AFTER INSERT ON movement_deed
    FOR EACH ROW WHEN (new.deed = 'do') EXECUTE FUNCTION storage.movement_done();

CREATE POLICY ours ON trusted_taker TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON trusted_taker FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON trusted_taker FOR INSERT TO commonwatt_api
    WITH CHECK (institution_id IN (SELECT s.id FROM access.covers('plan') AS s(id)));
CREATE POLICY retired ON trusted_taker FOR UPDATE TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.covers('plan') AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON trusted_taker
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON book_account_state TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON book_account_state FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id))
        OR (institution_id IS NULL AND union_id IN (SELECT s.id FROM access.sees_unions() AS s(id))));
CREATE POLICY made ON book_account_state FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer() AND state <> 'blocked'
        AND (institution_id IN (SELECT s.id FROM access.covers('plan') AS s(id))
             OR (institution_id IS NULL
                 AND union_id IN (SELECT s.id FROM access.planned_unions() AS s(id)))));
CREATE TRIGGER follows BEFORE INSERT ON book_account_state
    FOR EACH ROW EXECUTE FUNCTION storage.account_follows();
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON book_account_state
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON book_year_closed TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON book_year_closed FOR SELECT TO commonwatt_api
    USING (union_id IN (SELECT s.id FROM access.sees_unions() AS s(id)));
CREATE POLICY made ON book_year_closed FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer()
        AND union_id IN (SELECT s.id FROM access.planned_unions() AS s(id)));
CREATE TRIGGER closes BEFORE INSERT ON book_year_closed
    FOR EACH ROW EXECUTE FUNCTION storage.year_closes();
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON book_year_closed
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON cover_exclusion TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON cover_exclusion FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON cover_exclusion FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer()
        AND institution_id IN (SELECT s.id FROM access.covers('plan') AS s(id)));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON cover_exclusion
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON cover_frozen TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON cover_frozen FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id))
        OR ((SELECT access.reckons())
            AND union_id IN (SELECT s.id FROM access.planned_unions() AS s(id))));
CREATE POLICY made ON cover_frozen FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer()
        AND union_id IN (SELECT s.id FROM access.planned_unions() AS s(id)));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON cover_frozen
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();
