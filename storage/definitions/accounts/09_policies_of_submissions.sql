-- Who sees returns and who writes their steps, cells and words.

CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON survey_cell
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON submission TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON submission FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON submission FOR INSERT TO commonwatt_api
    WITH CHECK (opened_by = access.viewer()
                AND institution_id IN (SELECT s.id FROM access.covers('keep_accounts') AS s(id)));
CREATE TRIGGER moves BEFORE UPDATE OR DELETE ON submission
    FOR EACH ROW EXECUTE FUNCTION storage.only_steps_move();

CREATE POLICY ours ON submission_step TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON submission_step FOR SELECT TO commonwatt_api
    USING (submission_id IN (SELECT s.id FROM submission s));
CREATE POLICY made ON submission_step FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer() AND EXISTS (
        SELECT FROM submission s
         WHERE s.id = submission_id AND CASE act
               WHEN 'fill' THEN s.institution_id IN (
                    SELECT c.id FROM access.covers('keep_accounts') AS c(id))
               WHEN 'take_back' THEN s.institution_id IN (
                    SELECT c.id FROM access.covers('keep_accounts') AS c(id))
               WHEN 'review' THEN s.institution_id IN (
                    SELECT c.id FROM access.covers('review_accounts') AS c(id))
               WHEN 'send_back' THEN s.institution_id IN (
                    SELECT c.id FROM access.covers('review_accounts') AS c(id))
               WHEN 'approve' THEN s.institution_id IN (
                    SELECT c.id FROM access.covers('approve_accounts') AS c(id))
               WHEN 'reopen' THEN EXISTS (SELECT FROM access.takes_at(s.institution_id))
               ELSE station IN (SELECT t.at FROM access.takes_at(s.institution_id) AS t(at)) END));
CREATE TRIGGER moves BEFORE INSERT ON submission_step
    FOR EACH ROW EXECUTE FUNCTION storage.submission_moves();
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON submission_step
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON submission_rule TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON submission_rule FOR SELECT TO commonwatt_api USING (true);
CREATE POLICY made ON submission_rule FOR INSERT TO commonwatt_api
    WITH CHECK (known_by = access.viewer()
                AND CASE WHEN region_id IS NULL THEN (SELECT access.administers())
                         ELSE access.plans_regions(ARRAY[region_id]) END);
CREATE POLICY retired ON submission_rule FOR UPDATE TO commonwatt_api
    USING (CASE WHEN region_id IS NULL THEN (SELECT access.administers())
           ELSE access.plans_regions(ARRAY[region_id]) END);
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON submission_rule
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();

CREATE POLICY ours ON survey_typed TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON survey_typed FOR SELECT TO commonwatt_api
    USING (submission_id IN (SELECT s.id FROM submission s));
CREATE POLICY made ON survey_typed FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer() AND submission_id IN (
        SELECT s.id FROM submission s
         WHERE s.institution_id IN (SELECT c.id FROM access.covers('keep_accounts') AS c(id))));
CREATE TRIGGER open BEFORE INSERT ON survey_typed
    FOR EACH ROW EXECUTE FUNCTION storage.survey_is_open();
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON survey_typed
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON survey_word TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON survey_word FOR SELECT TO commonwatt_api
    USING (submission_id IN (SELECT s.id FROM submission s));
CREATE POLICY made ON survey_word FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer() AND submission_id IN (
        SELECT s.id FROM submission s
         WHERE s.institution_id IN (SELECT c.id FROM access.covers('keep_accounts') AS c(id))));
CREATE TRIGGER open BEFORE INSERT ON survey_word
    FOR EACH ROW EXECUTE FUNCTION storage.survey_is_open();
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON survey_word
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON survey_return TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON survey_return FOR SELECT TO commonwatt_api
    USING (submission_id IN (SELECT s.id FROM submission s));
CREATE POLICY made ON survey_return FOR INSERT TO commonwatt_api
    WITH CHECK (submission_id IN (
        SELECT s.id FROM submission s
         WHERE s.institution_id IN (SELECT c.id FROM access.covers('keep_accounts') AS c(id))));
CREATE TRIGGER begins BEFORE INSERT ON survey_return
    FOR EACH ROW EXECUTE FUNCTION storage.return_begins();
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON survey_return
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();
