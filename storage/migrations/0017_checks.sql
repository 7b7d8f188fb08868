-- Checks by the authority: who was drawn by which seed, what was seen on the spot, what it came to.

-- The least share that is drawn, and by how much a figure may differ, as of a day.
CREATE TABLE check_rule (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL CHECK
        (code IN ('share', 'persons', 'area', 'quantity', 'cost', 'reading')),
    name_zh text NOT NULL,
    name_en text NOT NULL,
    millionths integer NOT NULL CHECK (millionths BETWEEN 0 AND 1000000),
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
GRANT SELECT ON check_rule TO commonwatt_api, commonwatt_worker;

-- Whoever keeps accounts does not check them: a right of its own, and a role that has no other.
INSERT INTO named_right VALUES
    ('check_accounts', '抽查核查', 'Draw institutions, check their figures and ask for corrections');
INSERT INTO role VALUES ('inspector', '核查人员', 'Inspector');
INSERT INTO role_right VALUES
    ('inspector', 'look'), ('inspector', 'check_accounts'),
    ('planner', 'check_accounts'), ('administrator', 'check_accounts');

-- A check of a year that was planned: its roster is frozen before anybody knows the seed.
CREATE TABLE check_plan (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    year integer NOT NULL CHECK (year BETWEEN 2000 AND 2100),
    region_id integer NOT NULL REFERENCES region,
    department_line text REFERENCES department_line,  -- null: all lines
    share_millionths integer NOT NULL CHECK (share_millionths BETWEEN 1 AND 1000000),
    large_m2 numeric CHECK (large_m2 > 0),  -- from here on a stratum of its own
    source text NOT NULL CHECK (source <> ''),
    seed_from text NOT NULL CHECK (seed_from <> ''),  -- which public figure will be the seed
    seed_day date NOT NULL,                 -- on which it becomes public
    frame_sha256 text NOT NULL CHECK (frame_sha256 ~ '^[0-9a-f]{64}$'),
    institutions integer NOT NULL CHECK (institutions > 0),
    strata integer NOT NULL CHECK (strata > 0),
    planned_on date NOT NULL CHECK (planned_on < seed_day),
    planned_at timestamptz NOT NULL DEFAULT now(),
    planned_by text NOT NULL
);
ALTER TABLE check_plan ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON check_plan TO commonwatt_api;

-- The roster that is drawn from, with the stratum of each.
CREATE TABLE check_frame (
    plan_id integer NOT NULL REFERENCES check_plan,
    institution_id integer NOT NULL REFERENCES institution,
    region text NOT NULL,        -- code of the region below the plan's in which it lies, or its own
    class text NOT NULL,
    size text NOT NULL CHECK (size IN ('large', 'small', '-')),
    PRIMARY KEY (plan_id, institution_id)
);
ALTER TABLE check_frame ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON check_frame TO commonwatt_api;

CREATE TABLE check_draw (
    plan_id integer PRIMARY KEY REFERENCES check_plan,
    seed text NOT NULL CHECK (seed <> ''),
    drawn_at timestamptz NOT NULL DEFAULT now(),
    drawn_by text NOT NULL
);
ALTER TABLE check_draw ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON check_draw TO commonwatt_api;

-- The sheet of an institution that was drawn. Nobody moves it but the trigger of its steps.
CREATE TABLE check_sheet (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    plan_id integer NOT NULL REFERENCES check_plan,
    institution_id integer NOT NULL,
    state text NOT NULL DEFAULT 'drawn' CHECK
        (state IN ('drawn', 'right', 'wrong', 'answered', 'corrected')),
    round integer NOT NULL DEFAULT 0 CHECK (round >= 0),  -- of re-checks
    due_on date,                  -- until when what is wrong is corrected
    moved_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (plan_id, institution_id) REFERENCES check_frame,
    UNIQUE (plan_id, institution_id)
);
CREATE INDEX ON check_sheet (institution_id);
ALTER TABLE check_sheet ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON check_sheet TO commonwatt_api;
GRANT INSERT (plan_id, institution_id) ON check_sheet TO commonwatt_api;

-- A figure as it was seen on the spot, beside what the platform told of it then. Amounts are quanta of
-- the carrier or channel, fen, square metres and persons. A re-check repeats what was seen, with its
-- round, beside what the platform tells by then.
CREATE TABLE check_item (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sheet_id integer NOT NULL REFERENCES check_sheet,
    round integer NOT NULL DEFAULT 0 CHECK (round >= 0),
    again_of bigint REFERENCES check_item,
    what text NOT NULL CHECK (what IN ('persons', 'area', 'quantity', 'cost', 'reading')),
    carrier text REFERENCES carrier,
    channel_id integer REFERENCES channel,
    first date,
    until date,
    at timestamptz,
    seen numeric NOT NULL CHECK (seen >= 0),
    told numeric,
    tolerance_millionths integer NOT NULL CHECK (tolerance_millionths BETWEEN 0 AND 1000000),
    wrong boolean NOT NULL,
    document text CHECK (document ~ '^[0-9a-f]{64}$'),  -- SHA-256 of a scan or photo
    note text NOT NULL CHECK (note <> ''),
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by text NOT NULL,
    known_until timestamptz,
    CHECK ((round = 0) = (again_of IS NULL)),
    CHECK ((what IN ('quantity', 'cost')) = (carrier IS NOT NULL)),
    CHECK ((what = 'reading') = (channel_id IS NOT NULL)),
    CHECK ((what = 'reading') = (at IS NOT NULL)),
    CHECK ((what = 'reading') = (first IS NULL) AND (first IS NULL) = (until IS NULL)),
    CHECK (first < until)
);
CREATE INDEX ON check_item (sheet_id, id);
ALTER TABLE check_item ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON check_item TO commonwatt_api;
GRANT INSERT (sheet_id, what, carrier, channel_id, first, until, at, seen, document, note, made_by)
    ON check_item TO commonwatt_api;
GRANT UPDATE (known_until) ON check_item TO commonwatt_api;

CREATE TABLE check_step (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sheet_id integer NOT NULL REFERENCES check_sheet,
    act text NOT NULL CHECK (act IN ('conclude', 'answer', 'recheck', 'take_back')),
    after text NOT NULL,
    words text NOT NULL CHECK (words <> ''),
    due_on date,
    document text CHECK (document ~ '^[0-9a-f]{64}$'),
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by text NOT NULL
);
CREATE INDEX ON check_step (sheet_id, id);
ALTER TABLE check_step ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON check_step TO commonwatt_api;
GRANT INSERT (sheet_id, act, words, due_on, document, made_by) ON check_step TO commonwatt_api;
