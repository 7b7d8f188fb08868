-- What meters sent, everything they sent differently, what could not be taken, and what people say
-- of readings.

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
    known_s smallint NOT NULL DEFAULT 0,
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
GRANT SELECT, INSERT ON reading_revision TO commonwatt_collector;
GRANT SELECT ON reading_revision TO commonwatt_worker;

-- When the use of an interval began, where a file tells it: a bill is of any days. Without a row it
-- began a period before its end. Of several of one end the greatest (rank, seq, from_at) stands.
CREATE TABLE reading_start (
    at timestamptz NOT NULL,
    from_at timestamptz NOT NULL CHECK (from_at < at),
    seq bigint NOT NULL,
    channel_id integer NOT NULL REFERENCES channel,
    rank smallint NOT NULL, -- 0 file, 1 person; seq is then the correction's id
    PRIMARY KEY (channel_id, at, rank, seq, from_at)
);
ALTER TABLE reading_start ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON reading_start TO commonwatt_api, commonwatt_worker;
GRANT SELECT, INSERT ON reading_start TO commonwatt_collector;

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
    -- A digest of gateway, payload, reason and i: names and lists may be longer than an index
    -- holds.
    identity bytea NOT NULL UNIQUE,
    off_ms bigint,            -- of clock.ahead from arrival, of clock.behind from the newest
    shift_ms bigint           -- by which its readings were moved when they were taken
);
CREATE INDEX ON rejected_message (received_at) WHERE resolved_at IS NULL;
  -- by which its readings were moved when they were taken
CREATE INDEX ON rejected_message (gateway, seq) WHERE reason = 'clock.behind';
ALTER TABLE rejected_message ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON rejected_message TO commonwatt_api;
GRANT SELECT, INSERT ON rejected_message TO commonwatt_collector;
GRANT SELECT, DELETE ON rejected_message TO commonwatt_worker;
GRANT UPDATE (resolved_at, shift_ms) ON rejected_message TO commonwatt_collector;

-- Keys that gateways send and no channel is bound to. What becomes of them is decided elsewhere: a
-- key that was bound stays here until it is forgotten, and is shown no more.
CREATE TABLE unbound_key (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    gateway text NOT NULL CHECK (length(gateway) <= 200),
    key text NOT NULL,
    first_at timestamptz NOT NULL,  -- arrivals
    last_at timestamptz NOT NULL,
    readings bigint NOT NULL,       -- set aside, each counted once
    since timestamptz NOT NULL,     -- the oldest of their instants
    at timestamptz NOT NULL,        -- the newest, with its value
    value double precision NOT NULL,
    unit text,                      -- where the message names one
    rises bigint NOT NULL,          -- of neighbouring values, as far as they came in order
    falls bigint NOT NULL,
    UNIQUE (gateway, key)
);
ALTER TABLE unbound_key ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON unbound_key TO commonwatt_collector;
GRANT SELECT, DELETE ON unbound_key TO commonwatt_worker;

-- Which topics are whose, and in which format: the routing table as people keep it, beside the
-- routes file. It is asked for the instant at which a message arrived.
CREATE TABLE route (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL CHECK (length(topic) BETWEEN 1 AND 500),  -- a filter of MQTT
    codec text NOT NULL,
    gateway text NOT NULL,       -- {1} is what the first + of the topic stood for
    key text NOT NULL,           -- {key} is what the payload calls it
    only_keys text[] NOT NULL,   -- as the payload calls them; empty means all
    settings jsonb NOT NULL,     -- of the format
    valid_from timestamptz NOT NULL,  -- '-infinity' where it has always held
    valid_to timestamptz,
    source text NOT NULL,
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    known_by text NOT NULL,
    EXCLUDE USING gist (topic WITH =, tstzrange(valid_from, valid_to) WITH &&)
        WHERE (known_until IS NULL)
);
ALTER TABLE route ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON route TO commonwatt_api;
GRANT UPDATE (known_until) ON route TO commonwatt_api;

-- Clocks go wrong: how far each gateway's is off, what was set aside for it, what was marked.

CREATE TABLE gateway_clock (
    gateway_id integer PRIMARY KEY REFERENCES gateway,
    newest_at timestamptz,       -- of numbered messages, in whole 10 minutes
    newest_seq bigint,           -- the first that reached it
    ahead_ms bigint NOT NULL,    -- newest instant of the last message, less its arrival
    heard_at timestamptz NOT NULL,
    set_aside_at timestamptz     -- when readings were last set aside for the clock
) WITH (fillfactor = 50);
ALTER TABLE gateway_clock ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON gateway_clock TO commonwatt_api, commonwatt_worker;
GRANT SELECT, INSERT, UPDATE ON gateway_clock TO commonwatt_collector;

-- What was seen of each gateway, so that each is judged by its own habits.
CREATE TABLE gateway_seen (
    gateway_id integer PRIMARY KEY REFERENCES gateway,
    seen_at timestamptz NOT NULL,              -- its last message's arrival, within some seconds
    receipted_at timestamptz,                  -- when a numbered one was last committed
    every_s integer[] NOT NULL DEFAULT '{}',   -- between its last arrivals, the newest last
    ahead_ms bigint[] NOT NULL DEFAULT '{}',   -- newest instant less arrival, the newest last
    seqs int8multirange NOT NULL DEFAULT '{}'  -- the last ranges of its numbers
) WITH (fillfactor = 50);
ALTER TABLE gateway_seen ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON gateway_seen TO commonwatt_api, commonwatt_worker;
GRANT SELECT, INSERT, UPDATE ON gateway_seen TO commonwatt_collector;

CREATE TABLE gateway_day (
    gateway_id integer NOT NULL REFERENCES gateway,
    day date NOT NULL,          -- UTC, of the arrival
    messages bigint NOT NULL,
    refused bigint NOT NULL,    -- of these, in whole or in part
    PRIMARY KEY (gateway_id, day)
) WITH (fillfactor = 50);
ALTER TABLE gateway_day ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON gateway_day TO commonwatt_api, commonwatt_worker;
GRANT SELECT, INSERT, UPDATE ON gateway_day TO commonwatt_collector;
GRANT DELETE ON gateway_day TO commonwatt_worker;

-- Somebody looks at what a gateway sends: until then its messages are kept, the last of them.
CREATE TABLE gateway_watch (
    gateway_id integer PRIMARY KEY REFERENCES gateway,
    until timestamptz NOT NULL
);
ALTER TABLE gateway_watch ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON gateway_watch TO commonwatt_api;
GRANT SELECT ON gateway_watch TO commonwatt_collector, commonwatt_worker;
GRANT DELETE ON gateway_watch TO commonwatt_worker;

CREATE TABLE gateway_message (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    gateway_id integer NOT NULL REFERENCES gateway,
    received_at timestamptz NOT NULL,
    topic text NOT NULL,
    payload bytea NOT NULL,    -- its beginning
    bytes integer NOT NULL,    -- of all of it
    seq bigint,
    said text NOT NULL,        -- the first readings: key = value
    readings integer NOT NULL, -- that were read in it
    taken integer NOT NULL,    -- of these, that are stored or were known
    reason text,               -- of its first refusal
    message_zh text,
    message_en text
);
CREATE INDEX ON gateway_message (gateway_id, id);
ALTER TABLE gateway_message ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON gateway_message TO commonwatt_api;
GRANT SELECT, INSERT, DELETE ON gateway_message TO commonwatt_collector;
GRANT SELECT, DELETE ON gateway_message TO commonwatt_worker;

-- Readings that were stored, and are still to be told about.
CREATE TABLE intake_mark (
    channel_id integer NOT NULL REFERENCES channel,
    mark text NOT NULL CHECK (mark IN ('rounded', 'clock.behind')),
    readings bigint NOT NULL,
    first timestamptz NOT NULL,
    last timestamptz NOT NULL,
    PRIMARY KEY (channel_id, mark)
);
ALTER TABLE intake_mark ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON intake_mark TO commonwatt_api, commonwatt_worker;
GRANT SELECT, INSERT, UPDATE ON intake_mark TO commonwatt_collector;

-- One row a collector: what was delivered, counted in the transaction that stored it.
CREATE TABLE intake_tally (
    collector text PRIMARY KEY,
    messages bigint NOT NULL,
    stored bigint NOT NULL,
    revised bigint NOT NULL,
    duplicates bigint NOT NULL,
    last_at timestamptz NOT NULL
);
GRANT SELECT ON intake_tally TO commonwatt_api, commonwatt_worker;
GRANT SELECT, INSERT, UPDATE ON intake_tally TO commonwatt_collector;

-- The same by the minute, for the board of collectors and `commonwatt status`; kept a month.
CREATE TABLE intake_minute (
    minute timestamptz NOT NULL,
    collector text NOT NULL,
    messages bigint NOT NULL,
    stored bigint NOT NULL,
    revised bigint NOT NULL,
    duplicates bigint NOT NULL,
    refused bigint NOT NULL,        -- refusals: of a message, or of its readings of one reason
    commits bigint NOT NULL,
    write_ms bigint NOT NULL,       -- of these transactions together, their commit included
    write_most_ms bigint NOT NULL,
    lag_most_ms bigint NOT NULL,    -- the longest from a message's arrival to its commit
    PRIMARY KEY (minute, collector)
);
GRANT SELECT ON intake_minute TO commonwatt_api;
GRANT SELECT, DELETE ON intake_minute TO commonwatt_worker;
GRANT SELECT, INSERT, UPDATE ON intake_minute TO commonwatt_collector;

-- How each collector is, as it says itself every few seconds: one that is silent has died, or its
-- database was away.
CREATE TABLE collector_beat (
    collector text PRIMARY KEY,
    began_at timestamptz NOT NULL,
    beat_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('connected', 'broker_away', 'stopped')),
    unacknowledged integer NOT NULL,  -- messages
    oldest_at timestamptz,            -- when the first of these came
    held integer NOT NULL,            -- messages that wait for the writer
    held_bytes bigint NOT NULL
);
GRANT SELECT ON collector_beat TO commonwatt_api, commonwatt_worker;
GRANT SELECT, INSERT, UPDATE ON collector_beat TO commonwatt_collector;

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
ALTER TABLE verdict ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON verdict TO commonwatt_api;
GRANT SELECT ON verdict TO commonwatt_worker;
GRANT UPDATE (known_until) ON verdict TO commonwatt_api;

-- Corrections by people, and how long refused messages are kept.

-- A person's correction: who said so and why; its readings have rank 1 and its id as their seq.

CREATE TABLE correction (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by text NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    source text NOT NULL,        -- the file, or what else it was read from
    channels integer CHECK (channels > 0)  -- of a file: nobody takes back a part of it
);
ALTER TABLE correction ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON correction TO commonwatt_api;
GRANT SELECT ON correction TO commonwatt_collector, commonwatt_worker;
GRANT USAGE ON SEQUENCE correction_id_seq TO commonwatt_api;

-- What people say of readings is a fact with a person and a reason; taken back, all is as if it
-- had never been said.

-- The id is the seq of the rank-1 reading that a void or a set value is, so it is drawn with the
-- ids of corrections by file. What a verdict or an exchange replaced comes back with the undo.
CREATE TABLE amendment (
    id bigint PRIMARY KEY DEFAULT nextval('correction_id_seq'),
    channel_id integer NOT NULL REFERENCES channel,
    at timestamptz NOT NULL,
    kind text NOT NULL CHECK (kind IN
        ('void', 'set', 'reinstate', 'wrap', 'exchange', 'use', 'withdraw', 'file')),
    value bigint CHECK ((kind IN ('set', 'use')) = (value IS NOT NULL)), -- channel quanta
    replaced bigint,       -- the row of verdict or exchange that was known of the instant before
    source text NOT NULL,  -- why, or on which paper it stands
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    known_by text NOT NULL,
    last timestamptz,      -- of a file's readings; `at` is the first
    readings integer CHECK (readings > 0),
    file_id bigint REFERENCES correction,
    CONSTRAINT amendment_of_file CHECK (
        (kind = 'file') = (file_id IS NOT NULL AND last >= at AND readings IS NOT NULL))
);
CREATE INDEX ON amendment (channel_id, at);
CREATE INDEX ON amendment (file_id) WHERE file_id IS NOT NULL;
ALTER TABLE amendment ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON amendment TO commonwatt_api;
GRANT SELECT ON amendment TO commonwatt_worker;
GRANT UPDATE (known_until) ON amendment TO commonwatt_api;

-- What an officer answered of files of one layout of one institution: offered at the next of them.
CREATE TABLE file_answer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    institution_id integer NOT NULL REFERENCES institution,
    layout bytea NOT NULL CHECK (length(layout) = 32),  -- SHA-256 of its headings
    answers jsonb NOT NULL CHECK (answers <> '{}'),     -- by name, pairs as objects
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    known_by text NOT NULL
);
CREATE UNIQUE INDEX ON file_answer (institution_id, layout) WHERE known_until IS NULL;
CREATE INDEX ON file_answer (layout) WHERE known_until IS NULL;
ALTER TABLE file_answer ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON file_answer TO commonwatt_api;
GRANT UPDATE (known_until) ON file_answer TO commonwatt_api;

-- Files too large for one answer: how far each is, and what stood against it.
CREATE TABLE reading_import (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    name text NOT NULL,
    sha256 bytea NOT NULL,                   -- of the bytes as they came
    bytes bigint NOT NULL,
    -- read: all of it can be taken; in_accounts: nothing of it waits to be counted
    state text NOT NULL DEFAULT 'received' CHECK (state IN
        ('received', 'read', 'stored', 'in_accounts', 'refused', 'interrupted')),
    bytes_read bigint NOT NULL DEFAULT 0,
    rows_read bigint NOT NULL DEFAULT 0,
    rows_stored bigint NOT NULL DEFAULT 0,   -- on their way, until it is stored
    counts jsonb NOT NULL DEFAULT '{}',      -- what became of the readings
    channels integer[] NOT NULL DEFAULT '{}',
    first timestamptz,
    last timestamptz,
    file_id bigint,                          -- its reading_file, where it said anything new
    errors jsonb NOT NULL DEFAULT '[]',      -- the first, each with its line
    error_count bigint NOT NULL DEFAULT 0,
    stored_at timestamptz,
    ended_at timestamptz
);
CREATE INDEX ON reading_import (made_by, id);
ALTER TABLE reading_import ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON reading_import TO commonwatt_api;
GRANT SELECT, UPDATE ON reading_import TO commonwatt_collector;
GRANT SELECT, DELETE ON reading_import TO commonwatt_worker;
GRANT UPDATE (state, ended_at, errors) ON reading_import TO commonwatt_worker;

-- Files of readings that people brought: who, when, and whether it was taken back.
CREATE TABLE reading_file (
    id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    name text NOT NULL,
    channels integer[] NOT NULL,  -- of which it alone said something
    readings bigint NOT NULL,     -- that nobody had said before
    first timestamptz NOT NULL,
    last timestamptz NOT NULL,
    undone_at timestamptz,
    undone_by text,
    settled_at timestamptz,       -- since when it cannot be taken back
    CONSTRAINT reading_file_undone CHECK ((undone_at IS NULL) = (undone_by IS NULL))
);
CREATE INDEX ON reading_file (made_at) WHERE settled_at IS NULL AND undone_at IS NULL;
CREATE INDEX ON reading_file (made_by, id);
ALTER TABLE reading_file ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON reading_file TO commonwatt_api, commonwatt_worker;
GRANT UPDATE (undone_at, undone_by) ON reading_file TO commonwatt_api;
GRANT SELECT, INSERT ON reading_file TO commonwatt_collector;
GRANT USAGE ON SEQUENCE reading_file_id_seq TO commonwatt_collector;
GRANT DELETE ON reading_file TO commonwatt_worker;

-- What only such files said so far, and can take back. What anybody else says too is said for good,
-- and its rows go; so they do when a file is settled.
CREATE TABLE reading_of_file (
    at timestamptz NOT NULL,
    value bigint NOT NULL,
    seq bigint NOT NULL,
    file_id bigint NOT NULL,
    channel_id integer NOT NULL,
    PRIMARY KEY (channel_id, at, seq, value, file_id)
);
ALTER TABLE reading_of_file ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON reading_of_file TO commonwatt_api, commonwatt_worker;
GRANT SELECT, INSERT, DELETE ON reading_of_file TO commonwatt_collector;

-- What was new as a file said it, some thousand readings a row: nearly all stays as it came, and is
-- noted in a tenth of the time. As soon as anybody says a reading between first and last that is
-- there, the row becomes rows of reading_of_file. A reading is in one row here, or in some there. Where
-- another large file says all of a row, it is named beside the first.
CREATE TABLE run_of_file (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    file_id bigint NOT NULL,
    channel_id integer NOT NULL,
    first timestamptz NOT NULL,
    last timestamptz NOT NULL,
    at timestamptz[] NOT NULL,
    seq bigint[] NOT NULL,
    value bigint[] NOT NULL,
    also bigint[] NOT NULL DEFAULT '{}',  -- files that say all of it, too
    CHECK (cardinality(at) = cardinality(seq) AND cardinality(at) = cardinality(value))
);
ALTER TABLE run_of_file ALTER COLUMN at SET STORAGE EXTERNAL, ALTER COLUMN value SET STORAGE EXTERNAL;
CREATE INDEX ON run_of_file USING gist (channel_id, tstzrange(first, last, '[]'));
CREATE INDEX ON run_of_file (file_id);
ALTER TABLE run_of_file ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON run_of_file TO commonwatt_api, commonwatt_worker;
GRANT SELECT, INSERT, DELETE, UPDATE (also) ON run_of_file TO commonwatt_collector;

-- The same of beginnings of intervals.
CREATE TABLE start_of_file (
    at timestamptz NOT NULL,
    from_at timestamptz NOT NULL,
    seq bigint NOT NULL,
    file_id bigint NOT NULL,
    channel_id integer NOT NULL,
    PRIMARY KEY (channel_id, at, seq, from_at, file_id)
);
ALTER TABLE start_of_file ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON start_of_file TO commonwatt_api, commonwatt_worker;
GRANT SELECT, INSERT, DELETE ON start_of_file TO commonwatt_collector;
