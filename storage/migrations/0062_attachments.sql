-- A scan rides ahead of the form that names it: kept a day, and for good once an act has named it.

CREATE TABLE attachment (
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    actor text NOT NULL,
    name text NOT NULL CHECK (length(name) <= 200),
    media_type text NOT NULL,
    content bytea NOT NULL CHECK (sha256(content) = sha256),
    at timestamptz NOT NULL DEFAULT now(),
    kept boolean NOT NULL DEFAULT false,  -- an act has named it
    PRIMARY KEY (sha256, actor)
);
CREATE INDEX ON attachment (at) WHERE NOT kept;
ALTER TABLE attachment ENABLE ROW LEVEL SECURITY;
CREATE POLICY ours ON attachment TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON attachment FOR SELECT TO commonwatt_api
    USING (actor = access.viewer() OR (SELECT access.administers()));
CREATE POLICY made ON attachment FOR INSERT TO commonwatt_api WITH CHECK (actor = access.viewer());
CREATE POLICY named ON attachment FOR UPDATE TO commonwatt_api
    USING (actor = access.viewer()) WITH CHECK (actor = access.viewer());
GRANT SELECT, INSERT ON attachment TO commonwatt_api;
GRANT UPDATE (kept, at, name) ON attachment TO commonwatt_api;
GRANT SELECT, DELETE ON attachment TO commonwatt_worker;
