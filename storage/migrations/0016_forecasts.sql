-- How a year is expected to end for an institution, made anew each night; nothing is changed by it.

CREATE TABLE year_forecast (
    institution_id integer NOT NULL REFERENCES institution,
    year integer NOT NULL,
    day date NOT NULL,           -- the last whose use counts
    profile text NOT NULL REFERENCES profile,
    used_g numeric NOT NULL,     -- of the known days; g of coal equivalent
    known_days integer NOT NULL,
    rest_g numeric,              -- of all other days of the year
    lower_g numeric,             -- of the whole year: nine of ten end between these
    upper_g numeric,
    quota_g numeric,             -- as the books held it
    odds double precision CHECK (odds BETWEEN 0 AND 1), -- that the year ends above the quota
    peers integer NOT NULL,      -- forecasts of the year before, by which the band was made
    why text CHECK (why IN ('bills', 'days', 'peers')), -- what is missing lacks for this reason
    method text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (institution_id, year),
    CHECK (num_nulls(lower_g, upper_g) IN (0, 2)),
    CHECK (lower_g IS NULL OR rest_g IS NOT NULL),
    CHECK (odds IS NULL OR num_nulls(lower_g, quota_g) = 0),
    CHECK ((why IS NULL) = (lower_g IS NOT NULL))
);
CREATE INDEX ON year_forecast (year, odds DESC NULLS LAST, institution_id);
ALTER TABLE year_forecast ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON year_forecast TO commonwatt_api;
GRANT SELECT, INSERT, UPDATE ON year_forecast TO commonwatt_worker;
