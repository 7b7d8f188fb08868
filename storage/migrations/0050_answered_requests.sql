-- A request that is sent again is answered again and done once: what was answered under which key.
CREATE TABLE answered (
    actor text NOT NULL,
    act text NOT NULL,
    key text NOT NULL,
    digest bytea NOT NULL,  -- of the object and fields: the key holds for these alone
    answer jsonb,           -- null while it is being done
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (actor, act, key)
);
CREATE INDEX ON answered (at);
ALTER TABLE answered ENABLE ROW LEVEL SECURITY;
ALTER TABLE answered FORCE ROW LEVEL SECURITY;
CREATE POLICY ours ON answered TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY own ON answered TO commonwatt_api
    USING (actor = access.viewer()) WITH CHECK (actor = access.viewer());
GRANT SELECT, INSERT ON answered TO commonwatt_api;
GRANT UPDATE (answer) ON answered TO commonwatt_api;
GRANT SELECT, DELETE ON answered TO commonwatt_worker;
