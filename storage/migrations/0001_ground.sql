-- Schemas, the engine, and the civil day: what every other file stands on.

CREATE SCHEMA storage;
CREATE SCHEMA access;
CREATE SCHEMA report;
GRANT USAGE ON SCHEMA public, storage, access, report
    TO commonwatt_api, commonwatt_collector, commonwatt_worker;
GRANT USAGE ON SCHEMA report TO commonwatt_boards;

CREATE TABLE engine (
    name text PRIMARY KEY CHECK (name IN ('plain', 'timescaledb')),
    version text NOT NULL,
    chosen_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT ON engine, migration, definition
    TO commonwatt_api, commonwatt_collector, commonwatt_worker;
ALTER DEFAULT PRIVILEGES IN SCHEMA report GRANT SELECT ON TABLES
    TO commonwatt_api, commonwatt_boards;

-- The zone of days that belong to no meter: of grants, facts, rosters.
CREATE FUNCTION storage.civil_zone() RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 'Asia/Shanghai';
-- As metering.days.civil_day.
CREATE FUNCTION storage.civil_day(at timestamptz, zone text) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (at AT TIME ZONE zone)::date;
-- The day by the clock, which nobody sets: rights ask for it.
CREATE FUNCTION storage.civil_day() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
    RETURN storage.civil_day(now(), storage.civil_zone());
