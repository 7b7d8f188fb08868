-- Corrections by people, and how long refused messages are kept.

-- A person's correction: who said so and why; its readings have rank 1 and its id as their seq.

CREATE TABLE correction (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by text NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    source text NOT NULL        -- the file, or what else it was read from
);
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON correction
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

ALTER TABLE correction ENABLE ROW LEVEL SECURITY;
ALTER TABLE correction FORCE ROW LEVEL SECURITY;
CREATE POLICY ours ON correction TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
-- Others read of it through the readings that they see, never by itself.
CREATE POLICY seen ON correction FOR SELECT TO commonwatt_api
    USING (made_by = access.viewer() OR (SELECT access.administers()));

GRANT SELECT, INSERT ON correction TO commonwatt_collector;
GRANT SELECT ON correction TO commonwatt_api, commonwatt_worker;

-- What a file or a shift changed is written down in the transaction that changes it.
GRANT INSERT ON deed TO commonwatt_collector;

-- The worker deletes what was kept long enough.
GRANT DELETE ON rejected_message TO commonwatt_worker;
