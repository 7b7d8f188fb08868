-- Vehicles, of which an institution answers for the fuel.

CREATE TABLE vehicle (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    institution_id integer NOT NULL REFERENCES institution,
    plate text NOT NULL,
    since date NOT NULL,
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    known_by text NOT NULL
);
CREATE UNIQUE INDEX ON vehicle (institution_id, plate) WHERE known_until IS NULL;
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON vehicle
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();
ALTER TABLE vehicle ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON vehicle FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON vehicle FOR INSERT TO commonwatt_api
    WITH CHECK (institution_id IN (SELECT s.id FROM access.covers('register') AS s(id)));
CREATE POLICY retired ON vehicle FOR UPDATE TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.covers('register') AS s(id)));
GRANT SELECT, INSERT ON vehicle TO commonwatt_api;
GRANT UPDATE (known_until) ON vehicle TO commonwatt_api;
