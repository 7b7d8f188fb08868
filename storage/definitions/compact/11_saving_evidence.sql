-- What limits how much may be asked of institutions: stated by who plans for them, seen by who sees them.

CREATE POLICY ours ON saving_evidence TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON saving_evidence FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON saving_evidence FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer()
        AND institution_id IN (SELECT s.id FROM access.covers('plan') AS s(id)));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON saving_evidence
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();
