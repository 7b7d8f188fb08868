-- What meters said, everything they said differently, what could not be taken, and what is to be recomputed.

-- The engine decides how these two are cut by month: the next file makes them from their shapes.
CREATE TABLE storage.reading_shape (
    at timestamptz NOT NULL,
    value bigint,          -- quanta of the channel; null is a void by a person
    seq bigint NOT NULL,
    channel_id integer NOT NULL,
    rank smallint NOT NULL, -- 0 gateway and file, 1 person
    PRIMARY KEY (channel_id, at)
);

CREATE TABLE storage.usage_hour_shape (
    hour timestamptz NOT NULL,
    used bigint,           -- quanta of the carrier; null where no part is known
    channel_id integer NOT NULL,
    measured_s smallint NOT NULL CHECK (measured_s BETWEEN 0 AND 3600),
    PRIMARY KEY (channel_id, hour)
);

CREATE TABLE reading_revision (
    at timestamptz NOT NULL,
    value bigint,
    seq bigint NOT NULL,
    channel_id integer NOT NULL,
    rank smallint NOT NULL,
    UNIQUE NULLS NOT DISTINCT (channel_id, at, rank, seq, value)
);

CREATE TABLE rejected_message (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    received_at timestamptz NOT NULL,
    topic text NOT NULL,
    gateway text NOT NULL,
    payload bytea NOT NULL,
    seq bigint,
    reason text NOT NULL,      -- the stable code
    message_zh text NOT NULL,
    message_en text NOT NULL,
    i integer[] NOT NULL,      -- refused readings of the message; empty means all of it
    readings integer NOT NULL, -- how many these are, 0 where nobody can know
    resolved_at timestamptz,   -- taken after all, by replay
    -- A digest of gateway, payload, reason and i: names and lists may be longer than an index holds.
    identity bytea NOT NULL UNIQUE
);
CREATE INDEX ON rejected_message (received_at) WHERE resolved_at IS NULL;

-- Queues: appended in the transaction that makes something stale, deleted by id. No other key.
CREATE TABLE stale_usage (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel_id integer NOT NULL REFERENCES channel,
    first timestamptz NOT NULL,
    last timestamptz NOT NULL
);
CREATE INDEX ON stale_usage (channel_id);

CREATE TABLE stale_account (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    institution_id integer NOT NULL REFERENCES institution,
    first date NOT NULL,
    last date NOT NULL
);
CREATE INDEX ON stale_account (institution_id);

CREATE TABLE due (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    key text NOT NULL,
    at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    payload jsonb NOT NULL DEFAULT '{}',
    said text               -- what went wrong last time
);
CREATE INDEX ON due (at);

-- One row a collector: what was delivered, counted in the transaction that stored it.
CREATE TABLE intake_tally (
    collector text PRIMARY KEY,
    messages bigint NOT NULL,
    stored bigint NOT NULL,
    revised bigint NOT NULL,
    duplicates bigint NOT NULL,
    last_at timestamptz NOT NULL
);

CREATE TABLE usage_day (
    channel_id integer NOT NULL,
    day date NOT NULL,     -- of the channel's civil zone
    used bigint,
    measured_s integer NOT NULL,
    PRIMARY KEY (channel_id, day)
);

CREATE TABLE usage_month (
    channel_id integer NOT NULL,
    month date NOT NULL,
    used bigint,
    measured_s integer NOT NULL,
    PRIMARY KEY (channel_id, month)
);

CREATE TABLE account (
    institution_id integer NOT NULL REFERENCES institution,
    carrier text NOT NULL REFERENCES carrier,
    month date NOT NULL,
    source text NOT NULL CHECK (source IN ('meter', 'bill', 'typed', 'estimate')),
    quanta bigint,
    measured_s bigint NOT NULL,
    PRIMARY KEY (institution_id, carrier, month, source)
);

CREATE TABLE account_version (
    institution_id integer NOT NULL REFERENCES institution,
    carrier text NOT NULL REFERENCES carrier,
    month date NOT NULL,
    source text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    quanta bigint,
    measured_s bigint NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT now(),
    taken_by text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (institution_id, carrier, month, source, version)
);
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON account_version
    FOR EACH ROW EXECUTE FUNCTION storage.never_changes();

GRANT SELECT, INSERT ON reading_revision TO commonwatt_collector;
GRANT SELECT, INSERT ON rejected_message TO commonwatt_collector;
GRANT UPDATE (resolved_at) ON rejected_message TO commonwatt_collector;
GRANT SELECT ON rejected_message, intake_tally TO commonwatt_api;
GRANT SELECT, INSERT, UPDATE ON intake_tally TO commonwatt_collector;
GRANT INSERT ON stale_usage TO commonwatt_collector;
GRANT INSERT ON stale_usage, stale_account, due TO commonwatt_api;
GRANT SELECT ON stale_usage, stale_account, due TO commonwatt_api;
GRANT SELECT, INSERT, DELETE ON stale_usage, stale_account TO commonwatt_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON due, usage_day, usage_month, account TO commonwatt_worker;
GRANT SELECT ON reading_revision, intake_tally, rejected_message TO commonwatt_worker;
GRANT SELECT ON account, account_version TO commonwatt_api;
GRANT INSERT ON account_version TO commonwatt_api;
