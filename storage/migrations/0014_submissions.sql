-- A year's accounts on their way through signatures, and the forms of the survey that go with them: a
-- lane of its own, for what is typed for a form changes no account.

-- A cell of a form as of a day: where its figure comes from and what it is checked by.
CREATE TABLE survey_cell (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    form text NOT NULL,
    code text NOT NULL,
    place integer NOT NULL,       -- of its column in the platform's order
    name_zh text NOT NULL,
    name_en text NOT NULL,
    unit text NOT NULL,
    -- carrier: quanta of carriers; coal: their standard coal; area, persons: facts of the institution;
    -- sum: of its parts; typed: by a person alone
    kind text NOT NULL CHECK (kind IN ('carrier', 'coal', 'area', 'persons', 'sum', 'typed')),
    carriers text,                -- codes, a blank between two
    quanta_per_unit numeric CHECK (quanta_per_unit > 0),
    parts text,                   -- codes of cells that add up to it
    within text,                  -- the cell of which it is a part
    price_of text,                -- the quantity whose cost it is
    price_low numeric,            -- yuan per unit of that
    price_high numeric,
    asked text NOT NULL CHECK (asked IN ('always', 'no')),
    lowest numeric,
    highest numeric,
    valid_from date NOT NULL,
    valid_to date,
    document text,
    clause text,
    source text NOT NULL,
    evidence text NOT NULL CHECK (evidence IN ('yes', 'secondary', 'no')),
    notes text,
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    CHECK (evidence <> 'yes' OR num_nonnulls(document, clause) = 2),
    CHECK ((kind IN ('carrier', 'coal')) = (carriers IS NOT NULL)),
    CHECK ((kind = 'carrier') = (quanta_per_unit IS NOT NULL)),
    CHECK (kind <> 'sum' OR parts IS NOT NULL),
    CHECK (num_nulls(price_of, price_low, price_high) IN (0, 3)),
    EXCLUDE USING gist (code WITH =, daterange(valid_from, valid_to) WITH &&)
        WHERE (known_until IS NULL)
);
GRANT SELECT ON survey_cell TO commonwatt_api, commonwatt_worker;

INSERT INTO named_right VALUES
    ('review_accounts', '复核年报', 'Review a year''s submission before it is approved'),
    ('approve_accounts', '审定年报', 'Approve a year''s submission for the institution'),
    ('receive_accounts', '接收年报', 'Receive, return and reopen submissions for an authority');
INSERT INTO role VALUES ('head', '单位负责人', 'Head of an institution');
INSERT INTO role_right VALUES
    ('head', 'look'), ('head', 'review_accounts'), ('head', 'approve_accounts'),
    ('officer', 'review_accounts'), ('officer', 'receive_accounts'),
    ('planner', 'review_accounts'), ('planner', 'approve_accounts'), ('planner', 'receive_accounts'),
    ('administrator', 'review_accounts'), ('administrator', 'approve_accounts'),
    ('administrator', 'receive_accounts');

-- A year of an institution on its way. Nobody writes here but the trigger of its steps.
CREATE TABLE submission (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    institution_id integer NOT NULL REFERENCES institution,
    year integer NOT NULL CHECK (year BETWEEN 2000 AND 2100),
    state text NOT NULL DEFAULT 'open' CHECK
        (state IN ('open', 'filled', 'reviewed', 'approved', 'received', 'returned')),
    round integer NOT NULL DEFAULT 1 CHECK (round > 0),
    received text[] NOT NULL DEFAULT '{}',  -- by which stations, in this round
    opened_at timestamptz NOT NULL DEFAULT now(),
    opened_by text NOT NULL,
    moved_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (institution_id, year)
);
CREATE INDEX ON submission (year, state);
ALTER TABLE submission ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON submission TO commonwatt_api, commonwatt_worker;
GRANT INSERT (institution_id, year, opened_by) ON submission TO commonwatt_api;

-- Which act leads from where to where, and who may do it.
CREATE TABLE submission_move (
    act text NOT NULL,
    before text NOT NULL,
    after text NOT NULL,
    named_right text NOT NULL REFERENCES named_right,
    PRIMARY KEY (act, before)
);
GRANT SELECT ON submission_move TO commonwatt_api, commonwatt_worker;
INSERT INTO submission_move VALUES
    ('fill', 'open', 'filled', 'keep_accounts'),
    ('fill', 'returned', 'filled', 'keep_accounts'),
    ('take_back', 'filled', 'open', 'keep_accounts'),
    ('review', 'filled', 'reviewed', 'review_accounts'),
    ('send_back', 'filled', 'returned', 'review_accounts'),
    ('send_back', 'reviewed', 'returned', 'review_accounts'),
    ('approve', 'reviewed', 'approved', 'approve_accounts'),
    ('receive', 'approved', 'received', 'receive_accounts'),  -- once every station has
    ('return', 'approved', 'returned', 'receive_accounts'),
    ('reopen', 'received', 'open', 'receive_accounts');

CREATE TABLE submission_step (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    submission_id integer NOT NULL REFERENCES submission,
    round integer NOT NULL,
    act text NOT NULL,
    after text NOT NULL,
    station text CHECK (station IN ('county', 'city', 'province', 'line')),
    reason text CHECK (reason <> ''),
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by text NOT NULL,
    CHECK ((act IN ('receive', 'return')) = (station IS NOT NULL)),
    CHECK ((act IN ('send_back', 'return', 'reopen')) = (reason IS NOT NULL))
);
CREATE INDEX ON submission_step (submission_id, id);
ALTER TABLE submission_step ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON submission_step TO commonwatt_api, commonwatt_worker;
GRANT INSERT (submission_id, act, station, reason, made_by) ON submission_step TO commonwatt_api;

-- What an office asks of submissions: of the nearest region that states it, else of the installation.
CREATE TABLE submission_rule (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_id integer REFERENCES region,
    complete_millionths integer NOT NULL CHECK (complete_millionths BETWEEN 0 AND 1000000),
    other_reviews boolean NOT NULL,
    other_approves boolean NOT NULL,
    line_receives boolean NOT NULL,
    source text NOT NULL,
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    known_by text NOT NULL
);
CREATE UNIQUE INDEX ON submission_rule (region_id) NULLS NOT DISTINCT WHERE known_until IS NULL;
ALTER TABLE submission_rule ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON submission_rule TO commonwatt_api;
GRANT UPDATE (known_until) ON submission_rule TO commonwatt_api;

-- What a person typed into a cell where no account tells it; the newest word holds, null takes it back.
CREATE TABLE survey_typed (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    submission_id integer NOT NULL REFERENCES submission,
    code text NOT NULL,
    value numeric CHECK (value >= 0),
    reason text NOT NULL CHECK (reason <> ''),
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by text NOT NULL
);
CREATE INDEX ON survey_typed (submission_id, code, id);
ALTER TABLE survey_typed ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON survey_typed TO commonwatt_api;

-- Why a cell is what a check doubts.
CREATE TABLE survey_word (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    submission_id integer NOT NULL REFERENCES submission,
    code text NOT NULL,
    words text NOT NULL CHECK (words <> ''),
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by text NOT NULL
);
CREATE INDEX ON survey_word (submission_id, code, id);
ALTER TABLE survey_word ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON survey_word TO commonwatt_api;

-- What was filled in, as reviewed, approved and received: never changed; a new round writes anew.
CREATE TABLE survey_return (
    submission_id integer NOT NULL REFERENCES submission,
    round integer NOT NULL,
    codes text[] NOT NULL,
    amounts numeric[] NOT NULL,     -- null where nothing is known
    origins text[] NOT NULL,        -- account, fact, sum, typed; null with its amount
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),  -- of storage.return_text
    made_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (submission_id, round),
    CHECK (cardinality(codes) = cardinality(amounts) AND cardinality(codes) = cardinality(origins))
);
ALTER TABLE survey_return ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON survey_return TO commonwatt_api, commonwatt_worker;
GRANT INSERT (submission_id, round, codes, amounts, origins) ON survey_return TO commonwatt_api;

-- What institutions owe in each period, and until when: the period's first day, moved by months and days.
CREATE TABLE duty (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    period text NOT NULL CHECK (period IN ('month', 'quarter', 'year')),
    due_months integer NOT NULL CHECK (due_months BETWEEN 0 AND 24),
    due_days integer NOT NULL CHECK (due_days BETWEEN -31 AND 62),
    levels text,         -- of affiliation, a blank between two; null: all
    -- act: somebody says so; accounts: a figure of the month; submission: the year's is approved
    told_by text NOT NULL CHECK (told_by IN ('act', 'accounts', 'submission')),
    valid_from date NOT NULL,
    valid_to date,
    document text,
    clause text,
    source text NOT NULL,
    evidence text NOT NULL CHECK (evidence IN ('yes', 'secondary', 'no')),
    notes text,
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    CHECK (evidence <> 'yes' OR num_nonnulls(document, clause) = 2),
    EXCLUDE USING gist (code WITH =, daterange(valid_from, valid_to) WITH &&)
        WHERE (known_until IS NULL)
);
GRANT SELECT ON duty TO commonwatt_api, commonwatt_worker;

CREATE TABLE duty_done (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    institution_id integer NOT NULL REFERENCES institution,
    duty text NOT NULL,
    period date NOT NULL CHECK (extract(day FROM period) = 1),  -- its first day
    note text NOT NULL CHECK (note <> ''),
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    known_by text NOT NULL
);
CREATE UNIQUE INDEX ON duty_done (institution_id, duty, period) WHERE known_until IS NULL;
ALTER TABLE duty_done ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON duty_done TO commonwatt_api;
GRANT UPDATE (known_until) ON duty_done TO commonwatt_api;
