-- The codes under which whoever keeps a roster finds its own institutions again; ours stay permanent.

CREATE TABLE institution_code (
    namespace text NOT NULL,      -- whose codes these are
    code text NOT NULL,
    institution_id integer NOT NULL REFERENCES institution,
    PRIMARY KEY (namespace, code)
);
CREATE INDEX ON institution_code (institution_id);

CREATE INDEX ON institution_fact (value) WHERE attribute = 'credit_code' AND known_until IS NULL;

ALTER TABLE institution_code ENABLE ROW LEVEL SECURITY;
ALTER TABLE institution_code FORCE ROW LEVEL SECURITY;
CREATE POLICY ours ON institution_code
    TO commonwatt_owner, commonwatt_collector, commonwatt_worker USING (true) WITH CHECK (true);
CREATE POLICY seen ON institution_code FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT access.sees()));
CREATE POLICY made ON institution_code FOR INSERT TO commonwatt_api
    WITH CHECK (institution_id IN (SELECT access.writes()));

GRANT SELECT, INSERT ON institution_code TO commonwatt_api;
GRANT SELECT ON institution_code TO commonwatt_worker;
