-- Use by hour, day and month, accounts and their figures, and the queues of what is to be
-- recomputed.

CREATE TABLE usage_day (
    channel_id integer NOT NULL,
    day date NOT NULL,     -- of the channel's civil zone
    used bigint,
    measured_s integer NOT NULL,
    known_s integer NOT NULL DEFAULT 0,
    PRIMARY KEY (channel_id, day)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON usage_day TO commonwatt_worker;

CREATE TABLE usage_month (
    channel_id integer NOT NULL,
    month date NOT NULL,
    used bigint,
    measured_s integer NOT NULL,
    known_s integer NOT NULL DEFAULT 0,
    PRIMARY KEY (channel_id, month)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON usage_month TO commonwatt_worker;

-- Where the hours of a register end that only goes on: its last reading that they hold, after calm
-- steps, and the ms of its hour that make no whole second. Whoever changes more than a reading that
-- comes after it takes the row away; without one all around is judged. Written all the time.
CREATE TABLE usage_end (
    channel_id integer PRIMARY KEY,
    at timestamptz NOT NULL,
    value bigint NOT NULL,  -- quanta of the channel
    measured_ms smallint NOT NULL CHECK (measured_ms BETWEEN 0 AND 999),
    known_ms smallint NOT NULL CHECK (known_ms BETWEEN 0 AND 999)
) WITH (fillfactor = 50);
GRANT SELECT, INSERT, UPDATE, DELETE ON usage_end TO commonwatt_worker;

CREATE TABLE account (
    institution_id integer NOT NULL REFERENCES institution,
    carrier text NOT NULL REFERENCES carrier,
    month date NOT NULL,
    source text NOT NULL CHECK (source IN ('meter', 'bill', 'typed', 'estimate')),
    quanta bigint,
    measured_s bigint NOT NULL,
    known_s bigint NOT NULL DEFAULT 0,
    before_meter boolean NOT NULL DEFAULT false,  -- by the rule of its month, if a meter knows it too
    PRIMARY KEY (institution_id, carrier, month, source)
);
-- What boards ask: the newest month that has accounts, and how much time a complete account would
-- hold.

CREATE INDEX ON account (month);
ALTER TABLE account ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON account TO commonwatt_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON account TO commonwatt_worker;

-- What a person states of a carrier's month that no meter knows enough of; the newest word holds, and
-- one without quanta takes back what was said before. It stands in the account as a source of its own.
CREATE TABLE account_estimate (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    institution_id integer NOT NULL REFERENCES institution,
    carrier text NOT NULL REFERENCES carrier,
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    how text NOT NULL CHECK (how IN ('year_before', 'year_after', 'like_days', 'bill', 'withdrawn')),
    quanta bigint CHECK (quanta >= 0),
    reason text NOT NULL CHECK (reason <> ''),
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by text NOT NULL,
    CHECK ((how = 'withdrawn') = (quanta IS NULL))
);
CREATE INDEX ON account_estimate (institution_id, month, carrier, id);
ALTER TABLE account_estimate ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON account_estimate TO commonwatt_api;
GRANT SELECT ON account_estimate TO commonwatt_worker;

-- An institution's year as its authority locked it, and what a second person answered. Nobody writes
-- here but access.lock_year; the newest version that is verified holds.
CREATE TABLE account_version (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    institution_id integer NOT NULL REFERENCES institution,
    year integer NOT NULL CHECK (year BETWEEN 1970 AND 2100),
    version integer NOT NULL CHECK (version > 0),
    kgce_g numeric[] NOT NULL,         -- by the profile's place; null where a part has no coefficient
    co2_g numeric,                     -- null where a part has no factor
    water_quanta numeric,              -- null where no water is in account
    estimated_kgce_g numeric[] NOT NULL,  -- of these, what no meter knew enough of
    known_months integer NOT NULL CHECK (known_months > 0),  -- of all carriers
    estimated_months integer NOT NULL CHECK (estimated_months BETWEEN 0 AND known_months),
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),  -- of storage.version_text
    reason text CHECK (reason <> ''),  -- of a restatement: why a verified figure is replaced
    locked_at timestamptz NOT NULL DEFAULT now(),
    locked_by text NOT NULL,
    answer text CHECK (answer IN ('verified', 'returned')),
    answered_at timestamptz,
    answered_by text,
    answer_reason text CHECK (answer_reason <> ''),
    UNIQUE (institution_id, year, version),
    CHECK (num_nulls(answer, answered_at, answered_by) IN (0, 3)),
    CHECK ((answer IS NOT DISTINCT FROM 'returned') = (answer_reason IS NOT NULL))
);
CREATE UNIQUE INDEX one_version_waits ON account_version (institution_id, year)
 WHERE answer IS NULL;
CREATE INDEX ON account_version (year, institution_id, version) WHERE answer = 'verified';
ALTER TABLE account_version ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON account_version TO commonwatt_api, commonwatt_worker;

-- Its months, January first: of each carrier what counted, and from where. Null: not in account.
CREATE TABLE account_version_line (
    version_id bigint NOT NULL REFERENCES account_version,
    carrier text NOT NULL REFERENCES carrier,
    quanta bigint[] NOT NULL CHECK (cardinality(quanta) = 12),
    source text[] NOT NULL CHECK (cardinality(source) = 12),
    known_s bigint[] NOT NULL CHECK (cardinality(known_s) = 12),
    expected_s bigint[] NOT NULL CHECK (cardinality(expected_s) = 12),
    PRIMARY KEY (version_id, carrier)
);
ALTER TABLE account_version_line ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON account_version_line TO commonwatt_api, commonwatt_worker;

CREATE TABLE account_figure (
    institution_id integer NOT NULL,
    carrier text NOT NULL,
    month date NOT NULL,
    source text NOT NULL,
    quanta bigint,
    measured_s bigint NOT NULL,
    co2_g bigint,
    kgce_g bigint[],       -- by the profile's place; null where the carrier is not energy
    known_s bigint NOT NULL DEFAULT 0,
    expected_s bigint,           -- null where it is estimated
    before_meter boolean NOT NULL DEFAULT false,
    counts boolean NOT NULL DEFAULT false,  -- where nobody states how much of a month is enough
    PRIMARY KEY (institution_id, carrier, month, source)
);
-- Sums over the accounts of some months are read from here alone.
CREATE INDEX account_figure_by_month ON account_figure (month, institution_id)
    INCLUDE (carrier, quanta, kgce_g, co2_g, known_s, expected_s) WHERE counts;
-- The figures that count where nobody states how much of a month is enough: a meter that knows any
-- of it. Coverage says how much that is.
CREATE INDEX account_figure_not_metered ON account_figure (month, institution_id)
 WHERE source <> 'meter';

-- Queues: appended in the transaction that makes something stale, deleted by id. No other key, not
-- a foreign one either: to check it would lock each channel beside the worker that has it, and
-- channels and institutions are never deleted.
CREATE TABLE stale_usage (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel_id integer NOT NULL,
    first timestamptz NOT NULL,
    last timestamptz NOT NULL,
    -- where readings only came, and none went or changed, calm data needs only their neighbours
    added boolean NOT NULL DEFAULT false,
    queued_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON stale_usage (channel_id);
ALTER TABLE stale_usage ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON stale_usage TO commonwatt_api;
GRANT INSERT ON stale_usage TO commonwatt_collector;
GRANT SELECT, INSERT, DELETE ON stale_usage TO commonwatt_worker;

-- Of virtual channels: whose inputs changed, when.
CREATE TABLE stale_formula (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel_id integer NOT NULL REFERENCES channel,
    first timestamptz NOT NULL,
    last timestamptz NOT NULL,
    queued_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON stale_formula (channel_id);
ALTER TABLE stale_formula ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON stale_formula TO commonwatt_api;
GRANT SELECT, INSERT, DELETE ON stale_formula TO commonwatt_worker;

CREATE TABLE stale_account (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    institution_id integer NOT NULL,
    first date NOT NULL,
    last date NOT NULL,
    queued_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON stale_account (institution_id);
ALTER TABLE stale_account ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON stale_account TO commonwatt_api;
GRANT SELECT, INSERT, DELETE ON stale_account TO commonwatt_worker;

-- Figures that the worker converts anew in parts, after a factor of many accounts changed; next: the
-- last institution that is done. Null is all institutions, all carriers.
CREATE TABLE stale_figure (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    whose integer[],
    carriers text[],
    next integer NOT NULL DEFAULT 0,
    queued_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT ON stale_figure TO commonwatt_api, commonwatt_worker;

-- No reading, person or member stops another: what cannot be computed is set aside with its reason,
-- an account has a stated maximum, and each queue says since when its oldest row waits.

-- A poison row: what stands in the queue for it stays there until `retry_at`, and all else goes on.
CREATE TABLE set_aside (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stage text NOT NULL CHECK (stage IN ('usage', 'account', 'figure')),
    key text NOT NULL,         -- of the stage: a channel, an institution, an account
    channel_id integer REFERENCES channel,
    institution_id integer REFERENCES institution,
    carrier text,
    month date,
    reason text NOT NULL,      -- the stable code
    error text NOT NULL,        -- what the program or the database said
    attempts integer NOT NULL DEFAULT 1,
    since timestamptz NOT NULL DEFAULT now(),
    last_at timestamptz NOT NULL DEFAULT now(),
    retry_at timestamptz,      -- null: computed anew when something it is made of changes
    UNIQUE (stage, key)
);
ALTER TABLE set_aside ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON set_aside TO commonwatt_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON set_aside TO commonwatt_worker;

CREATE TABLE task (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    key text NOT NULL,
    at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    payload jsonb NOT NULL DEFAULT '{}',
    error text,              -- what went wrong last time
    reason text,            -- the stable code of it
    by text,                -- who had it started
    rows_left bigint,       -- of one that counts
    result jsonb,
    added_at timestamptz NOT NULL DEFAULT now(),
    done_at timestamptz
);
CREATE INDEX ON task (at) WHERE done_at IS NULL;
CREATE INDEX ON task (kind, key) WHERE done_at IS NULL;
CREATE INDEX ON task (done_at) WHERE done_at IS NOT NULL;
ALTER TABLE task ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON task TO commonwatt_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON task TO commonwatt_worker;

-- When a worker last looked at each queue, and last took something out of it.
CREATE TABLE worker_lane (
    queue text PRIMARY KEY 
        CHECK (queue IN ('usage', 'accounts', 'tasks', 'upkeep', 'columnstore')),
    looked_at timestamptz NOT NULL,
    moved_at timestamptz
);
GRANT SELECT, INSERT, UPDATE ON worker_lane TO commonwatt_worker;

-- Which share an office asks for before it ranks and compares: of the nearest region that states
-- one, else of the installation (region null), else nine tenths. Nobody updates a row.
CREATE TABLE enough_measured (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_id integer REFERENCES region (id),
    share_millionths integer NOT NULL CHECK (share_millionths BETWEEN 1 AND 1000000),
    source text NOT NULL,
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    known_by text NOT NULL
);
CREATE UNIQUE INDEX ON enough_measured (region_id) NULLS NOT DISTINCT WHERE known_until IS NULL;
ALTER TABLE enough_measured ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON enough_measured TO commonwatt_api;
GRANT UPDATE (known_until) ON enough_measured TO commonwatt_api;
