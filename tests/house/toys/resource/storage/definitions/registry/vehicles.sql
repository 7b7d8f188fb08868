-- Who sees vehicles and registers them.

CREATE POLICY seen ON vehicle FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON vehicle FOR INSERT TO commonwatt_api
    WITH CHECK (institution_id IN (SELECT s.id FROM access.covers('register') AS s(id)));
CREATE POLICY retired ON vehicle FOR UPDATE TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.covers('register') AS s(id)));
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON vehicle
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();
