-- Who sees the scenarios of a union, and who says something of them.

-- Of the institutions that a sum holds only the restricted ones are kept.
CREATE FUNCTION storage.scenario_guards() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
    NEW.guarded := ARRAY(SELECT g.id FROM access.guarded() AS g(id) WHERE g.id = ANY (NEW.guarded));
    RETURN NEW;
END $$;

CREATE POLICY ours ON scenario TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON scenario FOR SELECT TO commonwatt_api
    USING (union_id IN (SELECT s.id FROM access.sees_unions() AS s(id)));
CREATE POLICY made ON scenario FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer()
        AND union_id IN (SELECT s.id FROM access.planned_unions() AS s(id)));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON scenario
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON scenario_member TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON scenario_member FOR SELECT TO commonwatt_api
    USING (union_id IN (SELECT s.id FROM access.sees_unions() AS s(id))
        AND (guarded = '{}' OR NOT access.tells_of_unseen(guarded)));
CREATE POLICY made ON scenario_member FOR INSERT TO commonwatt_api
    WITH CHECK (union_id IN (SELECT s.id FROM access.planned_unions() AS s(id)));
CREATE TRIGGER guards BEFORE INSERT ON scenario_member
    FOR EACH ROW EXECUTE FUNCTION storage.scenario_guards();
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON scenario_member
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

CREATE POLICY ours ON scenario_comment TO commonwatt_owner USING (true) WITH CHECK (true);
CREATE POLICY seen ON scenario_comment FOR SELECT TO commonwatt_api
    USING (union_id IN (SELECT s.id FROM access.sees_unions() AS s(id)));
CREATE POLICY made ON scenario_comment FOR INSERT TO commonwatt_api
    WITH CHECK (made_by = access.viewer()
        AND union_id IN (SELECT s.id FROM access.comments_unions() AS s(id))
        AND (region_id IS NULL OR region_id IN (SELECT s.id FROM access.acts_for() AS s(id))
             OR (union_id, region_id) IN (
                 SELECT u.id, u.guide_id FROM region_union u
                  WHERE u.id IN (SELECT s.id FROM access.guides() AS s(id)))));
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON scenario_comment
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();
