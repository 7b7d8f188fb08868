-- Words and values that authorities set: carriers, coefficients, factors, classes, regions, limits,
-- each with its source and its days.

CREATE TABLE carrier (
    code text PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    unit text NOT NULL,
    quantum text NOT NULL,                       -- the accounting quantum's name, such as Wh
    per_unit bigint NOT NULL CHECK (per_unit > 0),  -- quanta per unit, a power of ten:
        -- so that products with it are exact
        CONSTRAINT carrier_per_unit_power_of_ten CHECK (per_unit::text ~ '^10*$'),
    in_total_energy boolean NOT NULL,            -- water is not
    survey_field text,
    mohurd_class text,
    source text NOT NULL,
    verified boolean NOT NULL,
    notes text,
    document text,
    clause text,
    evidence text NOT NULL DEFAULT 'no' CHECK (evidence IN ('yes', 'secondary', 'no')),
    CHECK (evidence <> 'yes' OR num_nonnulls(document, clause) = 2)
);
GRANT SELECT ON carrier TO commonwatt_api, commonwatt_collector, commonwatt_worker;

CREATE TABLE profile (
    code text PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    is_default boolean NOT NULL DEFAULT false,
    place smallint GENERATED ALWAYS AS IDENTITY UNIQUE,  -- of its figure in account_figure.kgce_g
    document text,
    clause text,
    evidence text NOT NULL DEFAULT 'no' CHECK (evidence IN ('yes', 'secondary', 'no')),
    valid_from date,
    valid_to date,
    source text NOT NULL DEFAULT 'no source on record',
    notes text,
    CHECK (evidence <> 'yes' OR num_nonnulls(document, clause) = 2)
);
CREATE UNIQUE INDEX ON profile (is_default) WHERE is_default;
GRANT SELECT ON profile TO commonwatt_api, commonwatt_collector, commonwatt_worker;

CREATE TABLE coefficient (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    profile text NOT NULL REFERENCES profile,
    carrier text NOT NULL REFERENCES carrier,
    kgce_per_unit numeric NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    source text NOT NULL,
    verified boolean NOT NULL,
    notes text,
    made_by text,                     -- who stated it; null: it came with the program
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    document text,
    clause text,
    evidence text NOT NULL DEFAULT 'no' CHECK (evidence IN ('yes', 'secondary', 'no')),
    EXCLUDE USING gist (profile WITH =, carrier WITH =, daterange(valid_from, valid_to) WITH &&)
        WHERE (known_until IS NULL),
    CHECK (evidence <> 'yes' OR num_nonnulls(document, clause) = 2)
);
GRANT SELECT ON coefficient TO commonwatt_api, commonwatt_collector, commonwatt_worker;
GRANT INSERT, UPDATE (known_until) ON coefficient TO commonwatt_api;
ALTER TABLE coefficient ENABLE ROW LEVEL SECURITY;

CREATE TABLE co2_factor (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    carrier text NOT NULL REFERENCES carrier,
    kgco2_per_unit numeric NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    source text NOT NULL,
    verified boolean NOT NULL,
    made_by text,                     -- who stated it; null: it came with the program
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    document text,
    clause text,
    evidence text NOT NULL DEFAULT 'no' CHECK (evidence IN ('yes', 'secondary', 'no')),
    notes text,
    EXCLUDE USING gist (carrier WITH =, daterange(valid_from, valid_to) WITH &&)
        WHERE (known_until IS NULL),
    CHECK (evidence <> 'yes' OR num_nonnulls(document, clause) = 2)
);
GRANT SELECT ON co2_factor TO commonwatt_api, commonwatt_collector, commonwatt_worker;
GRANT INSERT, UPDATE (known_until) ON co2_factor TO commonwatt_api;
ALTER TABLE co2_factor ENABLE ROW LEVEL SECURITY;

CREATE TABLE grid_factor (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scope text NOT NULL CHECK (scope IN ('province', 'grid_region', 'national')),
    code text NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    year integer NOT NULL,
    basis text NOT NULL,
    kgco2_per_kwh numeric NOT NULL,
    source text NOT NULL,
    verified boolean NOT NULL,
    notes text,
    made_by text,                     -- who stated it; null: it came with the program
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    document text,
    clause text,
    evidence text NOT NULL DEFAULT 'no' CHECK (evidence IN ('yes', 'secondary', 'no')),
    CHECK (evidence <> 'yes' OR num_nonnulls(document, clause) = 2)
);
CREATE UNIQUE INDEX ON grid_factor (code, basis, year) WHERE known_until IS NULL;
GRANT SELECT ON grid_factor TO commonwatt_api, commonwatt_collector, commonwatt_worker;
GRANT INSERT, UPDATE (known_until) ON grid_factor TO commonwatt_api;
ALTER TABLE grid_factor ENABLE ROW LEVEL SECURITY;

CREATE TABLE institution_class (
    code text PRIMARY KEY,
    parent text REFERENCES institution_class,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    source text NOT NULL,
    verified boolean NOT NULL,
    document text,
    clause text,
    evidence text NOT NULL DEFAULT 'no' CHECK (evidence IN ('yes', 'secondary', 'no')),
    notes text,
    CHECK (evidence <> 'yes' OR num_nonnulls(document, clause) = 2)
);
GRANT SELECT ON institution_class TO commonwatt_api, commonwatt_collector, commonwatt_worker;

CREATE TABLE department_line (
    code text PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    document text,
    clause text,
    evidence text NOT NULL DEFAULT 'no' CHECK (evidence IN ('yes', 'secondary', 'no')),
    source text NOT NULL DEFAULT 'no source on record',
    notes text,
    CHECK (evidence <> 'yes' OR num_nonnulls(document, clause) = 2)
);
GRANT SELECT, INSERT ON department_line TO commonwatt_api;
GRANT SELECT ON department_line TO commonwatt_collector, commonwatt_worker;

CREATE TABLE region (
    id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY
);
GRANT SELECT, INSERT ON region TO commonwatt_api;
GRANT SELECT ON region TO commonwatt_collector, commonwatt_worker;
GRANT USAGE ON SEQUENCE region_id_seq TO commonwatt_api;

CREATE TABLE region_fact (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_id integer NOT NULL REFERENCES region,
    parent_id integer REFERENCES region,
    code text,                                   -- GB/T 2260 or longer; may be missing
    kind text NOT NULL CHECK (kind IN
        ('nation', 'province', 'city', 'county', 'township', 'development_zone', 'corps')),
    name_zh text NOT NULL,
    name_en text NOT NULL,
    climate_zone text,
    grid_region text,
    is_demo boolean NOT NULL DEFAULT false,
    valid_from date NOT NULL,
    valid_to date,
    source text NOT NULL,
    verified boolean NOT NULL DEFAULT false,
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    known_by text NOT NULL,
    document text,
    clause text,
    evidence text NOT NULL DEFAULT 'no' CHECK (evidence IN ('yes', 'secondary', 'no')),
    EXCLUDE USING gist (region_id WITH =, daterange(valid_from, valid_to) WITH &&)
        WHERE (known_until IS NULL),
    CHECK (evidence <> 'yes' OR num_nonnulls(document, clause) = 2)
);
CREATE INDEX ON region_fact (parent_id) WHERE known_until IS NULL;
CREATE INDEX ON region_fact (code) WHERE known_until IS NULL;
GRANT SELECT, INSERT ON region_fact TO commonwatt_api;
GRANT SELECT ON region_fact TO commonwatt_collector, commonwatt_worker;
GRANT UPDATE (known_until) ON region_fact TO commonwatt_api;

-- Retired, never changed.
CREATE TABLE region_zone (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_id integer NOT NULL REFERENCES region,
    zone text NOT NULL,
    source text NOT NULL,
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    known_by text NOT NULL
);
CREATE UNIQUE INDEX ON region_zone (region_id) WHERE known_until IS NULL;
ALTER TABLE region_zone ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON region_zone TO commonwatt_api;
GRANT SELECT ON region_zone TO commonwatt_worker;

-- Degree days of a month somewhere, as a weather service gave them: of a year, or (null) of the
-- reference year, whose period `station` names. Counted below 18 °C and above 26 °C by daily means.
CREATE TABLE degree_day (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_id integer NOT NULL REFERENCES region,
    year integer CHECK (year BETWEEN 1900 AND 2100),
    month integer NOT NULL CHECK (month BETWEEN 1 AND 12),
    heating_tenths integer NOT NULL CHECK (heating_tenths BETWEEN 0 AND 30000),  -- of a degree day
    cooling_tenths integer NOT NULL CHECK (cooling_tenths BETWEEN 0 AND 30000),
    station text NOT NULL CHECK (station <> ''),
    source text NOT NULL CHECK (source <> ''),
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    known_by text NOT NULL
);
CREATE UNIQUE INDEX ON degree_day (region_id, year, month) NULLS NOT DISTINCT WHERE known_until IS NULL;
ALTER TABLE degree_day ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON degree_day TO commonwatt_api;
GRANT UPDATE (known_until) ON degree_day TO commonwatt_api;

-- By which coefficients a region's own standards count; it holds until a later one begins.
CREATE TABLE region_profile (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_id integer NOT NULL REFERENCES region,
    profile text NOT NULL REFERENCES profile,
    valid_from date NOT NULL,
    source text NOT NULL CHECK (source <> ''),
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    known_by text NOT NULL
);
CREATE UNIQUE INDEX ON region_profile (region_id, valid_from) WHERE known_until IS NULL;
ALTER TABLE region_profile ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON region_profile TO commonwatt_api;
GRANT SELECT ON region_profile TO commonwatt_worker;
GRANT UPDATE (known_until) ON region_profile TO commonwatt_api;

-- What nights, weekends and holidays use can be told only if it is known which days are off; what
-- it costs, if a price is.

CREATE TABLE day_off (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    calendar text NOT NULL,
    "off" text NOT NULL CHECK ("off" IN ('yes', 'no')),  -- no: a weekend's day that is worked
    name_zh text NOT NULL,
    name_en text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    document text, clause text, source text NOT NULL,
    evidence text NOT NULL CHECK (evidence IN ('yes', 'secondary', 'no')),
    notes text,
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    CHECK (evidence <> 'yes' OR num_nonnulls(document, clause) = 2),
    EXCLUDE USING gist (calendar WITH =, daterange(valid_from, valid_to) WITH &&)
        WHERE (known_until IS NULL)
);
GRANT SELECT ON day_off TO commonwatt_api, commonwatt_worker;

-- When institutions are open, as far as they state no hours of their own.
CREATE TABLE usual_hours (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    class_code text NOT NULL,                    -- * for every one
    days text NOT NULL CHECK (days IN ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun', 'holiday',
        'worked', 'vacation')),
    opens integer NOT NULL CHECK (opens BETWEEN 0 AND 1439), -- minutes of the civil day
    closes integer NOT NULL CHECK (closes <= 1440),
    valid_from date NOT NULL,
    valid_to date,
    document text, clause text, source text NOT NULL,
    evidence text NOT NULL CHECK (evidence IN ('yes', 'secondary', 'no')),
    notes text,
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    CHECK (evidence <> 'yes' OR num_nonnulls(document, clause) = 2),
    CHECK (closes > opens OR (opens = 0 AND closes = 0)),
    EXCLUDE USING gist (class_code WITH =, days WITH =, daterange(valid_from, valid_to) WITH &&)
        WHERE (known_until IS NULL)
);
GRANT SELECT ON usual_hours TO commonwatt_api, commonwatt_worker;

-- Of which kinds area and persons are made, and how a part counts.
CREATE TABLE size_kind (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL,
    size text NOT NULL CHECK (size IN ('area_m2', 'heated_m2', 'cooled_m2', 'persons')),
    counts text NOT NULL CHECK (counts IN ('present', 'visits', 'apart')),
    name_zh text NOT NULL,
    name_en text NOT NULL,
    unit_zh text NOT NULL,
    unit_en text NOT NULL,
    place integer NOT NULL,                      -- in which order they are told
    valid_from date NOT NULL,
    valid_to date,
    document text, clause text, source text NOT NULL,
    evidence text NOT NULL CHECK (evidence IN ('yes', 'secondary', 'no')),
    notes text,
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    CHECK (evidence <> 'yes' OR num_nonnulls(document, clause) = 2),
    EXCLUDE USING gist (code WITH =, daterange(valid_from, valid_to) WITH &&)
        WHERE (known_until IS NULL)
);
GRANT SELECT ON size_kind TO commonwatt_api, commonwatt_worker;

CREATE TABLE building_type (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
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
GRANT SELECT ON building_type TO commonwatt_api, commonwatt_worker;

-- By how much sub-meters may differ from their main meter in a month.
CREATE TABLE balance_tolerance (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    extent text NOT NULL CHECK (extent IN ('usual', 'all', 'part')),
    name_zh text NOT NULL,
    name_en text NOT NULL,
    millionths integer NOT NULL CHECK (millionths BETWEEN 0 AND 1000000),
    both_ways boolean NOT NULL,                  -- whether they may not measure much less either
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
    EXCLUDE USING gist (extent WITH =,
        daterange(valid_from, valid_to) WITH &&) WHERE (known_until IS NULL)
);
GRANT SELECT ON balance_tolerance TO commonwatt_api, commonwatt_worker;

-- What energy is used for, as code sets name it: the same code means another thing in another set.
CREATE TABLE end_use (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code_set text NOT NULL,
    code text NOT NULL,
    parent text,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    carrier_class text,                          -- two digits; null: of any carrier
    apart text CHECK (apart IN ('heating', 'vehicles', 'data_centre', 'special')),
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
    EXCLUDE USING gist (code_set WITH =, code WITH =,
        daterange(valid_from, valid_to) WITH &&) WHERE (known_until IS NULL)
);
GRANT SELECT ON end_use TO commonwatt_api, commonwatt_worker;

CREATE TABLE end_use_mapping (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    from_set text NOT NULL,
    from_code text NOT NULL,
    to_set text NOT NULL,
    to_code text NOT NULL,
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
    EXCLUDE USING gist (from_set WITH =, from_code WITH =, to_set WITH =,
        daterange(valid_from, valid_to) WITH &&) WHERE (known_until IS NULL)
);
GRANT SELECT ON end_use_mapping TO commonwatt_api, commonwatt_worker;

-- Published limits, forms, targets and rules, each an edition with its days.
CREATE TABLE quota_standard (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    province_code text NOT NULL,
    class_code text NOT NULL,                    -- empty: no class of the survey
    building_type text NOT NULL,
    admin_level text NOT NULL,
    climate_zone text NOT NULL,
    indicator text NOT NULL,
    standard_no text NOT NULL,
    unit text NOT NULL,
    value_type text NOT NULL CHECK (value_type IN ('quota', 'water_quota', 'average')),
    constraint_value numeric,                    -- constraint >= baseline >= guide
    baseline_value numeric,
    guide_value numeric,
    electricity_kgce_per_kwh numeric,
    valid_from date NOT NULL,
    valid_to date,
    document text,
    clause text,
    source text NOT NULL,
    evidence text NOT NULL CHECK (evidence IN ('yes', 'secondary', 'no')),
    notes text,
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    CHECK (constraint_value >= baseline_value AND baseline_value >= guide_value
           AND constraint_value >= guide_value),
    CHECK (evidence <> 'yes' OR num_nonnulls(document, clause) = 2),
    EXCLUDE USING gist (province_code WITH =, class_code WITH =, building_type WITH =,
        admin_level WITH =, climate_zone WITH =, indicator WITH =, standard_no WITH =,
        daterange(valid_from, valid_to) WITH &&) WHERE (known_until IS NULL)
);
GRANT SELECT ON quota_standard TO commonwatt_api, commonwatt_worker;

-- What standards limit, as formulas of what is measured, registered and stated.
CREATE TABLE quota_indicator (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    use text NOT NULL,                           -- a formula, in use_unit
    use_unit text NOT NULL,
    per text NOT NULL,                           -- a formula: by what it is divided
    unit text NOT NULL,                          -- of the values of standards
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
GRANT SELECT ON quota_indicator TO commonwatt_api, commonwatt_worker;

CREATE TABLE quota_input (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL,                          -- as formulas call it
    name_zh text NOT NULL,
    name_en text NOT NULL,
    unit text,                                   -- null: a plain number
    origin text NOT NULL CHECK (origin IN ('measured', 'registered', 'standard', 'stated')),
    least numeric,
    most numeric,
    each_year text NOT NULL CHECK (each_year IN ('yes', 'no')),  -- yes: of the year of its first day alone
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
GRANT SELECT ON quota_input TO commonwatt_api, commonwatt_worker;

-- What the words of standards stand for among our classes, levels and zones; means: apart by |, * for
-- every one, null where somebody must state it of an institution.
CREATE TABLE quota_word (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dimension text NOT NULL CHECK (dimension IN ('kind', 'level', 'zone', 'standard')),
    word text NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    means text,
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
    EXCLUDE USING gist (dimension WITH =, word WITH =,
        daterange(valid_from, valid_to) WITH &&) WHERE (known_until IS NULL)
);
GRANT SELECT ON quota_word TO commonwatt_api, commonwatt_worker;

-- By what a standard multiplies an indicator before it is compared.
CREATE TABLE quota_correction (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL,
    standard_no text NOT NULL,
    indicator text NOT NULL,
    building_type text NOT NULL,                 -- * for every one
    place integer NOT NULL,                      -- in which order it is told
    version text NOT NULL,
    factor text NOT NULL,                        -- a formula
    needed text NOT NULL CHECK (needed IN ('yes', 'no')),  -- yes: without it nothing is compared
    name_zh text NOT NULL,
    name_en text NOT NULL,
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
GRANT SELECT ON quota_correction TO commonwatt_api, commonwatt_worker;

CREATE TABLE statistics_field (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    form text NOT NULL,
    field_code text NOT NULL,                    -- empty where the form gives none
    name_zh text NOT NULL,
    form_zh text NOT NULL,
    name_en text NOT NULL,
    unit text,
    definition text,
    frequency text,
    status text,
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
    EXCLUDE USING gist (form WITH =, field_code WITH =, name_zh WITH =,
        daterange(valid_from, valid_to) WITH &&) WHERE (known_until IS NULL)
);
GRANT SELECT ON statistics_field TO commonwatt_api, commonwatt_worker;

CREATE TABLE plan_target (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scope_code text NOT NULL,
    plan text NOT NULL,
    indicator text NOT NULL,                     -- empty: the plan's values are not published
    target_year integer NOT NULL,
    scope_zh text NOT NULL,
    base_year integer NOT NULL,
    kind text CHECK (kind IN ('cap', 'reduction', 'actual_change')),
    value numeric,
    unit text,
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
    EXCLUDE USING gist (scope_code WITH =, plan WITH =, indicator WITH =, target_year WITH =,
        daterange(valid_from, valid_to) WITH &&) WHERE (known_until IS NULL)
);
GRANT SELECT ON plan_target TO commonwatt_api, commonwatt_worker;

CREATE TABLE member_class (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    plan text NOT NULL,
    indicator text NOT NULL,
    province_code text NOT NULL,
    province_zh text NOT NULL,
    base_year integer NOT NULL,
    target_year integer NOT NULL,
    fall_percent numeric NOT NULL CHECK (fall_percent > -100 AND fall_percent < 100),
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
    EXCLUDE USING gist (plan WITH =, indicator WITH =, province_code WITH =,
        daterange(valid_from, valid_to) WITH &&) WHERE (known_until IS NULL)
);
GRANT SELECT ON member_class TO commonwatt_api, commonwatt_worker;

CREATE TABLE band_rule (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule_code text NOT NULL,
    band text NOT NULL,
    above text CHECK (above IN ('constraint', 'reference', 'leading')),  -- null: from 0 on
    up_to text CHECK (up_to IN ('constraint', 'reference', 'leading')),  -- null: without end
    factor_millionths integer NOT NULL CHECK (factor_millionths > 0),
    cap text CHECK (cap IN ('constraint', 'reference', 'leading')),
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
    EXCLUDE USING gist (rule_code WITH =, band WITH =,
        daterange(valid_from, valid_to) WITH &&) WHERE (known_until IS NULL)
);
GRANT SELECT ON band_rule TO commonwatt_api, commonwatt_worker;
