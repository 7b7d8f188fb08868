-- What nights, weekends and holidays use can be told only if it is known which days are off; what it costs, if a price is.

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
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON day_off
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();
GRANT SELECT ON day_off TO commonwatt_api, commonwatt_worker;

-- What kind of day it is where people work: workday, weekend or holiday.
CREATE FUNCTION report.kind_of_day(day date) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT CASE o."off" WHEN 'yes' THEN 'holiday' ELSE 'workday' END
                       FROM day_off o
                      WHERE o.known_until IS NULL AND o.calendar = 'CN'
                        AND o.valid_from <= day AND day < o.valid_to),
                    CASE WHEN extract(isodow FROM day) >= 6 THEN 'weekend' ELSE 'workday' END)
$$;
REVOKE ALL ON FUNCTION report.kind_of_day FROM public;
GRANT EXECUTE ON FUNCTION report.kind_of_day TO commonwatt_api, commonwatt_boards;

-- What an institution pays for a unit of a carrier, as somebody stated it.
CREATE TABLE price (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    institution_id integer NOT NULL REFERENCES institution,
    carrier text NOT NULL REFERENCES carrier,
    yuan_per_unit numeric NOT NULL CHECK (yuan_per_unit > 0 AND yuan_per_unit < 1000000),
    valid_from date NOT NULL,
    valid_to date,
    source text NOT NULL,
    known_since timestamptz NOT NULL DEFAULT now(),
    known_until timestamptz,
    known_by text NOT NULL,
    EXCLUDE USING gist (institution_id WITH =, carrier WITH =,
                        daterange(valid_from, valid_to) WITH &&) WHERE (known_until IS NULL)
);
CREATE TRIGGER only_retire BEFORE UPDATE OR DELETE ON price
    FOR EACH ROW EXECUTE FUNCTION storage.only_retire();
ALTER TABLE price ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON price FOR SELECT TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.sees() AS s(id)));
CREATE POLICY made ON price FOR INSERT TO commonwatt_api
    WITH CHECK (institution_id IN (SELECT s.id FROM access.covers('keep_accounts') AS s(id)));
CREATE POLICY retired ON price FOR UPDATE TO commonwatt_api
    USING (institution_id IN (SELECT s.id FROM access.covers('keep_accounts') AS s(id)));
GRANT SELECT, INSERT ON price TO commonwatt_api;
GRANT UPDATE (known_until) ON price TO commonwatt_api;
CREATE INDEX ON price (institution_id) WHERE known_until IS NULL;
