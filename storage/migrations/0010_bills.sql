-- Utility account numbers, bills, typed figures and the rules by which they count: whoever has no
-- gateway has energy accounts by these.

-- A supplier's number behind a bill. Whose it is, and since when, is said by its shares.
CREATE TABLE utility_account (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    supplier text NOT NULL CHECK (supplier <> ''),
    number text NOT NULL CHECK (number <> ''),
    carrier text NOT NULL REFERENCES carrier,
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by text NOT NULL,
    UNIQUE (number, supplier, carrier)
);
ALTER TABLE utility_account ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON utility_account TO commonwatt_api;
GRANT SELECT ON utility_account TO commonwatt_worker;

-- On each day the shares of a number are a whole, or nobody's.
CREATE TABLE utility_share (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    utility_account_id integer NOT NULL REFERENCES utility_account,
    institution_id integer NOT NULL REFERENCES institution,
    share integer NOT NULL CHECK (share BETWEEN 1 AND 1000000),  -- millionths
    valid_from date NOT NULL,
    valid_to date CHECK (valid_to > valid_from),
    source text NOT NULL CHECK (source <> ''),
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    known_by text NOT NULL,
    EXCLUDE USING gist (utility_account_id WITH =, institution_id WITH =,
                        daterange(valid_from, valid_to) WITH &&) WHERE (known_until IS NULL)
);
CREATE INDEX ON utility_share (utility_account_id) WHERE known_until IS NULL;
CREATE INDEX ON utility_share (institution_id) WHERE known_until IS NULL;
ALTER TABLE utility_share ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON utility_share TO commonwatt_api;
GRANT UPDATE (known_until) ON utility_share TO commonwatt_api;
GRANT SELECT ON utility_share TO commonwatt_worker;

-- What a supplier billed for some civil days, both included. A correction retires what it corrects,
-- and names it: nothing is overwritten. Periods are sharp, peak, flat, valley and deep valley.
CREATE TABLE bill (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    utility_account_id integer NOT NULL REFERENCES utility_account,
    first date NOT NULL,
    last date NOT NULL CHECK (last >= first),
    month date NOT NULL CHECK (extract(day FROM month) = 1),  -- in which it is counted whole
    quanta bigint NOT NULL CHECK (quanta BETWEEN 0 AND 10000000000000),
    quantity numeric NOT NULL,        -- as the bill has it, in its unit
    unit text NOT NULL,
    period_quanta bigint[] CHECK (cardinality(period_quanta) = 5),
    period_price numeric[] CHECK (cardinality(period_price) = 5),  -- yuan per unit of the bill
    yuan_per_unit numeric CHECK (yuan_per_unit >= 0),
    cost_fen bigint CHECK (cost_fen >= 0),  -- of the energy, before tax
    tax_fen bigint CHECK (tax_fen >= 0),
    basic_fen bigint CHECK (basic_fen >= 0),  -- by capacity or demand
    total_fen bigint CHECK (total_fen >= 0),  -- to be paid in all, with tax, basic charge and levies
    number text CHECK (number <> ''),         -- the supplier's, of this bill
    estimated boolean NOT NULL DEFAULT false,
    scan text CHECK (scan ~ '^[0-9a-f]{64}$'),
    reason text CHECK (reason <> ''),         -- of a correction
    corrects bigint REFERENCES bill,
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    known_by text NOT NULL,
    CHECK ((corrects IS NULL) = (reason IS NULL)),
    EXCLUDE USING gist (utility_account_id WITH =, daterange(first, last, '[]') WITH &&)
        WHERE (known_until IS NULL)
);
CREATE INDEX ON bill (utility_account_id, first) WHERE known_until IS NULL;
ALTER TABLE bill ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON bill TO commonwatt_api;
GRANT UPDATE (known_until) ON bill TO commonwatt_api;
GRANT SELECT ON bill TO commonwatt_worker;

-- What institutions take of a bill: by the days of each month, and whole in its billing month. Each
-- way the parts add to the bill. Nobody writes here but triggers.
CREATE TABLE bill_part (
    bill_id bigint NOT NULL REFERENCES bill,
    basis text NOT NULL CHECK (basis IN ('days', 'billed')),
    institution_id integer NOT NULL REFERENCES institution,
    month date NOT NULL,
    days integer NOT NULL,           -- of it on which the institution has a share
    quanta bigint NOT NULL,
    cost_fen bigint,                 -- of what is paid in all
    PRIMARY KEY (bill_id, basis, institution_id, month)
);
CREATE INDEX ON bill_part (institution_id, month);
ALTER TABLE bill_part ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON bill_part TO commonwatt_api, commonwatt_worker;

-- What a person typed in: a month of a carrier, or something that was delivered on a day.
CREATE TABLE typed_figure (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    institution_id integer NOT NULL REFERENCES institution,
    carrier text NOT NULL REFERENCES carrier,
    kind text NOT NULL,               -- of delivery_kind, else 'month'
    day date NOT NULL CHECK (kind <> 'month' OR extract(day FROM day) = 1),
    quanta bigint NOT NULL CHECK (quanta BETWEEN 0 AND 10000000000000),
    quantity numeric NOT NULL,
    unit text NOT NULL,
    cost_fen bigint CHECK (cost_fen >= 0),
    basis text NOT NULL CHECK (basis <> ''),
    corrects bigint REFERENCES typed_figure,
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    known_by text NOT NULL
);
-- One figure a month; deliveries of a day are told apart by their documents.
CREATE UNIQUE INDEX typed_once ON typed_figure (institution_id, carrier, day, kind,
    (CASE kind WHEN 'month' THEN '' ELSE basis END)) WHERE known_until IS NULL;
ALTER TABLE typed_figure ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON typed_figure TO commonwatt_api;
GRANT UPDATE (known_until) ON typed_figure TO commonwatt_api;
GRANT SELECT ON typed_figure TO commonwatt_worker;

-- Which source goes first in an institution's carrier, and how its bills fall into months.
CREATE TABLE counting_rule (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    institution_id integer NOT NULL REFERENCES institution,
    carrier text NOT NULL REFERENCES carrier,
    first_source text NOT NULL CHECK (first_source IN ('bill', 'meter', 'stated')),
    spread text NOT NULL CHECK (spread IN ('days', 'billed')),
    valid_from date NOT NULL CHECK (extract(day FROM valid_from) = 1),
    valid_to date,
    source text NOT NULL CHECK (source <> ''),
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    known_by text NOT NULL,
    EXCLUDE USING gist (institution_id WITH =, carrier WITH =,
                        daterange(valid_from, valid_to) WITH &&) WHERE (known_until IS NULL)
);
ALTER TABLE counting_rule ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON counting_rule TO commonwatt_api;
GRANT UPDATE (known_until) ON counting_rule TO commonwatt_api;
GRANT SELECT ON counting_rule TO commonwatt_worker;

-- What is said of sources that differ by more than they may. The newest word holds, as long as the
-- difference is the one that it was said of.
CREATE TABLE difference_word (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    institution_id integer NOT NULL REFERENCES institution,
    carrier text NOT NULL REFERENCES carrier,
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    difference bigint NOT NULL,
    word text NOT NULL CHECK (word <> ''),
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by text NOT NULL
);
CREATE INDEX ON difference_word (institution_id, month, carrier, id);
ALTER TABLE difference_word ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON difference_word TO commonwatt_api;

-- When a carrier is in account by bills or typing: from when on, until when if it has ended, and
-- before which day the last known month lies. Nobody writes here but triggers.
CREATE TABLE stated_term (
    institution_id integer NOT NULL REFERENCES institution,
    carrier text NOT NULL REFERENCES carrier,
    zone text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    known_to date NOT NULL,
    PRIMARY KEY (institution_id, carrier)
);
GRANT SELECT ON stated_term TO commonwatt_worker;

-- What is delivered, and how much of its carrier one unit is: litres by fuel card, bottles of gas.
CREATE TABLE delivery_kind (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL,
    carrier text NOT NULL REFERENCES carrier,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    unit_zh text NOT NULL,
    unit_en text NOT NULL,
    quanta_per_unit numeric NOT NULL CHECK (quanta_per_unit > 0),
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
    EXCLUDE USING gist (code WITH =,
        daterange(valid_from, valid_to) WITH &&) WHERE (known_until IS NULL)
);
GRANT SELECT ON delivery_kind TO commonwatt_api, commonwatt_worker;

-- What an institution pays for a carrier's hours, as its tariff has it: prices of sharp, peak, flat,
-- valley and deep valley, which of them holds in each hour of a day of each month (24 letters for
-- each of twelve months), a basic charge for each kW a month, and the tax on top.
CREATE TABLE tariff (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    institution_id integer NOT NULL REFERENCES institution,
    carrier text NOT NULL REFERENCES carrier,
    name text NOT NULL CHECK (name <> ''),
    price numeric[] NOT NULL CHECK (cardinality(price) = 5),  -- yuan per unit; null: no such period
    hours text[] NOT NULL CHECK (cardinality(hours) = 12),
    basic_by text CHECK (basic_by IN ('capacity', 'demand')),
    basic_kw numeric CHECK (basic_kw >= 0),
    basic_yuan numeric CHECK (basic_yuan >= 0),   -- per kW a month
    tax_percent numeric CHECK (tax_percent BETWEEN 0 AND 100),  -- on top; null: prices include it
    valid_from date NOT NULL,
    valid_to date,
    source text NOT NULL CHECK (source <> ''),
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    known_by text NOT NULL,
    CHECK (num_nonnulls(basic_by, basic_kw, basic_yuan) IN (0, 3)),
    EXCLUDE USING gist (institution_id WITH =, carrier WITH =,
                        daterange(valid_from, valid_to) WITH &&) WHERE (known_until IS NULL)
);
ALTER TABLE tariff ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON tariff TO commonwatt_api;
GRANT UPDATE (known_until) ON tariff TO commonwatt_api;
GRANT SELECT ON tariff TO commonwatt_worker;
