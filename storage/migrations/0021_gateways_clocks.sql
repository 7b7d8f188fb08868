-- Clocks go wrong: how far each gateway's is off, what was set aside for it, what was marked.

CREATE TABLE gateway_clock (
    gateway_id integer PRIMARY KEY REFERENCES gateway,
    newest_at timestamptz,       -- of numbered messages, in whole 10 minutes
    newest_seq bigint,           -- the first that reached it
    ahead_ms bigint NOT NULL,    -- newest instant of the last message, less its arrival
    heard_at timestamptz NOT NULL,
    set_aside_at timestamptz     -- when readings were last set aside for the clock
) WITH (fillfactor = 50);

ALTER TABLE rejected_message
    ADD COLUMN off_ms bigint,    -- of clock.ahead from arrival, of clock.behind from the newest
    ADD COLUMN shift_ms bigint;  -- by which its readings were moved when they were taken
CREATE INDEX ON rejected_message (gateway, seq) WHERE reason = 'clock.behind';

-- Readings that were stored, and are still to be told about.
CREATE TABLE intake_mark (
    channel_id integer NOT NULL REFERENCES channel,
    mark text NOT NULL CHECK (mark IN ('rounded', 'clock.behind')),
    readings bigint NOT NULL,
    first timestamptz NOT NULL,
    last timestamptz NOT NULL,
    PRIMARY KEY (channel_id, mark)
);

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['gateway_clock', 'intake_mark'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY ours ON %I TO commonwatt_owner, commonwatt_collector, '
            'commonwatt_worker USING (true) WITH CHECK (true)', name);
    END LOOP;
END $$;
CREATE POLICY seen ON gateway_clock FOR SELECT TO commonwatt_api
    USING (gateway_id IN (SELECT id FROM gateway));  -- those that the reader sees
CREATE POLICY seen ON intake_mark FOR SELECT TO commonwatt_api
    USING (channel_id IN (SELECT access.sees_channels()));

GRANT SELECT, INSERT, UPDATE ON gateway_clock, intake_mark TO commonwatt_collector;
GRANT SELECT ON gateway_clock, intake_mark TO commonwatt_api, commonwatt_worker;
GRANT SELECT ON exchange TO commonwatt_collector;
GRANT UPDATE (shift_ms) ON rejected_message TO commonwatt_collector;

-- Of a gateway only the channels that the viewer sees count.
CREATE OR REPLACE VIEW report.gateway WITH (security_barrier) AS
SELECT g.name, g.since, count(b.channel_id) AS channels, max(r.at) AS last_reading_at,
       k.ahead_ms, k.heard_at, k.set_aside_at
  FROM gateway g
  LEFT JOIN gateway_clock k ON k.gateway_id = g.id
  LEFT JOIN binding b ON b.gateway_id = g.id AND b.known_until IS NULL
        AND (b.valid_to IS NULL OR b.valid_to > now())
        AND b.channel_id IN (SELECT access.sees_channels())
  LEFT JOIN LATERAL (
        SELECT at FROM reading WHERE channel_id = b.channel_id ORDER BY at DESC LIMIT 1) r ON true
 WHERE g.name IN (SELECT access.sees_gateways())
 GROUP BY g.id, g.name, g.since, k.gateway_id;

CREATE VIEW report.intake_mark WITH (security_barrier) AS
SELECT channel_id, mark, readings, first, last FROM intake_mark
 WHERE channel_id IN (SELECT access.sees_channels());
