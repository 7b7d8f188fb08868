-- A file of rows is one act, and so is taking it back: what takes back each of its rows is kept a month.

CREATE TABLE file_done (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    actor text NOT NULL,
    act text NOT NULL,
    sha256 bytea NOT NULL,
    rows integer NOT NULL CHECK (rows > 0),
    opposites jsonb NOT NULL,  -- of each row in its order: act, object, fields
    at timestamptz NOT NULL DEFAULT now(),
    undone_at timestamptz,
    undone_by text,
    CHECK ((undone_at IS NULL) = (undone_by IS NULL))
);
CREATE INDEX ON file_done (at);
ALTER TABLE file_done ENABLE ROW LEVEL SECURITY;
CREATE POLICY ours ON file_done TO commonwatt_owner, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON file_done FOR SELECT TO commonwatt_api
    USING (actor = access.viewer() OR (SELECT access.administers()));
CREATE POLICY made ON file_done FOR INSERT TO commonwatt_api WITH CHECK (actor = access.viewer());
CREATE POLICY undone ON file_done FOR UPDATE TO commonwatt_api
    USING (actor = access.viewer() OR (SELECT access.administers()))
    WITH CHECK (undone_by = access.viewer());
GRANT SELECT, INSERT ON file_done TO commonwatt_api;
GRANT UPDATE (undone_at, undone_by) ON file_done TO commonwatt_api;
GRANT SELECT, DELETE ON file_done TO commonwatt_worker;
