-- Steps are judged before they count, by rules that look at readings around: what a person says of a
-- reading is a fact of its own, and a ratio need not be whole.

-- Carrier quanta per channel quantum is factor / under: the transformer's ratio times what lies
-- between the two quanta, which nobody types.
ALTER TABLE channel_setting ADD COLUMN under bigint NOT NULL DEFAULT 1 CHECK (under > 0);

-- A reading that was set aside stands, or the fall to it is a wrap: a person's word, with a reason.
CREATE TABLE verdict (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel_id integer NOT NULL REFERENCES channel,
    at timestamptz NOT NULL,
    wrap boolean NOT NULL,
    source text NOT NULL,
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    known_by text NOT NULL
);
CREATE UNIQUE INDEX ON verdict (channel_id, at) WHERE known_until IS NULL;
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON verdict
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();
ALTER TABLE verdict ENABLE ROW LEVEL SECURITY;
ALTER TABLE verdict FORCE ROW LEVEL SECURITY;
CREATE POLICY ours ON verdict TO commonwatt_owner, commonwatt_collector, commonwatt_worker
    USING (true) WITH CHECK (true);
CREATE POLICY seen ON verdict FOR SELECT TO commonwatt_api
    USING (channel_id IN (SELECT access.sees_channels()));
CREATE POLICY made ON verdict FOR INSERT TO commonwatt_api
    WITH CHECK (channel_id IN (SELECT access.writes_channels()));
CREATE POLICY retired ON verdict FOR UPDATE TO commonwatt_api
    USING (channel_id IN (SELECT access.writes_channels()));
GRANT SELECT ON verdict TO commonwatt_api, commonwatt_worker;
GRANT INSERT ON verdict TO commonwatt_api;
GRANT UPDATE (known_until) ON verdict TO commonwatt_api;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO commonwatt_api;

-- Where readings only came, and none went or changed, calm data needs only their neighbours.
ALTER TABLE stale_usage ADD COLUMN added boolean NOT NULL DEFAULT false;

-- Everything is judged once more.
INSERT INTO stale_usage (channel_id, first, last)
SELECT channel_id, min(at), max(at) FROM reading GROUP BY channel_id;
